// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"sync/atomic"
	"time"
)

// warmShare of the budget is held in memory as it is, where there is a directory to read the rest from. The Go runtime lets
// the heap double before it collects, and requests that are read need room too.
const warmShare = 8

// budget counts the bytes that are held. What is admitted is reserved before; what is known only afterwards (that a
// repaired trace has become a little larger) is added without asking, and the next request pays for it.
type budget struct {
	max  int64
	used atomic.Int64
	// refused is the last time that a request found no room; nil: never.
	refused atomic.Pointer[time.Time]
}

// refuse notes that a request was refused.
func (b *budget) refuse(now time.Time) { b.refused.Store(&now) }

// refusedLately is how long after a request found no room the next ones are weighed before anything is done for them.
const refusedLately = time.Second

// crowded reports whether requests are being refused.
func (b *budget) crowded() bool {
	at := b.refused.Load()
	return at != nil && time.Since(*at) < refusedLately
}

// reserve takes n bytes if they are free.
func (b *budget) reserve(n int64) bool {
	if b.used.Add(n) <= b.max {
		return true
	}
	b.used.Add(-n)
	return false
}

// add takes n bytes, or gives them back when n is negative.
func (b *budget) add(n int64) { b.used.Add(n) }

// warm reports whether so much is held that what the directory holds as well is left to it alone.
func (c *core) warm() bool { return c.journal.readable() && c.budget.held() > c.budget.max/warmShare }

func (b *budget) held() int64 { return b.used.Load() }

// missing returns how many bytes must be given back before n can be reserved.
func (b *budget) missing(n int64) int64 { return max(0, b.used.Load()+n-b.max) }
