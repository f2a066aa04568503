// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package pdatatest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/plog"
)

// Arrived is one run as it came out at the end, by whoever read it there. Spans are told by their recorded ids in hex.
type Arrived struct {
	Kind, Name, Error string
	Inputs, Outputs   json.RawMessage
	Usage             *ArrivedUsage
	Parent            string   // the parent's span, "" for a root, MadeParent for a span that was not recorded
	Threads           []string // every value by which the run belongs to a conversation
	User              string
}

// ArrivedUsage are the counts of one run, with 0 for what did not come.
type ArrivedUsage struct {
	Input, Output, CacheRead, CacheCreation, Reasoning int64

	Cost float64 // of all
}

// MadeParent is the parent of a run below a root that was made to hold several together.
const MadeParent = "made"

// Cell is one judgement: one field of one span.
type Cell struct {
	Fixture *Fixture
	Span    *Expected // nil where a whole file is judged
	Field   string
	Right   bool
	Got     string
}

// Judging says under which circumstances runs arrived.
type Judging struct {
	// Dropped: what is no agent's may be missing, and the parent of a run is then the nearest span above it that has one.
	Dropped bool
	// Logs are the log records that were sent beside the spans.
	Logs plog.Logs
}

// Judge holds what arrived of a recording, by the recorded ids of spans, against what should have. A span without a run is
// wrong in every field.
func (f *Fixture) Judge(runs map[string]Arrived, how Judging) []Cell {
	j := judgement{fixture: f, runs: runs, rows: map[string]*Expected{}, logged: logged(how.Logs)}
	for i := range f.Expected {
		j.rows[f.Expected[i].SpanID] = &f.Expected[i]
	}
	j.handOn()
	for i := range f.Expected {
		e := &f.Expected[i]
		if how.Dropped && e.mayDrop() && !j.has(e.SpanID) {
			continue
		}
		j.span(e)
	}
	j.file()
	return j.cells
}

type judgement struct {
	fixture *Fixture
	runs    map[string]Arrived
	rows    map[string]*Expected
	logged  map[string]content
	cells   []Cell
}

func (j *judgement) add(e *Expected, field string, right bool, got any) {
	c := Cell{Fixture: j.fixture, Span: e, Field: field, Right: right}
	if e != nil {
		if _, here := j.runs[e.SpanID]; !here {
			c.Right, got = false, "no run arrived"
		}
	}
	if !c.Right {
		c.Got = fmt.Sprint(got)
	}
	j.cells = append(j.cells, c)
}

func (j *judgement) span(e *Expected) {
	r := j.runs[e.SpanID]
	j.add(e, "run type", slices.Contains(e.RunTypeAnyOf, r.Kind), r.Kind)
	j.add(e, "name", slices.Contains(e.NameAnyOf, r.Name), r.Name)
	j.parent(e, r.Parent)
	if e.HasInputs != nil {
		want := *e.HasInputs || j.logged[e.SpanID].input
		j.add(e, "inputs", want == filled(r.Inputs), string(r.Inputs))
	}
	if e.HasOutputs != nil {
		want := *e.HasOutputs || j.logged[e.SpanID].output
		j.add(e, "outputs", want == filled(r.Outputs), string(r.Outputs))
	}
	if e.Error != nil {
		j.add(e, "error", *e.Error == (r.Error != ""), r.Error)
	}
	if e.ErrorContains != "" {
		j.add(e, "error text", strings.Contains(r.Error, e.ErrorContains), r.Error)
	}
	if e.OutputToolCalls != nil {
		got := toolCalls(r.Outputs)
		j.add(e, "tool calls", slices.Equal(got, e.OutputToolCalls), got)
	}
	for _, content := range []json.RawMessage{r.Inputs, r.Outputs} {
		if filled(content) {
			problem := messagesProblem(content)
			j.add(e, "messages", problem == "", problem)
		}
	}
	j.tokens(e, r.Usage)
	if id := j.fixture.SessionID; id != "" {
		j.add(e, "session", slices.Contains(r.Threads, id), r.Threads)
	}
	if id := j.fixture.UserID; id != "" {
		j.add(e, "user", r.User == id, r.User)
	}
}

// parent wants the recorded parent, or the nearest one above it that has arrived; a span without any is a root, or one
// of several below a root that was made.
func (j *judgement) parent(e *Expected, got string) {
	above := j.above(e)
	switch {
	case above != "":
		j.add(e, "parent", got == above, got)
	case j.tops(e.TraceID) > 1:
		j.add(e, "parent", got == "" || got == MadeParent, got)
	default:
		j.add(e, "parent", got == "", got)
	}
}

// above is the nearest span above e that has arrived.
func (j *judgement) above(e *Expected) string {
	for up := j.rows[e.ParentSpanID]; up != nil; up = j.rows[up.ParentSpanID] {
		if j.has(up.SpanID) {
			return up.SpanID
		}
	}
	return ""
}

