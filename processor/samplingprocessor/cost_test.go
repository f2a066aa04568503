// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package samplingprocessor

import (
	"context"
	"runtime"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// cpuTime is what the process has used so far, on whatever core: a clock on the wall also measures who else uses them.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// costing is a processor that drops what has not failed, and whose shards do nothing by themselves.
func costing(tb testing.TB) (*tracesProcessor, *core) {
	tb.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.Memory.MaxBytes = 8 << 30
	cfg.Complete = Complete{AfterRoot: time.Hour, Idle: time.Hour, Max: time.Hour}
	cfg.Rules = []policy.Rule{keepErrors(), keep("none", 0)}
	p, err := NewFactory().CreateTraces(context.Background(), processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	require.NoError(tb, err)
	require.NoError(tb, p.Start(context.Background(), componenttest.NewNopHost()))
	t := p.(*tracesProcessor)
	return t, t.core
}

// settleShards returns when the shards have done what they were given.
func settleShards(c *core) {
	for _, s := range c.shards {
		s.sync()
	}
}

// requests makes n requests with other traces each: batches of 128 traces, or requests of one trace, of 13 spans.
func requests(n int, alone bool) []ptrace.Traces {
	template := batch()
	if alone {
		spans := template.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
		i := 0
		spans.RemoveIf(func(ptrace.Span) bool { i++; return i > 13 })
	}
	all := make([]ptrace.Traces, n)
	for i := range all {
		all[i] = ptrace.NewTraces()
		template.CopyTo(all[i])
		renumber(all[i], uint64(i+1))
	}
	return all
}

// perSpan gives requests to what prepare returns until the benchmark is satisfied, and reports the CPU time of a span.
// Requests have just been decoded, as they are when a receiver hands them on: a few at a time, so that they are still in
// the caches of the processor. Garbage is collected in between, and its cost is not in the figure.
func perSpan(b *testing.B, in inflow, prepare func() func(few []ptrace.Traces)) {
	b.Helper()
	bodies := in.encoded(b)
	var used time.Duration
	spans := 0
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for b.Loop() {
		b.StopTimer()
		runtime.GC()
		f := prepare()
		for n := range uint64(in.rounds) {
			few := decoded(b, bodies, n)
			b.StartTimer()
			began := cpuTime()
			f(few)
			used += cpuTime() - began
			b.StopTimer()
			for _, td := range few {
				spans += td.SpanCount()
			}
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(used.Nanoseconds())/float64(spans), "cpu-ns/span")
}

// inflow is what requests look like, and how often how many of them come.
type inflow struct {
	name   string
	alone  bool
	few    int // at a time
	rounds int
}

func (s inflow) encoded(tb testing.TB) [][]byte {
	tb.Helper()
	var m ptrace.ProtoMarshaler
	bodies := make([][]byte, s.few)
	for i, td := range requests(s.few, s.alone) {
		var err error
		bodies[i], err = m.MarshalTraces(td)
		require.NoError(tb, err)
	}
	return bodies
}

// decoded decodes requests and gives their traces other ids in each round.
func decoded(tb testing.TB, bodies [][]byte, round uint64) []ptrace.Traces {
	tb.Helper()
	var u ptrace.ProtoUnmarshaler
	few := make([]ptrace.Traces, len(bodies))
	for i, body := range bodies {
		var err error
		few[i], err = u.UnmarshalTraces(body)
		require.NoError(tb, err)
		renumber(few[i], round*uint64(len(bodies))+uint64(i)+1)
	}
	return few
}

// BenchmarkAccumulate compares taking requests in with nothing but encoding each of them, once and as it is, which is
// what is subtracted where the cost beside the encoding is told.
func BenchmarkAccumulate(b *testing.B) {
	for _, in := range []inflow{
		{name: "aTraceEach", alone: true, few: 64, rounds: 60},
		{name: "manyTraces", few: 1, rounds: 40},
	} {
		b.Run(in.name+"/encodingAlone", func(b *testing.B) {
			var m ptrace.ProtoMarshaler
			perSpan(b, in, func() func([]ptrace.Traces) {
				var kept [][]byte
				return func(few []ptrace.Traces) {
					for _, td := range few {
						data, _ := m.MarshalTraces(td)
						kept = append(kept, data)
					}
				}
			})
		})
		b.Run(in.name+"/all", func(b *testing.B) {
			perSpan(b, in, func() func([]ptrace.Traces) {
				p, c := costing(b)
				b.Cleanup(func() { _ = p.Shutdown(context.Background()) })
				return func(few []ptrace.Traces) {
					for _, td := range few {
						if err := p.ConsumeTraces(context.Background(), td); err != nil {
							b.Fatal(err)
						}
					}
					settleShards(c)
				}
			})
		})
	}
}

// BenchmarkDecide judges traces that are dropped; what is kept costs its decoding and repair beside.
func BenchmarkDecide(b *testing.B) {
	var used time.Duration
	const n = 10_000
	for b.Loop() {
		b.StopTimer()
		p, c := costing(b)
		for _, td := range requests(n, true) {
			if err := p.ConsumeTraces(context.Background(), td); err != nil {
				b.Fatal(err)
			}
		}
		settleShards(c)
		runtime.GC()
		b.StartTimer()
		began := cpuTime()
		for range c.shards {
			c.evict(room{bytes: 1 << 40, of: ofCalm})
		}
		used += cpuTime() - began
		b.StopTimer()
		require.Zero(b, c.tracesOpen.Load())
		require.NoError(b, p.Shutdown(context.Background()))
		b.StartTimer()
	}
	b.ReportMetric(float64(used.Nanoseconds())/float64(b.N*n*13), "cpu-ns/span")
}

// lateArrivals reads n requests, and has their traces dropped and forgotten but for the decision.
func lateArrivals(tb testing.TB, p *tracesProcessor, n int) [][]arrival {
	tb.Helper()
	c := p.core
	late := make([][]arrival, n)
	for i, td := range requests(n, false) {
		var err error
		late[i], _, err = c.readRequest(td, 0)
		require.NoError(tb, err)
		require.NoError(tb, p.ConsumeTraces(context.Background(), td))
	}
	settleShards(c)
	for range c.shards {
		c.evict(room{bytes: 1 << 40, of: ofCalm}) // nothing is buried that is too small to be worth compressing
	}
	return late
}

// BenchmarkLateDrop gives spans to the shards whose traces were dropped, and are gone.
func BenchmarkLateDrop(b *testing.B) {
	p, c := costing(b)
	const n = 100
	late := lateArrivals(b, p, n)
	var used time.Duration
	for b.Loop() {
		began := cpuTime()
		for i := range late {
			c.dispatch(late[i])
		}
		settleShards(c)
		used += cpuTime() - began
	}
	b.ReportMetric(float64(used.Nanoseconds())/float64(b.N*n*128*13), "cpu-ns/span")
	require.NoError(b, p.Shutdown(context.Background()))
}

// TestCost_lateSpansOfDroppedTracesAllocateNothing holds the shards to it. Reading a request comes before.
func TestCost_lateSpansOfDroppedTracesAllocateNothing(t *testing.T) {
	p, c := costing(t)
	late := lateArrivals(t, p, 5)
	barrier := make(chan struct{})
	allocated := testing.AllocsPerRun(20, func() {
		for i := range late {
			c.dispatch(late[i])
		}
		for _, s := range c.shards { // with one barrier for all
			s.send(message{room: &room{bytes: 0, of: ofCalm, freed: barrier}})
			<-barrier
			barrier = make(chan struct{})
		}
	})
	assert.LessOrEqual(t, allocated, float64(4*len(c.shards)), "those of the barriers alone")
	require.NoError(t, p.Shutdown(context.Background()))
}

// TestCost_allocationsOfWhatIsTakenIn counts what a trace of 13 spans takes: its bytes, its list of spans, and its entry.
func TestCost_allocationsOfWhatIsTakenIn(t *testing.T) {
	const n = 20
	for _, alone := range []bool{true, false} {
		p, c := costing(t)
		all, i := requests(3*n, alone), 0
		take := func() {
			for range n {
				require.NoError(t, p.ConsumeTraces(t.Context(), all[i]))
				i++
			}
			settleShards(c)
		}
		take() // what is used again is there
		allocated := testing.AllocsPerRun(1, take) / float64(n*all[0].SpanCount())
		t.Logf("%.2f allocations a span", allocated)
		assert.Less(t, allocated, map[bool]float64{true: 1.2, false: 0.6}[alone])
		require.NoError(t, p.Shutdown(t.Context()))
	}
}

// TestCost_memoryHeld looks at what traces of some shapes take while they wait, when nothing of them is compressed yet: their
// encoding, and so much a span and a trace.
func TestCost_memoryHeld(t *testing.T) {
	const perSpan, perTrace = 250, 300
	for _, shape := range []struct{ spans, requests, traces int }{
		{13, 1, 5000}, {1, 1, 20_000}, {2, 2, 10_000}, {3, 3, 10_000}, {5, 5, 5000}, {9, 9, 3000}, {13, 13, 3000}, {18, 18, 3000},
	} {
		n := int64(shape.traces)
		encoded, held, reckoned := holding(t, shape.traces, pieces(shape.spans, shape.requests))
		beside := float64(held-encoded) / float64(n)
		allowed := float64(shape.spans*perSpan + perTrace)
		t.Logf("%d traces of %2d spans in %2d requests: %5.0f bytes a trace encoded, %4.0f beside it of %4.0f, reckoned with %.0f",
			n, shape.spans, shape.requests, float64(encoded)/float64(n), beside, allowed, float64(reckoned-encoded)/float64(n))
		assert.LessOrEqual(t, beside, allowed)
		assert.LessOrEqual(t, float64(held), 1.15*float64(reckoned), "the budget knows")
	}
}

// pieces is a trace of so many spans, in so many requests.
func pieces(spans, requests int) []ptrace.Traces {
	all := make([]ptrace.Traces, requests)
	for r := range all {
		all[r] = ptrace.NewTraces()
		batch().CopyTo(all[r])
		i := 0
		all[r].ResourceSpans().At(0).ScopeSpans().At(0).Spans().RemoveIf(func(ptrace.Span) bool {
			i++
			return i > spans || i%requests != r
		})
	}
	return all
}

// holding sends n such traces, and returns what they take.
func holding(t *testing.T, n int, trace []ptrace.Traces) (encoded, held, reckoned int64) {
	t.Helper()
	p, c := costing(t)
	var m ptrace.ProtoMarshaler
	heap := func() int64 {
		runtime.GC()
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return int64(s.HeapAlloc)
	}
	before := heap()
	for _, piece := range trace {
		for i := range n {
			td := ptrace.NewTraces()
			piece.CopyTo(td)
			for _, span := range spansOfAll(td) {
				span.SetTraceID([16]byte{1, byte(i >> 16), byte(i >> 8), byte(i)})
			}
			encoded += int64(m.TracesSize(td))
			require.NoError(t, p.ConsumeTraces(context.Background(), td))
		}
	}
	settleShards(c)
	held, reckoned = heap()-before, c.budget.held()
	require.EqualValues(t, n, c.tracesOpen.Load())
	require.NoError(t, p.Shutdown(context.Background()))
	return encoded, held, reckoned
}

// TestCost_growsLinearly takes more and more traces that are open at the same time.
func TestCost_growsLinearly(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	cost := func(n int) float64 {
		var runs []float64
		for range 3 {
			p, c := costing(t)
			all := requests(n, true)
			runtime.GC()
			began := cpuTime()
			for _, td := range all {
				require.NoError(t, p.ConsumeTraces(context.Background(), td))
			}
			settleShards(c)
			runs = append(runs, float64((cpuTime()-began).Nanoseconds())/float64(n*13))
			require.NoError(t, p.Shutdown(context.Background()))
		}
		return slices.Min(runs)
	}
	few, many := cost(1000), cost(10_000)
	t.Logf("%.0f ns a span with 1,000 traces open, %.0f ns with 10,000", few, many)
	assert.Less(t, many, 4*few+500)
}
