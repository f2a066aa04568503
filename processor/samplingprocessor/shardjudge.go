// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

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
		s.unkept(t)
		s.returnLogs(t)
		return
	}
	d, stamp := s.ruled(t, trigger, now)
	var r repair.Result
	if d.Keep && !c.cfg.DryRun {
		r = s.repairer.Trace(s.decode(t.Parts...), c.repairOptions(), stamp, s.events(t.Parts)...)
		c.metrics.repaired(r)
	}
	v := &verdict{known: r.Known, noAgent: d.Rule == policy.NoAgentSpan, spans: int32(t.Spans), orphan: s.learn(t, trigger, now)}
	s.remember(t.Key, v)
	kept := d.Keep && (r.Spans > 0 || c.cfg.DryRun)
	if kept {
		s.keep(t, stamp)
	}
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
	c.metrics.decided(d, trigger, kept)
	s.tell(decision.Decision{
		At: now, TraceID: t.Note.id, Component: c.set.ID.String(), Kept: kept, Rule: d.Rule, Trigger: stamp.Trigger,
		Probability: d.Probability, AdjustedCount: d.AdjustedCount(), Complete: stamp.Complete, Spans: t.Spans, Pruned: r.Pruned,
		Reparented: r.Reparented, RootSpanID: r.Root, Evidence: s.explain(&t.Note.evidence),
	})
}

// learn notes that a trace was waited for in vain, if it was, and returns what it hangs on.
func (s *shard) learn(t *store.Trace[note], trigger store.Trigger, now time.Time) policy.Orphan {
	o, ok := t.Note.evidence.Orphan()
	if !ok {
		return policy.Orphan{}
	}
	if s.open.WaitedInVain(t, trigger, now) {
		s.core.policy.ParentMissing(o)
	}
	return o
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
	p := s.core.policy
	if p.Counts() && s.open.Repeats(parts) {
		p.Recount(e, s.decode(parts...))
	}
	if p.Unsettled(e) {
		p.Settle(e, s.decode(parts...))
	}
	return p.Decide(id, e, now)
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

// remember keeps the verdict for late spans; what is remembered counts in the budget. One for which there is not enough
// memory is made smaller: if it were not remembered at all, the next span would begin a second trace.
func (s *shard) remember(key store.Key, v *verdict) {
	before := s.decided.Bytes()
	var cost int64
	if v.known != nil {
		v.known = v.known.Fit(s.decided.Fits)
		cost = v.known.Cost()
	}
	s.decided.Put(key, *v, cost)
	s.core.budget.add(s.decided.Bytes() - before)
}
