// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"maps"
	"sync"
	"sync/atomic"
)

const (
	// maxParents is how many kinds of spans are remembered in each of two generations: some hundred kilobytes at most.
	// When the young one is full, the old one is forgotten.
	maxParents = 4096
	// setback is how many times as often a parent has to be missing once it has come.
	setback = 5
)

// Orphan is the highest span of a trace whose parent is not here: its kind, which is its service and its name, and the
// parent's id.
type Orphan struct {
	Kind   uint64
	Parent [8]byte
}

// Orphan returns the orphan that a trace hangs on, if it is one.
func (e *Evidence) Orphan() (Orphan, bool) {
	t := &e.top
	return Orphan{Kind: t.kind, Parent: t.parent}, t.orphan && t.kind != 0
}

// parents learns of which kinds of spans the parent never comes: a browser's that nobody records, a gateway's that
// reports elsewhere. It is shared by all shards.
type parents struct {
	after int32       // so many traces teach it; 0: nothing is learned
	any   atomic.Bool // spares the lock where every parent comes

	mu         sync.Mutex
	young, old map[uint64]int32 // how often in a row it did not come
}

// ParentMissing notes that a trace was judged, and the parent of o had not come.
func (p *Policy) ParentMissing(o Orphan) { p.parents.note(o.Kind, 1) }

// ParentCame notes that the parent of o came, in time or not.
func (p *Policy) ParentCame(o Orphan) {
	if p.parents.any.Load() {
		p.parents.note(o.Kind, 0)
	}
}

// ParentNeverComes reports whether waiting for the parent of o is of no use.
func (p *Policy) ParentNeverComes(o Orphan) bool {
	s := &p.parents
	if s.after == 0 || !s.any.Load() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.getLocked(o.Kind) >= s.after
}

func (s *parents) getLocked(kind uint64) int32 {
	if n, ok := s.young[kind]; ok {
		return n
	}
	return s.old[kind]
}

// note adds missing to what is known of a kind, or begins again, further back, when it is 0.
func (s *parents) note(kind uint64, missing int32) {
	if s.after == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if missing == 0 {
		s.putLocked(kind, -setback*s.after)
		return
	}
	s.putLocked(kind, min(s.getLocked(kind)+missing, s.after))
}

func (s *parents) putLocked(kind uint64, n int32) {
	if _, there := s.young[kind]; !there && (s.young == nil || len(s.young) >= maxParents) {
		s.young, s.old = map[uint64]int32{}, s.young
	}
	s.young[kind] = n
	s.any.Store(true)
}

func (s *parents) snapshot() map[uint64]int32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[uint64]int32, len(s.young)+len(s.old))
	for _, generation := range []map[uint64]int32{s.old, s.young} {
		maps.Copy(all, generation)
	}
	return all
}

func (s *parents) restore(all map[uint64]int32) {
	if s.after == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for kind, n := range all {
		s.putLocked(kind, max(min(n, s.after), -setback*s.after))
	}
}
