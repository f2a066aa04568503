// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor"
)

// Seven ways in which the stock tail sampler was seen to lose or to stall what it had accepted. Each test gives both the
// same configuration, as far as they have words for it, and the same script, and expects the one to fail and the other not
// to. Where the stock one no longer fails, the test is to be taken out and its line in docs/sampling.md with it.

// subject is a sampler and what stands behind it.
type subject struct {
	processor.Traces
	logs *observer.ObservedLogs

	mu    sync.Mutex
	away  time.Time // the next component refuses everything until then
	spans map[pcommon.TraceID]int
	first time.Time // when the first span came out
}

var errAway = errors.New("the next component refuses")

func newSubject(t *testing.T, factory processor.Factory, yaml string) *subject {
	t.Helper()
	parsed, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	require.NoError(t, err)
	conf, err := parsed.AsConf()
	require.NoError(t, err)
	cfg := factory.CreateDefaultConfig()
	require.NoError(t, conf.Unmarshal(cfg))
	s := &subject{spans: map[pcommon.TraceID]int{}}
	core, logs := observer.New(zap.WarnLevel)
	s.logs = logs
	set := processortest.NewNopSettings(factory.Type())
	set.Logger = zap.New(core)
	next, err := consumer.NewTraces(s.take)
	require.NoError(t, err)
	s.Traces, err = factory.CreateTraces(context.Background(), set, cfg, next)
	require.NoError(t, err)
	require.NoError(t, s.Start(context.Background(), componenttest.NewNopHost()))
	return s
}

// stockSampler and ourSampler make the two contestants of a test.
func stockSampler(t *testing.T, yaml string) *subject {
	t.Helper()
	return newSubject(t, tailsamplingprocessor.NewFactory(), yaml)
}

func ourSampler(t *testing.T, yaml string) *subject {
	t.Helper()
	return newSubject(t, samplingprocessor.NewFactory(), yaml)
}

// take counts what comes out and keeps nothing of it.
func (s *subject) take(_ context.Context, td ptrace.Traces) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.away) {
		return errAway
	}
	if s.first.IsZero() {
		s.first = time.Now()
	}
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				s.spans[span.TraceID()]++
			}
		}
	}
	return nil
}

// out returns how many traces and spans have come out.
func (s *subject) out() (traces, spans int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.spans {
		spans += n
	}
	return len(s.spans), spans
}

// send tries until the request is taken, as an SDK does.
func (s *subject) send(t *testing.T, td ptrace.Traces) {
	t.Helper()
	for range 1000 {
		request := ptrace.NewTraces()
		td.CopyTo(request)
		if s.ConsumeTraces(context.Background(), request) == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	require.Fail(t, "it takes nothing any more")
}

func (s *subject) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, s.Shutdown(context.Background()))
}

// modelCall is a span of an agent.
func modelCall(trace, id, parent byte, failed bool, text int) ptrace.Traces {
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetTraceID(pcommon.TraceID{0: 1, 15: trace + 1})
	span.SetSpanID(pcommon.SpanID{7: id})
	if parent > 0 {
		span.SetParentSpanID(pcommon.SpanID{7: parent})
	}
	now := time.Now()
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-time.Second)))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(now))
	span.SetName("chat")
	span.Attributes().PutStr("gen_ai.operation.name", "chat")
	span.Attributes().PutStr("gen_ai.input.messages", strings.Repeat("x", text))
	if failed {
		span.Status().SetCode(ptrace.StatusCodeError)
	}
	return td
}

// both plays a script with each contestant, each in a time of its own.
func both(t *testing.T, stockYAML, ourYAML string, script func(*testing.T, *subject), lost, kept func(*testing.T, *subject)) {
	t.Helper()
	play := func(name string, start func(*testing.T, string) *subject, yaml string, verdict func(*testing.T, *subject)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t, yaml)
				script(t, s)
				verdict(t, s)
				s.stop(t)
			})
		})
	}
	play("stock", stockSampler, stockYAML, lost)
	play("ours", ourSampler, ourYAML, kept)
}

// comesOut expects so many traces and spans.
func comesOut(traces, spans int) func(*testing.T, *subject) {
	return func(t *testing.T, s *subject) {
		t.Helper()
		gotTraces, gotSpans := s.out()
		assert.Equal(t, traces, gotTraces, "traces")
		assert.Equal(t, spans, gotSpans, "spans")
	}
}

const (
	stockErrors = `
decision_wait: 1s
policies: [{name: errors, type: status_code, status_code: {status_codes: [ERROR]}}]
`
	ourErrors = `
complete: {after_root: 1s, idle: 1s, max: 1m}
rules: [{name: errors, when: {error: true}, keep: 100}, {name: rest, keep: 0}]
`
)

func TestStock_nextComponentAwayForThreeSeconds(t *testing.T) {
	both(t, stockErrors, ourErrors, func(t *testing.T, s *subject) {
		s.away = time.Now().Add(3 * time.Second)
		for n := range byte(5) {
			s.send(t, modelCall(n, 1, 0, true, 10))
		}
		time.Sleep(time.Minute)
	}, comesOut(0, 0), comesOut(5, 5))
}

func TestStock_hundredErrorsAndRoomForTen(t *testing.T) {
	both(t, stockErrors+"num_traces: 10", ourErrors+"memory: {max_bytes: 1MiB}", func(t *testing.T, s *subject) {
		for n := range byte(100) {
			s.send(t, modelCall(n, 1, 0, true, 100<<10))
		}
		time.Sleep(time.Minute)
	}, comesOut(10, 10), comesOut(100, 100))
}

