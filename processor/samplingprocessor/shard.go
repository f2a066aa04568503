// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// inboxLength is how many messages may wait for a shard. Their bytes are in the budget; the number only has to cover
// the time in which the shard repairs a large trace.
const inboxLength = 64

// shard owns the traces whose ids hash to it. Who holds its lock works on them: its goroutine, which judges them when their
// time has come, or somebody who brings spans while nobody else does. Whoever it is waits for nothing meanwhile.
type shard struct {
	core      *core
	observers []decision.Observer
	inbox     chan message
	earlier   chan struct{} // something falls due before wakes
	done      chan struct{}

	mu      sync.Mutex // held for all that follows
	wakes   time.Time  // when the goroutine looks by itself
	open    *store.Store[note]
	decided *store.Decided[verdict]
	graves  *store.Decided[*grave]
	packer  *store.Packer
	kept    map[store.Key]*kept // by the last process, which did not deliver it

	burial
	repairer repair.Repairer
}

// burial is what is known of the graves together.
type burial struct {
	buried      int64     // their memory
	packs       time.Time // when they may be compressed again
	graveWeight int64     // of a byte of memory against one of the directory, so that neither takes more than its share
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

// note is what the shard notes on an open trace.
type note struct {
	id       pcommon.TraceID
	evidence policy.Evidence
	seqs     []uint64
}

// verdict is what became of a trace.
type verdict struct {
	known   *repair.Known // nil: dropped
	orphan  policy.Orphan // whose parent had not come; zero: none
	buried  uint64        // entries up to this one are of a dropped trace that waits in the journal; 0: none
	spans   int32         // that were dropped
	noAgent bool          // dropped as no agent's span was there
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
		earlier:   make(chan struct{}, 1),
		done:      make(chan struct{}),
		open: store.New[note](store.Waits{
			AfterRoot: c.cfg.Complete.AfterRoot, Idle: c.cfg.Complete.Idle, Max: c.cfg.Complete.Max,
		}),
		decided: store.NewDecided[verdict](max(share/decidedShare, minDecided)),
		graves:  store.NewDecided[*grave](share/graveShare + disk),
		kept:    map[store.Key]*kept{},

		burial: burial{graveWeight: 1 + disk/max(share/graveShare, 1)},
		packer: packer,
	}
	s.open.ShrinkWith(s.shrink)
	s.graves.OnForget(s.forgetGrave)
	s.open.LearnFrom(func(n *note) ([8]byte, bool) {
		o, ok := n.evidence.Orphan()
		return o.Parent, ok && c.policy.ParentNeverComes(o)
	})
	return s, nil
}

func (s *shard) start() {
	s.wakes = time.Now().Add(aLongTime)
	go s.run(s.wakes)
}

// stop ends the shard. Nothing may be sent any more.
func (s *shard) stop() {
	close(s.inbox)
	<-s.done
}

func (s *shard) send(m message) { s.inbox <- m }

// give adds arrivals at once if nobody works on the shard and nothing waits for it: to wake its goroutine would take longer
// than the work. Else they wait for it, too.
func (s *shard) give(arrivals []arrival) {
	if len(s.inbox) > 0 || !s.mu.TryLock() {
		s.send(message{arrivals: arrivals})
		return
	}
	s.addAll(arrivals, time.Now())
	next, ok := s.open.Next()
	earlier := ok && next.Before(s.wakes)
	if earlier {
		s.wakes = next
	}
	s.mu.Unlock()
	if earlier {
		select {
		case s.earlier <- struct{}{}:
		default: // it was told before, and looks at everything
		}
	}
}

// sync returns when everything sent before is done.
func (s *shard) sync() {
	barrier := make(chan struct{})
	s.send(message{barrier: barrier})
	<-barrier
}

func (s *shard) run(wakes time.Time) {
	defer close(s.done)
	timer := time.NewTimer(time.Until(wakes))
	defer timer.Stop()
	for {
		var m message
		ok := true
		select {
		case m, ok = <-s.inbox:
		case <-s.earlier:
		case <-timer.C:
		}
		if !ok {
			return
		}
		timer.Reset(time.Until(s.work(m)))
	}
}

// aLongTime is until when a shard sleeps that holds nothing.
const aLongTime = time.Hour

// work does what m asks for, which may be nothing, and what is due. It returns when something more may be.
func (s *shard) work(m message) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.handle(m, now)
	s.expire(now)
	s.wakes = now.Add(aLongTime)
	if next, ok := s.open.Next(); ok && next.Before(s.wakes) {
		s.wakes = next
	}
	return s.wakes
}

func (s *shard) handle(m message, now time.Time) {
	switch {
	case m.room != nil:
		s.evict(m.room)
	case m.drain != nil:
		s.flush(m.drain)
	case m.barrier != nil:
		close(m.barrier)
	default:
		s.addAll(m.arrivals, now)
	}
}

func (s *shard) addAll(arrivals []arrival, now time.Time) {
	for i := range arrivals {
		s.add(&arrivals[i], now)
	}
}

// add puts a part to its trace, or lets it follow a trace that is already judged. A trace that was dropped for want
// of an agent is judged anew when one comes: the services around an agent often send their spans long before it has
// finished.
func (s *shard) add(a *arrival, now time.Time) {
	if v := s.decided.Get(a.key); v != nil && s.keptOf(a) == nil && (!v.noAgent || !a.evidence.Agent) {
		if a.replayed && a.seq <= v.buried {
			s.buryAgain(a)
			return
		}
		s.addLate(v, a)
		return
	}
	t := s.open.Add(a.key, a.part, now)
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
func (s *shard) expire(now time.Time) {
	next, ok := s.open.Next()
	if !ok {
		return
	}
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
