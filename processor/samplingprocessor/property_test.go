// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// randomTrace is a trace of up to 12 spans with every fault that parents can have.
func randomTrace(r *rand.Rand) []spec {
	kinds := []string{"llm", "tool", "http", "app"}
	specs := make([]spec, 1+r.IntN(12))
	for i := range specs {
		specs[i] = spec{
			id: byte(1 + i), kind: kinds[r.IntN(len(kinds))], start: r.IntN(4), failed: r.IntN(8) == 0,
			parent: byte(r.IntN(len(specs) + 3)), // 0: none, above: missing, else anyone
		}
		specs[i].end = specs[i].start + 1 + r.IntN(3)
		if r.IntN(10) == 0 {
			specs[i].attributes = map[string]any{"session.id": string(rune('a' + r.IntN(3)))}
		}
		if i > 0 && r.IntN(12) == 0 {
			specs[i].id = specs[i-1].id // a copy that differs
		}
	}
	return specs
}

// outcome is everything that must not depend on the order of arrival.
type outcome struct {
	tree map[string]string
	rule string
	root map[string]any
	// spans is all that came out, as JSON: by resource and span id.
	spans []string
}

func outcomeOf(t *testing.T, batches []ptrace.Traces) outcome {
	t.Helper()
	s := startSampler(t, func(c *Config) {
		c.Rules = []policy.Rule{keepErrors(), keep("some", 40)}
		c.Traces = everything
	})
	for _, td := range batches {
		s.send(td)
	}
	out := s.stop()
	requireTrees(t, out...)
	d := s.decisions.only(t)
	o := outcome{tree: shape(out...), rule: d.Rule}
	if len(out) > 0 {
		o.root = rootOf(t, out[0]).Attributes().AsRaw()
	}
	for _, td := range out {
		o.spans = append(o.spans, inFull(t, td)...)
	}
	slices.Sort(o.spans)
	return o
}

// inFull writes each span of td with its resource and scope; maps in the order of their keys.
func inFull(t *testing.T, td ptrace.Traces) []string {
	t.Helper()
	var all []string
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				b, err := json.Marshal([]any{
					rs.Resource().Attributes().AsRaw(), ss.Scope().Name(), span.SpanID(), span.ParentSpanID(), span.Name(),
					span.Kind(), span.Flags(), span.StartTimestamp(), span.EndTimestamp(), span.TraceState().AsRaw(),
					span.Status().Code(), span.Status().Message(), span.Attributes().AsRaw(), span.Events().Len(), span.Links().Len(),
				})
				require.NoError(t, err)
				all = append(all, string(b))
			}
		}
	}
	return all
}

// TestProperty_orderAndBatchingOfArrivalDoNotMatter sends random traces whole, and again in random order and pieces.
func TestProperty_orderAndBatchingOfArrivalDoNotMatter(t *testing.T) {
	kept := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		specs := randomTrace(r)
		want := outcomeOf(t, []ptrace.Traces{traces(specs...)})
		for range 3 {
			r.Shuffle(len(specs), func(i, j int) { specs[i], specs[j] = specs[j], specs[i] })
			var batches []ptrace.Traces
			for rest := specs; len(rest) > 0; {
				n := 1 + r.IntN(len(rest))
				batches = append(batches, traces(rest[:n]...))
				rest = rest[n:]
			}
			require.Equal(t, want, outcomeOf(t, batches), "seed %d", seed)
		}
		kept += min(1, len(want.tree))
	}
	assert.Greater(t, kept, 100)
}

// TestProperty_adjustedCountsAddUp compares what the kept traces stand for with the traces that came.
func TestProperty_adjustedCountsAddUp(t *testing.T) {
	const n, percent = 20_000, 7.0
	s := startSampler(t, func(c *Config) {
		c.Rules = []policy.Rule{keepErrors(), keep("some", percent)}
		c.Rules[1].Floor = &policy.Rate{Count: 50, Period: 3600e9}
	})
	r := rand.New(rand.NewPCG(1, 2))
	errors := 0
	for range n {
		td := traces(spec{id: 1, kind: "llm", failed: r.IntN(50) == 0})
		span := spansOfAll(td)[0]
		if span.Status().Code() == ptrace.StatusCodeError {
			errors++
		}
		var id pcommon.TraceID
		for i := range id {
			id[i] = byte(r.UintN(256))
		}
		span.SetTraceID(id)
		s.send(td)
	}
	require.NoError(t, s.traces.Shutdown(t.Context()))
	sum := 0.0
	for _, td := range s.sink.AllTraces() {
		count, ok := rootOf(t, td).Attributes().Get(contract.SamplingAdjustedCount)
		require.True(t, ok)
		sum += count.Double()
	}
	p := percent / 100
	sigma := math.Sqrt(float64(n-errors-50) * (1 - p) / p)
	assert.InDelta(t, n, sum, 3*sigma)
	assert.InDelta(t, sum, s.count("adjusted_count"), 0.001)
	assert.Equal(t, float64(errors), s.count("decisions", "rule", "errors", "outcome", "kept"))
	assert.Equal(t, float64(n), s.count("decisions"))
}

// TestProperty_aConversationIsKeptOrDroppedAsOne sends several traces of many conversations.
func TestProperty_aConversationIsKeptOrDroppedAsOne(t *testing.T) {
	s := startSampler(t, func(c *Config) { c.Rules = []policy.Rule{keep("half", 50)} })
	for conversation := range 40 {
		for turn := range 5 {
			td := traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool", attributes: map[string]any{
				"session.id": string(rune('A' + conversation)),
			}})
			for _, span := range spansOfAll(td) {
				span.SetTraceID(pcommon.TraceID{0: 1, 14: byte(conversation), 15: byte(turn)})
			}
			s.send(td)
		}
	}
	turns := map[byte]int{}
	for _, td := range s.stop() {
		turns[rootOf(t, td).TraceID()[14]]++
	}
	for conversation, n := range turns {
		assert.Equal(t, 5, n, "conversation %d", conversation)
	}
	assert.InDelta(t, 20, len(turns), 12)
}
