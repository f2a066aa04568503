// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build bench

package bench

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor"
)

// stockSampling keeps errors and 10 % of the rest, in as many shards as there are cores, and has room for every trace.
const stockSampling = `
decision_wait: 1s
num_traces: 1000000
num_shards: 2
policies:
  - {name: errors, type: status_code, status_code: {status_codes: [ERROR]}}
  - {name: rest, type: probabilistic, probabilistic: {sampling_percentage: 10}}
`

// ourSampling does the same; nothing is pruned, since the stock processor cannot.
const ourSampling = `
complete: {after_root: 1s, idle: 1s, max: 1s}
memory: {max_bytes: 2GiB, max_trace_bytes: 1GiB}
traces: all
spans: all
` + ourRules

// ourJournal also writes everything that it accepts to a file_storage before it answers.
const ourJournal = ourSampling + `
storage: file_storage
`

// ourDirectory writes it to a directory of its own.
const ourDirectory = ourSampling + `
disk: {max_bytes: 1GiB}
directory: `

// ourDefaults prunes and drops what is no agent's, as it does by default.
const ourDefaults = `
complete: {after_root: 1s, idle: 1s, max: 1s}
memory: {max_bytes: 2GiB, max_trace_bytes: 1GiB}
` + ourRules

const ourRules = `
rules:
  - {name: errors, when: {error: true}, keep: 100}
  - {name: rest, keep: 10}
`

// sampler is a processor and what it releases.
type sampler struct {
	processor.Traces
	released atomic.Int64           // spans
	release  func(td ptrace.Traces) // is told, if it is not nil
}

func newSampler(t *testing.T, factory processor.Factory, yaml string) *sampler {
	t.Helper()
	parsed, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	require.NoError(t, err)
	conf, err := parsed.AsConf()
	require.NoError(t, err)
	cfg := factory.CreateDefaultConfig()
	require.NoError(t, conf.Unmarshal(cfg))
	s := &sampler{}
	next, err := consumer.NewTraces(func(_ context.Context, td ptrace.Traces) error {
		s.released.Add(int64(td.SpanCount()))
		if s.release != nil {
			s.release(td)
		}
		return nil
	})
	require.NoError(t, err)
	s.Traces, err = factory.CreateTraces(context.Background(), processortest.NewNopSettings(factory.Type()), cfg, next)
	require.NoError(t, err)
	require.NoError(t, s.Start(context.Background(), withStorage(t)))
	return s
}

