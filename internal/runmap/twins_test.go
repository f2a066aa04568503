// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// owners is a memory without bounds.
type owners map[pcommon.SpanID]pcommon.TraceID

func (o owners) Owns(trace pcommon.TraceID, span pcommon.SpanID) bool {
	if _, seen := o[span]; !seen {
		o[span] = trace
	}
	return o[span] == trace
}

func TestMap_spansWithOneIDAreNeverMergedSilently(t *testing.T) {
	for _, ids := range []runmap.IDs{runmap.SpanIDs, runmap.TraceSpanIDs} {
		nodes := []node{
			{id: 1, name: "root", start: 0},
			{id: 2, parent: 1, name: "call", start: 1},
			{id: 2, parent: 1, name: "tool", start: 2},
			{id: 2, parent: 1, name: "tool", start: 2}, // a copy
			{id: 2, parent: 1, name: "tool", start: 9},
			{id: 3, parent: 2, name: "below", start: 3},
		}
		traces := runmap.Map(build(t, nodes...), runmap.Options{IDs: ids})
		require.Len(t, traces, 1)
		assert.Equal(t, 2, traces[0].SharedIDs)
		require.Len(t, traces[0].Runs, 5)
		known, marked := map[run.ID]string{}, 0
		for _, r := range traces[0].Runs {
			assert.Empty(t, known[r.ID])
			known[r.ID] = r.Name
			if r.Metadata.Get("span_id_shared").Bool() {
				marked++
				assert.Equal(t, spanID(2).String(), r.Metadata.Text("OTEL_SPAN_ID"))
			}
			if !r.ParentID.IsZero() {
				assert.NotEmpty(t, known[r.ParentID], "parents come first, and are here")
			}
		}
		assert.Equal(t, 2, marked)

		first := idsByStart(traces)
		for range 20 {
			rand.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
			assert.Equal(t, first, idsByStart(runmap.Map(build(t, nodes...), runmap.Options{IDs: ids})))
		}
	}
}

func TestMap_spansThatSamplingHasToldApartAreMarkedAlike(t *testing.T) {
	traces := runmap.Map(build(t, node{id: 1, name: "root"}, node{id: 9, parent: 1, name: "call", attributes: map[string]any{
		"sampling.shared_span_id": spanID(2).String(),
	}}), runmap.Options{})
	assert.Equal(t, 1, traces[0].SharedIDs)
	r := traces[0].Runs[1]
	assert.True(t, r.Metadata.Get("span_id_shared").Bool())
	assert.Equal(t, spanID(2).String(), r.Metadata.Text("OTEL_SPAN_ID"))
}

func idsByStart(traces []runmap.Trace) map[int64]run.ID {
	ids := map[int64]run.ID{}
	for _, trace := range traces {
		for _, r := range trace.Runs {
			ids[r.Start.UnixMilli()] = r.ID
		}
	}
	return ids
}

func TestMap_runsWithOneChosenIDAreTwo(t *testing.T) {
	chosen := map[string]any{"langsmith.span.id": "018f3c9e-7d2a-7c11-8a55-0242ac120002"}
	runs := mapped(t, runmap.Options{},
		node{id: 1, name: "root", attributes: chosen}, node{id: 2, parent: 1, name: "child", attributes: chosen},
	)
	require.Len(t, runs, 2)
	assert.NotEqual(t, runs["root"].ID, runs["child"].ID)
	assert.Equal(t, runs["root"].ID, runs["child"].ParentID)
}

func TestMap_tracesWithTheSameSpanIDsStayApart(t *testing.T) {
	opts := runmap.Options{Owners: owners{}}
	one := build(t, node{id: 1, name: "root"}, node{id: 2, parent: 1, name: "child"})
	two := ptrace.NewTraces()
	one.CopyTo(two)
	for i := range 2 {
		two.ResourceSpans().At(i).ScopeSpans().At(0).Spans().At(0).SetTraceID(pcommon.TraceID{15: 2})
	}
	first, second := runmap.Map(one, opts), runmap.Map(two, opts)
	assert.Zero(t, first[0].SharedIDs)
	assert.Equal(t, 2, second[0].SharedIDs)
	assert.Equal(t, first, runmap.Map(one, opts), "again, they are the same")
	assert.Equal(t, second, runmap.Map(two, opts))
	for i, r := range second[0].Runs {
		assert.NotEqual(t, first[0].Runs[i].ID, r.ID)
	}
	assert.Equal(t, second[0].Runs[0].ID, second[0].Runs[1].ParentID)

	late := build(t, node{id: 3, parent: 2, name: "late", attributes: map[string]any{
		"sampling.late": true, "sampling.root_span_id": spanID(1).String(),
	}})
	late.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).SetTraceID(pcommon.TraceID{15: 2})
	got := runmap.Map(late, opts)[0].Runs[0]
	assert.Equal(t, second[0].Runs[1].ID, got.ParentID, "what comes late finds its own trace")
	assert.Equal(t, second[0].Runs[0].ID, got.TraceID)
}
