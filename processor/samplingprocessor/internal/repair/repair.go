// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package repair makes a well-formed tree of what is kept of a trace.
//
// Trace leaves out infrastructure and hangs what stood below it on the nearest span that is kept. What it returns has
// exactly one root, no span whose parent is not there, no cycle and no id twice, whatever came in; and it depends on
// the spans alone, not on the order in which they came. Known remembers the shape of it, so that spans that come
// later find their place.
package repair

import (
	"slices"
	"strconv"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/tree"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/join"
)

// MaxSpans is the number of runs that LangSmith accepts of one trace; what is beyond it is rejected there.
const MaxSpans = 25_000

// Truncated is the attribute of the root that tells how many spans were cut off as the trace had more than MaxSpans.
const Truncated = "pruned.truncated"

// Options is what repairing depends on besides the spans.
type Options struct {
	// Prune leaves out recognised infrastructure. What failed of it is told on the span that it stood below.
	Prune bool
	// KeepFailed keeps infrastructure that failed below a tool or a model call: that is often what explains the failure.
	KeepFailed bool
	// KeepRoot keeps the root where nothing else stays: the trace was kept, and something has to stand for it.
	KeepRoot bool
	// MaxSpans bounds the spans that are released of one trace, late ones included; 0 stands for the constant MaxSpans.
	MaxSpans int
	// Inherit lists attributes, beside the built-in ones, that a pruned root hands on to the root that takes its place. A
	// star at the end stands for any text.
	Inherit []string
}

func (o Options) maxSpans() int {
	if o.MaxSpans > 0 {
		return o.MaxSpans
	}
	return MaxSpans
}

// Stamp is what the root of a released trace says about the decision.
type Stamp struct {
	Rule          string
	Trigger       string
	Probability   float64
	AdjustedCount float64
	Complete      bool
	// Threshold goes into the trace state of every span.
	Threshold sampling.Threshold
	// BroughtBack tells that the trace was dropped before: it has no threshold, since it stands for none but itself and
	// its chance to be kept is unknown.
	BroughtBack bool
	// Incomplete tells that the rest of the trace is gone for good, and Lost how many spans of it, if that is known.
	Incomplete bool
	Lost       int
}

func (s Stamp) states() traceStates { return traceStates{threshold: s.Threshold, off: s.BroughtBack} }

// Result is a repaired trace.
type Result struct {
	Traces ptrace.Traces // empty when nothing was kept
	Known  *Known        // nil when nothing was kept
	Root   [8]byte       // the id of the only root

	Spans      int // in Traces
	Pruned     int // infrastructure that was left out
	Reparented int // spans that got another parent than they came with
	Duplicates int // copies of spans that are in Traces
	Twins      int // spans that came with the id of another and were given one of their own
	Truncated  int // cut off as there were too many
	Cycles     int // of parents, which were cut
	Made       int // roots that did not come: 0 or 1
	Unreadable int // spans whose trace state cannot be read, and stays as it is
	Joined     int // log records that became events of spans
	Unredacted int // log records that were left out, as they have not been through redact and their spans have
}

// work is a trace under repair.
type work struct {
	opts  Options
	stamp Stamp

	spans   []dialect.Span
	origins []int // index of the group that each span came from
	groups  []group
	nodes   []tree.Node
	tree    tree.Tree

	fate
	root int // index into spans

	astray []stray // log records whose spans are not released

	taken   map[[8]byte]bool // the ids that spans have; nil until somebody asks
	states  traceStates
	moved   bool // some span stands elsewhere than before
	newRoot bool // the root is another than before
	result  Result
}

// fate is what becomes of each span.
type fate struct {
	keep []bool
	// caller tells which spans call others that stay when they fail: tools and model calls, and infrastructure below
	// them.
	caller []bool
	up     []int // nearest kept ancestor, or -1
}

// Repairer repairs traces one after the other and uses its memory again: most traces are so small that getting it would
// take longer than the work. The zero value is ready; it belongs to one goroutine.
type Repairer struct{ work work }

// maxScratch is the number of spans up to which memory is used again.
const maxScratch = 4096

// Trace repairs a whole trace. It takes the spans out of td, which must hold spans of one trace only. The events are
// log records of the trace: they become events of the spans that they name.
func (r *Repairer) Trace(td ptrace.Traces, opts Options, stamp Stamp, events ...join.Event) Result {
	w := &r.work
	w.opts, w.stamp, w.states = opts, stamp, stamp.states()
	result := w.trace(td, events)
	if cap(w.spans) > maxScratch {
		*w = work{}
		return result
	}
	clear(w.spans) // what they point to is somebody else's now
	clear(w.groups)
	*w = work{
		spans: w.spans[:0], origins: w.origins[:0], groups: w.groups[:0], nodes: w.nodes[:0], tree: w.tree,
		fate: fate{keep: w.keep[:0], caller: w.caller[:0]},
	}
	return result
}

