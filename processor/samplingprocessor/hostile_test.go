// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

func TestAdversarial_lateRootOfADroppedTraceBringsNoHalfTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, onlyErrors)
		s.send(traces(spec{id: 2, parent: 1, kind: "llm"}))
		time.Sleep(time.Minute)
		s.send(traces(spec{id: 1, kind: "llm"}))
		synctest.Wait()
		assert.Equal(t, 1.0, s.count("late_spans", "outcome", "dropped"))
		assert.Empty(t, s.stop())
	})
}

// TestAdversarial_floodOfTracesOfOneSpan sends a million traces, of which a few thousand find room at a time, as fast as it can.
func TestAdversarial_floodOfTracesOfOneSpan(t *testing.T) {
	const perRequest, most = 500, 64 << 20
	requests := 2000
	if testing.Short() || raced {
		requests = 200
	}
	s := startSampler(t, func(c *Config) {
		c.Memory.MaxBytes = most
		c.Rules = []policy.Rule{keepErrors(), keep("none", 0)}
	})
	td := traces()
	spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	for range perRequest {
		spec{id: 1, kind: "llm"}.put(spans.AppendEmpty())
	}
	peak := 0.0
	for request := range requests {
		for n := range perRequest {
			spans.At(n).SetTraceID(pcommon.TraceID{0: 1, 12: byte(request >> 8), 13: byte(request), 14: byte(n >> 8), 15: byte(n)})
		}
		s.send(td) // nothing of it is kept
		if request%10 == 0 {
			peak = max(peak, s.count("bytes_held"))
		}
	}
	require.NoError(t, s.traces.Shutdown(context.Background()))
	assert.Equal(t, float64(requests*perRequest), s.count("decisions", "rule", "none"), "every one of them is judged")
	assert.Positive(t, s.count("evicted"))
	assert.LessOrEqual(t, peak, 1.15*most)
	t.Logf("%d traces, at most %.2f MB of %.2f held", requests*perRequest, peak/1e6, most/1e6)
}

func TestAdversarial_oneHugeSpanDoesNotStarveOthers(t *testing.T) {
	s := startSampler(t, func(c *Config) {
		c.Memory.MaxBytes = 96 << 20
		c.Memory.MaxTraceBytes = 8 << 20
	})
	s.send(payload(1, 100, false))
	s.send(payload(2, 64<<20, true))
	s.send(payload(3, 100, false))
	out := s.stop()
	assert.Equal(t, 3, requireTrees(t, out...))
	triggers := map[string]int{}
	for _, d := range s.decisions.list() {
		triggers[d.Trigger]++
	}
	assert.Equal(t, map[string]int{"size": 1, "shutdown": 2}, triggers, "it is judged at once, and they are not")
}

// TestAdversarial_stormOfErrors has nothing to drop: what does not fit is refused, and nothing that was accepted is
// lost.
func TestAdversarial_stormOfErrors(t *testing.T) {
	s := newSampler(t, func(c *Config) {
		tinyMemory(c)
		onlyErrors(c)
	})
	slow := &flaky{fails: 20, err: errDown}
	s.start(slow)
	accepted := 0
	for n := range uint16(300) {
		switch err := s.traces.ConsumeTraces(context.Background(), payload(n, 20<<10, true)); {
		case err == nil:
			accepted++
		case consumererror.IsPermanent(err):
			require.NoError(t, err)
		default:
			runtime.Gosched()
		}
		assert.LessOrEqual(t, s.count("bytes_held"), 1.15*(1<<20))
	}
	require.NoError(t, s.traces.Shutdown(context.Background()))
	assert.Equal(t, accepted, requireTrees(t, slow.AllTraces()...))
	assert.Equal(t, 300.0-float64(accepted), s.count("refused_requests"))
}

func TestAdversarial_storageThatIsReadOnlyOrFullStopsNeitherStartNorWork(t *testing.T) {
	d := newDisk()
	d.entries["0000000000000001"] = []byte("of an older version")
	d.broken = errors.New("read-only file system")
	s := withStorage(t, d, nil)
	s.start(s.sink)
	s.send(traces(spec{id: 1, kind: "llm"}))
	assert.Len(t, s.stop(), 1)
}

