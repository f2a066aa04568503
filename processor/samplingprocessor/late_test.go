// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

func onlyErrors(c *Config) { c.Rules = []policy.Rule{keepErrors(), keep("none", 0)} }

// afterDrop sends a trace that is dropped, and something a minute later.
func afterDrop(t *testing.T, change func(*Config), late func(*logSampler)) *logSampler {
	t.Helper()
	s := withLogs(t, startSampler(t, func(c *Config) {
		onlyErrors(c)
		if change != nil {
			change(c)
		}
	}))
	s.send(traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool"}))
	time.Sleep(time.Minute)
	require.Len(t, s.decisions.list(), 1)
	late(s)
	synctest.Wait()
	return s
}

func sendFailed(s *logSampler) { s.send(traces(spec{id: 3, parent: 2, kind: "tool", failed: true})) }

func TestLate_errorBringsADroppedTraceBackWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := afterDrop(t, nil, func(s *logSampler) {
			s.send(traces(spec{id: 4, parent: 2, kind: "llm"})) // late, too, and no error
			synctest.Wait()
			assert.Empty(t, s.sink.AllTraces())
			sendFailed(s)
		})
		out := s.sink.AllTraces()
		require.Len(t, out, 1)
		assert.Equal(t, map[string]string{id(1): "", id(2): id(1), id(3): id(2), id(4): id(2)}, shape(out...))
		a := rootOf(t, out[0]).Attributes().AsRaw()
		assert.Equal(t, "errors", a[contract.SamplingRule])
		assert.Equal(t, "late", a[contract.SamplingTrigger])
		assert.Zero(t, a[contract.SamplingAdjustedCount], "its count has gone out with others")
		assert.NotContains(t, a, contract.SamplingIncomplete)
		for _, span := range spansOfAll(out...) {
			assert.Empty(t, span.TraceState().AsRaw(), "no threshold")
		}
		assert.Equal(t, 1.0, s.count("brought_back", "outcome", "whole"))
		assert.Zero(t, s.count("adjusted_count"))
		assert.Equal(t, 1.0, s.count("decisions"), "it was judged once")

		s.send(traces(spec{id: 5, parent: 3, kind: "llm"})) // what comes later follows, with no threshold either
		synctest.Wait()
		out = s.stop()
		require.Len(t, out, 2)
		requireTrees(t, out...)
		assert.Empty(t, spansOfAll(out[1])[0].TraceState().AsRaw())
	})
}

func TestLate_logRecordBringsADroppedTraceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := afterDrop(t, nil, func(s *logSampler) { s.sendLogs(toolFailed) })
		out := s.stop()
		require.Len(t, out, 1)
		assert.Equal(t, map[string][]string{id(2): {"claude_code.tool_result"}}, eventsOf(out...))
	})
}

func TestLate_errorOfATraceThatIsGoneGoesOutAsAStub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := afterDrop(t, nil, func(s *logSampler) {
			for _, shard := range s.traces.(*tracesProcessor).core.shards { // which sleep
				shard.core.budget.add(-shard.graves.Shrink(math.MaxInt64))
			}
			sendFailed(s)
		})
		out := s.stop()
		require.Len(t, out, 1)
		requireTrees(t, out...)
		root := rootOf(t, out[0])
		assert.Equal(t, spanID(3), root.SpanID())
		a := root.Attributes().AsRaw()
		assert.Equal(t, true, a[contract.SamplingIncomplete])
		assert.EqualValues(t, 2, a[contract.SamplingLostSpans])
		assert.Zero(t, a[contract.SamplingAdjustedCount])
		assert.Equal(t, 1.0, s.count("brought_back", "outcome", "stub"))
		assert.Equal(t, 2.0, s.count("dropped_spans", "reason", "gone", "intentional", "false"))
	})
}

