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
	places    []int // of each group, in scopes
	scopes    []place
	resources []ptrace.ResourceSpans // zero until some span needs it
	// move takes resources and scopes out of the groups, where nobody looks at them any more; else they are copied.
	move bool
}

// place is a scope of the result.
type place struct {
	resource int
	scope    ptrace.ScopeSpans
	made     bool
}

func newWriter(groups []group, move bool) *writer {
	w := &writer{td: ptrace.NewTraces(), groups: groups, places: make([]int, len(groups)), move: move}
	if len(groups) == 1 { // there is nothing to tell apart
		w.scopes, w.resources = make([]place, 1), make([]ptrace.ResourceSpans, 1)
		return w
	}
	w.arrange()
	return w
}

// arrange finds out which groups have the same resource and the same scope.
func (w *writer) arrange() {
	type key struct {
		resource int
		scope    string
	}
	names, resources, scopes := newNamer(), map[string]int{}, map[key]int{}
	resource := 0
	for i, g := range w.groups {
		if i == 0 || g.resource != w.groups[i-1].resource {
			resource = number(resources, names.resource(g.resource))
		}
		n := number(scopes, key{resource, names.scope(g.scope)})
		if n == len(w.scopes) {
			w.scopes = append(w.scopes, place{resource: resource})
		}
		w.places[i] = n
	}
	w.resources = make([]ptrace.ResourceSpans, len(resources))
}

// number counts keys in the order in which they appear.
func number[K comparable](seen map[K]int, key K) int {
	n, ok := seen[key]
	if !ok {
		n = len(seen)
		seen[key] = n
	}
	return n
}

// add moves a span of the given group to the result, and returns it there.
func (w *writer) add(span ptrace.Span, origin int) ptrace.Span {
	p := &w.scopes[w.places[origin]]
	if !p.made {
		w.make(p, w.groups[origin])
	}
	to := p.scope.Spans().AppendEmpty()
	span.MoveTo(to)
	return to
}

func (w *writer) make(p *place, g group) {
	r := &w.resources[p.resource]
	if *r == (ptrace.ResourceSpans{}) {
		*r = w.td.ResourceSpans().AppendEmpty()
		give(g.resource.Resource(), r.Resource(), w.move)
		r.SetSchemaUrl(g.resource.SchemaUrl())
	}
	p.scope, p.made = r.ScopeSpans().AppendEmpty(), true
	give(g.scope.Scope(), p.scope.Scope(), w.move)
	p.scope.SetSchemaUrl(g.scope.SchemaUrl())
}

// give copies what one holds to another, or moves it.
func give[T interface {
	CopyTo(to T)
	MoveTo(to T)
}](from, to T, move bool) {
	if move {
		from.MoveTo(to)
		return
	}
	from.CopyTo(to)
}

// namer writes resources and scopes as bytes, which tell them apart by everything that they hold. They are lent to a
// message of its own for that.
type namer struct {
	resources, scopes ptrace.Traces
	marshaler         ptrace.ProtoMarshaler
}

func newNamer() *namer {
	n := &namer{resources: ptrace.NewTraces(), scopes: ptrace.NewTraces()}
	n.resources.ResourceSpans().AppendEmpty()
	n.scopes.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty()
	return n
}

func (n *namer) resource(r ptrace.ResourceSpans) string {
	to := n.resources.ResourceSpans().At(0)
	r.Resource().MoveTo(to.Resource())
	to.SetSchemaUrl(r.SchemaUrl())
	defer to.Resource().MoveTo(r.Resource())
	return n.marshal(n.resources)
}

func (n *namer) scope(s ptrace.ScopeSpans) string {
	to := n.scopes.ResourceSpans().At(0).ScopeSpans().At(0)
	s.Scope().MoveTo(to.Scope())
	to.SetSchemaUrl(s.SchemaUrl())
	defer to.Scope().MoveTo(s.Scope())
	return n.marshal(n.scopes)
}

// marshal cannot fail for data that was decoded before.
func (n *namer) marshal(td ptrace.Traces) string {
	b, err := n.marshaler.MarshalTraces(td)
	if err != nil {
		return ""
	}
	return string(b)
}

// release returns the kept spans, parents first.
func (w *work) release(td ptrace.Traces) ptrace.Traces {
	w.relink()
	if len(w.groups) == 1 && td.ResourceSpans().Len() == 1 {
		w.arrangeInPlace()
		return td
	}
	out := newWriter(w.groups, true)
	out.add(w.spans[w.root].Span, w.origins[w.root])
	w.result.Spans = 1
	for _, i := range w.tree.Order() {
		if w.keep[i] && i != w.root {
			out.add(w.spans[i].Span, w.origins[i])
			w.result.Spans++
		}
	}
	return out.td
}

// arrangeInPlace is for what came in one piece, as most traces do: spans change places, which costs no memory.
func (w *work) arrangeInPlace() {
	slots := w.groups[0].scope.Spans()
	from := make([]int, 0, slots.Len()) // what comes to each slot: the kept spans, and then the others
	from = append(from, w.root)
	for _, i := range w.tree.Order() {
		if w.keep[i] && i != w.root {
			from = append(from, i)
		}
	}
	w.result.Spans = len(from)
	for i, keep := range w.keep {
		if !keep {
			from = append(from, i)
		}
	}
	permute(slots, from)
	seen := 0
	slots.RemoveIf(func(ptrace.Span) bool {
		seen++
		return seen > w.result.Spans
	})
}

// permute brings the span from[i] to slot i, for all i. It uses up from.
func permute(slots ptrace.SpanSlice, from []int) {
	held := ptrace.NewSpan()
	for start := range from {
		if from[start] < 0 || from[start] == start {
			continue
		}
		slots.At(start).MoveTo(held)
		at := start
		for from[at] != start {
			next := from[at]
			slots.At(next).MoveTo(slots.At(at))
			at, from[at] = next, -1
		}
		held.MoveTo(slots.At(at))
		from[at] = -1
	}
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
