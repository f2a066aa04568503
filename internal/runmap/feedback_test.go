// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

func evaluate(s ptrace.Span, name string, score float64, response string) {
	e := s.Events().AppendEmpty()
	e.SetName("gen_ai.evaluation.result")
	e.SetTimestamp(5)
	e.Attributes().PutStr("gen_ai.evaluation.name", name)
	e.Attributes().PutDouble("gen_ai.evaluation.score.value", score)
	if response != "" {
		e.Attributes().PutStr("gen_ai.response.id", response)
	}
}

// keysByRun lists what is said of each run.
func keysByRun(td ptrace.Traces) map[string][]string {
	said := map[string][]string{}
	for _, trace := range runmap.Map(td, runmap.Options{}) {
		for _, r := range trace.Runs {
			for _, f := range r.Feedback {
				said[r.Name] = append(said[r.Name], f.Key)
			}
		}
	}
	return said
}

func TestMap_feedbackStandsWithTheRunThatItIsAbout(t *testing.T) {
	td := build(t,
		node{id: 1, name: "root"},
		node{id: 2, parent: 1, name: "call", attributes: map[string]any{"gen_ai.response.id": "r1"}},
		node{id: 3, parent: 1, name: "other", attributes: map[string]any{
			"trace.evaluations.0.evaluation.name": "whole", "trace.evaluations.0.evaluation.score": 1,
		}},
		node{id: 4, parent: 2, name: "gen_ai.evaluation.result", attributes: map[string]any{
			"gen_ai.evaluation.name": "as a span", "gen_ai.evaluation.score.value": 1,
		}},
	)
	span := func(i int) ptrace.Span { return td.ResourceSpans().At(i).ScopeSpans().At(0).Spans().At(0) }
	evaluate(span(1), "own", 1, "r1")
	evaluate(span(2), "of the call", 1, "r1")
	evaluate(span(2), "of a stranger", 1, "r9")
	assert.Equal(t, map[string][]string{
		"root": {"whole"}, "call": {"own", "as a span", "of the call"}, "other": {"of a stranger"},
	}, keysByRun(td))
}

func TestMap_feedbackIsTheSameWheneverItComes(t *testing.T) {
	feedbackOf := func(runs byte) []run.Feedback {
		td := build(t, node{id: runs, name: "call"})
		s := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		evaluate(s, "a", 1, "")
		evaluate(s, "a", 1, "") // as a log record and as an event
		evaluate(s, "a", 0.5, "")
		evaluate(s, "b", 1, "")
		return runmap.Map(td, runmap.Options{})[0].Runs[0].Feedback
	}
	first := feedbackOf(1)
	require.Len(t, first, 3)
	assert.Equal(t, first, feedbackOf(1))
	ids := map[run.ID]bool{}
	for _, f := range append(first, feedbackOf(2)...) {
		ids[f.ID] = true
		assert.Equal(t, byte('8'), f.ID.String()[14], "the version of a UUIDv8")
	}
	assert.Len(t, ids, 6, "another run is judged anew")
}
