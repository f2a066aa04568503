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

	latest int32 // the lot that was added to last: spans of a trace stand together
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
	r.refs = make([]ref, 0, td.SpanCount())
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

// message returns the spans of a lot, which is asked for once. What it borrows has to be given back before the next one
// is asked for.
func (r *request) message(i int) ptrace.Traces {
	if r.refs == nil {
		return r.td
	}
	l := &r.lots[i]
	td := ptrace.NewTraces()
	var current ref
	var to loan
	for at := l.first; at >= 0; at = r.refs[at].next {
		one := r.refs[at]
		if one.scope != current.scope {
			to = r.lend(td, one, to, one.resource != current.resource)
			if at == l.first { // nearly always all stand there
				to.toScope.Spans().EnsureCapacity(int(l.count))
			}
			current = one
		}
		one.span.MoveTo(to.toScope.Spans().AppendEmpty())
	}
	return td
}

// lend gives td the scope of a span, and its resource if it is another than before.
func (r *request) lend(td ptrace.Traces, one ref, to loan, newResource bool) loan {
	if newResource {
		to = loan{from: one.resource, to: td.ResourceSpans().AppendEmpty()}
		one.resource.Resource().MoveTo(to.to.Resource())
		to.to.SetSchemaUrl(one.resource.SchemaUrl())
	}
	to.fromScope, to.toScope = one.scope, to.to.ScopeSpans().AppendEmpty()
	one.scope.Scope().MoveTo(to.toScope.Scope())
	to.toScope.SetSchemaUrl(one.scope.SchemaUrl())
	r.lent = append(r.lent, to)
	return to
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
