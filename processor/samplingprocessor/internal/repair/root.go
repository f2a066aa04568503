// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repair

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// ScopeName is the instrumentation scope of the roots that are made here.
const ScopeName = "github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor"

// chooseRoot finds the one span that everything hangs on, and reports whether anything is left at all. When the root
// was pruned and several spans stood below it, none of them can stand for the others: a root is made that takes its
// place.
func (w *work) chooseRoot() bool {
	original := w.tree.Root()
	tops := w.tops()
	if len(tops) == 0 {
		if !w.opts.KeepRoot || original < 0 {
			return false
		}
		w.keep[original] = true
		w.result.Pruned--
		w.up = w.tree.KeptAncestors(w.keep)
		tops = w.tops()
	}
	switch {
	case w.keep[original]:
		w.root = original
	case len(tops) == 1:
		w.root = tops[0]
	default:
		w.root = w.makeRoot(original)
		w.result.Made++
	}
	w.newRoot = w.root != original || len(w.tree.Roots()) > 1
	if w.root != original {
		w.inherit(tops)
	}
	return true
}

// tops are the kept spans that stand under no other.
func (w *work) tops() (tops []int) {
	for _, i := range w.tree.Order() {
		if w.keep[i] && w.up[i] < 0 {
			tops = append(tops, i)
		}
	}
	return tops
}

// makeRoot appends a span of its own id that has the name, the resource and the times of the pruned root.
func (w *work) makeRoot(pruned int) int {
	was := w.spans[pruned]
	span := ptrace.NewSpan()
	span.SetTraceID(was.TraceID())
	traceID := was.TraceID()
	span.SetSpanID(w.freeID(append([]byte("root of "), traceID[:]...)))
	span.SetName(was.Name())
	span.SetKind(ptrace.SpanKindInternal)
	span.SetStartTimestamp(was.StartTimestamp())
	span.SetEndTimestamp(was.EndTimestamp())
	span.SetFlags(was.Flags() & traceFlags)
	span.Attributes().PutBool(contract.SamplingSynthetic, true)
	w.groups = append(w.groups, w.groupOfRoot(pruned))
	scope := w.groups[len(w.groups)-1].scope.Scope()
	w.spans = append(w.spans, dialect.Span{Span: span, Resource: was.Resource, Scope: scope})
	w.origins = append(w.origins, len(w.groups)-1)
	w.keep = append(w.keep, true)
	w.caller = append(w.caller, false)
	w.up = append(w.up, -1)
	return len(w.spans) - 1
}

// traceFlags are the W3C flags in the flags of a span; the rest speaks of a parent that a made root does not have.
const traceFlags = 0xff

func (w *work) groupOfRoot(pruned int) group {
	scope := ptrace.NewScopeSpans()
	scope.Scope().SetName(ScopeName)
	return group{resource: w.groups[w.origins[pruned]].resource, scope: scope}
}
