// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// score counts the cells of the manifest that the mapping got right.
type score struct{ right, judged int }

func (s *score) add(right bool) {
	s.judged++
	if right {
		s.right++
	}
}

func (s *score) percent() float64 {
	if s.judged == 0 {
		return 100
	}
	return 100 * float64(s.right) / float64(s.judged)
}

// floors are the shares of right cells below which a dialect has broken. Those not listed have defaultFloor.
var floors = map[string]float64{
	"otel-js-openai": 99, "openinference-js": 98, "openai-agents-openinference": 99,
	"traceloop-js": 99, "traceloop-js-0.14": 99,
	"vercel-ai-v4": 99, "vercel-ai-v5": 99, "vercel-ai-v6": 99, "vercel-ai-v7": 99, "vercel-ai-v7-full": 99,
	"vercel-ai-v7-legacy": 99,
	// LangSmith's SDK gives its spans the kind and the name of an inner run in some recordings; what it says is
	// believed.
	"langsmith-js": 90,
	// Judged by span names, where a tool's or a function's own name says more.
	"lifted/langfuse": 90,
}

const (
	defaultFloor = 95
	overallFloor = 99
	fieldFloor   = 97
)

// TestMap_recordedTraces holds every run against the judgement of the span that it was made of.
func TestMap_recordedTraces(t *testing.T) {
	scores, byField := map[string]*score{}, map[string]*score{}
	total := &score{}
	for _, f := range pdatatest.Fixtures(t) {
		if scores[f.Dialect] == nil {
			scores[f.Dialect] = &score{}
		}
		judgeFixture(t, f, func(what string, e pdatatest.Expected, right bool, got any) {
			if byField[what] == nil {
				byField[what] = &score{}
			}
			scores[f.Dialect].add(right)
			byField[what].add(right)
			total.add(right)
			if !right && testing.Verbose() {
				t.Logf("wrong %s: %s %s %q (%s): %.200v", what, f.File, e.SpanID, e.SpanName, e.Role, got)
			}
		})
	}
	for _, d := range slices.Sorted(maps.Keys(scores)) {
		s := scores[d]
		t.Logf("%-32s %5d of %5d  %5.1f %%", d, s.right, s.judged, s.percent())
		floor, ok := floors[d]
		if !ok {
			floor = defaultFloor
		}
		assert.GreaterOrEqual(t, s.percent(), floor, d)
	}
	for _, what := range slices.Sorted(maps.Keys(byField)) {
		s := byField[what]
		t.Logf("%-32s %5d of %5d  %5.1f %%", "field: "+what, s.right, s.judged, s.percent())
		assert.GreaterOrEqual(t, s.percent(), float64(fieldFloor), what)
	}
	t.Logf("%-32s %5d of %5d  %5.1f %%", "all", total.right, total.judged, total.percent())
	assert.GreaterOrEqual(t, total.percent(), float64(overallFloor))
}

type judge func(what string, e pdatatest.Expected, right bool, got any)

func judgeFixture(t *testing.T, f pdatatest.Fixture, cell judge) {
	t.Helper()
	td := pdatatest.LoadTraces(t, f.Path)
	runs := runsBySpan(td)
	var input, output int64
	for _, e := range f.Expected {
		r, ok := runs[e.SpanID]
		if !assert.True(t, ok, "%s: no run for span %s", f.File, e.SpanID) {
			continue
		}
		judgeRun(e, r, cell)
		judgeUsage(e, r, cell)
		if r.Usage != nil && e.Role == "leaf" {
			input += r.Usage.Input
			output += r.Usage.Output
		}
	}
	for _, r := range runs {
		if f.SessionID != "" {
			named := r.Metadata.Text("session_id") == f.SessionID || r.Metadata.Text("thread_id") == f.SessionID
			cell("session", pdatatest.Expected{SpanName: r.Name}, named, r.Metadata)
		}
		if f.UserID != "" {
			cell("user", pdatatest.Expected{SpanName: r.Name}, r.Metadata.Text("user_id") == f.UserID, r.Metadata)
		}
	}
	if sum := f.LeafTokenSum; sum != nil && sum.Input != nil && sum.Output != nil && f.Dialect != "google-adk-ts" {
		cell("leaf token sum", pdatatest.Expected{}, float64(input) == *sum.Input && float64(output) == *sum.Output,
			[]any{input, output, *sum.Input, *sum.Output})
	}
}

func runsBySpan(td ptrace.Traces) map[string]run.Run {
	runs := map[string]run.Run{}
	for _, trace := range runmap.Map(td, runmap.Options{}) {
		for _, r := range trace.Runs {
			runs[r.Metadata.Text("OTEL_SPAN_ID")] = r
		}
	}
	return runs
}

func judgeRun(e pdatatest.Expected, r run.Run, cell judge) {
	cell("kind", e, slices.Contains(e.RunTypeAnyOf, string(r.Kind)), []any{r.Kind, e.RunTypeAnyOf})
	cell("name", e, slices.Contains(e.NameAnyOf, r.Name), []any{r.Name, e.NameAnyOf})
	if e.HasInputs != nil {
		cell("inputs", e, *e.HasInputs == (r.Inputs != nil), string(r.Inputs))
	}
	if e.HasOutputs != nil {
		cell("outputs", e, *e.HasOutputs == (r.Outputs != nil), string(r.Outputs))
	}
	if e.Error != nil {
		cell("error", e, *e.Error == (r.Error != ""), r.Error)
	}
	if e.ErrorContains != "" {
		cell("error text", e, strings.Contains(r.Error, e.ErrorContains), []any{r.Error, e.ErrorContains})
	}
	for _, call := range e.OutputToolCalls {
		cell("tool call", e, strings.Contains(string(r.Outputs), toolName(call)), []any{string(r.Outputs), call})
	}
}

func toolName(call any) string {
	if name, ok := call.(string); ok {
		return name
	}
	text, _ := json.Marshal(call)
	return string(text)
}

// judgeUsage compares the counts of runs that shall carry them, and wants none on those that only repeat.
func judgeUsage(e pdatatest.Expected, r run.Run, cell judge) {
	want := e.Counts()
	switch {
	case e.Role == "agg":
		cell("no usage", e, r.Usage == nil, r.Usage)
		return
	case want == nil || e.Role != "leaf":
		return
	}
	got := r.Usage
	if got == nil {
		got = &run.Usage{Input: -1, Output: -1}
	}
	wanted := want.Output
	if want.ExcludesReasoning() && want.Reasoning != nil {
		sum := *want.Output + *want.Reasoning
		wanted = &sum
	}
	for _, c := range []struct {
		name string
		want *int64
		got  int64
	}{
		{"input", want.Input, got.Input},
		{"output", wanted, got.Output},
		{"cache read", want.CacheRead, got.CacheRead},
		{"cache creation", want.CacheCreation, got.CacheCreation},
		{"reasoning", want.Reasoning, got.Reasoning},
	} {
		if c.want != nil {
			cell(c.name, e, *c.want == c.got, []int64{c.got, *c.want})
		}
	}
}
