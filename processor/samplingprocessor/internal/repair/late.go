// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repair

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/tree"
)

// Known is the shape of a released trace.
type Known struct {
	states  traceStates
	newRoot bool
	lean    bool // of what was left out nothing is known
	sealed  bool // nor of anything but the root
	root    int32
	kept    int // spans that were released
	unsure  int // spans that may have been released since this was written down
	written int // spans that were known when it was last written down

	spans []knownSpan
	byID  []int32 // indices of spans by their ids; nil until somebody asks, which for most traces nobody does
}

// knownSpan is a span that was released or pruned.
type knownSpan struct {
	id     [8]byte
	start  uint64
	parent int32 // index of the nearest kept ancestor; -1 for the root
	kept   bool
	caller bool // what it calls stays when it fails
}

// knownSpanCost is the size of a knownSpan and its place in byID.
const knownSpanCost = 36

// Cost is the memory that k takes.
func (k *Known) Cost() int64 { return 144 + knownSpanCost*int64(cap(k.spans)) }

// maxKnownPruned bounds how many spans are known that were left out. What stood below others that come late is hung on the
// root.
const maxKnownPruned = MaxSpans

// known notes the shape of w for the spans that come later. Of a trace that was cut nothing is noted but what was
// released: there is no room for more.
func (w *work) known() *Known {
	left := 0
	if w.result.Truncated == 0 {
		left = min(w.result.Pruned, maxKnownPruned)
	}
	k := &Known{
		states: w.stamp.states(), newRoot: w.newRoot, root: -1,
		spans: make([]knownSpan, 0, min(len(w.spans), w.opts.maxSpans()+left)),
	}
	index := make([]int32, len(w.spans))
	order := w.tree.Order()
	if w.root >= len(w.nodes) {
		order = append(slices.Clip(order), w.root)
	}
	listed := make([]int, 0, cap(k.spans))
	for _, i := range order {
		if w.spanID(i).IsEmpty() || !w.keep[i] && left == 0 {
			continue
		}
		if !w.keep[i] {
			left--
		}
		index[i] = int32(len(listed))
		listed = append(listed, i)
	}
	for _, i := range listed {
		s := knownSpan{
			id: w.spanID(i), start: uint64(w.spans[i].StartTimestamp()), parent: -1, kept: w.keep[i], caller: w.caller[i],
		}
		if i != w.root {
			s.parent = index[w.hostOf(i)]
		}
		if s.kept {
			k.kept++
		}
		k.spans = append(k.spans, s)
	}
	k.root = index[w.root]
	return k
}

// full reports whether the trace takes nothing more.
func (k *Known) full(opts Options) bool { return k.kept+k.unsure >= opts.maxSpans() }

// Fit returns of k what fits: without the spans that were left out, or else sealed, that the trace is out. What comes late is
// then left out, since nobody could tell where it belongs and whether it is a copy.
func (k *Known) Fit(fits func(cost int64) bool) *Known {
	if fits(k.Cost()) {
		return k
	}
	if !k.lean {
		if l := k.withoutPruned(); fits(l.Cost()) {
			return l
		}
	}
	root := k.spans[k.root]
	return &Known{states: k.states, newRoot: k.newRoot, sealed: true, kept: k.kept, spans: []knownSpan{root}}
}

func (k *Known) withoutPruned() *Known {
	l := &Known{
		states: k.states, newRoot: k.newRoot, lean: true, kept: k.kept, unsure: k.unsure,
		spans: make([]knownSpan, 0, k.kept),
	}
	index := make([]int32, len(k.spans))
	for i := range k.spans {
		if k.spans[i].kept {
			index[i] = int32(len(l.spans))
			l.spans = append(l.spans, k.spans[i])
		}
	}
	for i := range l.spans {
		if parent := &l.spans[i].parent; *parent >= 0 {
			*parent = index[*parent]
		}
	}
	l.root = index[k.root]
	return l
}

// Sealed reports whether k takes nothing more.
func (k *Known) Sealed() bool { return k.sealed }

// append adds a span that came late and returns its index.
func (k *Known) append(s knownSpan) int32 {
	i := int32(len(k.spans))
	at, _ := k.search(s.id)
	k.spans = append(k.spans, s)
	k.byID = slices.Insert(k.byID, at, i)
	if s.kept {
		k.kept++
	}
	return i
}

func (k *Known) search(id [8]byte) (int, bool) {
	if k.byID == nil {
		k.sortIDs()
	}
	return slices.BinarySearchFunc(k.byID, id, func(i int32, id [8]byte) int {
		return bytes.Compare(k.spans[i].id[:], id[:])
	})
}

func (k *Known) find(id [8]byte) (int32, bool) {
	if at, ok := k.search(id); ok {
		return k.byID[at], true
	}
	return 0, false
}

// Late is what became of spans that came after their trace was released.
type Late struct {
	Traces     ptrace.Traces
	Spans      int // in Traces
	Pruned     int
	Reparented int
	Duplicates int // of spans that are already out
	Twins      int // spans that came with the id of another and were given one of their own
	Truncated  int // one trace has no room for more
}

