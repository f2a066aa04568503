// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/join"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// logsProcessor is the instance of one logs pipeline. Records that belong to a span are held with its trace, and go
// out as events of the span; all others pass.
type logsProcessor struct {
	core *core
	pipe uint16 // from 1
	next consumer.Logs

	mu      sync.RWMutex // held while records are given to next
	started bool
	closed  bool
}

// Capabilities tells that requests are taken apart.
func (*logsProcessor) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

// Start starts the core with the first of its instances.
func (p *logsProcessor) Start(ctx context.Context, host component.Host) error {
	if err := p.core.start(ctx, host); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.started = true
	return nil
}

// Shutdown gives the core back.
func (p *logsProcessor) Shutdown(ctx context.Context) error {
	p.mu.Lock()
	closed, started := p.closed, p.started
	p.closed = true
	p.mu.Unlock()
	if closed {
		return nil
	}
	return p.core.release(ctx, started)
}

// ConsumeLogs takes the records that belong to spans out of ld and passes the rest on. The rest goes on when there is
// room for the others, in memory and in the journal, and they are taken when it has: a request that fails is sent
// again as a whole.
func (p *logsProcessor) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	pieces := p.take(ld)
	if len(pieces) == 0 {
		return p.pass(ctx, ld)
	}
	c := p.core
	arrivals, cost, err := p.read(pieces)
	if err != nil {
		return err
	}
	if !c.reserve(cost) {
		return p.full(ctx, ld, cost, pieces)
	}
	if arrivals, err = c.writeLogs(ctx, arrivals); err != nil {
		return err
	}
	if err := p.pass(ctx, ld); err != nil {
		c.giveUpLogs(arrivals)
		return err
	}
	c.admitLogs(arrivals)
	return nil
}

// pass hands records to the next consumer, if there are any.
func (p *logsProcessor) pass(ctx context.Context, ld plog.Logs) error {
	if ld.LogRecordCount() == 0 {
		return nil
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	switch {
	case p.closed:
		return errClosed
	case !p.started:
		return errEarly
	}
	return p.next.ConsumeLogs(ctx, ld)
}

// full is for requests that find no room: the rest of a request that is shed goes on.
func (p *logsProcessor) full(ctx context.Context, ld plog.Logs, cost int64, pieces []*logPiece) error {
	records := 0
	for _, piece := range pieces {
		records += piece.ld.LogRecordCount()
	}
	c := p.core
	if c.cfg.WhenFull != whenFullShed {
		if cost > min(c.budget.max, c.journal.capacity()) {
			return consumererror.NewPermanent(errTooLarge)
		}
		c.refuse()
		return errFull
	}
	c.metrics.logs(outcomeShed, records)
	return p.pass(ctx, ld)
}

// logPiece is what a request holds of the records of one trace.
type logPiece struct {
	id     pcommon.TraceID
	tenant tenant
	ld     plog.Logs

	resource, scope int // where in the request the latest record came from
	records         plog.LogRecordSlice
}

// take sorts the records of ld that belong to spans by trace. They are moved out of ld, or copied in a dry run, which
// changes nothing.
func (p *logsProcessor) take(ld plog.Logs) []*logPiece {
	if len(p.core.live()) == 0 {
		return nil
	}
	var pieces []*logPiece
	byKey := map[store.Key]*logPiece{}
	for i, rl := range ld.ResourceLogs().All() {
		tenant := p.core.cfg.tenantOf(rl.Resource().Attributes())
		for j, sl := range rl.ScopeLogs().All() {
			sl.LogRecords().RemoveIf(func(r plog.LogRecord) bool {
				if !join.Belongs(r) {
					return false
				}
				key := tenant.key(r.TraceID(), 0)
				piece, ok := byKey[key]
				if !ok {
					piece = &logPiece{id: r.TraceID(), tenant: tenant, ld: plog.NewLogs(), resource: -1}
					byKey[key] = piece
					pieces = append(pieces, piece)
				}
				piece.enter(i, j, rl, sl)
				r.CopyTo(piece.records.AppendEmpty())
				return !p.core.cfg.DryRun
			})
		}
	}
	if len(pieces) > 0 {
		removeEmpty(ld)
	}
	return pieces
}

// enter makes p.records the place for records of the given resource and scope.
func (p *logPiece) enter(i, j int, rl plog.ResourceLogs, sl plog.ScopeLogs) {
	if p.resource == i && p.scope == j {
		return
	}
	if p.resource != i {
		r := p.ld.ResourceLogs().AppendEmpty()
		rl.Resource().CopyTo(r.Resource())
		r.SetSchemaUrl(rl.SchemaUrl())
	}
	s := p.ld.ResourceLogs().At(p.ld.ResourceLogs().Len() - 1).ScopeLogs().AppendEmpty()
	sl.Scope().CopyTo(s.Scope())
	s.SetSchemaUrl(sl.SchemaUrl())
	p.resource, p.scope, p.records = i, j, s.LogRecords()
}

func removeEmpty(ld plog.Logs) {
	ld.ResourceLogs().RemoveIf(func(rl plog.ResourceLogs) bool {
		rl.ScopeLogs().RemoveIf(func(sl plog.ScopeLogs) bool { return sl.LogRecords().Len() == 0 })
		return rl.ScopeLogs().Len() == 0
	})
}

// read makes arrivals of pieces: one for every traces pipeline, since the spans may come by any of them.
func (p *logsProcessor) read(pieces []*logPiece) ([]arrival, int64, error) {
	var arrivals []arrival
	var cost int64
	for _, traces := range p.core.live() {
		for _, piece := range pieces {
			a, err := p.core.readLogs(piece, traces.outlet, p.pipe)
			if err != nil {
				return nil, 0, err
			}
			cost += a.part.Cost()
			arrivals = append(arrivals, a)
		}
	}
	return arrivals, cost, nil
}

// readLogs makes an arrival of records of one trace. In a dry run only the evidence counts: the records themselves have
// passed.
func (c *core) readLogs(p *logPiece, outlet, pipe uint16) (arrival, error) {
	a := arrival{key: p.tenant.key(p.id, outlet), id: p.id, evidence: c.policy.Observe(join.Evidence(p.ld))}
	a.part = store.Part{Spans: recordsOf(p.ld), Logs: pipe}
	if c.cfg.DryRun {
		return a, nil
	}
	var m plog.ProtoMarshaler
	data, err := m.MarshalLogs(p.ld)
	if err != nil {
		return arrival{}, consumererror.NewPermanent(fmt.Errorf("encode log records of a trace: %w", err))
	}
	a.part.Data = data
	return a, nil
}

// recordsOf lists the spans that the records of ld name.
func recordsOf(ld plog.Logs) []store.Span {
	spans := make([]store.Span, 0, ld.LogRecordCount())
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				spans = append(spans, store.Span{Parent: r.SpanID(), Origin: store.Local})
			}
		}
	}
	return spans
}

