// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package walk goes through every text of traces and logs. It is the only code that knows where in the data text can
// stand.
//
// A Visitor is shown names, versions, schema URLs, states, messages, attributes and their keys, and whatever is
// nested in maps and slices, as strings, as bytes, and as numbers long enough to be more than a count. What it
// answers is written back in place: types and the order of entries stay, an entry whose key changed keeps its place.
// Nothing is decided here.
package walk

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata/entity"
)

// Site is a kind of place where text stands.
type Site uint8

// All sites. The list is closed: it labels metrics.
const (
	ResourceAttribute Site = iota
	Scope
	ScopeAttribute
	SchemaURL
	SpanName
	SpanAttribute
	Status
	TraceState
	EventName
	EventAttribute
	LinkAttribute
	LogBody
	LogAttribute
	LogSeverity
	Sites // how many there are
)

var siteNames = [Sites]string{
	"resource_attribute", "scope", "scope_attribute", "schema_url", "span_name",
	"span_attribute", "status",
	"trace_state", "event_name", "event_attribute", "link_attribute", "log_body", "log_attribute", "log_severity",
}

// String returns the name of the site in metrics.
func (s Site) String() string { return siteNames[s] }

// Place says where a text stands.
type Place struct {
	Site  Site
	Event string // name of the span event, or of the log record's
	Key   string // key of the attribute, however deep below it the text stands
	Above string // key of the entry whose map the text stands in, when that is nested
	Arm   uint8  // what the nearest armed key above the text announced; 0 nothing
}

// Verdict is what a visitor says about an entry before its value is walked.
type Verdict struct {
	Do  Do
	New string // the text that replaces the value, for Set
	Arm uint8  // passed on to all texts below the entry, for Into
	// Named says that the key stays as it is, so that Name is not asked.
	Named bool
}

// Do is what happens to an entry.
type Do uint8

// What can happen to an entry.
const (
	Into   Do = iota // walk what is in it
	Set              // replace the value by a text
	Remove           // take the entry away
	Keep             // leave it as it is, unread: the visitor has dealt with it
)

// Visitor decides what becomes of texts. A place is valid during the call only.
type Visitor interface {
	// Resource, Span and Record are told whose texts come next.
	Resource(pcommon.Resource)
	Span(ptrace.Span)
	Record(plog.LogRecord)
	// Leave and LeaveRecord are told that all texts of a span or record have been shown. Attributes added now are not
	// walked.
	Leave(ptrace.Span)
	LeaveRecord(plog.LogRecord)
	// Entry judges an attribute or an entry of a map before its value, and the body of a log record with an empty key.
	Entry(at *Place, key string, value pcommon.Value) Verdict
	// Text returns what is to stand instead of a text, and whether that differs.
	Text(at *Place, text string) (string, bool)
	// Bytes is Text for a value of bytes.
	Bytes(at *Place, raw string) (string, bool)
	// Name is Text for the key of an entry.
	Name(at *Place, key string) (string, bool)
	// TooDeep returns what is to stand instead of a value below the deepest level that is walked.
	TooDeep(at *Place) string
}

// walker shows one message to a visitor.
type walker struct {
	v  Visitor
	at Place // where it is
}

// Traces shows all texts of td to v.
func Traces(td ptrace.Traces, v Visitor) {
	w := &walker{v: v}
	for _, rs := range td.ResourceSpans().All() {
		w.resource(rs.Resource())
		w.text(SchemaURL, rs.SchemaUrl(), rs.SetSchemaUrl)
		for _, ss := range rs.ScopeSpans().All() {
			w.scope(ss.Scope())
			w.text(SchemaURL, ss.SchemaUrl(), ss.SetSchemaUrl)
			for _, s := range ss.Spans().All() {
				w.span(s)
			}
		}
	}
}

// Logs shows all texts of ld to v.
func Logs(ld plog.Logs, v Visitor) {
	w := &walker{v: v}
	for _, rl := range ld.ResourceLogs().All() {
		w.resource(rl.Resource())
		w.text(SchemaURL, rl.SchemaUrl(), rl.SetSchemaUrl)
		for _, sl := range rl.ScopeLogs().All() {
			w.scope(sl.Scope())
			w.text(SchemaURL, sl.SchemaUrl(), sl.SetSchemaUrl)
			for _, lr := range sl.LogRecords().All() {
				w.record(lr)
			}
		}
	}
}

func (w *walker) resource(r pcommon.Resource) {
	w.v.Resource(r)
	w.attributes(ResourceAttribute, "", r.Attributes())
	for _, ref := range entity.ResourceEntityRefs(r).All() {
		w.text(SchemaURL, ref.SchemaUrl(), ref.SetSchemaUrl)
		w.text(ResourceAttribute, ref.Type(), ref.SetType)
		w.stringSlice(ResourceAttribute, ref.IdKeys())
		w.stringSlice(ResourceAttribute, ref.DescriptionKeys())
	}
}

func (w *walker) scope(s pcommon.InstrumentationScope) {
	w.text(Scope, s.Name(), s.SetName)
	w.text(Scope, s.Version(), s.SetVersion)
	w.attributes(ScopeAttribute, "", s.Attributes())
}

func (w *walker) span(s ptrace.Span) {
	w.v.Span(s)
	w.text(SpanName, s.Name(), s.SetName)
	w.text(TraceState, s.TraceState().AsRaw(), s.TraceState().FromRaw)
	w.text(Status, s.Status().Message(), s.Status().SetMessage)
	w.attributes(SpanAttribute, "", s.Attributes())
	for _, e := range s.Events().All() {
		name := e.Name()
		w.text(EventName, name, e.SetName)
		w.attributes(EventAttribute, name, e.Attributes())
	}
	for _, l := range s.Links().All() {
		w.text(TraceState, l.TraceState().AsRaw(), l.TraceState().FromRaw)
		w.attributes(LinkAttribute, "", l.Attributes())
	}
	w.v.Leave(s)
}

func (w *walker) record(r plog.LogRecord) {
	w.v.Record(r)
	name := r.EventName()
	w.text(EventName, name, r.SetEventName)
	w.text(LogSeverity, r.SeverityText(), r.SetSeverityText)
	w.at = Place{Site: LogBody, Event: name}
	switch verdict := w.v.Entry(&w.at, "", r.Body()); verdict.Do {
	case Set:
		r.Body().SetStr(verdict.New)
	case Remove:
		pcommon.NewValueEmpty().CopyTo(r.Body())
	case Into:
		w.at.Arm = verdict.Arm
		w.value(r.Body(), 0)
	}
	w.attributes(LogAttribute, name, r.Attributes())
	w.v.LeaveRecord(r)
}

func (w *walker) attributes(site Site, event string, m pcommon.Map) {
	w.at = Place{Site: site, Event: event}
	w.entries(m, 0)
}

func (w *walker) text(site Site, old string, set func(string)) {
	if old == "" {
		return
	}
	w.at = Place{Site: site}
	if changed, ok := w.v.Text(&w.at, old); ok {
		set(changed)
	}
}

func (w *walker) stringSlice(site Site, s pcommon.StringSlice) {
	w.at = Place{Site: site}
	for i := range s.Len() {
		if changed, ok := w.v.Text(&w.at, s.At(i)); ok {
			s.SetAt(i, changed)
		}
	}
}
