// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"sync"
	"sync/atomic"
	"time"
)

// maxPromoted is how many conversations are remembered in each of two generations: some megabytes at most. When the
// young one is full, the old one is forgotten.
const maxPromoted = 20_000

// promoted remembers the conversations in which something failed.
//
// A turn that follows is kept with certainty, so it stands for one trace: whether it is promoted depends on what
// earlier turns have shown, and not on whether the hash kept them. Were only kept turns to promote, the chance of the
// following ones would hang on the hash that they share, and a weight of one would count too little.
type promoted struct {
	any atomic.Bool // spares the lock where nothing ever failed

	mu         sync.Mutex
	young, old map[uint64]time.Time // until when
}

func (p *promoted) add(ids []uint64, now time.Time, length time.Duration) {
	if len(ids) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range ids {
		p.putLocked(id, now.Add(length))
	}
}

func (p *promoted) putLocked(id uint64, until time.Time) {
	if p.young == nil || len(p.young) >= maxPromoted {
		p.young, p.old = map[uint64]time.Time{}, p.young
	}
	p.young[id] = until
	p.any.Store(true)
}

func (p *promoted) holds(ids []uint64, now time.Time) bool {
	if !p.any.Load() {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range ids {
		until, ok := p.young[id]
		if !ok {
			until = p.old[id]
		}
		if now.Before(until) {
			return true
		}
	}
	return false
}
