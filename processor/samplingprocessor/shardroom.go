// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// room asks for memory.
type room struct {
	bytes int64
	of    spare
	stuck map[uint16]bool // outlets of which only calm traces give way that lack nothing
	freed chan struct{}
}

// spare is what gives way when memory is full, in this order.
type spare uint8

const (
	ofGraves spare = iota // what is dropped already
	ofCalm                // the oldest open traces
	ofUrgent              // and those among them that showed an error
)

// drain asks for everything of an outlet.
type drain struct {
	outlet uint16
	giveUp <-chan struct{}
}

// maxLooked bounds how many traces are looked at for one that is complete.
const maxLooked = 4096

// evict makes room, and says when it is done.
func (s *shard) evict(r *room) {
	defer close(r.freed)
	if r.of == ofGraves { // a part of it stays: an error may come for what just gave way
		s.graves.Shrink(min(r.bytes*s.graveWeight, s.graves.Bytes()-s.graves.Max()/4))
		return
	}
	freed := int64(0)
	t := s.open.Oldest(r.of == ofUrgent)
	for looked := 0; t != nil && freed < r.bytes && looked < maxLooked; looked++ {
		this := t
		t = this.Newer()
		if r.stuck[this.Key.Outlet] && (r.of == ofUrgent || !s.open.Complete(this)) {
			continue
		}
		looked = 0
		held, buried := this.Bytes, s.buried
		s.take(this, store.Evicted)
		freed += held - (s.buried - buried)
	}
}

// flush judges everything of an outlet. With a storage, what is undecided stays there and is read back at the next
// start.
func (s *shard) flush(d *drain) {
	for _, urgent := range []bool{true, false} {
		for t := s.open.Oldest(urgent); t != nil; {
			this := t
			t = this.Newer()
			if this.Key.Outlet == d.outlet {
				s.flushTrace(this, d)
			}
		}
	}
}

func (s *shard) flushTrace(t *store.Trace[note], d *drain) {
	select {
	case <-d.giveUp:
		s.open.Remove(t)
		s.core.tracesOpen.Add(-1)
		s.core.budget.add(-t.Bytes)
		if len(t.Note.seqs) == 0 {
			s.core.metrics.dropped(reasonShutdown, false, t.Spans)
		}
	default:
		if s.core.journal == nil || len(t.Note.seqs) < len(t.Parts) {
			s.take(t, store.Shutdown)
			return
		}
		s.open.Remove(t)
		s.core.tracesOpen.Add(-1)
		s.core.budget.add(-t.Bytes)
	}
}
