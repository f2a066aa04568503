// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"
)

const (
	// decodedShare of the budget may wait decoded, so that a burst of releases is not encoded only to be decoded again.
	// It takes about three times what the budget reckons with.
	decodedShare = 64
	// fetchedShare of the budget may be read back from the journal at a time for one consumer, to be decoded and
	// delivered.
	fetchedShare = 16
	// deliveryOverhead is what a delivery costs beside its bytes: itself, and its place in a queue that grows by
	// doubling.
	deliveryOverhead = 256
	// stopGrace is for workers to note that they are to stop when no time was left for them.
	stopGrace = 500 * time.Millisecond
)

// delivery is a trace, or late spans of one, on the way out.
type delivery struct {
	outlet uint16
	logs   uint16        // not 0: log records, for the logs pipeline of this number
	td     ptrace.Traces // zero while waiting in encoded form
	data   []byte
	stowed int64    // not 0: its data is this long and in the journal alone, under the only one of seqs
	spans  int      // or records
	bytes  int64    // of the budget
	seqs   []uint64 // in the journal
	memo   []byte   // for the journal: what became of the trace

	backoff time.Duration // the latest pause; 0: never tried
	at      time.Time     // of the next try, where it was refused
}

// cost is the memory of a delivery that is encoded or stowed.
func (d *delivery) cost() int64 { return int64(len(d.data)+len(d.memo)) + deliveryOverhead }

// consumerKey tells next consumers apart.
type consumerKey struct{ outlet, logs uint16 }

func (d *delivery) consumer() consumerKey {
	if d.logs != 0 { // whatever traces pipeline gives them back
		return consumerKey{logs: d.logs}
	}
	return consumerKey{outlet: d.outlet}
}

// outbox delivers released traces from goroutines of its own, so that a slow consumer holds up nobody but the sender
// whose request no longer fits into the budget. What waits is encoded: decoded spans take several times their bytes.
// Each consumer has a lane with workers of its own, and what it refuses leaves its worker free.
type outbox struct {
	core    *core
	hire    func(*lane)        // starts the workers of a lane
	cancel  context.CancelFunc // ends the workers
	workers sync.WaitGroup

	mu      sync.Mutex
	settled sync.Cond // a delivery has ended
	lanes   map[consumerKey]*lane
	pending map[uint16]int // deliveries that are queued or under way, by outlet
	bytes   int64
	decoded int64 // of bytes: of what waits decoded
	stowed  int64 // beside bytes: what the journal alone holds
	closed  bool
}

func newOutbox(c *core) *outbox {
	o := &outbox{core: c, lanes: map[consumerKey]*lane{}, pending: map[uint16]int{}}
	o.settled.L = &o.mu
	return o
}

func (o *outbox) start() {
	ctx, cancel := context.WithCancel(context.Background())
	o.cancel = cancel
	o.hire = func(l *lane) {
		for range laneWorkers {
			o.workers.Go(func() { o.work(ctx, l) })
		}
	}
}

// lane returns the lane of d, and makes it with the first one that goes there. The outbox is locked.
func (o *outbox) lane(d *delivery) *lane {
	l, ok := o.lanes[d.consumer()]
	if !ok {
		l = newLane(&o.mu, o.core.budget.max/fetchedShare)
		o.lanes[d.consumer()] = l
		o.hire(l)
	}
	return l
}

// held returns the bytes of what waits: in memory, and of what the journal alone holds.
func (o *outbox) held() (memory, stowed int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes, o.stowed
}

// stuck returns the outlets whose next component does not take what is released: all that was tried lately failed, or a
// great part of memory waits, for whomever. One trace that is refused again and again, while others pass, says nothing.
func (o *outbox) stuck() map[uint16]bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	everywhere := o.bytes >= o.core.budget.max/2 || o.stowed >= o.core.journal.capacity()/2
	stuck := map[uint16]bool{}
	for _, p := range o.core.outlets() {
		l := o.lanes[consumerKey{outlet: p.outlet}]
		if everywhere || l != nil && l.fails() {
			stuck[p.outlet] = true
		}
	}
	return stuck
}

