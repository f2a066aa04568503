// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"encoding/hex"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

var mappers = sync.Pool{New: func() any { return &mapper{} }}

// maxKept is the size of the trace, in spans, whose slices are still kept for the next one: giants are rare.
const maxKept = 4096

// release forgets the message, so that a pooled mapper keeps none of it alive.
func (m *mapper) release() {
	if max(cap(m.all), cap(m.fields)) > maxKept {
		*m = mapper{}
		return
	}
	clear(m.all)
	clear(m.sorted)
	clear(m.groups)
	m.forgetTrace()
	m.facts.forget()
	*m = mapper{
		gathered: gathered{all: m.all[:0], sorted: m.sorted[:0], groups: m.groups[:0], index: m.index, ends: m.ends},
		read: read{
			reader: m.reader, nodes: m.nodes[:0], fields: m.fields[:0], ids: m.ids[:0], roots: m.roots[:0],
			places: m.places[:0], below: m.below[:0],
		},
		tree: m.tree, at: m.at, digits: digits{buffer: m.digits.buffer},
		traces: m.traces[:0], runs: m.runs[:0], facts: m.facts,
	}
}

// forgetTrace clears what is known of the trace at hand, and no more of the memory than that has used.
func (m *mapper) forgetTrace() {
	clear(m.fields)
	clear(m.ids)
	clear(m.roots)
	clear(m.places)
	clear(m.below)
	clear(m.traces)
	clear(m.runs)
	m.reader.Forget()
}

// resized returns n items, all zero, in the place of s if there is enough of it. What lies behind the items of s is
// zero.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// gather collects the spans of all resources and scopes by trace, in order of first appearance.
func (m *mapper) gather(td ptrace.Traces) {
	one := true
	for _, rs := range td.ResourceSpans().All() {
		resource := rs.Resource().Attributes()
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				m.all = append(m.all, dialect.Span{Span: span, Resource: resource, Scope: ss.Scope()})
				one = one && span.TraceID() == m.all[0].TraceID()
			}
		}
	}
	switch {
	case len(m.all) == 0:
	case one:
		m.groups = append(m.groups, m.all)
	default:
		m.groupByTrace()
	}
}

// groupByTrace counts the spans of each trace, and then puts each where those of its trace begin.
func (m *mapper) groupByTrace() {
	if m.index == nil {
		m.index = map[pcommon.TraceID]int{}
	}
	clear(m.index)
	m.ends = m.ends[:0]
	for i := range m.all {
		m.ends[m.groupOf(i)]++
	}
	m.sorted = resized(m.sorted, len(m.all))
	start := 0
	for g, spans := range m.ends {
		m.groups = append(m.groups, m.sorted[start:start+spans])
		m.ends[g], start = start, start+spans
	}
	for i := range m.all {
		g := m.groupOf(i)
		m.sorted[m.ends[g]] = m.all[i]
		m.ends[g]++
	}
}

// groupOf returns the group of span i, a new one for a new trace. As a rule it is that of the span before.
func (m *mapper) groupOf(i int) int {
	id := m.all[i].TraceID()
	if i > 0 && id == m.all[i-1].TraceID() {
		return m.group
	}
	g, ok := m.index[id]
	if !ok {
		g = len(m.ends)
		m.index[id], m.ends = g, append(m.ends, 0)
	}
	m.group = g
	return g
}

// write writes the ids of a trace and its spans, all in one text.
func (d *digits) write(spans []dialect.Span) {
	trace := spans[0].TraceID()
	d.buffer = hex.AppendEncode(d.buffer[:0], trace[:])
	for _, s := range spans {
		id := s.SpanID()
		d.buffer = hex.AppendEncode(d.buffer, id[:])
	}
	all := string(d.buffer)
	d.trace, d.spans = all[:traceDigits], all[traceDigits:]
	if trace.IsEmpty() {
		d.trace = ""
	}
}

const (
	traceDigits = 2 * len(pcommon.TraceID{})
	spanDigits  = 2 * len(pcommon.SpanID{})
)

// spanID returns the id of span i as metadata shows it: nothing for a span without one.
func (m *mapper) spanID(i int) run.Value {
	if m.spans[i].SpanID().IsEmpty() {
		return run.Str("")
	}
	return run.Str(m.digits.spans[i*spanDigits:][:spanDigits])
}