// withStorage is a host that has a file_storage, for who asks for it.
func withStorage(t *testing.T) component.Host {
	t.Helper()
	factory := filestorage.NewFactory()
	cfg := factory.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = t.TempDir()
	storage, err := factory.Create(context.Background(), extensiontest.NewNopSettings(factory.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, storage.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { assert.NoError(t, storage.Shutdown(context.Background())) })
	return host{component.MustNewID("file_storage"): storage}
}

// host has extensions and nothing else.
type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

// contender is what is measured: a processor with a configuration, or without a factory nothing but the decoding of
// requests.
type contender struct {
	name    string
	factory processor.Factory
	yaml    string
}

func (c contender) make(t *testing.T) *sampler {
	t.Helper()
	switch {
	case c.factory == nil:
		return &sampler{Traces: nothing{}}
	case c.yaml == ourDirectory:
		return newSampler(t, c.factory, c.yaml+t.TempDir())
	}
	return newSampler(t, c.factory, c.yaml)
}

// nothing takes requests and forgets them.
type nothing struct{}

func (nothing) ConsumeTraces(context.Context, ptrace.Traces) error { return nil }
func (nothing) Capabilities() consumer.Capabilities                { return consumer.Capabilities{} }
func (nothing) Start(context.Context, component.Host) error        { return nil }
func (nothing) Shutdown(context.Context) error                     { return nil }

func contenders() []contender {
	return []contender{
		{name: "decoding only"},
		{"stock", tailsamplingprocessor.NewFactory(), stockSampling},
		{"ours", samplingprocessor.NewFactory(), ourSampling},
		{"ours, pruning", samplingprocessor.NewFactory(), ourDefaults},
	}
}

const (
	senderCount = 2
	// stream is how long requests are sent, several times the second that traces wait for their decision.
	stream = 4 * time.Second
	// warmUp is how long they are sent before, and allDecided how long it takes then until nothing waits.
	warmUp         = 10 * time.Second
	allDecided     = 1500 * time.Millisecond
	samplingRounds = 3
	// heldCopies of the recordings are held when memory is measured, about 36,000 spans.
	heldCopies = 20
	settle     = 300 * time.Millisecond
	// mixed is how many traces are on their way at the same time, spans of each in every request.
	mixed     = 16
	mixedSize = 4 // spans of a trace in one request
)

func TestSampling_besideTheStockProcessor(t *testing.T) {
	machine(t)
	before := runtime.GOMAXPROCS(senderCount)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
	whole := recorded(t, "sampling")
	for _, in := range []struct {
		name string
		data []ptrace.Traces
	}{{"a request a trace", whole}, {"requests of many traces", mixedRequests(whole)}} {
		t.Run(in.name, func(t *testing.T) {
			requests := encode(t, in.data)
			t.Logf("%d requests with %d spans, %.0f bytes each, sent again and again as other traces", len(requests),
				spanCount(in.data), float64(size(in.data))/float64(spanCount(in.data)))
			compareStreams(t, contenders(), requests, spanCount(in.data))
			compareHeld(t, requests, spanCount(in.data), size(in.data))
		})
	}
}

// flow is what a stream of requests took, the last decision included.
type flow struct {
	cost

	spans    int
	released int64
}

// perSpan is the CPU time of a span in nanoseconds.
func (f flow) perSpan() float64 { return float64(f.cpu) / float64(f.spans) }

// compareStreams sends requests for some seconds as fast as they are taken. Traces are decided while others arrive.
func compareStreams(t *testing.T, list []contender, requests [][]byte, spans int) {
	t.Helper()
	results := make([][]flow, len(list))
	for range samplingRounds {
		for i, c := range list {
			results[i] = append(results[i], run(t, c.make(t), requests, spans))
		}
	}
	base, stock := middle(results[0]), middle(results[1])
	t.Logf("%-14s took %7.0f spans/s; CPU %6.0f ns/span", list[0].name, perSecond(base.spans, base.wall), base.perSpan())
	for i, c := range list[1:] {
		m := middle(results[i+1])
		own := m.perSpan() - base.perSpan()
		t.Logf("%-14s took %7.0f spans/s; CPU %6.0f ns/span (%4.2fx), beside the decoding %6.0f ns: %7.0f spans/s on %d cores (%4.2fx); "+
			"%5.1f allocs/span, %5.0f B/span; kept %4.1f %%",
			c.name, perSecond(m.spans, m.wall), m.perSpan(), stock.perSpan()/m.perSpan(),
			own, senderCount*1e9/own, senderCount, (stock.perSpan()-base.perSpan())/own,
			float64(m.allocs)/float64(m.spans), float64(m.bytes)/float64(m.spans), 100*float64(m.released)/float64(m.spans))
	}
}

// run streams requests into s from two goroutines until all is decided, and ends with its shutdown. What is measured begins when s has been at
// work for a while: a Collector runs for weeks, and memory that is touched for the first time takes several times longer.
func run(t *testing.T, s *sampler, requests [][]byte, spans int) flow {
	t.Helper()
	syscall.Sync() // what the one before has left to write is none of ours
	warm := flood(t, s, requests, 0, warmUp)
	time.Sleep(allDecided)
	before, passes := s.released.Load(), 0
	var took time.Duration
	c := measure(func() {
		began := time.Now()
		passes = flood(t, s, requests, uint64(warm), stream)
		took = time.Since(began)
		time.Sleep(allDecided) // a shutdown leaves what is on the disk to the next start, and decides all else
		assert.NoError(t, s.Shutdown(context.Background()))
	})
	c.wall = took
	return flow{cost: c, spans: passes * spans / senderCount, released: s.released.Load() - before}
}

// flood sends the requests for some time, again and again as other traces, from pass number first on. It returns how many
// passes the senders made together, each with its share of the requests.
func flood(t *testing.T, s *sampler, requests [][]byte, first uint64, period time.Duration) int {
	passes := make([]int, senderCount)
	deadline := time.Now().Add(period)
	var senders sync.WaitGroup
	for k := range senderCount {
		senders.Go(func() {
			for n := first; time.Now().Before(deadline); n++ {
				for i := k; i < len(requests); i += senderCount {
					assert.NoError(t, s.ConsumeTraces(context.Background(), decode(t, requests[i], n)))
				}
				passes[k]++
			}
		})
	}
	senders.Wait()
	return passes[0] + passes[1]
}

// TestSamplingJournal measures what it costs to survive a crash. Memory alone stands in the place of the other contender.
func TestSamplingJournal_besideMemoryAlone(t *testing.T) {
	machine(t)
	before := runtime.GOMAXPROCS(senderCount)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
	whole := recorded(t, "sampling")
	compareStreams(t, []contender{
		{name: "decoding only"},
		{"memory alone", samplingprocessor.NewFactory(), ourSampling},
		{"directory", samplingprocessor.NewFactory(), ourDirectory},
		{"file_storage", samplingprocessor.NewFactory(), ourJournal},
	}, encode(t, whole), spanCount(whole))
}

const (
	// lagRate is far below what either can do, so that the delay is of the processor's own making: requests a second.
	lagRate    = 1000
	lagSeconds = 6
	// lagWait is how long both wait for a trace.
	lagWait = time.Second
)

// TestSamplingLag_besideTheStockProcessor measures how long after its deadline a kept trace is released.
func TestSamplingLag_besideTheStockProcessor(t *testing.T) {
	machine(t)
	whole := recorded(t, "lag")
	requests := encode(t, whole)
	for _, c := range contenders()[1:] {
		s := c.make(t)
		arrived, late := sync.Map{}, make(chan time.Duration, lagRate*lagSeconds)
		s.release = func(td ptrace.Traces) {
			at, ok := arrived.Load(firstTrace(td))
			if ok {
				late <- time.Since(at.(time.Time)) - lagWait
			}
		}
		began := time.Now()
		for i := range lagRate * lagSeconds {
			td := decode(t, requests[i%len(requests)], uint64(i/len(requests)))
			arrived.Store(firstTrace(td), time.Now())
			require.NoError(t, s.ConsumeTraces(context.Background(), td))
			time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / lagRate)))
		}
		time.Sleep(3 * lagWait)
		require.NoError(t, s.Shutdown(context.Background()))
		close(late)
		all := slices.Sorted(func(yield func(time.Duration) bool) {
			for d := range late {
				if !yield(d) {
					return
				}
			}
		})
		require.NotEmpty(t, all)
		t.Logf("%-14s %4d traces released; after the deadline: median %s, p99 %s", c.name, len(all),
			all[len(all)/2].Round(time.Millisecond), all[len(all)*99/100].Round(time.Millisecond))
	}
}

