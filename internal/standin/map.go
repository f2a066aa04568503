// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// mapped is a span as a run that has not found its place yet.
type mapped struct {
	run     Run
	project string // as asked for by name, "" when not
	// projectID is the project asked for by id. The header, which names one, is stronger than both.
	projectID string
}

// mapSpan makes a run of a span, as LangSmith's OTLP endpoint does. Trace id and dotted order of a child are known
// only when its parent is here, and left empty unless the span says them.
func mapSpan(span ptrace.Span) mapped {
	a := attributes{span.Attributes()}
	run := Run{
		Name:  runName(a, span.Name()),
		Type:  runType(a),
		Start: span.StartTimestamp().AsTime(),
		End:   span.EndTimestamp().AsTime(),
		Tags:  tags(a),
	}
	run.Place = place(a, span)
	run.Status, run.Error = failure(span.Events())
	run.ExampleID, _ = parseUUID(a.str("langsmith.reference_example_id"))
	run.Attachments = attachments(a)

	inputs := mapInputs(a, span.Events(), run.Type)
	outputs := addUsage(a, mapOutputs(a, span.Events(), run.Type))
	events, first := runEvents(span.Events())
	run.FirstToken = first
	run.Content = Content{
		Inputs:  rawJSON(inputs),
		Outputs: rawJSON(outputs),
		Events:  events,
		Extra:   rawJSON(extra(a, span)),
	}
	run.Usage = usageOf(&run)
	m := mapped{run: run, project: a.str("langsmith.trace.session_name")}
	m.projectID, _ = parseUUID(a.str("langsmith.trace.session_id"))
	return m
}

// rawJSON encodes an object; nil stays nil. Everything in it came from JSON or from plain values, so that it can be
// encoded, but for infinite numbers: a run that holds one loses the field, as it would there.
func rawJSON(object map[string]any) json.RawMessage {
	if object == nil {
		return nil
	}
	b, err := json.Marshal(object)
	if err != nil {
		return nil
	}
	return b
}

// place reads the ids of a span and the attributes that override them.
func place(a attributes, span ptrace.Span) Place {
	p := Place{ID: spanRunID(span.SpanID())}
	if !span.ParentSpanID().IsEmpty() {
		p.ParentID = spanRunID(span.ParentSpanID())
	}
	a.overrideID("langsmith.span.id", &p.ID)
	a.overrideID("langsmith.trace.id", &p.TraceID)
	a.overrideID("langsmith.span.parent_id", &p.ParentID)
	// Only a boolean counts: the text "true" does not.
	if v, ok := a.Get("langsmith.is_root"); ok && v.Type() == pcommon.ValueTypeBool && v.Bool() {
		p.ParentID = ""
	}
	p.DottedOrder = a.str("langsmith.span.dotted_order")
	if p.ParentID == "" && p.TraceID == "" {
		p.TraceID = p.ID
	}
	return p
}

func (a attributes) overrideID(key string, id *string) {
	if given, ok := parseUUID(a.str(key)); ok {
		*id = given
	}
}

func runName(a attributes, spanName string) string {
	if s := a.first("langsmith.trace.name", "traceloop.entity.name"); s != "" {
		return s
	}
	if s := a.str("tool.name"); s != "" && a.str("openinference.span.kind") == "TOOL" {
		return s
	}
	return spanName
}
