// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package join makes span events of the log records that belong to a span.
//
// GenAI instrumentations, coding agents and the newer conventions for exceptions write what happened inside a span as
// log records that only name the span. Belongs tells these from all others, Evidence reads what they say of a failure
// before the span is known, and Events turns them into the events that the span would have carried itself.
package join

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// families are the prefixes of event names that instrumentations of models and coding agents use.
var families = []string{"gen_ai.", "claude_code.", "codex.", "gemini_cli.", "qwen-code."}

const (
	eventName  = "event.name"
	exception  = "exception"
	evaluation = "gen_ai.evaluation.result"

	evaluationPrefix = "gen_ai.evaluation."

	exceptionType  = "exception.type"
	exceptionText  = "exception.message"
	exceptionStack = "exception.stacktrace"
	escaped        = "exception.escaped"
	errorType      = "error.type"
	success        = "success"
)

// Belongs reports whether r belongs to a span: it names a trace, and it is an event of a model call or a coding agent,
// or it names a span and is an exception. All other records are none of the sampler's business.
func Belongs(r plog.LogRecord) bool {
	if r.TraceID().IsEmpty() {
		return false
	}
	if inFamily(nameOf(r)) {
		return true
	}
	return !r.SpanID().IsEmpty() && isException(r)
}

// nameOf returns the name of the event that r is, or "". SDKs put it into the field that was made for it, into an
// attribute, or, Claude Code, in full into the body alone.
func nameOf(r plog.LogRecord) string {
	attribute := text(r.Attributes(), eventName)
	body := ""
	if r.Body().Type() == pcommon.ValueTypeStr {
		body = r.Body().Str()
	}
	for _, name := range []string{r.EventName(), attribute, body} {
		if inFamily(name) {
			return name
		}
	}
	if r.EventName() != "" {
		return r.EventName()
	}
	return attribute
}

func inFamily(name string) bool {
	for _, family := range families {
		if strings.HasPrefix(name, family) {
			return true
		}
	}
	return false
}

func isException(r plog.LogRecord) bool {
	if r.EventName() == exception {
		return true
	}
	a := r.Attributes()
	return text(a, eventName) == exception || text(a, exceptionType) != "" || text(a, exceptionText) != ""
}

// isHandled reports whether an exception was only told of: whoever lets one pass logs it as an error. The events of
// model calls say by their name that the call failed, and come as warnings.
func isHandled(r plog.LogRecord) bool {
	level := plog.SeverityNumberError
	if inFamily(nameOf(r)) {
		level = plog.SeverityNumberWarn
	}
	return r.SeverityNumber() != plog.SeverityNumberUnspecified && r.SeverityNumber() < level
}

func text(m pcommon.Map, key string) string {
	if v, ok := m.Get(key); ok && v.Type() == pcommon.ValueTypeStr {
		return v.Str()
	}
	return ""
}