// Late gives late spans their place in the released trace and remembers them. It takes the spans out of td.
//
// The span that takes the last place of the trace says so, and how many of td found none.
func (k *Known) Late(td ptrace.Traces, opts Options) Late {
	if k.sealed {
		return Late{Traces: ptrace.NewTraces(), Truncated: td.SpanCount()}
	}
	w := work{opts: opts, states: k.states}
	w.read(td)
	w.tree = tree.Build(w.nodes)
	w.separate()
	l := lateWork{work: &w, known: k, place: make([]int32, len(w.nodes)), out: newWriter(w.groups, false)}
	for i := range w.nodes {
		if w.tree.Duplicate(i) {
			l.late.Duplicates++
		}
	}
	for _, i := range w.tree.Order() {
		if w.nodes[i].ID != [8]byte{} {
			l.add(i)
		}
	}
	if l.hasLast {
		l.last.Attributes().PutInt(Truncated, int64(l.late.Truncated))
	}
	l.late.Traces = l.out.td
	return l.late
}

type lateWork struct {
	*work
	known *Known
	place []int32 // of each span of the batch, or of what stands for it, in known.spans
	out   *writer
	late  Late

	last    ptrace.Span // that took the last place, if hasLast
	hasLast bool
}

// add places one span; its parent, if it came in the same batch, was placed before.
func (l *lateWork) add(i int) {
	k := l.known
	at, out, renamed := l.knownAs(i)
	switch {
	case out:
		l.place[i] = at
		l.late.Duplicates++
		return
	case renamed:
		l.late.Twins++
	}
	above := l.above(i)
	keep, caller := judge(l.spans[i], l.opts, k.spans[above].caller)
	parent := above
	if !k.spans[parent].kept {
		parent = k.spans[parent].parent
	}
	one := knownSpan{id: l.nodes[i].ID, start: l.nodes[i].Start, parent: parent, kept: keep, caller: caller}
	full := k.full(l.opts)
	switch {
	case keep && full:
		l.place[i] = above
		l.late.Truncated++
	case keep:
		l.release(i, one)
	case full || k.lean || len(k.spans)-k.kept >= maxKnownPruned:
		l.place[i] = above
		l.late.Pruned++
	default:
		l.place[i] = k.append(one)
		l.late.Pruned++
	}
}

// release lets span i go out as one tells.
func (l *lateWork) release(i int, one knownSpan) {
	k, span := l.known, l.spans[i].Span
	path := k.path(one.parent)
	one.parent = path[len(path)-1]
	l.place[i] = k.append(one)
	l.write(span, path)
	out := l.out.add(span, l.origins[i])
	l.late.Spans++
	if k.full(l.opts) {
		l.last, l.hasLast = out, true
	}
}

// knownAs finds a span that is out already. One that has only its id in common with it, for all that is remembered, is
// given another.
func (l *lateWork) knownAs(i int) (at int32, out, renamed bool) {
	at, out = l.known.find(l.nodes[i].ID)
	if !out || l.known.spans[at].start == l.nodes[i].Start {
		return at, out, l.tree.Twin(i)
	}
	id := twinID(l.spans[i].Span)
	if at, out = l.known.find(id); !out {
		l.rename(i, id)
	}
	return at, out, true
}

// above returns the place of the span that i stands below, kept or not; the root when it is not known.
func (l *lateWork) above(i int) int32 {
	n := &l.nodes[i]
	if p := l.tree.Parent(i); p >= 0 && l.nodes[p].ID != [8]byte{} {
		return l.place[p]
	}
	if n.IsRoot {
		return l.known.root
	}
	if id := [8]byte(n.ParentRunID[8:]); id != [8]byte{} && [8]byte(n.ParentRunID[:8]) == [8]byte{} {
		if at, ok := l.known.find(id); ok {
			return at
		}
	}
	if at, ok := l.known.find(n.Parent); ok && n.Parent != [8]byte{} {
		return at
	}
	return l.known.root
}

// maxAncestry bounds the path that a late span carries. Real agents are a few dozen levels deep; what is deeper is
// hung up there.
const maxAncestry = 256

// path lists the spans from the root to i, which is kept.
func (k *Known) path(i int32) []int32 {
	var path []int32
	for ; i >= 0; i = k.spans[i].parent {
		path = append(path, i)
	}
	slices.Reverse(path)
	return path[:min(len(path), maxAncestry)]
}

// write makes the ids of a late span agree with its place, and tells whoever sees it alone where that is.
func (l *lateWork) write(span ptrace.Span, path []int32) {
	k := l.known
	parent := k.spans[path[len(path)-1]].id
	if span.ParentSpanID() != parent {
		l.late.Reparented++
		span.SetParentSpanID(parent)
	}
	a := span.Attributes()
	overrides{dropRoot: true, dropOrder: true, dropTrace: k.newRoot}.apply(a)
	l.states.write(span.TraceState())
	var ancestry strings.Builder
	for n, i := range path {
		if n > 0 {
			ancestry.WriteByte(',')
		}
		ancestry.WriteString(hex.EncodeToString(k.spans[i].id[:]))
		ancestry.WriteByte('@')
		ancestry.WriteString(formatTime(k.spans[i].start))
	}
	a.PutBool(contract.SamplingLate, true)
	a.PutStr(contract.SamplingRootSpanID, hex.EncodeToString(k.spans[k.root].id[:]))
	a.PutStr(contract.SamplingAncestry, ancestry.String())
}
