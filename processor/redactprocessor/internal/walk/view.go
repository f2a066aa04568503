// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package walk

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Viewer is shown attributes before anything is decided.
type Viewer interface {
	// Enter is told whose attributes come next: the trace of a span or record, or none for a resource or scope.
	Enter(pcommon.TraceID)
	// Attribute is shown an attribute, or an entry of a map that is nested in one, with Key and Above of its place.
	Attribute(at *Place, key string, val pcommon.Value)
}

// MaxViewDepth is how deep entries of maps are shown to a Viewer. Identifiers stand at the top or one or two levels
// below it; whatever lies deeper is walked all the same.
const MaxViewDepth = 8

// TraceEntries shows the attributes of resources, scopes, spans, events and links to v, and what is nested in them.
func TraceEntries(td ptrace.Traces, v Viewer) {
	for _, rs := range td.ResourceSpans().All() {
		v.Enter(pcommon.TraceID{})
		Entries(rs.Resource().Attributes(), v)
		for _, ss := range rs.ScopeSpans().All() {
			v.Enter(pcommon.TraceID{})
			Entries(ss.Scope().Attributes(), v)
			for _, s := range ss.Spans().All() {
				spanEntries(s, v)
			}
		}
	}
}

func spanEntries(s ptrace.Span, v Viewer) {
	v.Enter(s.TraceID())
	Entries(s.Attributes(), v)
	for _, e := range s.Events().All() {
		Entries(e.Attributes(), v)
	}
	for _, l := range s.Links().All() {
		Entries(l.Attributes(), v)
	}
}

// LogEntries shows the attributes of resources, scopes and records, and the bodies of records, to v.
func LogEntries(ld plog.Logs, v Viewer) {
	for _, rl := range ld.ResourceLogs().All() {
		v.Enter(pcommon.TraceID{})
		Entries(rl.Resource().Attributes(), v)
		for _, sl := range rl.ScopeLogs().All() {
			v.Enter(pcommon.TraceID{})
			Entries(sl.Scope().Attributes(), v)
			for _, lr := range sl.LogRecords().All() {
				v.Enter(lr.TraceID())
				Body(lr.Body(), v)
				Entries(lr.Attributes(), v)
			}
		}
	}
}

// Entries shows the attributes in m to v, and what is nested in them.
func Entries(m pcommon.Map, v Viewer) {
	at := Place{}
	for key, val := range m.All() {
		at.Key = key
		v.Attribute(&at, key, val)
		if isNested(val) {
			at.Above = key
			view(&at, val, v, 1)
			at.Above = ""
		}
	}
}

// Body shows what is nested in the body of a log record to v.
func Body(body pcommon.Value, v Viewer) { view(&Place{}, body, v, 0) }

// view shows the entries of maps below the entry at.Above.
func view(at *Place, val pcommon.Value, v Viewer, depth int) {
	if depth > MaxViewDepth {
		return
	}
	switch val.Type() {
	case pcommon.ValueTypeMap:
		above := at.Above
		for key, inner := range val.Map().All() {
			v.Attribute(at, key, inner)
			at.Above = key
			view(at, inner, v, depth+1)
			at.Above = above
		}
	case pcommon.ValueTypeSlice:
		for _, item := range val.Slice().All() {
			if isNested(item) {
				view(at, item, v, depth+1)
			}
		}
	}
}

func isNested(val pcommon.Value) bool {
	t := val.Type()
	return t == pcommon.ValueTypeMap || t == pcommon.ValueTypeSlice
}
