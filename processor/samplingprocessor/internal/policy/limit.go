// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"sync"
	"time"
)

// limit lowers the probability with which a trace is kept. It is shared by all shards and asked once per trace that
// reaches its rule. It reckons with what it has granted, which is expected to be kept, and not with what was kept: so
// the probability depends on how many traces came, and never on how their hashes fell.
type limit interface {
	take(now time.Time, share float64, runs uint32) float64
}

// throttle keeps so many traces of each second on average. Its level rises with time, and each trace is granted the
// share of the level that a second's worth makes out: with few traces all of them, with many as much as flows in. A
// sudden crowd gets one second's worth, in ever smaller shares.
type throttle struct {
	perSecond float64
	full      float64 // the most that may be saved up

	mu    sync.Mutex
	level float64
	at    time.Time
}

// smallestFull smooths low rates: with a level of one, two traces in a row would get all and nothing.
const smallestFull = 5

func newThrottle(r Rate) *throttle {
	perSecond := float64(r.Count) / r.Period.Seconds()
	full := max(perSecond, smallestFull)
	return &throttle{perSecond: perSecond, full: full, level: full}
}

func (t *throttle) take(now time.Time, share float64, _ uint32) float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.After(t.at) { // clocks of shards may cross
		t.level = min(t.full, t.level+now.Sub(t.at).Seconds()*t.perSecond)
		t.at = now
	}
	share = min(share, max(t.level/t.full, smallestShare))
	t.level = max(0, t.level-share)
	return share
}

// budget grants so many runs in every hour of the clock (UTC), which is how LangSmith counts. It is spread over the
// hour, what was not used is carried over to the rest of it, and nothing to the next.
type budget struct {
	perHour float64
	ahead   float64 // what may be drawn before its time: a minute's worth

	mu    sync.Mutex
	hour  time.Time
	from  time.Time // when the spreading began: the hour, or the start
	total float64   // of this hour
	spent float64
}

func newBudget(r Rate) *budget {
	return &budget{perHour: float64(r.Count), ahead: float64(r.Count) / time.Hour.Minutes()}
}

// claim is how a rule stands to a budget that it shares with others.
type claim struct {
	weight float64 // the larger, the less it feels that little is left
	whole  bool    // may draw on the whole rest of the hour before its time
}

func (b *budget) take(now time.Time, share float64, runs uint32) float64 {
	return b.takeFor(claim{weight: 1}, now, share, runs)
}

// smallestBudgetShare keeps the counts meaningful while others overdraw a budget: one trace in a thousand goes on
// standing for the rest.
const smallestBudgetShare = 1e-3

func (b *budget) takeFor(c claim, now time.Time, share float64, runs uint32) float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	left := b.dueLocked(now) - b.spent
	if c.whole {
		left = b.total - b.spent
	}
	cost := float64(max(runs, 1))
	share = min(share, max(left/max(b.ahead/c.weight, cost), smallestBudgetShare))
	b.spent += share * cost
	return share
}

// spend notes runs that are kept whatever is left.
func (b *budget) spend(now time.Time, runs uint32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dueLocked(now)
	b.spent += float64(max(runs, 1))
}

// dueLocked is how much of this hour's runs may be out by now.
func (b *budget) dueLocked(now time.Time) float64 {
	hour := now.UTC().Truncate(time.Hour)
	if !hour.Equal(b.hour) {
		b.begin(hour, now)
	}
	left := hour.Add(time.Hour).Sub(b.from).Seconds()
	passed := now.Sub(b.from).Seconds()
	return min(b.total, b.ahead+max(0, b.total-b.ahead)*passed/left)
}

// begin starts an hour. Nothing is known of what went out of the first one before the start, so its passed part counts
// as spent.
func (b *budget) begin(hour, now time.Time) {
	first := b.hour.IsZero()
	b.hour, b.from, b.total, b.spent = hour, hour, b.perHour, 0
	if first {
		b.from = now
		b.total = b.perHour * hour.Add(time.Hour).Sub(now).Hours()
	}
}
