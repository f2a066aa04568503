// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package join

import (
	"cmp"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
)

// Event is a log record in the form of a span event.
type Event struct {
	Span     [8]byte // zero: the record names only its trace
	Redacted bool    // the record has been through redact
	Event    ptrace.SpanEvent

	observed pcommon.Timestamp
}

// Elsewhere makes e fit for a span that is not its own: an exception event would make that one look failed.
func (e Event) Elsewhere() {
	if e.Event.Name() == exception {
		e.Event.SetName("log." + exception)
	}
}

// Events returns the records of ld by time, each once: a request that was sent again repeats its records.
func Events(ld plog.Logs) []Event {
	events := make([]Event, 0, ld.LogRecordCount())
	for _, rl := range ld.ResourceLogs().All() {
		redacted := text(rl.Resource().Attributes(), contract.RedactPolicy) != ""
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				e := Event{
					Span: r.SpanID(), Redacted: redacted, Event: ptrace.NewSpanEvent(), observed: r.ObservedTimestamp(),
				}
				fill(r, e.Event)
				events = append(events, e)
			}
		}
	}
	slices.SortStableFunc(events, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.Event.Timestamp(), b.Event.Timestamp()), cmp.Compare(a.observed, b.observed))
	})
	return dedupe(events)
}

// maxLookBack bounds how many records of the same time are compared with one another. An SDK writes a handful in one
// millisecond; a sender that gives all the same time pays with copies.
const maxLookBack = 256

// dedupe looks for copies of a record among those of the same time.
func dedupe(events []Event) []Event {
	out := events[:0]
	for _, e := range events {
		again := false
		first := max(0, len(out)-maxLookBack)
		for i := len(out) - 1; i >= first && !again && out[i].sameTime(e); i-- {
			again = out[i].same(e)
		}
		if !again {
			out = append(out, e)
		}
	}
	return out
}

func (e Event) sameTime(o Event) bool {
	return e.Event.Timestamp() == o.Event.Timestamp() && e.observed == o.observed
}

func (e Event) same(o Event) bool {
	return e.Span == o.Span && e.Event.Name() == o.Event.Name() && e.Event.Attributes().Equal(o.Event.Attributes())
}

// fill writes r into e: the record's attributes, and beside them what its body holds.
func fill(r plog.LogRecord, e ptrace.SpanEvent) {
	name := nameOf(r)
	e.SetName(name)
	a := e.Attributes()
	r.Attributes().CopyTo(a)
	if isException(r) {
		e.SetName(exception)
		if _, told := a.Get(escaped); !told && isHandled(r) {
			a.PutBool(escaped, false)
		}
	}
	a.Remove(eventName)
	if name != "" && name != e.Name() {
		a.PutStr(eventName, name)
	}
	addBody(a, r.Body(), name)
	e.SetTimestamp(cmp.Or(r.Timestamp(), r.ObservedTimestamp()))
	e.SetDroppedAttributesCount(r.DroppedAttributesCount())
}

// addBody never writes over an attribute: what an instrumentation put there it meant.
func addBody(a pcommon.Map, body pcommon.Value, name string) {
	switch body.Type() {
	case pcommon.ValueTypeEmpty:
	case pcommon.ValueTypeMap:
		for key, value := range body.Map().All() {
			if _, there := a.Get(key); !there {
				value.CopyTo(a.PutEmpty(key))
			}
		}
	default:
		if _, there := a.Get("body"); !there && body.AsString() != name {
			body.CopyTo(a.PutEmpty("body"))
		}
	}
}
