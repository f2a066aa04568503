// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// inboxLength is how many messages may wait for a shard. Their bytes are in the budget; the number only has to cover
// the time in which the shard repairs a large trace.
const inboxLength = 64

// shard owns the traces whose ids hash to it: one goroutine, no lock. It never waits for anything but its inbox and
// its clock.
type shard struct {
	core      *core
	observers []decision.Observer
	inbox     chan message
	done      chan struct{}

	open    *store.Store[note]
	decided *store.Decided[*verdict]
	graves  *store.Decided[*grave]
	packer  *store.Packer

	buried      int64 // memory of the graves
	graveWeight int64 // of a byte of memory against one of the directory, so that neither takes more than its share

	repairer repair.Repairer
}

// message is what reaches a shard: one of its fields.
type message struct {
	arrivals []arrival
	room     *room
	drain    *drain
	barrier  chan<- struct{}
}

// arrival is what one request holds of one trace.
type arrival struct {
	key      store.Key
	id       pcommon.TraceID
	part     store.Part
	evidence policy.Evidence
	seq      uint64 // in the journal; 0: not written
	replayed bool   // by the process that came after the one which wrote it
}

// seqs are the entries of a in the journal.
func (a *arrival) seqs() []uint64 {
	if a.seq == 0 {
		return nil
	}
	return []uint64{a.seq}
}

// room asks for memory.
type room struct {
	bytes    int64
	of       spare
	complete bool // only of traces that lack nothing
	freed    chan struct{}
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

// note is what the shard notes on an open trace.
type note struct {
	id       pcommon.TraceID
	evidence policy.Evidence
	seqs     []uint64
}

// verdict is what became of a trace.
type verdict struct {
	known   *repair.Known  // nil: dropped
	noAgent bool           // dropped as no agent's span was there
	spans   int32          // that were dropped
	orphan  *policy.Orphan // whose parent had not come; nil: none
	buried  uint64         // entries up to this one are of a dropped trace that waits in the journal; 0: none
}

// spansKnown is how many spans of a released trace are known.
func (v *verdict) spansKnown() int {
	if v.known == nil {
		return 0
	}
	return v.known.Len()
}

// newShard makes a shard that is given a share of the budget for what it remembers of decided traces, and some disk for those
// that were dropped.
func newShard(c *core, observers []decision.Observer, share, disk int64) (*shard, error) {
	packer, err := store.NewPacker()
	if err != nil {
		return nil, err
	}
	s := &shard{
		core:      c,
		observers: observers,
		inbox:     make(chan message, inboxLength),
		done:      make(chan struct{}),
		open: store.New[note](store.Waits{
			AfterRoot: c.cfg.Complete.AfterRoot, Idle: c.cfg.Complete.Idle, Max: c.cfg.Complete.Max,
		}),
		decided: store.NewDecided[*verdict](share / decidedShare),
		graves:  store.NewDecided[*grave](share/graveShare + disk),

		graveWeight: 1 + disk/max(share/graveShare, 1),
		packer:      packer,
	}
	s.open.ShrinkWith(s.shrink)
	s.graves.OnForget(s.forgetGrave)
	s.open.LearnFrom(func(n *note) ([8]byte, bool) {
		o, ok := n.evidence.Orphan()
		return o.Parent, ok && c.policy.ParentNeverComes(o)
	})
	return s, nil
}

func (s *shard) start() { go s.run() }

// stop ends the shard. Nothing may be sent any more.
func (s *shard) stop() {
	close(s.inbox)
	<-s.done
}

func (s *shard) send(m message) { s.inbox <- m }

// sync returns when everything sent before is done.
func (s *shard) sync() {
	barrier := make(chan struct{})
	s.send(message{barrier: barrier})
	<-barrier
}

func (s *shard) run() {
	defer close(s.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case m, ok := <-s.inbox:
			if !ok {
				return
			}
			s.handle(m)
		case <-timer.C:
		}
		s.expire()
		if next, ok := s.open.Next(); ok {
			timer.Reset(time.Until(next))
		}
	}
}