// put queues a delivery and never waits.
func (o *outbox) put(d delivery) {
	switch {
	case d.logs != 0:
		o.stow(&d)
	case !o.mayWaitDecoded(&d):
		o.encode(&d)
		o.stow(&d)
	}
	o.enqueue(&d)
}

func (o *outbox) enqueue(d *delivery) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if d.waitsDecoded() {
		o.decoded += d.bytes
	}
	o.stowed += d.stowed
	o.pending[d.outlet]++
	o.bytes += d.bytes
	l := o.lane(d)
	l.fresh = append(l.fresh, d)
	l.call(time.Now())
}

// mayWaitDecoded is for what is taken at once, and for a little more. A consumer that changes what it is given has to
// be given a copy at each try.
func (o *outbox) mayWaitDecoded(d *delivery) bool {
	if o.core.outlets()[d.outlet].next.Capabilities().MutatesData {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	l := o.lane(d)
	return !l.away() && l.idle > len(l.fresh) || o.decoded+d.bytes <= o.core.budget.max/decodedShare
}

// encode makes d hold bytes only, and the budget what they are.
func (o *outbox) encode(d *delivery) {
	var m ptrace.ProtoMarshaler
	data, err := m.MarshalTraces(d.td)
	if err != nil {
		return // cannot happen for decoded data; d stays decoded
	}
	d.data, d.td = data, ptrace.Traces{}
	o.account(d)
}

// account makes the budget hold what d takes now.
func (o *outbox) account(d *delivery) {
	cost := d.cost()
	o.core.budget.add(cost - d.bytes)
	d.bytes = cost
}

// stow leaves d to the journal alone when much is held already.
func (o *outbox) stow(d *delivery) {
	if len(d.data) == 0 || !o.core.warm() || !o.core.journal.stow(d) {
		return
	}
	o.account(d)
}

// shelve makes d, which has to wait and is in nobody's queue, take as little memory as it can.
func (o *outbox) shelve(d *delivery) {
	bytes, stowed := d.bytes, d.stowed
	if d.waitsDecoded() {
		o.encode(d)
	} else {
		o.account(d)
	}
	o.stow(d)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes += d.bytes - bytes
	o.stowed += d.stowed - stowed
}

// waitsDecoded reports whether d is a trace that is not encoded.
func (d *delivery) waitsDecoded() bool { return d.data == nil && d.stowed == 0 }

// work tries one delivery after the other until the outbox is stopped. What is then left only ends.
func (o *outbox) work(ctx context.Context, l *lane) {
	for d := o.take(l); d != nil; d = o.take(l) {
		err := ctx.Err()
		if err == nil {
			err = o.try(ctx, l, d)
		}
		if err == nil || ctx.Err() != nil || consumererror.IsPermanent(err) || errors.Is(err, errClosed) {
			o.finish(l, d, err)
			continue
		}
		o.putBack(l, d, err)
	}
}

// take returns what is to be tried next, or nil when the outbox is closed and nothing is left.
func (o *outbox) take(l *lane) *delivery {
	o.mu.Lock()
	defer o.mu.Unlock()
	l.idle++
	defer func() { l.idle-- }()
	d := l.next(time.Now())
	for d == nil && !o.closed {
		l.ready.Wait()
		d = l.next(time.Now())
	}
	if d == nil {
		d = l.any()
	}
	switch {
	case d == nil:
	case d.backoff > 0:
		o.core.metrics.add(o.core.metrics.builder.ProcessorSamplingReleaseRetries, 1)
	case d.waitsDecoded():
		o.decoded -= d.bytes
	}
	return d
}

// putBack lets d wait for its next try, and its worker go on with others.
func (o *outbox) putBack(l *lane, d *delivery, err error) {
	o.keepRest(err, d)
	o.shelve(d)
	o.mu.Lock()
	defer o.mu.Unlock()
	l.refused(d, time.Now())
}

func (o *outbox) try(ctx context.Context, l *lane, d *delivery) error {
	data := d.data
	if d.stowed > 0 {
		l.fetched.enter(d.stowed)
		defer l.fetched.leave(d.stowed)
		var err error
		if data, err = o.core.journal.fetch(d); err != nil {
			return o.unread(err)
		}
	}
	if d.logs != 0 {
		return o.core.consumeReturned(ctx, d, data)
	}
	p := o.core.outlets()[d.outlet]
	if p.gone.Load() {
		return errClosed
	}
	td := d.td
	if data != nil {
		var u ptrace.ProtoUnmarshaler
		var err error
		if td, err = u.UnmarshalTraces(data); err != nil {
			return consumererror.NewPermanent(fmt.Errorf("decode a released trace: %w", err))
		}
	}
	return p.next.ConsumeTraces(ctx, td)
}

// unread counts and tells that what was stowed cannot be read. A disk may recover, a damaged record does not.
func (o *outbox) unread(err error) error {
	o.core.journalFailed(fmt.Errorf("read back what is to be delivered: %w", err))
	if errors.Is(err, errDamaged) {
		return consumererror.NewPermanent(err)
	}
	return err
}

// keepRest keeps of d only what the next consumer says it did not take.
func (o *outbox) keepRest(err error, d *delivery) {
	var rest consumererror.Traces
	if !errors.As(err, &rest) {
		return
	}
	var m ptrace.ProtoMarshaler
	if data, err := m.MarshalTraces(rest.Data()); err == nil {
		o.unstow(d)
		d.data, d.td = data, ptrace.Traces{}
	}
}

// unstow forgets the data of d, of which the journal goes on holding all until something takes its place.
func (o *outbox) unstow(d *delivery) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stowed -= d.stowed
	d.stowed = 0
}