func TestStock_tracesThatAreTooLarge(t *testing.T) {
	const n, part = 20, 600 << 10
	var before int64
	grown := func() int64 { return heapInUse() - before }
	both(t, stockErrors+"maximum_trace_size_bytes: 1048576", ourErrors+"memory: {max_bytes: 64MiB, max_trace_bytes: 1MiB}",
		func(t *testing.T, s *subject) {
			before = heapInUse()
			for i := range byte(n) {
				s.send(t, modelCall(i, 2, 1, true, part))
				s.send(t, modelCall(i, 1, 0, false, part))
			}
			time.Sleep(time.Minute)
		}, func(t *testing.T, s *subject) {
			comesOut(0, 0)(t, s)
			assert.Greater(t, grown(), int64(n*part), "it drops them, and holds them all the same")
		}, func(t *testing.T, s *subject) {
			comesOut(n, 2*n)(t, s)
			assert.Less(t, grown(), int64(n*part/2))
		})
}

func heapInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestStock_senderAndShutdownWhileFull runs in real time: what blocks for ever cannot be waited for in any other.
func TestStock_senderAndShutdownWhileFull(t *testing.T) {
	const n = 200
	play := func(s *subject) (sent int, down bool) {
		answered := make(chan struct{}, n)
		senders, giveUp := context.WithCancel(context.Background())
		go func() {
			defer func() { _ = recover() }() // the stock one closes a channel to which the sender still wants to send
			for i := range byte(n) {
				_ = s.ConsumeTraces(senders, modelCall(i, 1, 0, true, 100<<10))
				answered <- struct{}{}
			}
		}()
		time.Sleep(4 * time.Second)
		giveUp()
		time.Sleep(time.Second)
		sent = len(answered)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		stopped := make(chan struct{})
		go func() {
			_ = s.Shutdown(ctx)
			close(stopped)
		}()
		select {
		case <-stopped:
			return sent, true
		case <-time.After(3 * time.Second):
			return sent, false
		}
	}
	t.Run("stock", func(t *testing.T) {
		t.Parallel()
		sent, down := play(stockSampler(t, stockErrors+"num_traces: 10\nblock_on_overflow: true"))
		assert.Less(t, sent, n, "senders wait for ever")
		assert.False(t, down, "and so does the shutdown")
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		s := ourSampler(t, ourErrors+"memory: {max_bytes: 1MiB}")
		sent, down := play(s)
		assert.Equal(t, n, sent, "each is answered")
		assert.True(t, down)
		traces, _ := s.out()
		assert.Greater(t, traces, 10)
	})
}

func TestStock_errorThatComesLate(t *testing.T) {
	both(t, stockErrors, ourErrors, func(t *testing.T, s *subject) {
		s.send(t, modelCall(1, 2, 1, false, 10))
		time.Sleep(3 * time.Second)
		s.send(t, modelCall(1, 1, 0, true, 10))
		time.Sleep(time.Minute)
	}, comesOut(0, 0), comesOut(1, 2))
}

func TestStock_waitAfterTheRootIsNotRounded(t *testing.T) {
	f := func(wait string, sendAt time.Duration, lost, kept func(*testing.T, time.Duration)) {
		t.Helper()
		var sent time.Time
		verdict := func(f func(*testing.T, time.Duration)) func(*testing.T, *subject) {
			return func(t *testing.T, s *subject) {
				t.Helper()
				require.False(t, s.first.IsZero())
				f(t, s.first.Sub(sent))
			}
		}
		both(t, strings.Replace(stockErrors, "1s", "30s", 1)+"decision_wait_after_root_received: "+wait,
			strings.Replace(ourErrors, "1s", wait, 1), func(t *testing.T, s *subject) {
				time.Sleep(sendAt)
				sent = time.Now()
				s.send(t, modelCall(1, 1, 0, true, 10))
				time.Sleep(10 * time.Second)
			}, verdict(lost), verdict(kept))
	}
	f("900ms", 950*time.Millisecond, func(t *testing.T, after time.Duration) {
		assert.Less(t, after, 500*time.Millisecond, "it does not wait at all")
	}, func(t *testing.T, after time.Duration) {
		assert.InDelta(t, 0.95, after.Seconds(), 0.05)
	})
	f("200ms", 1050*time.Millisecond, func(t *testing.T, after time.Duration) {
		assert.Greater(t, after, 700*time.Millisecond, "it waits for the next full second")
	}, func(t *testing.T, after time.Duration) {
		assert.InDelta(t, 0.25, after.Seconds(), 0.05)
	})
}

func TestStock_lateSpansOfADroppedTraceFloodTheLog(t *testing.T) {
	const stockDrop = `
decision_wait: 1s
policies: [{name: none, type: drop, drop: {drop_sub_policy: [{name: all, type: always_sample}]}}]
`
	lines := func(want int) func(*testing.T, *subject) {
		return func(t *testing.T, s *subject) {
			t.Helper()
			comesOut(0, 0)(t, s)
			assert.Equal(t, want, s.logs.Len())
		}
	}
	both(t, stockDrop, ourErrors, func(t *testing.T, s *subject) {
		s.send(t, modelCall(1, 1, 0, false, 10))
		time.Sleep(5 * time.Second)
		for id := range byte(10) {
			s.send(t, modelCall(1, 2+id, 1, false, 10))
		}
		time.Sleep(5 * time.Second)
	}, lines(10), lines(0))
}
