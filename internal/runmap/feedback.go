// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"slices"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// maxFeedback bounds the judgements of one run, which come from any span of its trace.
const maxFeedback = 1000

// settleFeedback gives each judgement to the run that it is about.
func (m *mapper) settleFeedback() {
	m.feedback = nil
	var answers map[string]int
	for _, i := range m.tree.Order() {
		for _, f := range m.fields[i].Feedback {
			if f.Response != "" && answers == nil {
				answers = m.answers()
			}
			m.judge(m.judged(i, &f, answers), f)
		}
	}
}

// answers finds spans by the responses that they have given.
func (m *mapper) answers() map[string]int {
	by := map[string]int{}
	for _, i := range m.tree.Order() {
		if v, ok := m.spans[i].Attributes().Get("gen_ai.response.id"); ok {
			by[v.AsString()] = i // of several, the one furthest down: the call itself
		}
	}
	return by
}

// judged returns the span that a judgement on span i is about.
func (m *mapper) judged(i int, f *dialect.Feedback, answers map[string]int) int {
	if f.OfTrace {
		return m.roots[i]
	}
	if v, ok := m.spans[i].Attributes().Get("gen_ai.response.id"); !ok || v.AsString() != f.Response {
		if j, ok := answers[f.Response]; ok && f.Response != "" {
			return j
		}
	}
	if p := m.tree.Parent(i); p >= 0 && m.spans[i].Name() == evaluation {
		return p
	}
	return i
}

// evaluation is what tracing libraries without events call a span that is none.
const evaluation = "gen_ai.evaluation.result"

// judge adds f to what is known of the run of span i, unless it is there. Its id follows from what it says, so that
// one that is sent again, or comes as a log record and as an event, is the same.
func (m *mapper) judge(i int, f dialect.Feedback) {
	f.ID = feedbackID(m.ids[i], &f)
	known := m.feedback[i]
	same := func(other run.Feedback) bool { return other.ID == f.ID }
	if len(known) >= maxFeedback || slices.ContainsFunc(known, same) {
		return
	}
	if m.feedback == nil {
		m.feedback = map[int][]run.Feedback{}
	}
	m.feedback[i] = append(known, f.Feedback)
}

func feedbackID(id run.ID, f *dialect.Feedback) run.ID {
	texts := []string{"feedback", f.Key, f.Identifier}
	if f.Identifier == "" {
		texts = append(texts, stamp(f.At), f.Score.String(), f.Value, f.Comment)
	}
	return id.Derive(texts...)
}

// Judged returns a run of which nothing is known but its span and what e says of it, if e is a judgement: one that comes
// when its run has long been sent.
func Judged(trace pcommon.TraceID, span pcommon.SpanID, e ptrace.SpanEvent, ids IDs) (run.Run, bool) {
	f, ok := dialect.FeedbackIn(e)
	if !ok {
		return run.Run{}, false
	}
	r := run.Run{ID: run.FromSpan(span)}
	if ids == TraceSpanIDs {
		r.ID = run.FromTraceSpan(trace, span)
	}
	f.ID = feedbackID(r.ID, &f)
	r.Feedback = []run.Feedback{f.Feedback}
	return r, true
}

func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return strconv.FormatInt(at.UnixNano(), 10)
}
