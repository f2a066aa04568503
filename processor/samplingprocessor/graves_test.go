// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
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