func firstTrace(td ptrace.Traces) pcommon.TraceID {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				return span.TraceID()
			}
		}
	}
	return pcommon.TraceID{}
}

// compareHeld looks at the memory of traces that wait. The stock processor keeps them decoded.
func compareHeld(t *testing.T, requests [][]byte, spans, encoded int) {
	t.Helper()
	for _, c := range contenders()[1:] {
		before := heap()
		s := c.make(t)
		for n := range uint64(heldCopies) {
			for _, body := range requests {
				assert.NoError(t, s.ConsumeTraces(context.Background(), decode(t, body, n)))
			}
		}
		time.Sleep(settle) // what was handed to other goroutines is in its place, and not yet decided
		held := float64(heap()-before) / heldCopies
		assert.NoError(t, s.Shutdown(context.Background()))
		t.Logf("%-14s holds %5.0f bytes a span, %4.2f of its OTLP encoding", c.name, held/float64(spans), held/float64(encoded))
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC() // the second one also frees what finalizers and pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// middle returns the flow in the middle by CPU time a span.
func middle(list []flow) flow {
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b flow) int { return cmp.Compare(a.perSpan(), b.perSpan()) })
	return sorted[len(sorted)/2]
}

func encode(t *testing.T, all []ptrace.Traces) [][]byte {
	t.Helper()
	bodies := make([][]byte, len(all))
	for i, td := range all {
		var err error
		bodies[i], err = (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
		require.NoError(t, err)
	}
	return bodies
}

// decode does what a receiver does, and makes other traces of it.
func decode(t *testing.T, body []byte, n uint64) ptrace.Traces {
	t.Helper()
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(body)
	if err != nil {
		t.Error(err)
		return ptrace.NewTraces()
	}
	renumber(td, n)
	return td
}

// mixedRequests cuts the traces into pieces and sends those of several together, as a gateway gets them.
func mixedRequests(whole []ptrace.Traces) []ptrace.Traces {
	var out []ptrace.Traces
	for len(whole) > 0 {
		n := min(mixed, len(whole))
		out = append(out, interleave(whole[:n])...)
		whole = whole[n:]
	}
	return out
}

func interleave(group []ptrace.Traces) []ptrace.Traces {
	var out []ptrace.Traces
	for _, td := range group {
		k := 0
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for from := 0; from < ss.Spans().Len(); from += mixedSize {
					if k == len(out) {
						out = append(out, ptrace.NewTraces())
					}
					put(out[k], rs, ss, from)
					k++
				}
			}
		}
	}
	return out
}

// put copies a few spans, with their resource and scope, to the end of td.
func put(td ptrace.Traces, rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, from int) {
	r := td.ResourceSpans().AppendEmpty()
	rs.Resource().CopyTo(r.Resource())
	s := r.ScopeSpans().AppendEmpty()
	ss.Scope().CopyTo(s.Scope())
	for i := from; i < min(from+mixedSize, ss.Spans().Len()); i++ {
		ss.Spans().At(i).CopyTo(s.Spans().AppendEmpty())
	}
}

// TestSampling_renumberedTracesAreOthers holds the input to its promise: a trace that came twice would be less work.
func TestSampling_renumberedTracesAreOthers(t *testing.T) {
	seen := map[string]bool{}
	whole := recorded(t, "sampling")
	for n := range uint64(heldCopies) {
		ids := map[string]bool{}
		for _, body := range encode(t, whole) {
			for _, rs := range decode(t, body, n).ResourceSpans().All() {
				for _, ss := range rs.ScopeSpans().All() {
					for _, span := range ss.Spans().All() {
						ids[span.TraceID().String()] = true
					}
				}
			}
		}
		for id := range ids {
			assert.False(t, seen[id], id)
			seen[id] = true
		}
	}
	assert.Equal(t, spanCount(whole), spanCount(mixedRequests(whole)))
}
