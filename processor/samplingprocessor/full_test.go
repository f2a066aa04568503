// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// payload is a trace of one span with n bytes of text.
func payload(trace uint16, n int, failed bool) ptrace.Traces {
	td := traces(spec{id: 1, kind: "llm", failed: failed, attributes: map[string]any{"text": strings.Repeat("x", n)}})
	spansOfAll(td)[0].SetTraceID(payloadID(trace))
	return td
}

func payloadID(trace uint16) pcommon.TraceID {
	return pcommon.TraceID{0: 9, 14: byte(trace >> 8), 15: byte(trace)}
}

// noise is a payload that cannot be compressed.
func noise(trace uint16, n int) ptrace.Traces {
	td := payload(trace, 0, false)
	text := make([]byte, n)
	r := rand.New(rand.NewPCG(uint64(trace), 9))
	for i := range text {
		text[i] = byte(' ' + r.IntN(95))
	}
	spansOfAll(td)[0].Attributes().PutStr("text", string(text))
	return td
}

func tinyMemory(c *Config) {
	c.Memory.MaxBytes = 1 << 20
	c.Memory.MaxTraceBytes = 1 << 20
}

func TestFull_undecidedTracesGetARealDecisionAndErrorsStay(t *testing.T) {
	s := startSampler(t, func(c *Config) {
		tinyMemory(c)
		c.Rules = []policy.Rule{keepErrors(), keep("none", 0)}
	})
	for n := range uint16(5) {
		s.send(payload(n, 100<<10, true))
	}
	for n := range uint16(50) {
		s.send(payload(100+n, 100<<10, false))
	}
	for _, d := range s.decisions.list() {
		assert.Equal(t, "none", d.Rule, "traces with errors are not the ones to go")
		assert.Equal(t, "evicted", d.Trigger)
	}
	assert.Greater(t, s.count("evicted"), 30.0)
	require.NoError(t, s.traces.Shutdown(context.Background()))
	assert.Equal(t, 5.0, s.count("decisions", "rule", "errors", "outcome", "kept"))
	assert.Len(t, s.sink.AllTraces(), 5)
}

func TestFull_errorsGoWhenNothingElseIsLeft(t *testing.T) {
	s := startSampler(t, tinyMemory)
	for n := range uint16(40) {
		for s.traces.ConsumeTraces(context.Background(), payload(n, 100<<10, true)) != nil {
			runtime.Gosched() // delivering gives the bytes back
		}
	}
	require.NoError(t, s.traces.Shutdown(context.Background()))
	assert.Len(t, s.sink.AllTraces(), 40, "not one of them is lost")
}

func TestFull_refuseIsRetryableAndTakesNothing(t *testing.T) {
	s := newSampler(t, tinyMemory).start(hung{})
	admitted := fill(t, s)
	err := s.traces.ConsumeTraces(context.Background(), manyTraces(5, 100<<10))
	require.ErrorIs(t, err, errFull)
	assert.False(t, consumererror.IsPermanent(err))
	assert.Equal(t, float64(admitted), s.count("spans_received"), "nothing of a refused request is held")
	assert.Positive(t, s.count("refused_requests"))
	assert.LessOrEqual(t, s.count("bytes_held"), 1.15*(1<<20))
	hangUp(t, s)
}

func TestFull_shedAnswersWellAndCounts(t *testing.T) {
	s := newSampler(t, func(c *Config) {
		tinyMemory(c)
		c.WhenFull = whenFullShed
	}).start(hung{})
	for n := range uint16(100) {
		require.NoError(t, s.traces.ConsumeTraces(context.Background(), payload(n, 100<<10, false)))
	}
	assert.Equal(t, 100.0, s.count("shed_spans")+s.count("spans_received"))
	assert.Greater(t, s.count("shed_spans"), 80.0)
	hangUp(t, s)
}

