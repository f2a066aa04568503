// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/tree"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// request is the spans of a request by trace and tenant. Resources and scopes are not copied for each trace, they are lent to one
// after the other.
type request struct {
	lots     []lot // in the order in which the traces appear, until somebody sorts them
	nameless int   // spans with a zero id, which nobody could ever find

	td    ptrace.Traces
	spans []store.Span // when there is one trace alone
	refs  []ref
	lent  []loan

	scratch ptrace.Traces // of the last lot
	latest  int32         // the lot that was added to last: spans of a trace stand together
}

// lot is what a request holds of one trace: a chain of refs.
type lot struct {
	id          pcommon.TraceID
	key         store.Key
	first, last int32
	count       int32
}

type ref struct {
	span     ptrace.Span
	resource ptrace.ResourceSpans
	scope    ptrace.ScopeSpans
	next     int32 // of the same trace, or -1
}

// loan is a resource or a scope in a message where it does not belong.
type loan struct {
	from, to           ptrace.ResourceSpans
	fromScope, toScope ptrace.ScopeSpans
}

func (c *Config) sortByTrace(td ptrace.Traces) *request {
	r := &request{td: td}
	if id, spans, ok := onlyTrace(td); ok {
		if t, ok := c.onlyTenant(td); ok {
			r.lots, r.spans = []lot{{id: id, key: t.key(id, 0)}}, spans
			return r
		}
	}
	r.refs, r.scratch = make([]ref, 0, td.SpanCount()), ptrace.NewTraces()
	byKey := map[store.Key]int32{}
	for _, rs := range td.ResourceSpans().All() {
		t := c.tenantOf(rs.Resource().Attributes())
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				r.add(byKey, t, ref{span: span, resource: rs, scope: ss, next: -1})
			}
		}
	}
	return r
}

func (r *request) add(byKey map[store.Key]int32, t tenant, one ref) {
	id := one.span.TraceID()
	if id.IsEmpty() || one.span.SpanID().IsEmpty() {
		r.nameless++
		return
	}
	at := int32(len(r.refs))
	r.refs = append(r.refs, one)
	n, key := r.latest, t.key(id, 0)
	if len(r.lots) == 0 || r.lots[n].key != key {
		var ok bool
		if n, ok = byKey[key]; !ok {
			n = int32(len(r.lots))
			byKey[key] = n
			r.lots = append(r.lots, lot{id: id, key: key, first: at, last: at})
		}
		r.latest = n
	}
	l := &r.lots[n]
	if l.last != at {
		r.refs[l.last].next = at
	}
	l.last = at
	l.count++
}

// message returns the spans of a lot, which is asked for once. It is good until the next one is asked for, and what it
// borrows has to be given back before. It is made of the last one: the larger lots should come first.
func (r *request) message(i int) ptrace.Traces {
	if r.refs == nil {
		return r.td
	}
	all := r.scratch.ResourceSpans()
	var current ref
	var to loan
	resources, scopes, spans := 0, 0, 0
	for at := r.lots[i].first; at >= 0; at = r.refs[at].next {
		one := r.refs[at]
		if one.resource != current.resource {
			to.close(scopes, spans)
			to = lendResource(one, slot(all, resources))
			resources, scopes, spans = resources+1, 0, 0
		}
		if one.scope != current.scope {
			to.closeScope(spans)
			to.lendScope(one, slot(to.to.ScopeSpans(), scopes))
			r.lent = append(r.lent, to)
			scopes, spans = scopes+1, 0
		}
		current = one
		one.span.MoveTo(slot(to.toScope.Spans(), spans))
		spans++
	}
	to.close(scopes, spans)
	trim(all, resources)
	return r.scratch
}

func lendResource(one ref, to ptrace.ResourceSpans) loan {
	one.resource.Resource().MoveTo(to.Resource())
	to.SetSchemaUrl(one.resource.SchemaUrl())
	return loan{from: one.resource, to: to}
}

func (l *loan) lendScope(one ref, to ptrace.ScopeSpans) {
	one.scope.Scope().MoveTo(to.Scope())
	to.SetSchemaUrl(one.scope.SchemaUrl())
	l.fromScope, l.toScope = one.scope, to
}

// close leaves so many scopes in the resource, and so many spans in the last of them.
func (l *loan) close(scopes, spans int) {
	l.closeScope(spans)
	if l.to != (ptrace.ResourceSpans{}) {
		trim(l.to.ScopeSpans(), scopes)
	}
}

func (l *loan) closeScope(spans int) {
	if l.toScope != (ptrace.ScopeSpans{}) {
		trim(l.toScope.Spans(), spans)
	}
}

// elements is what the slices of messages have in common.
type elements[E any] interface {
	Len() int
	At(i int) E
	AppendEmpty() E
	RemoveIf(f func(E) bool)
}

// slot returns the element at i, which is at most one beyond the last.
func slot[S elements[E], E any](s S, i int) E {
	if i < s.Len() {
		return s.At(i)
	}
	return s.AppendEmpty()
}

// trim removes what comes after the first n.
func trim[S elements[E], E any](s S, n int) {
	if s.Len() == n {
		return
	}
	seen := 0
	s.RemoveIf(func(E) bool {
		seen++
		return seen > n
	})
}

// giveBack takes back what the last message has borrowed. That may be the same resource for several scopes.
func (r *request) giveBack() {
	for i, l := range r.lent {
		if i == 0 || l.from != r.lent[i-1].from {
			l.to.Resource().MoveTo(l.from.Resource())
		}
		l.toScope.Scope().MoveTo(l.fromScope.Scope())
	}
	r.lent = r.lent[:0]
}

// onlyTrace returns the trace id of td and its spans if all have the same trace and every span has an id.
func onlyTrace(td ptrace.Traces) (pcommon.TraceID, []store.Span, bool) {
	var id pcommon.TraceID
	spans := make([]store.Span, 0, td.SpanCount())
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				if id.IsEmpty() {
					id = span.TraceID()
				}
				if span.TraceID() != id || id.IsEmpty() || span.SpanID().IsEmpty() {
					return id, nil, false
				}
				spans = append(spans, spanOf(span))
			}
		}
	}
	return id, spans, !id.IsEmpty()
}

// spansOf reads what completion needs to know. Where an application overrides the parent, the overriding one counts:
// LangSmith's own exporters drop the native parent and will never send it.
func spansOf(td ptrace.Traces) []store.Span {
	spans := make([]store.Span, 0, td.SpanCount())
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				spans = append(spans, spanOf(span))
			}
		}
	}
	return spans
}

func spanOf(span ptrace.Span) store.Span {
	n := tree.NodeOf(span)
	entry := span.Kind() == ptrace.SpanKindServer || span.Kind() == ptrace.SpanKindConsumer
	s := store.Span{ID: n.ID, Parent: n.Parent, Origin: store.OriginOf(span.Flags(), entry)}
	switch {
	case n.IsRoot:
		s.Parent = [8]byte{}
	case n.ParentRunID == [16]byte{}:
	case [8]byte(n.ParentRunID[:8]) == [8]byte{}:
		s.Parent, s.Origin = [8]byte(n.ParentRunID[8:]), store.Unknown
	default: // a run of which only LangSmith knows the span
		s.Origin = store.Unknown
	}
	return s
}
