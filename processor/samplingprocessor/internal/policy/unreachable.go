// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"reflect"
	"slices"
	"time"
)

// Unreachable returns the names of the rules that can never decide, as earlier ones take every trace, or every
// trace that they would take.
func Unreachable(rules []Rule) []string {
	var names []string
	for i, r := range rules {
		if taken(rules[:i], r.When) {
			names = append(names, r.Name)
		}
	}
	return names
}

// taken reports whether earlier rules take every trace for which w holds: one of them, or one those with errors and
// another one those without.
func taken(earlier []Rule, w *When) bool {
	covered := func(w *When) bool {
		return slices.ContainsFunc(earlier, func(r Rule) bool { return covers(r.When, w) })
	}
	if covered(w) {
		return true
	}
	if w != nil && w.Error != nil {
		return false
	}
	with, without := When{}, When{}
	if w != nil {
		with, without = *w, *w
	}
	with.Error, without.Error = true, false
	return covered(&with) && covered(&without)
}

// covers reports whether every trace for which b holds is one for which a does, as far as that can be told from how
// they are written: each wish of a is one that b has, too, or one that b goes beyond.
func covers(a, b *When) bool {
	switch {
	case a == nil:
		return true
	case hasRelease(a): // a release is new for so many traces only
		return false
	case b == nil:
		b = &When{}
	}
	return wishes(a, b) || within(a, b)
}

// wishes compares what a and b ask for one by one.
func wishes(a, b *When) bool {
	return coversError(a.Error, b.Error) &&
		coversAttributes(a.Attributes, b.Attributes) &&
		coversList(a.RootName, b.RootName) &&
		coversList(a.Service, b.Service) &&
		a.MinDuration <= b.MinDuration &&
		coversMax(a.MaxDuration, b.MaxDuration) &&
		a.MinTokens <= b.MinTokens && a.MinCost <= b.MinCost && a.MinSpans <= b.MinSpans &&
		(a.Condition == "" || a.Condition == b.Condition) &&
		coversAll(a.All, b) && coversAny(a.Any, b) &&
		(a.Not == nil || b.Not != nil && covers(b.Not, a.Not))
}

// within reports whether what stands under all or any in b is enough for a.
func within(a, b *When) bool {
	if slices.ContainsFunc(deref(b.All), func(w When) bool { return covers(a, &w) }) {
		return true
	}
	some := deref(b.Any)
	return len(some) > 0 && !slices.ContainsFunc(some, func(w When) bool { return !covers(a, &w) })
}

// coversAll and coversAny take a list that stands in a.
func coversAll(list *[]When, b *When) bool {
	return !slices.ContainsFunc(deref(list), func(w When) bool { return !covers(&w, b) })
}

func coversAny(list *[]When, b *When) bool {
	return list == nil || slices.ContainsFunc(*list, func(w When) bool { return covers(&w, b) }) ||
		b.Any != nil && !slices.ContainsFunc(*b.Any, func(w When) bool { return !coversAny(list, &w) })
}

// coversError compares classes of errors.
func coversError(a, b any) bool {
	if a == nil || reflect.DeepEqual(a, b) {
		return true
	}
	if b == nil {
		return false
	}
	f, errA := parseFailure(a)
	g, errB := parseFailure(b)
	if errA != nil || errB != nil || f.not || g.not {
		return false
	}
	return g.classes&^f.classes == 0 && f.signs == g.signs
}

// coversAttributes asks for each attribute of a in b. Of two lists of values the shorter one goes beyond the longer.
func coversAttributes(a, b map[string]any) bool {
	for key, wish := range a {
		other, ok := b[key]
		if !ok || !reflect.DeepEqual(wish, other) && !coversValues(wish, other) {
			return false
		}
	}
	return true
}

func coversValues(a, b any) bool {
	values, errA := valuesOf(a)
	others, errB := valuesOf(b)
	return errA == nil && errB == nil && coversList(values, others)
}

// coversList compares lists of which one entry must be met; an empty one asks for nothing.
func coversList(a, b []string) bool {
	if len(a) == 0 {
		return true
	}
	return len(b) > 0 && !slices.ContainsFunc(b, func(s string) bool { return !slices.Contains(a, s) })
}

func coversMax(a, b time.Duration) bool { return a == 0 || b != 0 && b <= a }

// hasRelease looks for new_release inside.
func hasRelease(w *When) bool {
	if w == nil {
		return false
	}
	for _, list := range [][]When{deref(w.All), deref(w.Any)} {
		for i := range list {
			if hasRelease(&list[i]) {
				return true
			}
		}
	}
	return w.NewRelease != nil || hasRelease(w.Not)
}