func (s *shard) handle(m message) {
	switch {
	case m.room != nil:
		s.evict(m.room)
	case m.drain != nil:
		s.flush(m.drain)
	case m.barrier != nil:
		close(m.barrier)
	default:
		now := time.Now()
		for i := range m.arrivals {
			m.arrivals[i].part.At = now
			s.add(&m.arrivals[i])
		}
	}
}

// add puts a part to its trace, or lets it follow a trace that is already judged. A trace that was dropped for want
// of an agent is judged anew when one comes: the services around an agent often send their spans long before it has
// finished.
func (s *shard) add(a *arrival) {
	if v, ok := s.decided.Get(a.key); ok && (!v.noAgent || !a.evidence.Agent) {
		if a.replayed && a.seq <= v.buried {
			s.buryAgain(a)
			return
		}
		s.addLate(v, a)
		return
	}
	t := s.open.Add(a.key, a.part)
	if len(t.Parts) == 1 {
		t.Note.id = a.id
		s.core.tracesOpen.Add(1)
	}
	if a.part.Logs == 0 && t.Spans == len(a.part.Spans) {
		s.core.metrics.add(s.core.metrics.builder.ProcessorSamplingTracesReceived, 1)
	}
	if o, ok := t.Note.evidence.Orphan(); ok && a.part.Has(o.Parent) {
		s.core.policy.ParentCame(o)
	}
	t.Note.evidence.Merge(&a.evidence)
	if a.seq != 0 {
		t.Note.seqs = append(t.Note.seqs, a.seq)
	}
	if e := &t.Note.evidence; e.Asked() || e.Failed && (e.Agent || s.core.cfg.Traces == everything) {
		s.open.MarkUrgent(t)
	}
	if t.Bytes+t.Away > s.core.maxTrace {
		s.take(t, store.Size)
	}
}

