// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
)

// giant is one trace of many spans, in requests of so many of them.
type giant struct {
	spans, chunk  int
	shuffled      bool
	infra         bool // all but every hundredth is infrastructure
	budget, trace int
	shards        int
}

// pieces are the requests.
func (g giant) pieces() func(yield func(ptrace.Traces) bool) {
	order := make([]int, g.spans)
	for i := range order {
		order[i] = i + 1
	}
	if g.shuffled {
		r := rand.New(rand.NewPCG(5, 5))
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	return func(yield func(ptrace.Traces) bool) {
		for from := 0; from < len(order); from += g.chunk {
			td := traces()
			spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
			for _, i := range order[from:min(from+g.chunk, len(order))] {
				span := spans.AppendEmpty()
				s := spec{id: 1, kind: "llm", name: "step", start: i}
				if g.infra && i%100 != 1 {
					s.kind = "http"
				}
				s.put(span)
				span.SetSpanID(wide(i))
				span.SetParentSpanID(wide(i / 8))
			}
			if !yield(td) {
				return
			}
		}
	}
}

// sendAll sends the pieces, and again what is refused.
func (g giant) sendAll(t *testing.T, s *sampler) {
	t.Helper()
	for td := range g.pieces() {
		until := time.Now().Add(eventually)
		for s.traces.ConsumeTraces(context.Background(), td) != nil {
			require.True(t, time.Now().Before(until), "refused for good")
			time.Sleep(moment)
		}
	}
}

// TestGiant_isOneTreeOfWhatIsAllowed sends far more spans than a trace may have, of which most come when it was judged for
// its size.
func TestGiant_isOneTreeOfWhatIsAllowed(t *testing.T) {
	all := []giant{
		{spans: 100_000, chunk: 1, budget: 64 << 20, shards: 2},
		{spans: 60_000, chunk: 100, shuffled: true, budget: 64 << 20, trace: 1 << 20, shards: 3},
		{spans: 40_000, chunk: 50, budget: 64 << 20, trace: 256 << 10, shards: 16}, // not all that is released is remembered
		{spans: 40_000, chunk: 50, budget: 1 << 20, shards: 8},
		{spans: 100_000, chunk: 1000, infra: true, budget: 64 << 20, trace: 1 << 20, shards: 4},
		{spans: 100_000, chunk: 100_000, infra: true, budget: 512 << 20, shards: 8},
	}
	if !testing.Short() {
		all = append(all, giant{spans: 300_000, chunk: 500, budget: 256 << 20, trace: 1 << 20, shards: 2})
	}
	for _, g := range all {
		t.Run(fmt.Sprintf("%+v", g), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(g.shards))
			s := startSampler(t, func(c *Config) {
				c.Memory.MaxBytes, c.Memory.MaxTraceBytes = size(g.budget), size(g.trace)
			})
			g.sendAll(t, s)
			require.NoError(t, s.traces.Shutdown(context.Background()))
			out := s.sink.AllTraces()
			require.Equal(t, 1, requireTrees(t, out...))
			assert.Len(t, s.decisions.list(), 1)
			released := len(spansOfAll(out...))
			assert.LessOrEqual(t, released, repair.MaxSpans)
			if g.infra {
				assert.Equal(t, g.spans/100, released)
				return
			}
			assert.Greater(t, released, 200)
			assert.EqualValues(t, g.spans-released, s.count("dropped_spans", "reason", reasonTruncated))
			if s.count("dropped_spans", "reason", reasonTruncated) > 0 && released == repair.MaxSpans {
				assert.Equal(t, 1, marked(out))
			}
			t.Logf("%d of %d spans in %d releases", released, g.spans, len(out))
		})
	}
}

// TestGiant_isOneTreeOverARestart ends the process twice while spans of the trace still come.
func TestGiant_isOneTreeOverARestart(t *testing.T) {
	d := newDisk()
	g := giant{spans: 36_000, chunk: 100}
	var out []ptrace.Traces
	var s *sampler
	decisions := 0
	end := func() {
		require.NoError(t, s.traces.Shutdown(context.Background()))
		out = append(out, s.sink.AllTraces()...)
		decisions += len(s.decisions.list())
	}
	n := 0
	for td := range g.pieces() {
		if n%120 == 0 {
			if s != nil {
				end()
			}
			s = withStorage(t, d, func(c *Config) { c.Memory.MaxTraceBytes = 1 << 20 })
			s.start(s.sink)
		}
		n++
		s.send(td)
	}
	end()
	assert.LessOrEqual(t, len(spansOfAll(out...)), repair.MaxSpans)
	assert.Equal(t, 1, requireTrees(t, out...))
	assert.Equal(t, 1, decisions)
	t.Logf("%d of %d spans", len(spansOfAll(out...)), g.spans)
}

// marked is how many spans say that something was cut off.
func marked(out []ptrace.Traces) (n int) {
	for _, span := range spansOfAll(out...) {
		if _, ok := span.Attributes().Get(repair.Truncated); ok {
			n++
		}
	}
	return n
}