func (j *judgement) has(span string) bool {
	_, ok := j.runs[span]
	return ok
}

// tops counts the runs of a trace that have nothing above them.
func (j *judgement) tops(trace string) int {
	n := 0
	for _, e := range j.rows {
		if e.TraceID == trace && j.has(e.SpanID) && j.above(e) == "" {
			n++
		}
	}
	return n
}

// tokens compares the counts of runs that shall carry them, and wants none on those that only repeat. Reasoning is part
// of the output, whatever the library's own number leaves out.
func (j *judgement) tokens(e *Expected, got *ArrivedUsage) {
	if e.Role == "agg" || e.Role == "infra" || e.Role == "internal" {
		j.add(e, "no tokens twice", got == nil, got)
		return
	}
	want := e.Counts()
	if want == nil || e.Role == "dup" { // which of two that tell of one call has the counts shows in the sum
		return
	}
	if got == nil {
		got = &ArrivedUsage{Input: -1, Output: -1, CacheRead: -1, CacheCreation: -1, Reasoning: -1}
	}
	for _, c := range []struct {
		field string
		want  *int64
		got   int64
	}{
		{"input tokens", want.Input, got.Input},
		{"output tokens", want.wholeOutput(), got.Output},
		{"cache read tokens", want.CacheRead, got.CacheRead},
		{"cache creation tokens", want.CacheCreation, got.CacheCreation},
		{"reasoning tokens", want.Reasoning, got.Reasoning},
	} {
		if c.want != nil {
			j.add(e, c.field, *c.want == c.got, c.got)
		}
	}
}

// file judges what holds for a recording as a whole.
func (j *judgement) file() {
	f := j.fixture
	if f.LeafTokenSum != nil {
		input, output := j.sums()
		wantInput, wantOutput := f.tokenSum()
		j.add(nil, "token sum", input == wantInput && output == wantOutput,
			fmt.Sprintf("%d and %d for %d and %d", input, output, wantInput, wantOutput))
	}
	if text := f.TraceInputContains; text != "" {
		j.add(nil, "text of the inputs", j.contain(text, func(r Arrived) json.RawMessage { return r.Inputs }), text)
	}
	if text := f.TraceOutputContains; text != "" {
		j.add(nil, "text of the outputs", j.contain(text, func(r Arrived) json.RawMessage { return r.Outputs }), text)
	}
}

// sums adds the counts of every run, whatever its role, but for those that repeat a call in a trace of its own, where
// nothing tells of it.
func (j *judgement) sums() (input, output int64) {
	for id, r := range j.runs {
		if e := j.rows[id]; r.Usage != nil && (e == nil || e.Role != "dup_other_trace") {
			input += r.Usage.Input
			output += r.Usage.Output
		}
	}
	return input, output
}

// contain looks for a text in the content of the roots, when any of them has content, and else in that of all runs.
func (j *judgement) contain(text string, of func(Arrived) json.RawMessage) bool {
	anywhere, inRoot, rootSays := false, false, false
	for _, r := range j.runs {
		hit := strings.Contains(string(of(r)), text) || strings.Contains(string(of(r)), capital(text))
		anywhere = anywhere || hit
		if r.Parent == "" && filled(of(r)) {
			rootSays, inRoot = true, inRoot || hit
		}
	}
	return inRoot || anywhere && !rootSays
}

// capital is a text as it stands at the beginning of a sentence, which the manifest's parts of texts do not tell.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// filled reports whether content says anything beside the counts that LangSmith keeps in it.
func filled(content json.RawMessage) bool {
	var m map[string]json.RawMessage
	if json.Unmarshal(content, &m) != nil {
		return len(content) > 0
	}
	delete(m, "usage_metadata")
	return len(m) > 0
}

// toolCalls lists the tools that an answer calls, in its order, wherever LangSmith shows calls.
func toolCalls(outputs json.RawMessage) []string {
	var content any
	if json.Unmarshal(outputs, &content) != nil {
		return nil
	}
	names := []string{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			calls, _ := v["tool_calls"].([]any)
			for _, call := range calls {
				names = append(names, calledTool(call))
			}
			for key, below := range v {
				if key != "tool_calls" {
					walk(below)
				}
			}
		}
	}
	walk(content)
	return names
}

// calledTool is the name in a call as the chat API writes it, whose arguments are JSON in a string.
func calledTool(call any) string {
	text, err := json.Marshal(call)
	if err != nil {
		return ""
	}
	var c struct {
		Function struct {
			Name      string `json:"name"`
			Arguments string `json:"arguments"`
		} `json:"function"`
	}
	if json.Unmarshal(text, &c) != nil || !json.Valid([]byte(c.Function.Arguments)) {
		return unreadable + string(text)
	}
	return c.Function.Name
}

const unreadable = "unreadable: "
