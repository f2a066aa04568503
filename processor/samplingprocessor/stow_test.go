// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/seglog"
)

// gate is a next consumer that refuses while it is shut, or takes only a part.
type gate struct {
	consumertest.TracesSink
	shut atomic.Bool
	part atomic.Bool // the next one is taken but for its last span
}

func (g *gate) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	switch {
	case g.shut.Load():
		return errors.New("away")
	case g.part.CompareAndSwap(true, false):
		rest := ptrace.NewTraces()
		spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
		last := spans.At(spans.Len() - 1)
		last.CopyTo(rest.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty())
		id := last.SpanID()
		spans.RemoveIf(func(s ptrace.Span) bool { return s.SpanID() == id })
		return errors.Join(g.TracesSink.ConsumeTraces(ctx, td), consumererror.NewTraces(errors.New("a part"), rest))
	}
	return g.TracesSink.ConsumeTraces(ctx, td)
}

func littleMemory(c *Config) {
	c.Memory.MaxBytes = 1 << 20
	c.Disk.MaxBytes = 64 << 20
	c.Complete = Complete{AfterRoot: time.Second, Idle: 5 * time.Second, Max: 10 * time.Second}
}

// TestStow_anOutageCostsDiskAndNotMemory has twenty times the memory wait for the next component.
func TestStow_anOutageCostsDiskAndNotMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withDirectory(t, t.TempDir(), littleMemory)
		next := &gate{}
		next.shut.Store(true)
		s.start(next)
		for n := range uint16(200) {
			s.send(noise(n, 100<<10))
			time.Sleep(time.Second)
			require.LessOrEqual(t, s.count("bytes_held"), float64(1<<20))
		}
		time.Sleep(20 * time.Second)
		assert.Zero(t, s.count("evicted"))
		assert.Zero(t, s.count("refused_requests"))
		assert.LessOrEqual(t, s.count("bytes_held"), float64(1<<19), "most of what waits is on disk")
		next.shut.Store(false)
		time.Sleep(5 * time.Minute)
		assert.Equal(t, 200, requireTrees(t, next.AllTraces()...))
		assert.Zero(t, s.count("journal_failures"))
		memory, stowed := s.traces.(*tracesProcessor).core.outbox.held()
		assert.Zero(t, memory)
		assert.Zero(t, stowed)
		s.stop()
	})
}

// TestStow_survivesACrash is killed while everything waits; a span that comes afterwards finds its trace.
func TestStow_survivesACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := withDirectory(t, dir, littleMemory)
		down := &gate{}
		down.shut.Store(true)
		s.start(down)
		for n := range uint16(50) {
			s.send(noise(n, 100<<10))
			time.Sleep(time.Second)
		}
		time.Sleep(20 * time.Second)
		crashed := crashedDirectory(t, dir)
		hangUp(t, s)

		again := withDirectory(t, crashed, littleMemory)
		again.start(again.sink)
		assert.Less(t, entriesIn(t, crashed), 5, "parts are gone once what was made of them is stowed")
		late := traces(spec{id: 2, parent: 1, kind: "tool"})
		spansOfAll(late)[0].SetTraceID(payloadID(3))
		again.send(late)
		time.Sleep(time.Minute)
		crashed = crashedDirectory(t, crashed)
		out := again.stop()
		assert.Equal(t, 50, requireTrees(t, out...))
		for _, span := range spansOfAll(out...) {
			if span.TraceID() == payloadID(3) && span.SpanID() == spanID(2) {
				assert.Equal(t, id(1), span.Attributes().AsRaw()[contract.SamplingRootSpanID])
			}
		}

		last := withDirectory(t, crashed, nil)
		last.start(last.sink)
		time.Sleep(time.Minute)
		assert.Empty(t, last.stop(), "what was delivered is forgotten")
	})
}

func TestStow_whatIsTakenInPartIsNotSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withDirectory(t, t.TempDir(), func(c *Config) { littleMemory(c); c.Memory.MaxBytes = 64 << 10 })
		next := &gate{}
		next.shut.Store(true)
		s.start(next)
		for n := range uint16(10) {
			td := noise(n, 20<<10)
			child := traces(spec{id: 2, parent: 1, kind: "tool"})
			spansOfAll(child)[0].SetTraceID(payloadID(n))
			child.ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
			s.send(td)
			time.Sleep(15 * time.Second)
		}
		next.part.Store(true)
		next.shut.Store(false)
		time.Sleep(5 * time.Minute)
		assert.Equal(t, 20, next.SpanCount())
		s.stop()
	})
}

func TestStow_damageIsToldAndStopsNothing(t *testing.T) {
	dir := t.TempDir()
	log, err := seglog.Open(dir, seglog.Options{})
	require.NoError(t, err)
	require.NoError(t, log.Write([]seglog.Put{
		{Key: kindRelease | 1, Body: []byte("no release")},
		{Key: kindRelease | 2, Body: []byte{releaseVersion, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 1}},
		{Key: kindRelease | 3, Body: []byte{releaseVersion, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 9, 0xff}},
	}, nil))
	require.NoError(t, log.Close())
	s := withDirectory(t, dir, soon)
	s.start(s.sink)
	require.Eventually(t, func() bool { return s.count("dropped_spans", "reason", "rejected") == 1 }, eventually, moment)
	assert.Equal(t, 2.0, s.count("dropped_spans", "reason", "unreadable"))
	s.send(payload(1, 100, true))
	require.Eventually(t, func() bool { return s.sink.SpanCount() == 1 }, eventually, moment)
	s.stop()
}