// Trace is for a single trace.
func Trace(td ptrace.Traces, opts Options, stamp Stamp, events ...join.Event) Result {
	return new(Repairer).Trace(td, opts, stamp, events...)
}

func (w *work) trace(td ptrace.Traces, events []join.Event) Result {
	w.read(td)
	w.tree.Rebuild(w.nodes)
	for _, i := range w.tree.Roots() {
		if w.tree.Cut(i) {
			w.result.Cycles++
		}
	}
	w.result.Twins = w.separate()
	w.joinEvents(events)
	w.prune()
	w.limit()
	w.up = w.tree.KeptAncestors(w.keep)
	if !w.chooseRoot() {
		w.result.Traces = ptrace.NewTraces()
		return w.result
	}
	w.hang()
	w.tellPruned()
	w.placeAstray()
	w.stampRoot()
	w.result.Unreadable = w.states.unreadable
	w.result.Known, w.result.Root = w.known(), w.spanID(w.root)
	w.result.Traces = w.release(td)
	return w.result
}

// read lists the spans of td. Spans without an id are left out: nobody can name them, LangSmith included.
func (w *work) read(td ptrace.Traces) {
	n := td.SpanCount()
	w.spans = slices.Grow(w.spans, n+1) // one more, should a root be needed
	w.origins = slices.Grow(w.origins, n+1)
	w.nodes = slices.Grow(w.nodes, n)
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			w.groups = append(w.groups, group{resource: rs, scope: ss})
			for _, span := range ss.Spans().All() {
				w.spans = append(w.spans, dialect.Span{Span: span, Resource: rs.Resource().Attributes(), Scope: ss.Scope()})
				w.origins = append(w.origins, len(w.groups)-1)
				w.nodes = append(w.nodes, tree.NodeOf(span))
			}
		}
	}
}

// hang puts every kept span under its nearest kept ancestor, or under the root.
func (w *work) hang() {
	for i := range w.nodes {
		if !w.keep[i] || i == w.root {
			continue
		}
		if w.up[i] < 0 {
			w.up[i] = w.root
		}
		if w.parentNow(i) != w.up[i] {
			w.result.Reparented++
			w.moved = true
		}
	}
	w.moved = w.moved || w.newRoot
	for i := range w.spans {
		if w.keep[i] {
			w.rewrite(i)
		}
	}
}

// parentNow returns the span that i already names as its parent, or -1.
func (w *work) parentNow(i int) int {
	if i >= len(w.nodes) || w.tree.Missing(i) || w.tree.Cut(i) {
		return -1
	}
	return w.tree.Parent(i)
}

// rewrite makes the ids of span i agree with its place.
func (w *work) rewrite(i int) {
	span := w.spans[i].Span
	o := overrides{dropOrder: w.moved, dropTrace: w.newRoot}
	if i == w.root {
		span.SetParentSpanID(pcommon.SpanID{})
	} else {
		span.SetParentSpanID(w.spans[w.up[i]].SpanID())
		o.dropRoot = true
		o.parent = w.runID(w.up[i])
	}
	o.apply(span.Attributes())
	w.states.write(span.TraceState())
}

func (w *work) runID(i int) [16]byte {
	if i >= len(w.nodes) {
		return [16]byte{}
	}
	return w.nodes[i].RunID
}

// stampRoot tells on the root how the trace came to be kept.
func (w *work) stampRoot() {
	a := w.spans[w.root].Attributes()
	w.stamp.put(a)
	if w.result.Truncated > 0 {
		a.PutInt(Truncated, int64(w.result.Truncated))
	}
}

func (s Stamp) put(a pcommon.Map) {
	a.PutStr(contract.SamplingRule, s.Rule)
	a.PutStr(contract.SamplingTrigger, s.Trigger)
	a.PutDouble(contract.SamplingProbability, s.Probability)
	a.PutDouble(contract.SamplingAdjustedCount, s.AdjustedCount)
	a.PutBool(contract.SamplingComplete, s.Complete)
	if s.Incomplete {
		a.PutBool(contract.SamplingIncomplete, true)
	}
	if s.Lost > 0 {
		a.PutInt(contract.SamplingLostSpans, int64(s.Lost))
	}
}

// Mark writes the stamp on the root of td and changes nothing else: what a dry run does.
func Mark(td ptrace.Traces, stamp Stamp) {
	w := work{}
	w.read(td)
	if root := tree.Build(w.nodes).Root(); root >= 0 {
		stamp.put(w.spans[root].Attributes())
	}
}

// formatTime is a time as sampling.ancestry has it.
func formatTime(nanos uint64) string { return strconv.FormatUint(nanos, 10) }
