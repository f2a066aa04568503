// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package policy decides which traces are kept.
//
// A Policy is compiled from a list of rules, of which the first that matches a trace decides. It reads every span
// once, when it arrives, into an Evidence; evidence of several parts of a trace adds up in any order, and a decision
// is made from it alone, so that traces which are dropped are never decoded again.
//
// The counts are exact: what a kept trace stands for (AdjustedCount) is the inverse of the probability with which it
// was kept, given everything that came before it. Summed over the kept traces it estimates the traces that came,
// without bias.
package policy

import (
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
)

// The names that stand in for a rule where none decided.
const (
	NoAgentSpan = "no agent span" // the trace was dropped before the rules
	NoRule      = "no rule"       // no rule matched
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

// Policy decides by its rules. Observe may be called from any goroutine, and Decide too.
type Policy struct {
	seed         string
	onlyAgents   bool
	conversation []string
	rules        []rule
	matchers     []matcher // what Observe asks of each span; a rule refers to them by their indices
	releases     []*releases
}

// Options is what a policy depends on besides its rules.
type Options struct {
	// Seed is mixed into the hash, so that samplers behind one another decide independently where they are given
	// different ones.
	Seed string
	// OnlyAgents drops traces without any agent span before the rules.
	OnlyAgents bool
	// Conversation lists the attributes that may hold a conversation's id, the most deliberate first; nil for those
	// that package dialect knows.
	Conversation []string
}

type rule struct {
	name      string
	when      condition // nil: always
	threshold sampling.Threshold
	keep      float64 // probability
	floor     *floor  // nil: none
}

// Start tells the policy when the process started: releases that appear soon after were there before.
func (p *Policy) Start(now time.Time) {
	for _, r := range p.releases {
		r.start(now)
	}
}

// Decide judges the trace with the given id at time now.
func (p *Policy) Decide(traceID [16]byte, e *Evidence, now time.Time) Decision {
	if p.onlyAgents && !e.Agent {
		return Decision{Rule: NoAgentSpan}
	}
	for i, r := range p.releases {
		r.observe(e.release(i), now)
	}
	for i := range p.rules {
		r := &p.rules[i]
		if r.when == nil || r.when.holds(e, now) {
			return p.sample(r, traceID, e, now)
		}
	}
	return Decision{Rule: NoRule}
}

// sample keeps a share of the traces that a rule matches. The first ones of each period are all kept as far as the
// floor says: that depends on their position alone and not on the hash, so they stand for themselves, and the rest is
// sampled as if they had not been.
func (p *Policy) sample(r *rule, traceID [16]byte, e *Evidence, now time.Time) Decision {
	d := Decision{Rule: r.name, Probability: r.keep}
	switch {
	case r.floor != nil && r.keep < 1 && r.floor.take(now):
		d.Keep, d.Probability, d.Threshold = true, 1, sampling.AlwaysSampleThreshold
	case r.keep <= 0:
	case r.keep >= 1:
		d.Keep, d.Threshold = true, sampling.AlwaysSampleThreshold
	default:
		p.byHash(r, traceID, e, &d)
	}
	if d.Keep && r.when != nil {
		r.when.count(e, now)
	}
	return d
}
