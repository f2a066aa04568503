// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The flags of spans that know whether their parent is remote.
const (
	localParent  = 0x100
	remoteParent = 0x300
)

// TestCompletion sends spans at given seconds and expects one decision at another.
func TestCompletion(t *testing.T) {
	type at struct {
		second int
		spec   spec
	}
	f := func(name string, arrivals []at, trigger string, second float64, complete bool) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startSampler(t, nil)
				start := time.Now()
				for _, a := range arrivals {
					time.Sleep(time.Until(start.Add(time.Duration(a.second) * time.Second)))
					s.send(traces(a.spec))
				}
				time.Sleep(time.Until(start.Add(11 * time.Minute)))
				d := s.decisions.list()
				require.NotEmpty(t, d)
				assert.Equal(t, trigger, d[0].Trigger)
				assert.InDelta(t, second, d[0].At.Sub(start).Seconds(), 0.001)
				assert.Equal(t, complete, d[0].Complete)
				requireTrees(t, s.stop()...)
			})
		})
	}
	root := spec{id: 1, kind: "llm"}
	f("root alone", []at{{0, root}}, "root", 10, true)
	f("children after the root do not put it off", []at{{0, root}, {9, spec{id: 2, parent: 1, kind: "tool"}}}, "root", 10, true)
	f("children before the root", []at{{0, spec{id: 2, parent: 1, kind: "tool"}}, {20, root}}, "root", 30, true)
	f("a grandchild before its parent puts it off",
		[]at{{0, root}, {4, spec{id: 3, parent: 2, kind: "llm"}}, {6, spec{id: 2, parent: 1, kind: "tool"}}}, "root", 16, true)
	f("a local parent is still open", []at{{0, spec{id: 2, parent: 1, kind: "llm", flags: localParent}}}, "max", 600, false)
	f("a local parent comes late",
		[]at{{0, spec{id: 2, parent: 1, kind: "llm", flags: localParent}}, {300, root}}, "root", 310, true)
	f("a remote parent never comes", []at{{0, spec{id: 2, parent: 1, kind: "llm", flags: remoteParent}}}, "idle", 30, false)
	f("an unknown parent never comes", []at{{0, spec{id: 2, parent: 1, kind: "llm"}}}, "idle", 30, false)
	f("idle counts from the last span",
		[]at{{0, spec{id: 2, parent: 1, kind: "llm"}}, {29, spec{id: 3, parent: 2, kind: "tool"}}}, "idle", 59, false)
	f("one local parent missing beside a root",
		[]at{{0, root}, {0, spec{id: 3, parent: 2, kind: "llm", flags: localParent}}}, "max", 600, false)
}

func TestCompletion_serverSpansMayBeTheTop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, nil)
		td := traces(spec{id: 2, parent: 1, kind: "llm", flags: localParent})
		spansOfAll(td)[0].SetKind(2)
		s.send(td)
		time.Sleep(31 * time.Second)
		assert.Equal(t, "idle", s.decisions.only(t).Trigger)
		s.stop()
	})
}

func TestCompletion_maxHoldsWhateverComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, nil)
		for n := range byte(120) {
			s.send(traces(spec{id: n + 10, parent: 1, kind: "llm"}))
			time.Sleep(10 * time.Second)
		}
		d := s.decisions.list()
		require.Len(t, d, 1)
		assert.Equal(t, "max", d[0].Trigger)
		out := s.stop()
		requireTrees(t, out...)
		assert.Len(t, spansOfAll(out...), 120, "late spans follow")
	})
}

func TestCompletion_overridesOfLangSmithCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, nil)
		s.send(traces(
			spec{id: 1, parent: 9, kind: "llm", flags: localParent, attributes: map[string]any{"langsmith.is_root": true}},
			spec{id: 2, parent: 8, kind: "tool", flags: localParent, attributes: map[string]any{
				"langsmith.span.parent_id": "00000000-0000-0000-0000-000000000001",
			}},
		))
		time.Sleep(11 * time.Second)
		assert.Equal(t, "root", s.decisions.only(t).Trigger)
		out := s.stop()
		assert.Equal(t, map[string]string{id(1): "", id(2): id(1)}, shape(out...))
	})
}

func TestShutdown_judgesWhatIsOpen(t *testing.T) {
	s := startSampler(t, nil)
	s.send(traces(spec{id: 1, kind: "llm"}))
	assert.Len(t, s.stop(), 1)
	assert.Equal(t, "shutdown", s.decisions.only(t).Trigger)
}