// expire judges what has nothing more to wait for.
func (s *shard) expire() {
	next, ok := s.open.Next()
	if !ok {
		return
	}
	now := time.Now()
	if at := s.core.budget.refused.Load(); at != nil {
		s.open.Refused(*at)
	}
	for !next.After(now) {
		t, trigger := s.open.Due(now)
		if t == nil {
			break
		}
		s.judge(t, trigger)
	}
	s.core.budget.add(-s.open.Freed())
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
		if r.complete && !s.open.Complete(this) {
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

func (s *shard) take(t *store.Trace[note], trigger store.Trigger) {
	s.open.Remove(t)
	s.judge(t, trigger)
}

// judge decides on a trace that is no longer open.
func (s *shard) judge(t *store.Trace[note], trigger store.Trigger) {
	c := s.core
	now := time.Now()
	c.tracesOpen.Add(-1)
	if t.Spans == 0 {
		s.returnLogs(t)
		return
	}
	complete := s.open.Complete(t)
	d := s.decide(t.Note.id, &t.Note.evidence, t.Parts, now)
	var r repair.Result
	stamp := stampOf(d, trigger, complete)
	if d.Keep && !c.cfg.DryRun {
		r = s.repairer.Trace(s.decode(t.Parts...), c.repairOptions(), stamp, s.events(t.Parts)...)
		c.metrics.repaired(r)
	}
	v := &verdict{known: r.Known, noAgent: d.Rule == policy.NoAgentSpan, spans: int32(t.Spans), orphan: s.learn(t, trigger, now)}
	s.remember(t.Key, v)
	switch {
	case c.cfg.DryRun:
		td := s.decode(t.Parts...)
		repair.Mark(td, stamp)
		s.ship(t, td, t.Spans, v)
	case r.Spans > 0:
		s.ship(t, r.Traces, r.Spans, v)
	default:
		s.bury(t, v, trigger)
	}
	kept := d.Keep && (r.Spans > 0 || c.cfg.DryRun)
	c.metrics.decided(d, trigger, kept)
	s.tell(decision.Decision{
		At: now, TraceID: t.Note.id, Component: c.set.ID.String(), Kept: kept, Rule: d.Rule, Trigger: string(trigger),
		Probability: d.Probability, AdjustedCount: d.AdjustedCount(), Complete: complete, Spans: t.Spans, Pruned: r.Pruned,
		Reparented: r.Reparented, RootSpanID: r.Root, Evidence: s.explain(&t.Note.evidence),
	})
}

// learn notes that a trace was waited for in vain, if it was, and returns what it hangs on.
func (s *shard) learn(t *store.Trace[note], trigger store.Trigger, now time.Time) *policy.Orphan {
	o, ok := t.Note.evidence.Orphan()
	if !ok {
		return nil
	}
	if s.open.WaitedInVain(t, trigger, now) {
		s.core.policy.ParentMissing(o)
	}
	return &o
}

// explain puts evidence in words, where somebody wants to read them.
func (s *shard) explain(e *policy.Evidence) string {
	if len(s.observers) == 0 {
		return ""
	}
	return e.Explain()
}

// decide asks the rules, which may have to look at the spans once more.
func (s *shard) decide(id pcommon.TraceID, e *policy.Evidence, parts []store.Part, now time.Time) policy.Decision {
	if s.core.policy.Unsettled(e) {
		s.core.policy.Settle(e, s.decode(parts...))
	}
	return s.core.policy.Decide(id, e, now)
}

func stampOf(d policy.Decision, trigger store.Trigger, complete bool) repair.Stamp {
	return repair.Stamp{
		Rule: d.Rule, Trigger: string(trigger), Probability: d.Probability, AdjustedCount: d.AdjustedCount(),
		Complete: complete, Threshold: d.Threshold,
	}
}

func (s *shard) tell(d decision.Decision) {
	for _, o := range s.observers {
		o.ObserveDecision(d)
	}
}

// ship hands a trace to the outbox, with the bytes that it holds and its entries in the journal.
func (s *shard) ship(t *store.Trace[note], td ptrace.Traces, spans int, v *verdict) {
	away := awayOf(t.Parts) // and was read back
	s.core.budget.add(away)
	s.core.outbox.put(delivery{
		outlet: t.Key.Outlet, td: td, spans: spans, bytes: t.Bytes + away, seqs: t.Note.seqs, memo: s.memo(t.Key, v),
	})
}

// memo is what the journal, if there is one, is to write of a verdict.
func (s *shard) memo(key store.Key, v *verdict) []byte {
	if s.core.journal == nil {
		return nil
	}
	return memo(key, v)
}

// remember keeps the verdict for late spans; what is remembered counts in the budget.
func (s *shard) remember(key store.Key, v *verdict) {
	before := s.decided.Bytes()
	var cost int64
	if v.known != nil {
		cost = v.known.Cost()
	}
	s.decided.Put(key, v, cost)
	s.core.budget.add(s.decided.Bytes() - before)
}

// worthReading is the size from which a part is left to the journal while its trace waits: what is smaller is soon read.
const worthReading = 2 << 10

// shrink makes parts take less memory: what the journal has is left to it, all else is compressed. It returns the bytes that
// this gives back.
func (s *shard) shrink(parts []store.Part) (freed int64) {
	if s.core.journal.readable() {
		for i := range parts {
			if len(parts[i].Data) >= worthReading {
				freed += parts[i].Leave()
			}
		}
	}
	return freed + s.packer.Pack(parts)
}

// data returns the data of a part, and of those that are packed with it.
func (s *shard) data(part store.Part) ([]byte, error) {
	if part.Away > 0 {
		return s.core.journal.entry(part.Entry)
	}
	return s.packer.Unpack(part)
}

// decode reads the parts of a trace into one message.
func (s *shard) decode(parts ...store.Part) ptrace.Traces {
	var u ptrace.ProtoUnmarshaler
	all := ptrace.NewTraces()
	for _, part := range parts {
		if part.Logs != 0 {
			continue
		}
		if part.Elsewhere() {
			continue
		}
		data, err := s.data(part)
		var td ptrace.Traces
		if err == nil {
			td, err = u.UnmarshalTraces(data)
		}
		if err != nil { // only what is read back from a disk can be damaged
			s.core.set.Logger.Error("a part of a trace cannot be decoded", zap.Error(err))
			s.core.metrics.dropped(reasonUnread, false, len(part.Spans))
			continue
		}
		td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
	return all
}
