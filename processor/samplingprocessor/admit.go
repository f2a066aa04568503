// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// admit takes td in whole or not at all. What is taken is a copy: nothing of td is kept.
func (c *core) admit(ctx context.Context, outlet uint16, td ptrace.Traces) error {
	if n, ok := c.hasRoom(td); !ok {
		return c.full(n, td.SpanCount())
	}
	arrivals, nameless, err := c.readRequest(td, outlet)
	if err != nil {
		return err
	}
	spans, cost := 0, int64(0)
	for i := range arrivals {
		spans += len(arrivals[i].part.Spans)
		cost += arrivals[i].part.Cost()
	}
	if !c.reserve(cost) {
		return c.full(cost, spans+nameless)
	}
	if err := c.writeJournal(ctx, arrivals); err != nil {
		c.budget.add(-cost)
		if errors.Is(err, errJournalFull) {
			return c.full(cost, spans+nameless)
		}
		return err
	}
	c.metrics.dropped(reasonZeroID, false, nameless)
	c.metrics.add(c.metrics.builder.ProcessorSamplingSpansReceived, spans)
	if len(arrivals) > 0 {
		c.dispatch(arrivals)
	}
	return nil
}

// hasRoom weighs a request while others are refused: to encode what will be refused as well would fill memory with
// garbage, for as long as its sender tries.
func (c *core) hasRoom(td ptrace.Traces) (n int64, ok bool) {
	if !c.budget.crowded() {
		return 0, true
	}
	var m ptrace.ProtoMarshaler
	n = int64(m.TracesSize(td))
	if !c.reserve(n) {
		return n, false
	}
	c.budget.add(-n)
	return n, true
}

func (c *core) reserve(cost int64) bool {
	if !c.journal.room(cost) {
		c.relieve(cost)
		return false
	}
	return c.budget.reserve(cost) || c.makeRoom(cost)
}

// relieve judges the oldest traces when the journal is full. Their bytes there come free a moment after they are dropped
// or delivered: nothing more is judged as long as something is on its way.
func (c *core) relieve(n int64) {
	c.entrance.room.Lock()
	defer c.entrance.room.Unlock()
	stuck := c.stuck()
	for _, what := range []spare{ofGraves, ofCalm, ofUrgent} {
		for range c.shards {
			memory, stowed := c.outbox.held()
			if c.journal.hurry() || memory+stowed >= n || what == ofUrgent && len(stuck) == len(c.outlets()) {
				return
			}
			c.evict(room{bytes: n, of: what, stuck: stuck})
		}
	}
}

// stuck returns the outlets of which only what lacks nothing may give way: where senders can be told that there is no room.
func (c *core) stuck() map[uint16]bool {
	if c.cfg.WhenFull != whenFullRefuse {
		return nil
	}
	return c.outbox.stuck()
}

// evict makes the next shard give up what r asks for.
func (c *core) evict(r room) {
	r.freed = make(chan struct{})
	c.entrance.room.turn++
	c.shards[c.entrance.room.turn%len(c.shards)].send(message{room: &r})
	<-r.freed
}

// full answers a request for which there is no room.
func (c *core) full(cost int64, spans int) error {
	switch {
	case c.cfg.WhenFull == whenFullShed:
		c.metrics.add(c.metrics.builder.ProcessorSamplingShedSpans, spans)
		return nil
	case cost > min(c.budget.max, c.journal.capacity()):
		c.metrics.dropped(reasonTooLarge, false, spans)
		return consumererror.NewPermanent(errTooLarge)
	}
	c.refuse()
	return errFull
}

// refuse notes that a request was refused, so that the traces which wait for its spans go on waiting.
func (c *core) refuse() {
	c.budget.refuse(time.Now())
	c.metrics.add(c.metrics.builder.ProcessorSamplingRefusedRequests, 1)
}

// roomToSpare is the part of the budget that is made free beyond what is needed, so that a full processor does not
// look for the oldest trace at every request.
const roomToSpare = 64

