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
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/tree"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// admit takes td in whole or not at all. What is taken is a copy: nothing of td is kept.
func (c *core) admit(ctx context.Context, outlet uint16, td ptrace.Traces) error {
	pieces, nameless := c.cfg.split(td)
	arrivals := make([]arrival, len(pieces))
	var cost int64
	spans := 0
	for i, p := range pieces {
		if err := c.read(&arrivals[i], outlet, p); err != nil {
			return err
		}
		cost += arrivals[i].part.Cost()
		spans += len(arrivals[i].part.Spans)
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
	c.room.Lock()
	defer c.room.Unlock()
	complete := c.cfg.WhenFull == whenFullRefuse && c.outbox.stuck()
	for _, what := range []spare{ofCalm, ofUrgent} {
		for range c.shards {
			if c.journal.hurry() || c.outbox.held() >= n || what == ofUrgent && complete {
				return
			}
			c.evict(room{bytes: n, of: what, complete: complete})
		}
	}
}

// evict makes the next shard give up what r asks for.
func (c *core) evict(r room) {
	r.freed = make(chan struct{})
	c.room.turn++
	c.shards[c.room.turn%len(c.shards)].send(message{room: &r})
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
	c.room.Lock()
	defer c.room.Unlock()
	complete := c.cfg.WhenFull == whenFullRefuse && c.outbox.stuck()
	for _, what := range []spare{ofGraves, ofCalm, ofUrgent} {
		for range c.shards {
			if c.budget.reserve(n) {
				return true
			}
			if what == ofUrgent && (complete || c.outbox.held() >= n) {
				return false
			}
			c.evict(room{bytes: c.budget.missing(n) + c.budget.max/roomToSpare, of: what, complete: complete})
		}
	}
	return c.budget.reserve(n)
}

// dispatch hands every part to the shard that owns its trace, in one message for each shard.
func (c *core) dispatch(arrivals []arrival) {
	if len(arrivals) == 1 {
		c.shardOf(arrivals[0].key).send(message{arrivals: arrivals})
		return
	}
	byShard := make(map[*shard][]arrival, len(c.shards))
	for _, a := range arrivals {
		s := c.shardOf(a.key)
		byShard[s] = append(byShard[s], a)
	}
	for s, list := range byShard {
		s.send(message{arrivals: list})
	}
}

// shardOf mixes all of the trace id: some tracers leave one half of it constant.
func (c *core) shardOf(key store.Key) *shard {
	x := binary.BigEndian.Uint64(key.Trace[:8]) ^ binary.BigEndian.Uint64(key.Trace[8:])
	x *= 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio: spreads neighboring numbers
	return c.shards[(x>>32)%uint64(len(c.shards))]
}

// read fills a with what the rules and the store need to know of a piece, and its bytes.
func (c *core) read(a *arrival, outlet uint16, p *piece) error {
	var m ptrace.ProtoMarshaler
	data, err := m.MarshalTraces(p.td)
	if err != nil {
		return consumererror.NewPermanent(fmt.Errorf("encode spans of a trace: %w", err))
	}
	a.key, a.id = p.tenant.key(p.id, outlet), p.id
	a.part = store.Part{Data: data, Spans: spansOf(p.td)}
	a.evidence = c.policy.Observe(p.td)
	return nil
}

// spansOf reads what completion needs to know. Where an application overrides the parent, the overriding one counts:
// LangSmith's own exporters drop the native parent and will never send it.
func spansOf(td ptrace.Traces) []store.Span {
	spans := make([]store.Span, 0, td.SpanCount())
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				spans = append(spans, spanOf(span))
			}
		}
	}
	return spans
}

func spanOf(span ptrace.Span) store.Span {
	n := tree.NodeOf(span)
	entry := span.Kind() == ptrace.SpanKindServer || span.Kind() == ptrace.SpanKindConsumer
	s := store.Span{ID: n.ID, Parent: n.Parent, Origin: store.OriginOf(span.Flags(), entry)}
	switch {
	case n.IsRoot:
		s.Parent = [8]byte{}
	case n.ParentRunID == [16]byte{}:
	case [8]byte(n.ParentRunID[:8]) == [8]byte{}:
		s.Parent, s.Origin = [8]byte(n.ParentRunID[8:]), store.Unknown
	default: // a run of which only LangSmith knows the span
		s.Origin = store.Unknown
	}
	return s
}

// piece is what a request holds of one trace.
type piece struct {
	id     pcommon.TraceID
	tenant tenant
	td     ptrace.Traces

	resource, scope int // where in the request the latest span came from
	spans           ptrace.SpanSlice
}

// split sorts the spans of a request by trace, in the order in which the traces appear. Spans with a zero id are left
// out and counted: nobody could ever find them.
func split(td ptrace.Traces) (pieces []*piece, nameless int) {
	if id, ok := onlyTrace(td); ok {
		return []*piece{{id: id, td: td}}, 0
	}
	byID := map[pcommon.TraceID]*piece{}
	for i, rs := range td.ResourceSpans().All() {
		for j, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				id := span.TraceID()
				if id.IsEmpty() || span.SpanID().IsEmpty() {
					nameless++
					continue
				}
				p, ok := byID[id]
				if !ok {
					p = &piece{id: id, td: ptrace.NewTraces(), resource: -1}
					byID[id] = p
					pieces = append(pieces, p)
				}
				p.enter(i, j, rs, ss)
				span.MoveTo(p.spans.AppendEmpty())
			}
		}
	}
	return pieces, nameless
}

// onlyTrace returns the trace id of td if all its spans have the same and every span has an id.
func onlyTrace(td ptrace.Traces) (pcommon.TraceID, bool) {
	var id pcommon.TraceID
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				if id.IsEmpty() {
					id = span.TraceID()
				}
				if span.TraceID() != id || id.IsEmpty() || span.SpanID().IsEmpty() {
					return id, false
				}
			}
		}
	}
	return id, !id.IsEmpty()
}

// enter makes p.spans the place for spans of the given resource and scope.
func (p *piece) enter(i, j int, rs ptrace.ResourceSpans, ss ptrace.ScopeSpans) {
	if p.resource == i && p.scope == j {
		return
	}
	all := p.td.ResourceSpans()
	if p.resource != i {
		r := all.AppendEmpty()
		rs.Resource().CopyTo(r.Resource())
		r.SetSchemaUrl(rs.SchemaUrl())
	}
	s := all.At(all.Len() - 1).ScopeSpans().AppendEmpty()
	ss.Scope().CopyTo(s.Scope())
	s.SetSchemaUrl(ss.SchemaUrl())
	p.resource, p.scope, p.spans = i, j, s.Spans()
}