// TestAdversarial_otherRulesAfterARestart changes the rules while a trace is open, as a reload of the configuration
// does.
func TestAdversarial_otherRulesAfterARestart(t *testing.T) {
	d := newDisk()
	first := withStorage(t, d, func(c *Config) { c.Rules = []policy.Rule{keep("none", 0)} })
	first.start(first.sink)
	first.send(traces(spec{id: 2, parent: 1, kind: "tool"}))
	assert.Empty(t, first.stop())
	assert.Empty(t, first.decisions.list())

	next := withStorage(t, d, nil)
	next.start(next.sink)
	next.send(traces(spec{id: 1, kind: "llm"}))
	next.stop()
	last := withStorage(t, d, func(c *Config) { c.Complete = Complete{AfterRoot: 1, Idle: 1, Max: 1} })
	last.start(last.sink)
	require.Eventually(t, func() bool { return d.len() == 0 }, eventually, moment)
	assert.Equal(t, map[string]string{id(1): "", id(2): id(1)}, shape(last.stop()...))
	assert.Equal(t, "everything", last.decisions.only(t).Rule)
}

// TestAdversarial_replicasAgreeOnAConversation gives each turn to another processor.
func TestAdversarial_replicasAgreeOnAConversation(t *testing.T) {
	kept := map[string]int{}
	for replica := range byte(3) {
		s := startSampler(t, func(c *Config) { c.Rules = []policy.Rule{keep("half", 50)} })
		for conversation := range byte(60) {
			td := traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool", attributes: map[string]any{
				"session.id": fmt.Sprint("conversation ", conversation),
			}})
			for _, span := range spansOfAll(td) {
				span.SetTraceID(pcommon.TraceID{1, replica, conversation})
			}
			s.send(td)
		}
		for _, td := range s.stop() {
			for _, span := range spansOfAll(td) {
				if v, ok := span.Attributes().Get("session.id"); ok {
					kept[v.Str()]++
				}
			}
		}
	}
	for conversation, turns := range kept {
		assert.Equal(t, 3, turns, conversation)
	}
	assert.InDelta(t, 30, len(kept), 15)
}

// TestAdversarial_shutdownInTimeWhateverIsOpen leaves a second for many traces and a consumer that never returns.
func TestAdversarial_shutdownInTimeWhateverIsOpen(t *testing.T) {
	const batches, size = 100, 1000
	s := newSampler(t, func(c *Config) { c.Memory.MaxBytes = 512 << 20 }).start(hung{})
	for batch := range batches {
		td := traces()
		spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
		for n := range size {
			spec{id: 1, kind: "llm"}.put(spans.AppendEmpty())
			spans.At(n).SetTraceID(pcommon.TraceID{0: 1, 13: byte(batch), 14: byte(n >> 8), 15: byte(n)})
		}
		s.send(td)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	began := time.Now()
	require.ErrorIs(t, s.traces.Shutdown(ctx), context.DeadlineExceeded)
	assert.Less(t, time.Since(began), 2*eventually, "under the race detector, too")
	require.Eventually(t, func() bool { return s.count("dropped_spans", "reason", "shutdown") == batches*size }, eventually, moment,
		"none goes without being counted")
}

// TestAdversarial_humanInTheLoop waits two hours for an answer: the parents of what has come are known to be open.
func TestAdversarial_humanInTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) { c.Complete.Max = 3 * time.Hour })
		s.send(traces(spec{id: 2, parent: 1, kind: "llm", flags: 0x101}))
		time.Sleep(2 * time.Hour)
		s.send(traces(spec{id: 3, parent: 1, kind: "tool", flags: 0x101}, spec{id: 1, kind: "llm"}))
		time.Sleep(11 * time.Second)
		d := s.decisions.only(t)
		assert.Equal(t, "root", d.Trigger)
		assert.True(t, d.Complete)
		assert.Len(t, shape(s.stop()...), 3)
	})
}

func TestAdversarial_requestOfTenThousandResources(t *testing.T) {
	td := ptrace.NewTraces()
	for n := range 10_000 {
		one := traces(spec{id: 1, kind: "llm"})
		spansOfAll(one)[0].SetSpanID(wide(n + 1))
		spansOfAll(one)[0].SetParentSpanID(wide(n / 10))
		one.ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
	}
	out, _ := releaseOf(t, nil, td)
	require.Len(t, out, 1)
	assert.Equal(t, 1, out[0].ResourceSpans().Len())
	assert.Equal(t, 10_000, out[0].SpanCount())
}

// The seven ways in which the stock tail sampler was seen to fail, and what happens here. bench/stock_test.go plays the
// same to both.

func TestStock_nextConsumerDownForThreeSecondsLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSampler(t, onlyErrors)
		down := &outage{until: time.Now().Add(15 * time.Second)}
		s.start(down)
		for n := range byte(5) {
			s.send(traces(spec{trace: n + 1, id: 1, kind: "llm", failed: true}))
		}
		time.Sleep(time.Minute)
		assert.Equal(t, 5, requireTrees(t, down.AllTraces()...))
		s.stop()
	})
}

// outage refuses everything for a while.
type outage struct {
	consumertest.TracesSink
	from, until time.Time
}

