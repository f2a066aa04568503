// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// Unknown is an attribute for which a rule asks and that nothing has: a slip of the pen, perhaps.
type Unknown struct{ Rule, Attribute string }

// UnknownAttributes returns the attributes for which rules ask and that no span or resource of td has. Conditions in
// OTTL are not looked into.
func UnknownAttributes(rules []Rule, td ptrace.Traces) []Unknown {
	var asked []Unknown
	for _, r := range rules {
		r.When.eachAttribute(func(key string) {
			if u := (Unknown{r.Name, key}); !slices.Contains(asked, u) {
				asked = append(asked, u)
			}
		})
	}
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				s := dialect.Span{Span: span, Resource: rs.Resource().Attributes(), Scope: ss.Scope()}
				asked = slices.DeleteFunc(asked, func(u Unknown) bool {
					_, known := lookup(s, u.Attribute)
					return known
				})
				if len(asked) == 0 {
					return nil
				}
			}
		}
	}
	return asked
}

// eachAttribute calls f for every attribute that w, or a condition in it, asks for.
func (w *When) eachAttribute(f func(key string)) {
	if w == nil {
		return
	}
	for _, key := range sortedKeys(w.Attributes) {
		f(key)
	}
	if w.NewRelease != nil {
		for _, key := range w.NewRelease.Attributes {
			f(key)
		}
	}
	for _, list := range [][]When{deref(w.All), deref(w.Any)} {
		for i := range list {
			list[i].eachAttribute(f)
		}
	}
	w.Not.eachAttribute(f)
}
