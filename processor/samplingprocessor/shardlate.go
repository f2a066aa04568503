// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"slices"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// addLate lets what comes late follow the decision on its trace.
func (s *shard) addLate(v *verdict, a *arrival) {
	if v.orphan != (policy.Orphan{}) && a.part.Has(v.orphan.Parent) {
		s.core.policy.ParentCame(v.orphan)
		v.orphan = policy.Orphan{}
	}
	switch c := s.core; {
	case c.cfg.DryRun:
		if a.part.Logs != 0 {
			c.budget.add(-a.part.Cost())
			return
		}
		c.metrics.late(outcomeKept, len(a.part.Spans))
		s.shipPart(a, repair.Late{Traces: s.decode(a.part), Spans: len(a.part.Spans)}, v)
	case v.known == nil:
		s.addToDropped(v, a)
	case a.part.Logs != 0: // a run that was posted is never changed: they go on as the log records that they are
		c.metrics.logs(outcomeLate, len(a.part.Spans))
		s.giveBack(a.key, a.part, a.part.Cost(), a.seqs(), s.takenElsewhere(a.key))
	default:
		l := s.place(v.known, a.part)
		c.metrics.repairedLate(l)
		known := *v // which remembering moves
		s.remember(a.key, &known)
		s.shipPart(a, l, &known)
	}
}

// place gives late spans their place in the released trace. Where that takes nothing more they are not even read.
func (s *shard) place(known *repair.Known, part store.Part) repair.Late {
	if known.Sealed() {
		return repair.Late{Truncated: len(part.Spans)}
	}
	return known.Late(s.decode(part), s.core.repairOptions())
}

// shipPart hands late spans to the outbox, if any are left.
func (s *shard) shipPart(a *arrival, l repair.Late, v *verdict) {
	c := s.core
	var note []byte
	if v.known != nil && v.known.Grown(c.repairOptions()) {
		note = s.memo(a.key, v)
	}
	if l.Spans == 0 {
		c.budget.add(-a.part.Cost())
		c.journal.settle(settled{seqs: a.seqs(), memo: note})
		return
	}
	c.budget.add(a.part.Away)
	c.outbox.put(delivery{
		outlet: a.key.Outlet, td: l.Traces, spans: l.Spans, bytes: a.part.Cost() + a.part.Away, seqs: a.seqs(), memo: note,
	})
}

// addToDropped lets spans and records follow a dropped trace, unless they tell of something for which the rules would
// have kept it.
func (s *shard) addToDropped(v *verdict, a *arrival) {
	if !a.evidence.Failed && !a.evidence.Asked() && !s.graves.Has(a.key) {
		s.dropLate(v, a) // as nearly everything that comes late
		return
	}
	g, whole := s.exhume(a.key)
	if !whole {
		g = &grave{}
		g.Note.evidence.Agent = !v.noAgent // what is gone had one
	}
	g.Note.evidence.Merge(&a.evidence)
	g.Parts = append(g.Parts, a.part)
	g.Bytes += a.part.Cost()
	if s.mayChange(&a.evidence, g, whole) && s.bringBack(v, a, g, whole) {
		return
	}
	if !whole {
		s.dropLate(v, a)
		return
	}
	if part := &g.Parts[len(g.Parts)-1]; part.Away > 0 {
		g.Note.seqs = append(g.Note.seqs, a.seq)
		a.seq = 0 // it is the grave's
	} else {
		part.Entry = 0
	}
	s.dropLate(v, a)
	s.dig(a.key, g)
}

func (s *shard) dropLate(v *verdict, a *arrival) {
	s.core.budget.add(-a.part.Cost())
	s.core.journal.settle(settled{seqs: a.seqs()})
	if a.part.Logs != 0 {
		s.core.metrics.logs(outcomeDropped, len(a.part.Spans))
	} else {
		v.spans += int32(len(a.part.Spans))
		s.core.metrics.late(outcomeDropped, len(a.part.Spans))
	}
}

// mayChange reports whether late evidence may have changed the decision on a trace. What failed goes out even if nothing
// else is left, all else only as a whole trace.
func (s *shard) mayChange(late *policy.Evidence, g *grave, whole bool) bool {
	p := s.core.policy
	return late.Failed || late.Asked() || whole && (p.Unsettled(&g.Note.evidence) || p.Keeps(&g.Note.evidence, time.Now()))
}

// bringBack releases a dropped trace for which an error came late, or as much of it as is there. What comes back
// stands for none but itself: the count of what it would have stood for has gone out with others.
func (s *shard) bringBack(was *verdict, a *arrival, g *grave, whole bool) bool {
	c := s.core
	now := time.Now()
	d := s.decide(a.id, &g.Note.evidence, g.Parts, now)
	if !d.Keep {
		return false
	}
	stamp := repair.Stamp{Rule: d.Rule, Trigger: string(store.Late), Probability: d.Probability, BroughtBack: true}
	if !whole {
		stamp.Incomplete, stamp.Lost = true, int(was.spans)
	}
	r := s.repairer.Trace(s.decode(g.Parts...), c.repairOptions(), stamp, s.events(g.Parts)...)
	if r.Spans == 0 {
		return false
	}
	outcome := outcomeWhole
	if !whole {
		outcome = outcomeStub
		c.metrics.dropped(reasonGone, false, int(was.spans))
	}
	c.metrics.broughtBack(outcome)
	c.metrics.repaired(r)
	if a.part.Logs == 0 {
		c.metrics.late(outcomeKept, len(a.part.Spans))
	}
	v := &verdict{known: r.Known}
	s.remember(a.key, v)
	seqs := append(slices.Clip(g.Note.seqs), a.seqs()...)
	if len(seqs) >= len(g.Parts) { // else a restart finds a stub
		seqs = c.journal.keep(a.key, seqs, stamp)
	}
	held := g.Bytes + awayOf(g.Parts)
	c.budget.add(held - a.part.Cost()) // what was buried is held again
	c.outbox.put(delivery{
		outlet: a.key.Outlet, td: r.Traces, spans: r.Spans, bytes: held, memo: s.memo(a.key, v), seqs: seqs,
	})
	s.tell(decision.Decision{
		At: now, TraceID: a.id, Component: c.set.ID.String(), Kept: true, Rule: d.Rule, Trigger: string(store.Late),
		Probability: d.Probability, Spans: r.Spans + r.Pruned, Pruned: r.Pruned, Reparented: r.Reparented,
		RootSpanID: r.Root, Evidence: s.explain(&g.Note.evidence),
	})
	return true
}
