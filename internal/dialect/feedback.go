// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"cmp"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Feedback is a judgement that a span tells of, and what it is a judgement of: the span's own run, unless it says
// otherwise.
type Feedback struct {
	run.Feedback
	OfTrace    bool   // of the trace as a whole
	Response   string // of the call that has given this response (gen_ai.response.id), or empty
	Identifier string // the judge's own name for this judgement, or empty

	passed run.Value // the score where there is no other, and else the label
}

const (
	// evaluationEvent is OpenTelemetry's event for a result.
	evaluationEvent = "gen_ai.evaluation.result"
	// evaluationFamily begins the names of its attributes.
	evaluationFamily = "gen_ai.evaluation."
	// langWatchEvaluation is LangWatch's event, with a JSON document in one attribute.
	langWatchEvaluation = "langwatch.evaluation.custom"
)

const (
	// maxFeedback bounds the judgements of one span.
	maxFeedback = 100
	// maxFeedbackKey is LangSmith's limit.
	maxFeedbackKey = 180
	// maxFeedbackValue is longer than any label; what is longer is a text.
	maxFeedbackValue = 1 << 10
	// maxComment is what a judge may say. It is read by people.
	maxComment = 32 << 10
)

// feedback collects the judgements of a span: events first, then flattened lists, then single attributes.
func (v *view) feedback() []Feedback {
	var all []Feedback
	for _, e := range v.judged {
		all = addFeedback(all, judgementOf(e))
	}
	for l := evaluations; l <= sessionAnnotations; l++ {
		groups(v.items(l), func(item []indexed) {
			f := Feedback{OfTrace: l >= traceEvaluations}
			for _, e := range item {
				_, field, _ := strings.Cut(e.before, ".")
				f.set(field, judgement(e.value))
			}
			all = addFeedback(all, f)
		})
	}
	return v.feedbackInRest(all)
}

// addFeedback takes what says anything.
func addFeedback(all []Feedback, f Feedback) []Feedback {
	if f.Failed && f.Comment == "" {
		f.Comment = "the evaluation failed"
	}
	switch {
	case f.Score.Type() == run.Absent:
		f.Score = f.passed
	case f.passed.Type() == run.Bool:
		f.Value = cmp.Or(f.Value, map[bool]string{true: "passed", false: "failed"}[f.passed.Bool()])
	}
	f.passed = run.Value{}
	told := f.Score.Type() != run.Absent || f.Value != "" || f.Comment != ""
	if !told || len(all) >= maxFeedback {
		return all
	}
	f.Key = truncate(cmp.Or(strings.TrimSpace(f.Key), "evaluation"), maxFeedbackKey)
	f.Judge = cmp.Or(f.Judge, run.ByCode)
	return append(all, f)
}

// FeedbackIn reads an event by itself, if it is a judgement.
func FeedbackIn(e ptrace.SpanEvent) (Feedback, bool) {
	if e.Name() != evaluationEvent && e.Name() != langWatchEvaluation {
		return Feedback{}, false
	}
	all := addFeedback(nil, judgementOf(e))
	if len(all) == 0 {
		return Feedback{}, false
	}
	return all[0], true
}

func judgementOf(e ptrace.SpanEvent) Feedback {
	f := Feedback{}
	if e.Timestamp() != 0 {
		f.At = e.Timestamp().AsTime()
	}
	if e.Name() == langWatchEvaluation {
		if document, ok := e.Attributes().Get("json_encoded_event"); ok {
			f.setAll(parse(text(document)))
		}
		return f
	}
	f.Judge = run.ByModel
	for k, value := range e.Attributes().All() {
		f.setGenAI(k, value)
	}
	return f
}

func (f *Feedback) setGenAI(k string, value pcommon.Value) {
	switch k {
	case "gen_ai.response.id":
		f.Response = scalarText(value)
	case "error.type":
		f.set(k, judgement(value))
	default:
		if field, ok := strings.CutPrefix(k, evaluationFamily); ok {
			f.set(field, judgement(value))
		}
	}
}

// judgement returns a field's value, a long text without its end.
func judgement(v pcommon.Value) run.Value {
	if v.Type() == pcommon.ValueTypeStr && len(v.Str()) > maxComment {
		return run.Str(strings.ToValidUTF8(truncate(v.Str(), maxComment), "\ufffd"))
	}
	return scalar(v, maxComment)
}

// setAll reads an object of fields.
func (f *Feedback) setAll(raw string) {
	for k, v := range members(raw) {
		if isString(v) {
			f.set(k, run.Str(truncate(unquote(v), maxComment)))
			continue
		}
		f.set(k, rawScalar(v))
	}
}

