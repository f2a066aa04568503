// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/settings"
)

// lateError is a span that fails, below the one of a payload.
func lateError(trace uint16) ptrace.Traces {
	td := traces(spec{id: 2, parent: 1, kind: "tool", failed: true})
	spansOfAll(td)[0].SetTraceID(payloadID(trace))
	return td
}

// textOf returns the content of a trace that noise made.
func textOf(t *testing.T, td ptrace.Traces) string {
	t.Helper()
	for _, span := range spansOfAll(td) {
		if text, ok := span.Attributes().Get("text"); ok {
			return text.Str()
		}
	}
	return ""
}

// TestAway_openTracesTakeDiskAndNotMemory has ten times the memory open at the same time.
func TestAway_openTracesTakeDiskAndNotMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withDirectory(t, t.TempDir(), func(c *Config) { littleMemory(c); c.Complete.AfterRoot, c.Complete.Max = time.Minute, time.Hour })
		s.start(s.sink)
		for n := range uint16(100) {
			s.send(noise(n, 100<<10))
			synctest.Wait()
			require.LessOrEqual(t, s.count("bytes_held"), float64(1<<19))
		}
		assert.Equal(t, 100.0, s.count("traces_held"))
		assert.Zero(t, s.count("evicted"))
		time.Sleep(2 * time.Minute)
		out := s.stop()
		assert.Equal(t, 100, requireTrees(t, out...))
		for _, td := range out {
			assert.Len(t, textOf(t, td), 100<<10)
		}
	})
}

// TestAway_aTraceIsNoLargerForIt is judged by its size although next to nothing of it is in memory.
func TestAway_aTraceIsNoLargerForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withDirectory(t, t.TempDir(), func(c *Config) { littleMemory(c); c.Complete.AfterRoot, c.Complete.Max = time.Minute, time.Hour })
		s.start(s.sink)
		for range 4 {
			s.send(noise(1, 100<<10))
		}
		synctest.Wait()
		assert.Equal(t, 1.0, s.count("decisions", "trigger", "size"))
		s.stop()
	})
}

// TestGraves_comeBackFromTheDirectory drops four times the memory, and then has an error come for one of them.
func TestGraves_comeBackFromTheDirectory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		few := func(c *Config) { littleMemory(c); keepOnlyErrors(c) }
		s := withDirectory(t, dir, few)
		s.start(s.sink)
		for n := range uint16(40) {
			s.send(noise(n, 100<<10))
			time.Sleep(time.Second)
		}
		time.Sleep(20 * time.Second)
		require.LessOrEqual(t, s.count("bytes_held"), float64(1<<19))
		s.send(lateError(25))
		time.Sleep(time.Second)
		require.Len(t, s.sink.AllTraces(), 1)
		assert.Len(t, textOf(t, s.sink.AllTraces()[0]), 100<<10)
		time.Sleep(time.Second)
		crashed := crashedDirectory(t, dir)
		s.stop()

		// A restart neither judges them anew nor forgets them.
		again := withDirectory(t, crashed, few)
		again.start(again.sink)
		time.Sleep(time.Minute)
		assert.Empty(t, again.sink.AllTraces())
		assert.Zero(t, again.count("traces_held"))
		again.send(lateError(30))
		again.send(lateError(25))
		time.Sleep(time.Second)
		out := again.sink.AllTraces()
		require.Len(t, out, 1, "the error came before")
		assert.Len(t, textOf(t, out[0]), 100<<10)
		assert.Equal(t, 2, requireSpans(t, out[0]))
		again.stop()
	})
}

func requireSpans(t *testing.T, td ptrace.Traces) int {
	t.Helper()
	requireTrees(t, td)
	return td.SpanCount()
}

// TestGraves_giveWayInAFullDirectory drops many times what the directory takes.
func TestGraves_giveWayInAFullDirectory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := withDirectory(t, dir, func(c *Config) { littleMemory(c); keepOnlyErrors(c); c.Disk.MaxBytes = 4 << 20 })
		s.start(s.sink)
		for n := range uint16(300) {
			s.send(noise(n, 100<<10))
			time.Sleep(200 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		assert.Zero(t, s.count("refused_requests"))
		assert.LessOrEqual(t, s.count("journal_bytes"), float64(4<<20))
		assert.LessOrEqual(t, entriesIn(t, dir), 5, "an eighth of the directory")
		s.send(lateError(3))
		time.Sleep(20 * time.Second)
		assert.Equal(t, 1.0, s.count("brought_back", "outcome", "stub"))
		s.stop()
	})
}

// TestAway_whatIsCountedIsWhatIsThere has everything happen with little memory, and afterwards looks for bytes and entries that
// nobody holds.
func TestAway_whatIsCountedIsWhatIsThere(t *testing.T) {
	for seed := range uint64(8) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 5))
			dir := t.TempDir()
			s := withDirectory(t, dir, func(c *Config) {
				littleMemory(c)
				keepOnlyErrors(c)
				c.Memory.MaxBytes = 512 << 10
				c.Disk.MaxBytes = settings.ByteSize(8 << 20 >> (seed % 4)) // some are full
			})
			next := &gate{}
			s.start(next)
			accepted := 0
			for range 400 {
				td := noise(uint16(r.IntN(300)), r.IntN(60<<10))
				span := spansOfAll(td)[0]
				span.SetSpanID(spanID(byte(1 + r.IntN(9))))
				if r.IntN(4) == 0 {
					span.Status().SetCode(ptrace.StatusCodeError)
				}
				if s.traces.ConsumeTraces(context.Background(), td) == nil {
					accepted++
				}
				time.Sleep(time.Duration(r.IntN(400)) * time.Millisecond)
				next.shut.Store(r.IntN(100) < 60)
			}
			next.shut.Store(false)
			time.Sleep(10 * time.Minute)
			require.Greater(t, accepted, 100)
			c := s.traces.(*tracesProcessor).core
			t.Logf("accepted %d; brought back whole %v, stubs %v; evicted %v, refused %v, retries %v", accepted,
				s.count("brought_back", "outcome", "whole"), s.count("brought_back", "outcome", "stub"), s.count("evicted"),
				s.count("refused_requests"), s.count("release_retries"))
			synctest.Wait() // the shards rest
			held := int64(0)
			for _, sh := range c.shards {
				held += sh.decided.Bytes() + sh.buried
			}
			require.Equal(t, held, c.budget.held())
			for _, sh := range c.shards {
				sh.graves.Shrink(1 << 40)
				assert.Zero(t, sh.buried)
			}
			time.Sleep(time.Minute)
			assert.Zero(t, entriesIn(t, dir))
			s.stop()
		})
	}
}
