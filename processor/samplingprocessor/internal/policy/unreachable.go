// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "reflect"

// Unreachable returns the names of the rules that can never decide, as an earlier one takes every trace, or every
// trace that they would take.
func Unreachable(rules []Rule) []string {
	var names []string
	for i, r := range rules {
		for _, earlier := range rules[:i] {
			if covers(earlier.When, r.When) {
				names = append(names, r.Name)
				break
			}
		}
	}
	return names
}

// covers reports whether every trace for which b holds is one for which a does, as far as that can be told from how
// they are written: every wish of a is one of b, too.
func covers(a, b *When) bool {
	if a == nil {
		return true
	}
	if b == nil || a.NewRelease != nil { // a release is new for so many traces only
		return false
	}
	wish, other := reflect.ValueOf(*a), reflect.ValueOf(*b)
	for i := range wish.NumField() {
		if wish.Field(i).IsZero() {
			continue
		}
		if reflect.DeepEqual(wish.Field(i).Interface(), other.Field(i).Interface()) {
			continue
		}
		if wish.Type().Field(i).Name == "Error" && coversError(a.Error, b.Error) {
			continue
		}
		return false
	}
	return !hasRelease(a)
}

// coversError compares classes of errors.
func coversError(a, b any) bool {
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
