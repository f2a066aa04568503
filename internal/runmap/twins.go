// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/tree"
)

// sharedMark is the metadata of a run whose span had the id of another, so that somebody finds the reason.
const sharedMark = "span_id_shared"

// Owners remembers which trace a span id belongs to.
type Owners interface {
	// Owns reports whether span belongs to trace. A span that has not been seen does from now on.
	Owns(trace pcommon.TraceID, span pcommon.SpanID) bool
}

// clashes is what is known of ids that several spans have. Both are nil as a rule.
type clashes struct {
	shared  map[int]bool   // spans with the id of another
	choices map[run.ID]int // spans whose run has an id of the application's
}

// arrange builds the tree of the trace at hand. Spans that have nothing in common but their id, as bad generators make
// them, each get their place: LangSmith would keep the first of them and take the others for repetitions. The one that
// the tree prefers keeps the id, and the children that name it.
func (m *mapper) arrange() {
	m.nodes, m.clashes = m.nodes[:0], clashes{}
	for _, s := range m.spans {
		m.nodes = append(m.nodes, tree.NodeOf(s.Span))
	}
	m.tree.Rebuild(m.nodes)
	for i := range m.nodes {
		if m.tree.Twin(i) {
			m.markShared(i)
			m.nodes[i].ID = m.twinID(i)
		}
	}
}

// cameShared returns the id that span i shared with another one before sampling gave it one of its own.
func (m *mapper) cameShared(i int) (pcommon.Value, bool) {
	if !m.fields[i].Marked {
		return pcommon.Value{}, false
	}
	return m.spans[i].Attributes().Get(contract.SamplingSharedSpanID)
}

// markShared notes that i has the id of another span.
func (m *mapper) markShared(i int) {
	if m.shared == nil {
		m.shared = map[int]bool{}
	}
	m.shared[i] = true
}

// sameSpan tells copies of a span, which may be more or less complete, from different ones.
func (m *mapper) sameSpan(i, j int) bool {
	a, b := m.spans[i], m.spans[j]
	return a.Name() == b.Name() && a.ParentSpanID() == b.ParentSpanID() && a.StartTimestamp() == b.StartTimestamp()
}

// twinID makes a span id of all that tells span i from others with its own.
func (m *mapper) twinID(i int) [8]byte {
	s := m.spans[i]
	id := run.FromSpan(s.SpanID()).Derive("twin",
		m.digits.trace, s.Name(), s.ParentSpanID().String(), strconv.FormatUint(uint64(s.StartTimestamp()), 16))
	return [8]byte(id[8:])
}

// claim returns the id of a run in a trace whose span ids may be those of another trace: LangSmith knows runs by 64 bits
// of them. A trace that comes later gets ids of its own.
func (m *mapper) claim(trace pcommon.TraceID, span pcommon.SpanID) (id run.ID, shared bool) {
	if m.opts.Owners == nil || m.opts.Owners.Owns(trace, span) {
		return run.FromSpan(span), false
	}
	return run.FromSpan(span).Derive("trace", m.digits.trace), true
}

// chosen returns the id that the application has chosen for the run of span i, unless it has chosen the same for
// another one.
func (m *mapper) chosen(i int, id run.ID) run.ID {
	if m.choices == nil {
		m.choices = map[run.ID]int{}
	}
	first, taken := m.choices[id]
	if !taken {
		m.choices[id] = i
		return id
	}
	if m.sameSpan(i, first) {
		return id
	}
	m.markShared(i)
	return id.Derive("twin", m.spans[i].SpanID().String(), m.spans[i].Name())
}
