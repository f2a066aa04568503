// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"slices"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// grave is a trace that was dropped, should an error come late. It is no longer in a store. What a directory holds alone of
// it has its entries in the note, and stays there until the grave is given up; a restart finds it again.
type grave = store.Trace[note]

// worthPacking is the size from which a dropped trace is compressed: smaller ones are many, and hardly repeat
// themselves.
const worthPacking = 16 << 10

// packRate is how many bytes of graves a shard compresses in a second, under 1 % of a core. Where more is dropped, they are
// given up after seconds, compressed or not.
const packRate = 1 << 20

// graveDisk is how much of the directory the graves of one of so many shards may take.
func (c *core) graveDisk(shards int64) int64 {
	if !c.journal.readable() {
		return 0
	}
	return c.journal.capacity() / graveShare / shards
}

// bury ends a trace that is not released. Traces without an agent are forgotten: there are many, and they are none of
// our business.
func (s *shard) bury(t *store.Trace[note], v *verdict, trigger store.Trigger) {
	c := s.core
	c.budget.add(-t.Bytes)
	s.unkept(t)
	forgotten := v.noAgent || trigger == store.Shutdown || trigger == store.Evicted && !s.shrinks(t)
	seqs := t.Note.seqs
	switch {
	case !forgotten && s.staysAway(t):
		t.Bytes -= s.shrink(t.Parts)
		v.buried, seqs = slices.Max(seqs), nil
	default:
		t.Note.seqs = nil
		for i := range t.Parts {
			t.Parts[i].Entry = 0
		}
	}
	c.journal.settle(settled{seqs: seqs, memo: s.memo(t.Key, v)})
	if !forgotten {
		s.dig(t.Key, t)
	}
}

// staysAway reports whether a grave keeps its entries: some of it is there alone, or memory has better use.
func (s *shard) staysAway(g *grave) bool {
	if len(g.Note.seqs) == 0 || !s.core.journal.readable() {
		return false
	}
	return awayOf(g.Parts) > 0 || s.core.warm() || s.graves.Bytes()+g.Bytes*s.graveWeight > s.graves.Max()/2
}

func awayOf(parts []store.Part) (away int64) {
	for i := range parts {
		away += parts[i].Away
	}
	return away
}

// shrinks makes a trace that gives way to others as small as it can be, and reports whether that was worth it: when memory is
// full there is none to spare for what could as well have stayed open, and a full directory has no room for graves.
func (s *shard) shrinks(g *grave) bool {
	before := g.Bytes + awayOf(g.Parts)
	if j := s.core.journal; before < worthPacking || j.readable() && !j.room(j.capacity()/4) {
		return false
	}
	g.Bytes -= s.shrink(g.Parts)
	return g.Bytes < before/4
}

// dig puts g into the graveyard, whose memory counts in the budget. Once it fills up, what is worth it is compressed,
// unless something waits for the shard or there is too much of it.
func (s *shard) dig(key store.Key, g *grave) {
	if s.graves.Bytes() > s.graves.Max()/2 && g.Bytes > worthPacking && len(s.inbox) == 0 {
		if now := time.Now(); now.After(s.packs) {
			s.packs = now.Add(time.Duration(g.Bytes) * time.Second / packRate)
			g.Bytes -= s.shrink(g.Parts)
		}
	}
	s.holdGrave(g.Bytes + store.Overhead)
	s.graves.Put(key, g, g.Bytes*s.graveWeight+awayOf(g.Parts))
}

func (s *shard) holdGrave(n int64) {
	s.buried += n
	s.core.budget.add(n)
}

// forgetGrave is for what the graveyard has given up.
func (s *shard) forgetGrave(g *grave) {
	s.holdGrave(-g.Bytes - store.Overhead)
	s.core.journal.settle(settled{seqs: g.Note.seqs})
}

// exhume takes the trace of key out of the graveyard.
func (s *shard) exhume(key store.Key) (*grave, bool) {
	g, ok := s.graves.Take(key)
	if ok {
		s.holdGrave(-g.Bytes - store.Overhead)
	}
	return g, ok
}

// buryAgain puts back a part of what was buried when the last process ended. Nothing is judged anew.
func (s *shard) buryAgain(a *arrival) {
	s.core.budget.add(-a.part.Cost())
	a.part.Leave()
	g, ok := s.exhume(a.key)
	if !ok {
		g = &grave{Key: a.key}
		g.Note.id = a.id
	}
	g.Note.evidence.Merge(&a.evidence)
	g.Note.seqs = append(g.Note.seqs, a.seq)
	g.Parts = append(g.Parts, a.part)
	g.Bytes += a.part.Cost()
	s.dig(a.key, g)
}
