// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// jumbled is a request with several resources and scopes in which spans of several traces stand in any order.
func jumbled(r *rand.Rand) ptrace.Traces {
	td := ptrace.NewTraces()
	id := byte(0)
	for i := range r.IntN(4) {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", fmt.Sprint("s", i))
		rs.SetSchemaUrl(fmt.Sprint("r", i))
		for j := range r.IntN(4) {
			ss := rs.ScopeSpans().AppendEmpty()
			ss.Scope().SetName(fmt.Sprint("scope", i, j))
			ss.SetSchemaUrl(fmt.Sprint("s", j))
			for range r.IntN(6) {
				id++
				spec{trace: byte(1 + r.IntN(3)), id: id % 60, kind: "llm", name: fmt.Sprint(i, j)}.put(ss.Spans().AppendEmpty())
			}
		}
	}
	return td
}

// TestSortByTrace_takesNothingAndAddsNothing compares what each trace is given with what stood in the request.
func TestSortByTrace_takesNothingAndAddsNothing(t *testing.T) {
	type line struct {
		trace                  pcommon.TraceID
		span                   pcommon.SpanID
		name, resource, schema string
		scope, scopeSchema     string
	}
	lines := func(td ptrace.Traces) (all []line) {
		for _, rs := range td.ResourceSpans().All() {
			service, _ := rs.Resource().Attributes().Get("service.name")
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					all = append(all, line{s.TraceID(), s.SpanID(), s.Name(), service.Str(), rs.SchemaUrl(), ss.Scope().Name(), ss.SchemaUrl()})
				}
			}
		}
		return all
	}
	for seed := range uint64(200) {
		td := jumbled(rand.New(rand.NewPCG(seed, 1)))
		want, nameless := map[pcommon.TraceID][]line{}, 0
		for _, l := range lines(td) {
			if l.span.IsEmpty() {
				nameless++
				continue
			}
			want[l.trace] = append(want[l.trace], l)
		}
		r := (&Config{}).sortByTrace(td)
		assert.Equal(t, nameless, r.nameless)
		require.Len(t, r.lots, len(want))
		if seed%2 == 0 { // as they are read
			slices.SortStableFunc(r.lots, func(a, b lot) int { return cmp.Compare(b.count, a.count) })
		}
		for i := range r.lots {
			got := r.message(i)
			assert.Equal(t, want[r.lots[i].id], lines(got), "seed %d", seed)
			assert.Len(t, spansOf(got), len(want[r.lots[i].id]))
			r.giveBack()
		}
	}
}

func TestSortByTrace_requestsOfOneTraceAreNotTakenApart(t *testing.T) {
	td := traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool"})
	r := (&Config{}).sortByTrace(td)
	require.Len(t, r.lots, 1)
	assert.Equal(t, spansOf(td), r.spans)
	assert.Equal(t, td, r.message(0))
	assert.Empty(t, (&Config{}).sortByTrace(ptrace.NewTraces()).lots)
}
