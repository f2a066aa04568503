// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
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

// TestSplit_takesNothingAndAddsNothing compares what each trace is given with what stood in the request.
func TestSplit_takesNothingAndAddsNothing(t *testing.T) {
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
		s := newSplitter(&Config{}, keepAll(t))
		before := ptrace.NewTraces()
		td.CopyTo(before)
		require.NoError(t, s.split(td))
		assert.Equal(t, before, td, "nothing is changed")
		assert.Equal(t, nameless, s.nameless)
		require.Len(t, s.lots, len(want))
		for _, l := range s.lots {
			got, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(l.data)
			require.NoError(t, err)
			assert.Equal(t, want[l.id], lines(got), "seed %d", seed)
			assert.Equal(t, spansOf(got), l.spans)
			assert.Equal(t, s.observer.Observe(got), l.sight.Evidence)
		}
		assert.True(t, s.reset())
		require.NoError(t, s.split(traces(spec{id: 1, kind: "llm"})), "it can be used again")
		assert.Len(t, s.lots, 1)
	}
}

// keepAll has a rule for each kind of evidence that could get into a wrong trace.
func keepAll(tb testing.TB) *policy.Policy {
	tb.Helper()
	p, err := policy.Compile([]policy.Rule{
		{Name: "new", When: &policy.When{NewRelease: &policy.NewRelease{
			Attributes: []string{"service.name"}, For: time.Hour, Traces: 1,
		}}, Keep: new(100.0)},
		{Name: "of a service", When: &policy.When{Service: []string{"s1"}, RootName: []string{"0*"}}, Keep: new(100.0)},
		{Name: "rest", Keep: new(100.0)},
	}, policy.Options{Learn: 1})
	require.NoError(tb, err)
	return p
}

func TestSplit_requestsOfOneTraceAreNotCut(t *testing.T) {
	td := traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool"})
	s := newSplitter(&Config{}, keepAll(t))
	require.NoError(t, s.split(td))
	require.Len(t, s.lots, 1)
	assert.Equal(t, spansOf(td), s.lots[0].spans)
	data, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	require.NoError(t, err)
	assert.Equal(t, data, s.lots[0].data)
	s.reset()
	require.NoError(t, s.split(ptrace.NewTraces()))
	assert.Empty(t, s.lots)
}

// TestConsume_requestsStayAsTheyAre gives away requests that others look at in the same moment.
func TestConsume_requestsStayAsTheyAre(t *testing.T) {
	for _, dry := range []bool{false, true} {
		s := startSampler(t, func(cfg *Config) { cfg.DryRun = dry })
		assert.False(t, s.traces.Capabilities().MutatesData)
		for seed := range uint64(20) {
			td := jumbled(rand.New(rand.NewPCG(seed, 1)))
			before := ptrace.NewTraces()
			td.CopyTo(before)
			td.MarkReadOnly()
			s.send(td)
			before.MarkReadOnly()
			assert.Equal(t, before, td)
		}
		s.stop()
	}
}