// TestLearn_parentsThatNeverComeAreNotWaitedFor sends traces of a service whose callers report elsewhere.
func TestLearn_parentsThatNeverComeAreNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) { c.Complete.Learn = 3 })
		n := byte(0)
		trace := func(name string, flags uint32) {
			n++
			s.send(traces(spec{trace: n, id: 2, parent: 1, kind: "llm", name: name, flags: flags}, spec{trace: n, id: 3, parent: 2, kind: "tool", start: 1}))
		}
		f := func(seconds int, trigger string) {
			t.Helper()
			before := len(s.decisions.list())
			time.Sleep(time.Duration(seconds)*time.Second - time.Millisecond)
			require.Len(t, s.decisions.list(), before)
			time.Sleep(2 * time.Millisecond)
			synctest.Wait()
			require.Len(t, s.decisions.list(), before+1)
			assert.Equal(t, trigger, s.decisions.list()[before].Trigger)
			assert.False(t, s.decisions.list()[before].Complete, "it is not here all the same")
		}
		for range 3 {
			trace("answer", 0x301)
			f(30, "idle")
		}
		trace("answer", 0x301)
		f(10, "learned")
		trace("another", 0x301)
		f(30, "idle")
		for range 3 {
			trace("filtered", 0x101) // said to be in the same process, and dropped there
			f(600, "max")
		}
		trace("filtered", 0x101)
		f(10, "learned")

		s.send(traces(spec{trace: n, id: 1, kind: "app"})) // it came, though late
		trace("filtered", 0x101)
		f(600, "max")
		trace("answer", 0x301)
		time.Sleep(5 * time.Second)
		s.send(traces(spec{trace: n, id: 1, kind: "app"})) // and in time
		time.Sleep(11 * time.Second)
		trace("answer", 0x301)
		f(30, "idle")
		requireTrees(t, s.stop()...)
	})
}

// TestLearn_isNotMisledByWhatGoesOn has agents that run for longer than a trace may be open, and their roots come late.
func TestLearn_isNotMisledByWhatGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) { c.Complete.Learn = 1 })
		s.send(traces(spec{id: 2, parent: 1, kind: "llm", flags: 0x101}))
		for n := range byte(11) { // a step a minute
			s.send(traces(spec{id: 3 + n, parent: 1, kind: "llm", name: "llm 2", flags: 0x101, start: int(n) + 1}))
			time.Sleep(time.Minute)
		}
		require.Equal(t, "max", s.decisions.only(t).Trigger)
		s.send(traces(spec{trace: 2, id: 2, parent: 1, kind: "llm", flags: 0x101}))
		time.Sleep(5 * time.Minute)
		assert.Len(t, s.decisions.list(), 1, "nothing was learned of the first")
		s.stop()

		s = startSampler(t, func(c *Config) { c.Complete.Learn = 1 })
		for n := range byte(2) {
			s.send(traces(spec{trace: n + 1, id: 2, parent: 1, kind: "llm", flags: 0x301}))
			for step := range byte(6) { // below the same parent that nobody has
				s.send(traces(spec{trace: n + 1, id: 3 + step, parent: 1, kind: "tool", flags: 0x301, start: 1}))
				time.Sleep(9 * time.Second)
			}
			time.Sleep(time.Minute)
		}
		require.Len(t, s.decisions.list(), 2)
		assert.Equal(t, "learned", s.decisions.list()[1].Trigger)
		assert.Equal(t, 7, s.decisions.list()[1].Spans, "it waits for silence")
		s.stop()
	})
}

// TestLearn_survivesARestart with a storage.
func TestLearn_survivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		learnOne := func(c *Config) { c.Complete.Learn = 1 }
		trace := traces(spec{id: 2, parent: 1, kind: "llm"})
		s := withStorage(t, d, learnOne)
		s.start(s.sink)
		s.send(trace)
		time.Sleep(time.Minute)
		s.stop()
		next := withStorage(t, d, learnOne)
		next.start(next.sink)
		again := traces(spec{trace: 2, id: 2, parent: 1, kind: "llm"})
		next.send(again)
		time.Sleep(11 * time.Second)
		assert.Equal(t, "learned", next.decisions.only(t).Trigger)
		next.stop()
	})
}
