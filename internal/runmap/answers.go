// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"bytes"
	"slices"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// maxOpen bounds the requests among which the one of an answer is looked for.
const maxOpen = 64

// streams is what is known of answers that came in spans of their own. Both are nil as a rule.
type streams struct {
	streamed map[int]int  // of a request: the span that tells its answer
	absorbed map[int]bool // spans that tell nothing but an answer, and make no run
}

// settleAnswers makes one run of a request and the span beside it that tells what was streamed back. The tree is looked
// at by siblings: a trace of its own, as the answer to a request without any parent has, holds nothing to tell it by.
func (m *mapper) settleAnswers() {
	m.streams = streams{streamed: map[int]int{}, absorbed: map[int]bool{}}
	m.matchAnswers(m.tree.Roots())
	for _, i := range m.tree.Order() {
		m.matchAnswers(m.tree.Children(i))
	}
}

// matchAnswers goes through siblings in the order of their start.
func (m *mapper) matchAnswers(siblings []int) {
	var open []int
	for _, i := range siblings {
		f := &m.fields[i]
		switch {
		case f.Streamed && len(m.tree.Children(i)) == 0:
			if at := slices.IndexFunc(open, func(r int) bool { return m.isAnswerTo(r, i) }); at >= 0 {
				m.absorb(open[at], i)
				open = slices.Delete(open, at, at+1)
			}
		case f.Kind == run.LLM && len(f.Outputs) == 0:
			if len(open) == maxOpen {
				open = slices.Delete(open, 0, 1)
			}
			open = append(open, i)
		}
	}
}

// isAnswerTo reports whether span i tells the answer to what span r has asked.
func (m *mapper) isAnswerTo(r, i int) bool {
	request, answer := m.spans[r], m.spans[i]
	return request.ParentSpanID() == answer.ParentSpanID() && request.Scope.Name() == answer.Scope.Name() &&
		m.fields[r].Model == m.fields[i].Model && bytes.Equal(m.fields[r].Inputs, m.fields[i].Inputs)
}

// absorb gives a request all that is told of its answer.
func (m *mapper) absorb(request, answer int) {
	m.streamed[request], m.absorbed[answer] = answer, true
	to, from := &m.fields[request], &m.fields[answer]
	to.Outputs = from.Outputs
	if to.Usage == nil {
		to.Usage = from.Usage
	}
	if to.Failure == nil {
		to.Failure = from.Failure
	}
	for _, v := range from.Metadata {
		to.Metadata.Add(v.Name, v.Value)
	}
	to.Feedback = append(to.Feedback, from.Feedback...)
	to.Attachments = append(to.Attachments, from.Attachments...)
	from.Usage, from.Feedback = nil, nil
}
