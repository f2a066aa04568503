// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"time"
)

// condition is what a rule asks of a trace.
type condition interface {
	holds(e *Evidence, now time.Time) bool
	// count is told that the rule whose condition this is part of kept the trace.
	count(e *Evidence, now time.Time)
}

// test is a condition that keeps no count.
type test func(e *Evidence) bool

func (t test) holds(e *Evidence, _ time.Time) bool { return t(e) }
func (test) count(*Evidence, time.Time)            {}

// all holds when every one of its conditions does.
type all []condition

func (a all) holds(e *Evidence, now time.Time) bool {
	for _, c := range a {
		if !c.holds(e, now) {
			return false
		}
	}
	return true
}

func (a all) count(e *Evidence, now time.Time) {
	for _, c := range a {
		c.count(e, now)
	}
}

// anyOf holds when one of its conditions does.
type anyOf []condition

func (a anyOf) holds(e *Evidence, now time.Time) bool {
	return slices.ContainsFunc(a, func(c condition) bool { return c.holds(e, now) })
}

func (a anyOf) count(e *Evidence, now time.Time) { all(a).count(e, now) }

// not holds when its condition does not.
type not struct{ condition }

func (n not) holds(e *Evidence, now time.Time) bool { return !n.condition.holds(e, now) }
func (not) count(*Evidence, time.Time)              {}

// newRelease holds while a release that the trace tells of is new.
type newRelease struct {
	index    int
	releases *releases
}

func (n newRelease) holds(e *Evidence, now time.Time) bool {
	return n.releases.isNew(e.release(n.index), now)
}

func (n newRelease) count(e *Evidence, now time.Time) {
	n.releases.count(e.release(n.index), now)
}

func failed(want bool) test {
	return func(e *Evidence) bool { return e.Failed == want }
}

func rootNamed(names []string) test {
	return func(e *Evidence) bool { return slices.Contains(names, e.top.name) }
}

func lasting(shortest time.Duration) test {
	return func(e *Evidence) bool { return e.longest >= shortest }
}

// matched holds when every one of the matchers in mask matched some span.
func matched(mask uint64) test {
	return func(e *Evidence) bool { return e.matched&mask == mask }
}