// live returns the traces pipelines that take part.
func (c *core) live() []*tracesProcessor {
	var live []*tracesProcessor
	for _, p := range c.outlets() {
		p.mu.RLock()
		if p.started && !p.closed {
			live = append(live, p)
		}
		p.mu.RUnlock()
	}
	return live
}

// lockOutlets keeps all traces pipelines from being shut down until unlock is called.
func (c *core) lockOutlets() (outlets []*tracesProcessor, unlock func()) {
	outlets = c.outlets()
	for _, p := range outlets {
		p.mu.RLock()
	}
	return outlets, func() {
		for _, p := range outlets {
			p.mu.RUnlock()
		}
	}
}

// writeLogs writes arrivals, for which memory is reserved, to the journal, and returns those that have a way out. The
// pipeline of some may have been shut down a moment ago: those have nowhere to go.
func (c *core) writeLogs(ctx context.Context, arrivals []arrival) ([]arrival, error) {
	outlets, unlock := c.lockOutlets()
	defer unlock()
	live := arrivals[:0]
	for _, a := range arrivals {
		if outlets[a.key.Outlet].closed {
			c.loseLogs(&a)
			continue
		}
		live = append(live, a)
	}
	if err := c.writeJournal(ctx, live); err != nil {
		return nil, c.refuseLogs(live, err)
	}
	return live, nil
}

// admitLogs takes arrivals that are written. While the rest of their request was passed on, their pipeline may have
// been shut down: they stay in the journal, if there is one.
func (c *core) admitLogs(arrivals []arrival) {
	outlets, unlock := c.lockOutlets()
	defer unlock()
	live := arrivals[:0]
	for _, a := range arrivals {
		switch {
		case !outlets[a.key.Outlet].closed:
			live = append(live, a)
		case a.seq != 0:
			c.budget.add(-a.part.Cost())
		default:
			c.loseLogs(&a)
		}
	}
	if len(live) > 0 {
		c.dispatch(live)
	}
}

func (c *core) loseLogs(a *arrival) {
	c.budget.add(-a.part.Cost())
	c.metrics.logs(outcomeLost, len(a.part.Spans))
}

// giveUpLogs gives back what was reserved and written for records that their sender will send again.
func (c *core) giveUpLogs(arrivals []arrival) {
	for i := range arrivals {
		c.budget.add(-arrivals[i].part.Cost())
		c.journal.settle(settled{seqs: arrivals[i].seqs()})
	}
}

// refuseLogs gives back what was reserved for records that the journal has not taken. If they are shed, the rest of
// their request goes on.
func (c *core) refuseLogs(arrivals []arrival, err error) error {
	records := 0
	for i := range arrivals {
		c.budget.add(-arrivals[i].part.Cost())
		records += len(arrivals[i].part.Spans)
	}
	switch {
	case !errors.Is(err, errJournalFull):
		return err
	case c.cfg.WhenFull == whenFullShed:
		c.metrics.logs(outcomeShed, records)
		return nil
	}
	c.refuse()
	return errFull
}

// consumeReturned is the way of returned records out.
func (c *core) consumeReturned(ctx context.Context, d *delivery, data []byte) error {
	var u plog.ProtoUnmarshaler
	ld, err := u.UnmarshalLogs(data)
	if err != nil {
		return consumererror.NewPermanent(fmt.Errorf("decode log records: %w", err))
	}
	pipes := c.logOutlets()
	if int(d.logs) > len(pipes) {
		return errClosed // read back from a storage, and the pipeline is gone
	}
	return pipes[d.logs-1].pass(ctx, ld)
}