func TestFull_requestLargerThanEverythingIsRefusedForGood(t *testing.T) {
	s := startSampler(t, tinyMemory)
	err := s.traces.ConsumeTraces(context.Background(), payload(1, 2<<20, false))
	require.ErrorIs(t, err, errTooLarge)
	assert.True(t, consumererror.IsPermanent(err))
	assert.Equal(t, 1.0, s.count("dropped_spans", "reason", "too_large", "intentional", "false"))
	s.stop()
}

// fill sends requests until one is refused, and returns how many were not.
func fill(t *testing.T, s *sampler) int {
	t.Helper()
	for n := range uint16(1000) {
		if s.traces.ConsumeTraces(context.Background(), payload(n, 50<<10, false)) != nil {
			return int(n)
		}
	}
	require.Fail(t, "it takes everything")
	return 0
}

func manyTraces(n uint16, bytes int) ptrace.Traces {
	td := ptrace.NewTraces()
	for i := range n {
		payload(1000+i, bytes, false).ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
	}
	return td
}

// hangUp shuts down a processor whose next consumer never takes anything.
func hangUp(t *testing.T, s *sampler) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, s.traces.Shutdown(ctx), context.Canceled)
	assert.Zero(t, s.traces.(*tracesProcessor).core.tracesOpen.Load())
	memory, stowed := s.traces.(*tracesProcessor).core.outbox.held()
	assert.Zero(t, memory)
	assert.Zero(t, stowed)
}

func TestSize_aTraceThatOutgrowsItsShareIsJudged(t *testing.T) {
	s := startSampler(t, func(c *Config) { c.Memory.MaxTraceBytes = size(64 << 10) })
	for range 3 {
		s.send(payload(1, 40<<10, false))
	}
	s.stop()
	assert.Equal(t, "size", s.decisions.list()[0].Trigger)
}

// TestMemory_isWhatTheBudgetSays holds the heap against what was reserved, for spans without payload, which are the
// worst case.
func TestMemory_isWhatTheBudgetSays(t *testing.T) {
	if testing.Short() {
		t.Skip("measures the heap")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	s := newSampler(t, func(c *Config) { c.Memory.MaxBytes = 256 << 20 }).start(consumertest.NewNop())
	before := heap()
	for i := range 12_000 {
		td := traces(
			spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool"}, spec{id: 3, parent: 1, kind: "http"},
			spec{id: 4, parent: 2, kind: "llm"}, spec{id: 5, parent: 2, kind: "app"},
		)
		for _, span := range spansOfAll(td) {
			span.SetTraceID(pcommon.TraceID{0: 1, 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)})
		}
		s.send(td)
	}
	held, grown := s.count("bytes_held"), float64(heap()-before)
	t.Logf("12000 traces of 5 spans: reserved %.1f MB, heap grew by %.1f MB", held/1e6, grown/1e6)
	assert.LessOrEqual(t, grown, held*1.15)
	assert.NoError(t, s.traces.Shutdown(context.Background()))
}

// TestMemory_staysWithinTheBudgetWhenNothingIsTaken fills the processor in front of a consumer that never takes anything.
func TestMemory_staysWithinTheBudgetWhenNothingIsTaken(t *testing.T) {
	if testing.Short() {
		t.Skip("measures the heap")
	}
	const budget = 24 << 20
	f := func(bytes int) {
		t.Helper()
		defer debug.SetGCPercent(debug.SetGCPercent(20))
		s := newSampler(t, func(c *Config) { c.Memory.MaxBytes = budget }).start(hung{})
		before := heap()
		refused := 0
		for n := 0; refused < 3; n++ {
			if s.traces.ConsumeTraces(context.Background(), payload(uint16(n), bytes, n%2 == 0)) != nil {
				refused++
			}
		}
		grown := heap() - before
		t.Logf("spans of %d bytes: heap grew to %.0f %% of the budget", bytes, 100*float64(grown)/budget)
		assert.LessOrEqual(t, float64(grown), budget*1.15)
		hangUp(t, s)
	}
	f(100)
	f(10_000)
	f(1_000_000)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
