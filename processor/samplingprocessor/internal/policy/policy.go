// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package policy decides which traces are kept.
//
// A Policy is compiled from a list of rules, of which the first that matches a trace decides. It reads every span
// once, when it arrives, into an Evidence; evidence of several parts of a trace adds up in any order, and a decision
// is made from it alone, so that traces which are dropped are never decoded again.
//
// The counts are exact: what a kept trace stands for (AdjustedCount) is the inverse of the probability with which it
// was kept. That probability never depends on how a hash fell before: limits reckon with expected values, and what
// promotes a conversation is evidence and not luck. So the sum over the kept traces estimates the traces that came
// without bias, whole conversations included.
package policy

import (
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// The names that stand in for a rule where none decided.
const (
	NoAgentSpan   = "no agent span"  // the trace was dropped before the rules
	NoRule        = "no rule"        // no rule matched
	KeepRequested = "keep requested" // a span asked for its trace to be kept
	Promoted      = "promoted"       // an earlier turn of the conversation had failed
)

// Decision is the verdict on a trace.
type Decision struct {
	Keep bool
	Rule string
	// Probability with which a trace such as this one was to be kept; in (0, 1], or 0 where the rule keeps nothing.
	Probability float64
	// Threshold is Probability as OpenTelemetry writes it into the trace state. Only set when kept.
	Threshold sampling.Threshold
}

// AdjustedCount is how many traces a kept one stands for, and 0 for a dropped one.
func (d Decision) AdjustedCount() float64 {
	if !d.Keep || d.Probability == 0 {
		return 0
	}
	return 1 / d.Probability
}

// Policy decides by its rules. Its methods may be called from any goroutine.
type Policy struct {
	opts       Options
	keys       [kinds]hashKey
	rules      []rule
	reader     reader
	releases   []*releases
	promoted   promoted
	parents    parents
	budget     *budget // of all rules; nil: none
	promoting  signs   // the evidence that promotes a conversation
	counts     bool    // some rule asks how much there is, or may keep so much
	tellsClass bool    // some rule asks in which way a trace failed, or by which evidence
}

// Options is what a policy depends on besides its rules.
type Options struct {
	// Seed is mixed into the hash, so that samplers behind one another decide independently where they are given
	// different ones.
	Seed string
	// OnlyAgents drops traces without any agent span before the rules.
	OnlyAgents bool
	// Unpruned says that infrastructure is released too, so that it counts in budgets.
	Unpruned bool
	// Conversation lists the attributes that may hold a conversation's id, the most deliberate first; nil for those
	// that package dialect knows.
	Conversation []string
	// Tenant tells the tenant of a resource, as a hash that nobody can guess collisions of, or zero where it names none. Its
	// conversations are its own. nil: there are none.
	Tenant func(resource pcommon.Map) [16]byte
	// Keep lists the attributes by which a span or a resource asks for its trace to be kept; true or "true" does.
	Keep []string
	// Expected lists types of errors that are no failures here, as error.type or an exception names them, with or without
	// its package.
	Expected []string
	// Promote is how long after a failure the turns of a conversation are kept; 0: not at all.
	Promote time.Duration
	// Learn is how many traces teach that the parent of a kind of span never comes; 0: nothing is learned.
	Learn int
	// Budget is how many runs all rules together may keep in an hour of the clock; nil: any number.
	Budget *Rate
	// Condition compiles an OTTL condition; nil: there are none.
	Condition func(text string) (SpanCondition, error)
}

type rule struct {
	name      string
	when      condition // nil: always
	threshold sampling.Threshold
	keep      float64 // probability
	claim     claim   // on the budget of all
	floor     *floor  // nil: none
	limits    []limit
}

// Start tells the policy when the process started: releases that appear soon after were there before.
func (p *Policy) Start(now time.Time) {
	for _, r := range p.releases {
		r.start(now)
	}
}

// Decide judges the trace with the given id at time now.
func (p *Policy) Decide(traceID [16]byte, e *Evidence, now time.Time) Decision {
	if e.asked {
		return p.keepAll(KeepRequested, e, now)
	}
	if p.opts.OnlyAgents && !e.Agent {
		return Decision{Rule: NoAgentSpan}
	}
	for i, r := range p.releases {
		r.observe(e.releases, i, now)
	}
	d := p.byRules(traceID, e, now)
	if d.Keep && e.more != nil {
		d.Threshold = e.more.explicit.beside(d.Threshold)
	}
	if p.opts.Promote > 0 && e.signs&p.promoting != 0 {
		p.promoted.add(e.conversations.all(), now, p.opts.Promote)
	}
	return d
}

// Keeps reports whether the rules keep every trace of such evidence. Unlike Decide it counts nothing.
func (p *Policy) Keeps(e *Evidence, now time.Time) bool {
	if e.asked {
		return true
	}
	if p.opts.OnlyAgents && !e.Agent || p.budget != nil {
		return false
	}
	for i := range p.rules {
		r := &p.rules[i]
		if strength := r.strength(e, now); strength > 0 {
			return r.keep*strength >= 1 && len(r.limits) == 0
		}
	}
	return false
}

func (p *Policy) byRules(traceID [16]byte, e *Evidence, now time.Time) Decision {
	for i := range p.rules {
		r := &p.rules[i]
		strength := r.strength(e, now)
		if strength <= 0 || strength < 1 && p.share(i+1, e, now) >= r.keep*strength {
			continue
		}
		return p.sample(r, strength, traceID, e, now)
	}
	return Decision{Rule: NoRule}
}

// strength is how far the condition of the rule holds: from 0 to 1.
func (r *rule) strength(e *Evidence, now time.Time) float64 {
	if r.when == nil {
		return 1
	}
	return r.when.strength(e, now)
}

// share is the probability with which the rules from the given one on would keep the trace, floors aside. A condition
// that fades gives way to them as soon as they keep more, so that its end makes no step.
func (p *Policy) share(from int, e *Evidence, now time.Time) float64 {
	best := 0.0
	for i := from; i < len(p.rules); i++ {
		r := &p.rules[i]
		strength := r.strength(e, now)
		best = max(best, r.keep*strength)
		if strength >= 1 {
			break
		}
	}
	return best
}

// sample keeps a share of the traces that a rule matches. The first ones of each period are all kept as far as the
// floor says: that depends on their position alone and not on the hash, so they stand for themselves, and the rest is
// sampled as if they had not been. The same holds for conversations that were promoted.
func (p *Policy) sample(r *rule, strength float64, traceID [16]byte, e *Evidence, now time.Time) Decision {
	d := Decision{Rule: r.name, Probability: r.keep * strength}
	switch {
	case d.Probability > 0 && p.mayDrop(r, d.Probability) && p.isPromoted(e, now):
		if d.Probability < 1 {
			d.Rule = Promoted
		}
		return p.keepAll(d.Rule, e, now)
	case d.Probability < 1 && r.floor != nil && r.floor.take(now):
		return p.keepAll(r.name, e, now)
	case d.Probability <= 0:
		return d
	}
	th := p.limit(r, strength, e, now, &d)
	if d.Probability >= 1 {
		d.Keep, d.Threshold = true, sampling.AlwaysSampleThreshold
	} else {
		p.byHash(th, traceID, e, &d)
	}
	if r.when != nil {
		r.when.count(e, d.Probability, now)
	}
	return d
}

// mayDrop reports whether a trace that the rule takes with the given probability may end up dropped.
func (p *Policy) mayDrop(r *rule, probability float64) bool {
	return probability < 1 || len(r.limits) > 0 || p.budget != nil
}

// smallestShare keeps limits honest under any load: what could not be kept at all could not be counted either.
const smallestShare = 1e-6

// limit lowers the probability as far as the limits of the rule and of all rules demand, and returns its threshold.
func (p *Policy) limit(r *rule, strength float64, e *Evidence, now time.Time, d *Decision) sampling.Threshold {
	share := d.Probability
	for _, l := range r.limits {
		share = l.take(now, share, e.runs)
	}
	if p.budget != nil {
		share = p.budget.takeFor(r.claim, now, share, e.runs)
	}
	if strength == 1 && share == d.Probability {
		return r.threshold
	}
	if share >= 1 {
		return sampling.AlwaysSampleThreshold
	}
	th, err := sampling.ProbabilityToThreshold(max(share, smallestShare))
	if err != nil { // only for shares that cannot be
		th = r.threshold
	}
	d.Probability = th.Probability()
	return th
}

// keepAll keeps a trace whatever its hash, so that it stands for itself. It counts in the budget all the same.
func (p *Policy) keepAll(rule string, e *Evidence, now time.Time) Decision {
	if p.budget != nil {
		p.budget.spend(now, e.runs)
	}
	return Decision{Rule: rule, Keep: true, Probability: 1, Threshold: sampling.AlwaysSampleThreshold}
}

func (p *Policy) isPromoted(e *Evidence, now time.Time) bool {
	return p.opts.Promote > 0 && e.conversations.n > 0 && p.promoted.holds(e.conversations.all(), now)
}

// ownSigns are those of a span that failed, whatever else it tells.
const ownSigns = dialect.SignStatus | dialect.SignException | dialect.SignErrorType | dialect.SignFlag
