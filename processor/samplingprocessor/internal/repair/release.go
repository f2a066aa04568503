// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repair

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// group is a resource and a scope as they came, in one part of a trace.
type group struct {
	resource ptrace.ResourceSpans
	scope    ptrace.ScopeSpans
}

// writer puts spans together again, each resource and each scope once however many parts they came in.
type writer struct {
	td        ptrace.Traces
	groups    []group
	keys      []groupKey
	resources map[string]ptrace.ResourceSpans
	scopes    map[groupKey]ptrace.ScopeSpans
}

type groupKey struct{ resource, scope string }

func newWriter(groups []group) *writer {
	return &writer{
		td:        ptrace.NewTraces(),
		groups:    groups,
		keys:      make([]groupKey, len(groups)),
		resources: map[string]ptrace.ResourceSpans{},
		scopes:    map[groupKey]ptrace.ScopeSpans{},
	}
}

// add moves a span of the given group to the result.
func (w *writer) add(span ptrace.Span, origin int) {
	if len(w.groups) > 1 && w.keys[origin] == (groupKey{}) { // with one group there is nothing to tell apart
		w.keys[origin] = w.groups[origin].key()
	}
	key := w.keys[origin]
	scope, ok := w.scopes[key]
	if !ok {
		scope = w.addScope(key, w.groups[origin])
	}
	span.MoveTo(scope.Spans().AppendEmpty())
}

func (w *writer) addScope(key groupKey, g group) ptrace.ScopeSpans {
	resource, ok := w.resources[key.resource]
	if !ok {
		resource = w.td.ResourceSpans().AppendEmpty()
		g.resource.Resource().CopyTo(resource.Resource())
		resource.SetSchemaUrl(g.resource.SchemaUrl())
		w.resources[key.resource] = resource
	}
	scope := resource.ScopeSpans().AppendEmpty()
	g.scope.Scope().CopyTo(scope.Scope())
	scope.SetSchemaUrl(g.scope.SchemaUrl())
	w.scopes[key] = scope
	return scope
}

// key writes resource and scope as bytes, which tell them apart by everything that they hold.
func (g group) key() groupKey {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	g.resource.Resource().CopyTo(rs.Resource())
	rs.SetSchemaUrl(g.resource.SchemaUrl())
	resource := marshal(td)

	td = ptrace.NewTraces()
	ss := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty()
	g.scope.Scope().CopyTo(ss.Scope())
	ss.SetSchemaUrl(g.scope.SchemaUrl())
	return groupKey{resource: resource, scope: marshal(td)}
}

// marshal cannot fail for data that was decoded before.
func marshal(td ptrace.Traces) string {
	var m ptrace.ProtoMarshaler
	b, err := m.MarshalTraces(td)
	if err != nil {
		return ""
	}
	return string(b)
}

// release writes the kept spans, parents first.
func (w *work) release() ptrace.Traces {
	w.relink()
	out := newWriter(w.groups)
	out.add(w.spans[w.root].Span, w.origins[w.root])
	w.result.Spans = 1
	if len(w.groups) == 1 { // nearly all spans go to one place: make it large enough at once
		out.scopes[out.keys[w.origins[w.root]]].Spans().EnsureCapacity(len(w.spans))
	}
	for _, i := range w.tree.Order() {
		if w.keep[i] && i != w.root {
			out.add(w.spans[i].Span, w.origins[i])
			w.result.Spans++
		}
	}
	return out.td
}

// relink makes links to pruned spans point to what stands for them.
func (w *work) relink() {
	var index map[[8]byte]int
	for i := range w.spans {
		if !w.keep[i] || w.spans[i].Links().Len() == 0 {
			continue
		}
		if index == nil {
			index = w.index()
		}
		for _, link := range w.spans[i].Links().All() {
			j, ok := index[link.SpanID()]
			if ok && !w.keep[j] && link.TraceID() == w.spans[i].TraceID() {
				link.SetSpanID(w.spanID(w.hostOf(j)))
			}
		}
	}
}

func (w *work) index() map[[8]byte]int {
	index := make(map[[8]byte]int, len(w.nodes))
	for _, i := range w.tree.Order() {
		index[w.nodes[i].ID] = i
	}
	return index
}

func (w *work) spanID(i int) pcommon.SpanID { return w.spans[i].SpanID() }