func TestLate_whatTheRulesWouldDropStaysDropped(t *testing.T) {
	f := func(want int, change func(*Config), late func(*logSampler)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := afterDrop(t, change, late)
			assert.Len(t, s.stop(), want)
		})
	}
	f(1, nil, sendFailed)
	f(0, nil, func(s *logSampler) { s.send(traces(spec{id: 3, parent: 2, kind: "tool"})) })
	f(0, func(c *Config) { c.Rules = []policy.Rule{keep("none", 0)} }, sendFailed)
	f(0, nil, func(s *logSampler) { s.sendLogs(question) })
}

func TestLate_graveyardIsBoundedAndGivenUpFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) {
			onlyErrors(c)
			c.Memory.MaxBytes = 8 << 20
			c.Memory.MaxTraceBytes = 8 << 20
		})
		for n := range uint16(100) {
			s.send(payload(n, 100<<10, false))
			if n%10 == 9 {
				time.Sleep(time.Minute)
			}
		}
		synctest.Wait()
		assert.LessOrEqual(t, s.count("bytes_held"), float64(8<<20)*(1.0/graveShare+1.0/decidedShare))
		assert.Greater(t, s.count("bytes_held"), 100.0*1000)
		assert.Zero(t, s.count("traces_held"))
		var shrunk []ptrace.Traces
		for n := range uint16(75) {
			shrunk = append(shrunk, payload(1000+n, 100<<10, false))
		}
		for _, td := range shrunk { // there is room for these only if the graveyard goes
			s.send(td)
		}
		synctest.Wait()
		assert.Zero(t, s.count("evicted"))
		s.stop()
	})
}

// TestLate_errorBringsBackATraceThatGaveWayToOthers fills memory before the error comes. What an agent says repeats itself,
// so that it can be held compressed.
func TestLate_errorBringsBackATraceThatGaveWayToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) {
			onlyErrors(c)
			c.Memory.MaxBytes = 16 << 20
			c.Memory.MaxTraceBytes = 16 << 20
		})
		for n := range uint16(200) {
			s.send(payload(n, 100<<10, false))
		}
		synctest.Wait()
		require.Greater(t, s.count("evicted"), 30.0)
		assert.LessOrEqual(t, s.count("bytes_held"), float64(16<<20))
		for n := range uint16(30) { // all of these gave way
			late := traces(spec{id: 7, parent: 1, kind: "tool", failed: true})
			spansOfAll(late)[0].SetTraceID(payloadID(n))
			s.send(late)
		}
		synctest.Wait()
		assert.Equal(t, 30.0, s.count("brought_back", "outcome", "whole"))
		out := s.stop()
		assert.Equal(t, 30, requireTrees(t, out...))
		assert.Len(t, spansOfAll(out...), 60)
	})
}

// TestMemory_tracesThatWaitForLongAreCompressed lets an agent repeat its conversation at every step.
func TestMemory_tracesThatWaitForLongAreCompressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, nil)
		history := ""
		const steps = 30
		raw := 0
		for n := range byte(steps) {
			history += "step " + string(rune('a'+n)) + ": the tool said that it had looked at everything there was to look at; "
			s.send(traces(spec{id: n + 2, parent: 1, kind: "llm", start: int(n), attributes: map[string]any{
				"gen_ai.input.messages": history + history + history,
			}}))
			raw += 3 * len(history)
			time.Sleep(8 * time.Second)
		}
		held := s.count("bytes_held")
		assert.Less(t, held, float64(raw)/2)
		s.sendRoot()
		time.Sleep(11 * time.Second)
		assert.Equal(t, "root", s.decisions.only(t).Trigger)
		out := s.stop()
		require.Len(t, out, 1)
		require.Len(t, spansOfAll(out...), steps+1)
		requireTrees(t, out...)
		got := 0
		for _, span := range spansOfAll(out...) {
			if v, ok := span.Attributes().Get("gen_ai.input.messages"); ok {
				got += len(v.Str())
			}
		}
		assert.Equal(t, raw, got, "not a byte is lost")
	})
}

func (s *sampler) sendRoot() { s.send(traces(spec{id: 1, kind: "llm"})) }