// finish gives back what d held.
func (o *outbox) finish(l *lane, d *delivery, err error) {
	c := o.core
	if d.logs != 0 {
		c.finishLogs(d, err)
	} else {
		c.finishTraces(d, err)
	}
	c.budget.add(-d.bytes)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes -= d.bytes
	o.stowed -= d.stowed
	o.pending[d.outlet]--
	l.ended(d, err == nil)
	o.settled.Broadcast()
}

func (c *core) finishTraces(d *delivery, err error) {
	switch {
	case err == nil:
		c.metrics.add(c.metrics.builder.ProcessorSamplingSpansReleased, d.spans)
		c.journal.settle(settled{seqs: d.seqs, memo: d.memo})
	case consumererror.IsPermanent(err):
		c.set.Logger.Error("the next consumer refused a trace for good", zap.Int("spans", d.spans))
		c.metrics.dropped(reasonRejected, false, d.spans)
		c.journal.settle(settled{seqs: d.seqs, memo: d.memo})
	case len(d.seqs) == 0: // otherwise it stays in the journal and is delivered after the next start
		c.metrics.dropped(reasonShutdown, false, d.spans)
	}
}

func (c *core) finishLogs(d *delivery, err error) {
	switch {
	case err == nil:
		c.metrics.logs(outcomeReturned, d.spans)
		c.journal.settle(settled{seqs: d.seqs})
	case consumererror.IsPermanent(err):
		c.metrics.logs(outcomeLost, d.spans)
		c.journal.settle(settled{seqs: d.seqs})
	case len(d.seqs) == 0:
		c.metrics.logs(outcomeLost, d.spans)
	}
}

// drain gives everything of outlet another try, however lately it was refused, and returns when nothing is left, or
// false when ctx ends before.
func (o *outbox) drain(ctx context.Context, outlet uint16) bool {
	stop := context.AfterFunc(ctx, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.settled.Broadcast()
	})
	defer stop()
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, l := range o.lanes {
		if key.logs != 0 || key.outlet == outlet {
			l.drain(time.Now())
		}
	}
	for o.pending[outlet] > 0 && ctx.Err() == nil {
		o.settled.Wait()
	}
	return o.pending[outlet] == 0
}

// stop ends the workers. What is not delivered by now is counted as lost, or stays in the journal.
func (o *outbox) stop(ctx context.Context) error {
	o.cancel()
	o.mu.Lock()
	o.closed = true
	for _, l := range o.lanes {
		l.timer.Stop()
		l.ready.Broadcast()
	}
	o.mu.Unlock()
	done := make(chan struct{})
	go func() {
		o.workers.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-done:
		return nil
	case <-time.After(stopGrace):
		return fmt.Errorf("sampling: the next consumer does not return: %w", ctx.Err())
	}
}
