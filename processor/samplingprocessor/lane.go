// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	queue "container/heap"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// laneWorkers deliver to one consumer at the same time. The usual next consumer only puts traces into a queue; for
	// one that sends at once a few in parallel hide its latency, and each holds one decoded trace.
	laneWorkers = 8
	// A delivery that is refused is tried again after firstBackoff, and then after twice as long, up to maxBackoff.
	firstBackoff = 100 * time.Millisecond
	maxBackoff   = 30 * time.Second
	// drainBackoff takes the place of maxBackoff when the pipeline is shut down.
	drainBackoff = time.Second
	// A lane tries again no more often than every firstGap, after retries that failed in a row every busyGap, and every
	// awayGap when nothing else is taken either.
	firstGap = 10 * time.Millisecond
	busyGap  = 100 * time.Millisecond
	awayGap  = 5 * time.Second
)

// lane is the way to one consumer. Behind it there may be several destinations of which one takes nothing, and traces
// that are refused for ever, so that what was never tried goes first and at once, each once, and what was refused is
// tried again beside it, with pauses by delivery and by lane. What is taken at a second try is followed at once by two
// others, so that the end of an outage is soon over whatever the pauses have grown to.
//
// The order is that of the arrival as far as tries go well; what was refused comes in the order of its next tries.
//
// The lock of the outbox is held for all of it.
type lane struct {
	fresh   []*delivery // never tried, oldest first
	waiting backlog     // refused before

	ready sync.Cond   // something may be tried
	timer *time.Timer // until it may
	idle  int         // workers

	retrying  int       // retries under way
	failed    int       // tries in a row that failed, whatever the delivery
	credit    int       // retries that may go at once
	triedAt   time.Time // of something fresh
	retriedAt time.Time
	gap       time.Duration // between retries
	draining  bool

	fetched byteLimit // what is read back at the same time
}

func newLane(mu *sync.Mutex, fetched int64) *lane {
	l := &lane{}
	l.ready.L = mu
	l.fetched.most = fetched
	l.fetched.left.L = &l.fetched.mu
	l.timer = time.AfterFunc(time.Hour, func() {
		mu.Lock()
		defer mu.Unlock()
		l.ready.Signal()
	})
	l.timer.Stop()
	return l
}

// fails reports whether all that was tried lately was refused.
func (l *lane) fails() bool { return l.failed > laneWorkers/2 }

// away reports whether the consumer is spared what it would only refuse.
func (l *lane) away() bool { return l.fails() && !l.draining }

// next returns what is to be tried now, and calls the next worker for the rest. Where there is nothing, it has one
// called as soon as there is.
func (l *lane) next(now time.Time) *delivery {
	at, retry, ok := l.due(now)
	if ok && !at.After(now) {
		d := l.pop(retry, now)
		if l.gated() { // who puts something calls a worker, too
			l.call(now)
		}
		return d
	}
	l.call(now)
	return nil
}

// gated reports whether something waits for its time.
func (l *lane) gated() bool { return len(l.waiting) > 0 || l.away() }

// any returns whatever is left.
func (l *lane) any() *delivery {
	switch {
	case len(l.fresh) > 0:
		return l.pop(false, time.Time{})
	case len(l.waiting) > 0:
		return l.pop(true, time.Time{})
	}
	return nil
}

// call calls a worker when something may be tried.
func (l *lane) call(now time.Time) {
	switch at, _, ok := l.due(now); {
	case !ok:
	case at.After(now):
		l.timer.Reset(at.Sub(now))
	default:
		l.ready.Signal()
	}
}

// due returns when the next try may begin, and whether it is of something that was refused before.
func (l *lane) due(now time.Time) (at time.Time, retry, ok bool) {
	again, may := l.retryAt(now)
	fresh, ok := l.freshAt(now)
	if may && (!ok || !again.After(now) || again.Before(fresh)) {
		return again, true, true
	}
	return fresh, false, ok
}

func (l *lane) freshAt(now time.Time) (time.Time, bool) {
	if l.away() {
		return l.triedAt.Add(firstGap), len(l.fresh) > 0
	}
	return now, len(l.fresh) > 0
}

func (l *lane) retryAt(now time.Time) (time.Time, bool) {
	if len(l.waiting) == 0 || l.retrying >= l.maxRetrying() {
		return time.Time{}, false
	}
	if l.credit > 0 {
		return now, true
	}
	at, due := l.retriedAt.Add(min(l.gap, l.maxGap())), l.waiting[0].at
	if l.away() || at.After(due) { // of all that is refused any may show that the consumer is back
		return at, true
	}
	return due, true
}

// maxRetrying leaves workers to what is fresh, since a consumer may take long to refuse.
func (l *lane) maxRetrying() int {
	switch {
	case l.credit > 0:
		return laneWorkers
	case l.away():
		return 1
	}
	return laneWorkers / 2
}

func (l *lane) maxGap() time.Duration {
	if l.away() {
		return awayGap
	}
	return busyGap
}

func (l *lane) pop(retry bool, now time.Time) *delivery {
	if retry {
		l.retrying++
		l.credit = max(0, l.credit-1)
		l.retriedAt = now
		return queue.Pop(&l.waiting).(*delivery)
	}
	d := l.fresh[0]
	l.fresh[0] = nil
	l.fresh = l.fresh[1:]
	l.triedAt = now
	return d
}

// refused puts d back, which can be tried again.
func (l *lane) refused(d *delivery, now time.Time) {
	l.failed++
	if d.backoff > 0 {
		l.retrying--
		l.gap = min(max(2*l.gap, firstGap), awayGap)
	}
	d.backoff = min(max(2*d.backoff, firstBackoff), l.maxBackoff())
	d.at = now.Add(d.backoff/2 + rand.N(d.backoff/2)) // what failed together does not come back together
	queue.Push(&l.waiting, d)
	l.call(now)
}

// maxBackoff is as long as it takes to try all that waits, so that what was refused but once never stands behind those
// that are refused for ever.
func (l *lane) maxBackoff() time.Duration {
	if l.draining {
		return drainBackoff
	}
	return max(maxBackoff, time.Duration(len(l.waiting))*busyGap)
}

// ended notes that d was taken, or need not be tried any more.
func (l *lane) ended(d *delivery, taken bool) {
	retry := d.backoff > 0
	if retry {
		l.retrying--
	}
	switch {
	case !taken:
		return
	case retry:
		l.gap = 0
		l.credit = max(l.credit, min(l.credit+2, laneWorkers))
	case l.fails(): // see whether others are taken as well
		l.credit = max(l.credit, 1)
	}
	away := l.away()
	switch l.failed = 0; {
	case away: // all that is fresh may go now
		l.ready.Broadcast()
	case len(l.waiting) > 0:
		l.call(time.Now())
	}
}

// drain gives everything that waits a try at once, and goes on with short pauses.
func (l *lane) drain(now time.Time) {
	l.draining = true
	l.credit = len(l.waiting)
	for _, d := range l.waiting {
		d.backoff = firstBackoff
	}
	l.call(now)
}

// backlog is a heap by the time of the next try.
type backlog []*delivery

func (b backlog) Len() int           { return len(b) }
func (b backlog) Less(i, j int) bool { return b[i].at.Before(b[j].at) }
func (b backlog) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b *backlog) Push(d any)        { *b = append(*b, d.(*delivery)) }

func (b *backlog) Pop() any {
	last := len(*b) - 1
	d := (*b)[last]
	(*b)[last] = nil
	*b = (*b)[:last]
	return d
}