// makeRoom reserves n bytes by giving up what was dropped before, and then by judging the oldest traces: likely
// successes first, those with errors last. What is kept of them gives its bytes back only when it is delivered, so traces
// with errors are not torn apart for nothing while enough is on its way out already.
//
// When memory is full since the next component takes nothing, judging what is not complete would throw away spans that
// were accepted, for room that is as full a moment later: requests are refused instead, if the sender can be told.
func (c *core) makeRoom(n int64) bool {
	if n > c.budget.max {
		return false
	}
	c.entrance.room.Lock()
	defer c.entrance.room.Unlock()
	stuck := c.stuck()
	for _, what := range []spare{ofGraves, ofCalm, ofUrgent} {
		for range c.shards {
			if c.budget.reserve(n) {
				return true
			}
			if waiting, _ := c.outbox.held(); what == ofUrgent && (len(stuck) == len(c.outlets()) || waiting >= n) {
				return false
			}
			c.evict(room{bytes: c.budget.missing(n) + c.budget.max/roomToSpare, of: what, stuck: stuck})
		}
	}
	return c.budget.reserve(n)
}

// readRequest reads what the request holds of each trace, those of one shard together. It does not change td.
func (c *core) readRequest(td ptrace.Traces, outlet uint16) (arrivals []arrival, nameless int, err error) {
	s, ok := c.entrance.splitters.Get().(*splitter)
	if !ok {
		s = newSplitter(c.cfg, c.policy)
	}
	if err := s.split(td); err != nil {
		return nil, 0, consumererror.NewPermanent(err)
	}
	arrivals = make([]arrival, len(s.lots))
	next := c.places(s.lots)
	for i := range s.lots {
		l := &s.lots[i]
		n := &next[c.shardNumber(l.key)]
		a := &arrivals[*n]
		*n++
		a.key, a.id, a.evidence = l.key, l.id, l.sight.Evidence
		a.key.Outlet = outlet
		a.part = store.Part{Data: l.data, Spans: l.spans}
	}
	nameless = s.nameless
	if s.reset() {
		c.entrance.splitters.Put(s)
	}
	return arrivals, nameless, nil
}

// places returns where the first lot of each shard comes when those of one shard stand together.
func (c *core) places(lots []lot) []int {
	next := make([]int, len(c.shards)+1)
	for i := range lots {
		next[c.shardNumber(lots[i].key)+1]++
	}
	for i := 1; i < len(next); i++ {
		next[i] += next[i-1]
	}
	return next
}

// read fills a with what the rules and the store need to know of td, which is of one trace, and its bytes.
func (c *core) read(a *arrival, td ptrace.Traces) error {
	var m ptrace.ProtoMarshaler
	data, err := m.MarshalTraces(td)
	if err != nil {
		return fmt.Errorf("encode spans of a trace: %w", err)
	}
	a.part = store.Part{Data: data, Spans: spansOf(td)}
	a.evidence = c.policy.Observe(td)
	return nil
}

// dispatch hands every part to the shard that owns its trace, neighbors at once.
func (c *core) dispatch(arrivals []arrival) {
	for len(arrivals) > 0 {
		s, n := c.shardOf(arrivals[0].key), 1
		for n < len(arrivals) && c.shardOf(arrivals[n].key) == s {
			n++
		}
		s.give(arrivals[:n:n])
		arrivals = arrivals[n:]
	}
}

func (c *core) shardOf(key store.Key) *shard { return c.shards[c.shardNumber(key)] }

// shardNumber mixes all of the trace id: some tracers leave one half of it constant.
func (c *core) shardNumber(key store.Key) uint64 {
	x := binary.BigEndian.Uint64(key.Trace[:8]) ^ binary.BigEndian.Uint64(key.Trace[8:])
	x *= 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio: spreads neighboring numbers
	return (x >> 32) % uint64(len(c.shards))
}
