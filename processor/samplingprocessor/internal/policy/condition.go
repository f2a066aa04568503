// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"strings"
	"time"
)

// condition is what a rule asks of a trace.
type condition interface {
	// strength is 1 where the condition holds, 0 where it does not, and between while it fades.
	strength(e *Evidence, now time.Time) float64
	// count is told that the rule whose condition this is part of keeps the trace with the given probability.
	count(e *Evidence, probability float64, now time.Time)
}

// test is a condition that keeps no count and never fades.
type test func(e *Evidence) bool

func (t test) strength(e *Evidence, _ time.Time) float64 {
	if t(e) {
		return 1
	}
	return 0
}

func (test) count(*Evidence, float64, time.Time) {}

// all holds as far as every one of its conditions does.
type all []condition

func (a all) strength(e *Evidence, now time.Time) float64 {
	least := 1.0
	for _, c := range a {
		if least = min(least, c.strength(e, now)); least <= 0 {
			return 0
		}
	}
	return least
}

func (a all) count(e *Evidence, probability float64, now time.Time) {
	for _, c := range a {
		c.count(e, probability, now)
	}
}

// anyOf holds as far as one of its conditions does.
type anyOf []condition

func (a anyOf) strength(e *Evidence, now time.Time) float64 {
	most := 0.0
	for _, c := range a {
		if most = max(most, c.strength(e, now)); most >= 1 {
			return 1
		}
	}
	return most
}

func (a anyOf) count(e *Evidence, probability float64, now time.Time) {
	all(a).count(e, probability, now)
}

// not holds when its condition does not.
type not struct{ condition }

func (n not) strength(e *Evidence, now time.Time) float64 {
	if n.condition.strength(e, now) > 0 {
		return 0
	}
	return 1
}

func (not) count(*Evidence, float64, time.Time) {}

// newRelease holds while a release that the trace tells of is new.
type newRelease struct {
	index    int
	releases *releases
}

func (n newRelease) strength(e *Evidence, now time.Time) float64 {
	return n.releases.strength(e.releases, n.index, now)
}

func (n newRelease) count(e *Evidence, probability float64, now time.Time) {
	n.releases.count(e.releases, n.index, probability, now)
}

// failure is a condition on the way in which a trace failed.
type failure struct {
	classes classes
	signs   signs // the evidence that counts
	not     bool
}

func (f failure) strength(e *Evidence, _ time.Time) float64 {
	if (f.classes&e.classOf(f.signs) != 0) != f.not {
		return 1
	}
	return 0
}

func (failure) count(*Evidence, float64, time.Time) {}

func rootNamed(patterns []string) test {
	return func(e *Evidence) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return glob(p, e.top.name) })
	}
}

// glob compares a text with a pattern in which * stands for any text.
func glob(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		if _, rest, ok = strings.Cut(rest, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

func lastingFrom(shortest time.Duration) test {
	return func(e *Evidence) bool { return e.longest >= shortest }
}

func lastingTo(longest time.Duration) test {
	return func(e *Evidence) bool { return e.longest <= longest }
}

func usingTokens(least int64) test {
	return func(e *Evidence) bool { tokens, _ := e.usage(); return tokens >= least }
}

func costing(least float64) test {
	return func(e *Evidence) bool { _, cost := e.usage(); return cost >= least }
}

func spanning(least int) test {
	return func(e *Evidence) bool { return int(e.spans) >= least }
}

// matched holds when the matcher or the OTTL condition behind the bit matched some span.
func matched(bit uint64) test {
	return func(e *Evidence) bool { return e.matched&bit != 0 }
}