func (o *outage) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	if now := time.Now(); !now.Before(o.from) && now.Before(o.until) {
		return errDown
	}
	return o.TracesSink.ConsumeTraces(ctx, td)
}

func TestStock_hundredErrorsWithRoomForTenAllComeOut(t *testing.T) {
	s := startSampler(t, func(c *Config) {
		tinyMemory(c)
		onlyErrors(c)
	})
	for n := range uint16(100) {
		for s.traces.ConsumeTraces(context.Background(), payload(n, 100<<10, true)) != nil {
			runtime.Gosched()
		}
	}
	assert.Equal(t, 100, requireTrees(t, s.stop()...))
}

func TestStock_tracesThatAreTooLargeAreKeptForTheirErrorAndFreed(t *testing.T) {
	s := startSampler(t, func(c *Config) {
		onlyErrors(c)
		c.Memory.MaxTraceBytes = 1 << 20
	})
	for n := range uint16(20) {
		s.send(payload(n, 2<<20, true))
	}
	require.Eventually(t, func() bool { return s.sink.SpanCount() == 20 }, eventually, moment)
	require.Eventually(t, func() bool { return s.count("bytes_held") < 1<<20 }, eventually, moment)
	assert.Len(t, s.stop(), 20)
}

func TestStock_fullMemoryIsAnErrorToTheSenderAndNoDeadlock(t *testing.T) {
	s := newSampler(t, tinyMemory).start(hung{})
	refused := 0
	for n := range uint16(200) {
		if s.traces.ConsumeTraces(context.Background(), payload(n, 50<<10, true)) != nil {
			refused++ // and returns
		}
	}
	assert.Greater(t, refused, 150)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	require.Error(t, s.traces.Shutdown(ctx))
	assert.Less(t, time.Since(began), 3*time.Second)
}

func TestStock_lateErrorRootIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) {
			onlyErrors(c)
			c.Complete = Complete{AfterRoot: time.Second, Idle: time.Second, Max: time.Minute}
		})
		s.send(traces(spec{id: 2, parent: 1, kind: "llm", start: 5}))
		time.Sleep(3 * time.Second)
		require.Len(t, s.decisions.list(), 1)
		s.send(traces(spec{id: 1, kind: "llm", failed: true}))
		synctest.Wait()
		assert.Equal(t, map[string]string{id(1): "", id(2): id(1)}, shape(s.stop()...))
	})
}

func TestStock_delayAfterTheRootIsNotRoundedToSeconds(t *testing.T) {
	f := func(delay time.Duration) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := startSampler(t, func(c *Config) { c.Complete.AfterRoot = delay })
			s.send(traces(spec{id: 1, kind: "llm"}))
			time.Sleep(delay - time.Millisecond)
			synctest.Wait()
			assert.Empty(t, s.decisions.list())
			time.Sleep(2 * time.Millisecond)
			synctest.Wait()
			assert.Len(t, s.decisions.list(), 1)
			s.stop()
		})
	}
	f(900 * time.Millisecond)
	f(200 * time.Millisecond)
}

func TestStock_lateSpansOfADroppedTraceAreACounterAndNoLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSampler(t, onlyErrors)
		var lines strings.Builder
		s.set.Logger = s.set.Logger.WithOptions(hookInto(&lines))
		s.start(s.sink)
		s.send(traces(spec{id: 1, kind: "llm"}))
		time.Sleep(time.Minute)
		lines.Reset()
		for n := range byte(10) {
			s.send(traces(spec{id: n + 2, parent: 1, kind: "llm"}))
		}
		synctest.Wait()
		assert.Equal(t, 10.0, s.count("late_spans", "outcome", "dropped"))
		assert.Empty(t, lines.String())
		s.stop()
	})
}

// TestStub_rootSaysThatTheRestIsGone is what the attribute promises to readers.
func TestStub_rootSaysThatTheRestIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) {
			tinyMemory(c)
			onlyErrors(c)
		})
		s.send(noise(1, 100<<10))
		for n := range uint16(20) { // pushes the first out, undecided, and nothing is gained by compressing it
			s.send(noise(100+n, 100<<10))
		}
		late := traces(spec{id: 7, parent: 1, kind: "tool", failed: true})
		spansOfAll(late)[0].SetTraceID(pcommon.TraceID{0: 9, 15: 1})
		s.send(late)
		synctest.Wait()
		assert.Equal(t, 1.0, s.count("dropped_spans", "reason", "gone"))
		out := s.stop()
		require.Len(t, out, 1)
		incomplete, _ := rootOf(t, out[0]).Attributes().Get(contract.SamplingIncomplete)
		assert.True(t, incomplete.Bool())
		lost, _ := rootOf(t, out[0]).Attributes().Get(contract.SamplingLostSpans)
		assert.EqualValues(t, 1, lost.Int())
	})
}