// set takes one field of a judgement under the names that libraries give it.
func (f *Feedback) set(field string, v run.Value) {
	if v.Type() == run.Absent {
		return
	}
	switch field {
	case "name":
		f.Key = v.String()
	case "score", "score.value", "value":
		f.setScore(v)
	case "label", "score.label":
		f.Value = truncate(v.String(), maxFeedbackValue)
	case "passed":
		f.passed = v
	case "explanation", "details", "reason", "text":
		f.Comment = truncate(v.String(), maxComment)
	case "annotator_kind", "kind":
		f.Judge = judges[strings.ToUpper(v.String())]
	case "identifier", "evaluation_id", "id":
		f.Identifier = truncate(v.String(), maxFeedbackValue)
	case "error.type":
		f.Failed = true
		f.Comment = cmp.Or(f.Comment, v.String())
	}
}

// judges are OpenInference's words for who has judged.
var judges = map[string]run.Judge{"LLM": run.ByModel, "CODE": run.ByCode, "HUMAN": run.ByPerson}

// setScore takes a number or a bool. A word is a label.
func (f *Feedback) setScore(v run.Value) {
	if v.Type() != run.String {
		f.Score = v
		return
	}
	if n, err := strconv.ParseFloat(v.Text(), 64); err == nil {
		f.Score = scalar(pcommon.NewValueDouble(n), 0)
		return
	}
	f.Value = cmp.Or(f.Value, truncate(v.Text(), maxFeedbackValue))
}

// feedbackInRest reads what stands in single attributes: OpenTelemetry's on a span instead of an event, Arize's
// eval.<name>.score, the one of an evaluator's span, Braintrust's scores, and the results of a case of Pydantic Evals.
// They remain metadata as well.
func (v *view) feedbackInRest(all []Feedback) []Feedback {
	if v.told&ofFeedback == 0 {
		return all
	}
	var one Feedback
	named := map[string]*Feedback(nil)
	var order []string
	for _, a := range v.rest {
		if a.told&ofFeedback == 0 {
			continue
		}
		switch group, rest, _ := strings.Cut(a.name, "."); group {
		case "gen_ai":
			one.setGenAI(a.name, a.value)
		case "eval", "annotation", "evaluation":
			name, field := cutLast(rest)
			key := name
			if name == "" {
				name = group + "." // the only one of the span, which tells its name itself
			}
			if named == nil {
				named = map[string]*Feedback{}
			}
			if named[name] == nil {
				named[name], order = &Feedback{Feedback: run.Feedback{Key: key}}, append(order, name)
			}
			named[name].set(field, judgement(a.value))
		case "assertions", "scores":
			all = addResults(all, v.rawOf(a.value), true)
		case "braintrust":
			all = addScores(all, rest, a.value, v.rawOf(a.value))
		case "labels": // a usual name: redact does not take it for content
			all = addResults(all, v.rawOf(a.value), false)
		}
	}
	one.Judge = run.ByModel
	all = addFeedback(all, one)
	for _, name := range order {
		if named[name].Key != "" {
			all = addFeedback(all, *named[name])
		}
	}
	return all
}

// canJudge reports whether the name of an attribute is one of those that feedbackInRest reads.
func canJudge(name string) bool {
	switch group, _, _ := strings.Cut(name, "."); group {
	case "gen_ai":
		return strings.HasPrefix(name, evaluationFamily)
	case "braintrust":
		return strings.HasPrefix(name, "braintrust.scores")
	case "eval", "evaluation", "annotation", "assertions", "scores", "labels":
		return true
	}
	return false
}

// addScores reads Braintrust's scores by name, one or all in an object.
func addScores(all []Feedback, name string, value pcommon.Value, raw string) []Feedback {
	if _, one, found := strings.Cut(name, "."); found {
		f := Feedback{Feedback: run.Feedback{Key: one}}
		f.set("score", judgement(value))
		return addFeedback(all, f)
	}
	for k, score := range members(raw) {
		f := Feedback{Feedback: run.Feedback{Key: k}}
		f.set("score", rawScalar(score))
		all = addFeedback(all, f)
	}
	return all
}

// cutLast splits at the last dot.
func cutLast(s string) (before, after string) {
	i := strings.LastIndexByte(s, '.')
	return s[:max(i, 0)], s[i+1:]
}

// addResults reads an object of results by name: {"polite":{"value":true,"reason":…}}, with or without reasons.
func addResults(all []Feedback, raw string, reasons bool) []Feedback {
	for name, result := range members(raw) {
		if value := member(result, "value"); value != "" {
			f := Feedback{}
			f.setAll(result)
			f.Key = cmp.Or(memberText(result, "name"), name)
			if !reasons {
				f.Comment = ""
			}
			all = addFeedback(all, f)
		}
	}
	return all
}
