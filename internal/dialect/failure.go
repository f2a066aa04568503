// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// logfireError is the level from which Logfire calls a record an error (the severity number of OpenTelemetry logs).
const logfireError = 17

// FailureOf reports whether s failed, by its status, an exception event, a library's own flag, or error.type. What
// stops an agent by design is no failure: an interrupt that asks a human, a deferred or unapproved call. A cancellation
// is one, for who looks at the run: it has no answer, and this says why.
func FailureOf(s Span) (Failure, bool) {
	var e evidence
	for k, v := range s.Attributes().All() {
		e.attribute(k, v, s.Scope)
	}
	if f := e.failure(s); f != nil {
		return *f, true
	}
	return Failure{}, false
}

// failure judges what the attributes, which have been gathered, and the rest of the span say. It returns nil on success.
func (e *evidence) failure(s Span) *Failure {
	e.status = s.Status().Code() == ptrace.StatusCodeError
	e.statusMessage = s.Status().Message()
	e.events(s.Events())
	if e.excused() {
		return nil
	}
	e.flag = e.flag || e.level && !e.record
	if !e.status && !e.exception && !e.flag && e.errorType == "" {
		return nil
	}
	f := &Failure{
		Message:    firstFilled(e.message, s.Status().Message(), e.exceptionMessage, e.fallback),
		Type:       firstFilled(e.exceptionType, e.errorType),
		Stacktrace: e.stacktrace,
	}
	if f.Message == "" {
		f.Message = firstFilled(f.Type, "error")
	}
	return f
}

// evidence is what speaks for a failure, gathered in one pass over the span.
type evidence struct {
	status, exception, flag, byDesign, cancelled bool

	level, record bool // Logfire: the level of an error, and whether the span is a log record that only tells of one

	message   string // the library's own text
	fallback  string // a text that may be a whole document: only when there is nothing better
	errorType string

	exceptionType, exceptionMessage, stacktrace, statusMessage string
}

// excused reports whether the span stopped by design.
func (e *evidence) excused() bool { return e.byDesign || e.ended(isByDesign) }

// expected reports whether the span stopped by design or was cancelled: nothing went wrong.
func (e *evidence) expected() bool { return e.excused() || e.cancelled || e.ended(isCancellation) }

// ended reports whether an exception of some sort ended the span.
func (e *evidence) ended(by func(exceptionType string) bool) bool {
	if by(e.exceptionType) || by(e.errorType) {
		return true
	}
	switch e.exceptionType { // LangSmith's SDKs make an exception of the text that another one left
	case "", "Error", "Exception":
		first, behind := exceptionsIn(firstFilled(e.exceptionMessage, e.statusMessage, e.message))
		return by(first) || by(behind)
	}
	return false
}

// Stopped reports what the text of an error names: an exception by which a framework stops on purpose, or a
// cancellation.
func Stopped(text string) (byDesign, cancelled bool) {
	first, behind := exceptionsIn(text)
	return isByDesign(first) || isByDesign(behind), isCancellation(first) || isCancellation(behind)
}

// exceptionsIn returns what may be the name of an exception in the text of an error: its first word, and, as
// LangChain's tracers write it, that of the stack behind the message.
func exceptionsIn(text string) (first, behind string) {
	_, stack, _ := strings.Cut(text, "\n\n")
	return leadingName(text), leadingName(stack)
}

// leadingName returns the name with which a text begins that was made of an exception: "GraphInterrupt: …",
// "GraphInterrupt((Interrupt(…".
func leadingName(message string) string {
	if i := strings.IndexAny(message, ":( \n"); i > 0 && message[i] != ' ' {
		return message[:i]
	}
	return message
}

// failureInitials has the last five bits of the letters with which the names begin that matter here.
const failureInitials = 1<<('e'&31) | 1<<('g'&31) | 1<<('l'&31) | 1<<('n'&31) | 1<<('r'&31) | 1<<('s'&31)

// canTellFailure leaves most names out: few begin with the letters that matter here.
func canTellFailure(k string) bool { return k != "" && failureInitials&(1<<(k[0]&31)) != 0 }

// attribute takes one attribute in.
func (e *evidence) attribute(k string, v pcommon.Value, scope pcommon.InstrumentationScope) {
	if !canTellFailure(k) {
		return
	}
	switch k {
	case "error.type":
		if t := scalarText(v); !isBlank(t) && t != noError {
			e.errorType = t
		}
	case "error.message", "langfuse.observation.status_message", "rpc.jsonrpc.error_message":
		e.message = firstFilled(e.message, text(v))
	case "langfuse.observation.level":
		e.flag = e.flag || text(v) == "ERROR"
	case "langsmith.metadata.ls_is_error_interrupt", "redact.evidence.by_design":
		e.byDesign = e.byDesign || isTrue(v)
	case "redact.evidence.cancelled":
		e.cancelled = e.cancelled || isTrue(v)
	default:
		e.libraryFlag(k, v, scope)
	}
}

// libraryFlag reads the flags whose names alone say too little or which come with a text of their own.
func (e *evidence) libraryFlag(k string, v pcommon.Value, scope pcommon.InstrumentationScope) {
	switch k {
	case "gen_ai.tool.status", "genkit:state", "n8n.execution.status":
		e.flag = e.flag || text(v) == "error"
	case "genkit:error":
		e.message = firstFilled(e.message, text(v))
	case "lk.function_tool.is_error", "lk.pii.function_tool.is_error":
		e.flag = e.flag || isTrue(v)
	case "lk.function_tool.output", "lk.pii.function_tool.output", "error", "n8n.execution.error_type":
		if t := text(v); t != noError {
			e.fallback = firstFilled(e.fallback, t)
		}
	case "logfire.level_num":
		e.level = e.level || v.Type() == pcommon.ValueTypeInt && v.Int() >= logfireError
	case "logfire.span_type":
		e.record = text(v) == "log"
	case "success":
		e.flag = e.flag || isFalse(v) && isClaudeCode(scope)
	}
}

// events reads the last exception: earlier ones were retried or handled.
func (e *evidence) events(events ptrace.SpanEventSlice) {
	for _, event := range events.All() {
		if event.Name() != "exception" {
			continue
		}
		a := event.Attributes()
		escaped, ok := a.Get("exception.escaped")
		e.exception = e.exception || !ok || !isFalse(escaped)
		e.exceptionType = attribute(a, "exception.type")
		e.exceptionMessage = attribute(a, "exception.message")
		e.stacktrace = attribute(a, "exception.stacktrace")
	}
}

// isByDesign knows the exceptions by which frameworks stop on purpose, whatever package they stand in.
func isByDesign(exceptionType string) bool {
	switch className(exceptionType) {
	case "GraphInterrupt", "NodeInterrupt", "GraphBubbleUp", "ParentCommand", // LangGraph
		"CallDeferred", "ApprovalRequired", // Pydantic AI
		"ToolInterruptError": // Genkit
		return true
	}
	return false
}

// isCancellation knows the exceptions by which the caller stops what it no longer waits for, and the end of an iterator.
func isCancellation(exceptionType string) bool {
	switch className(exceptionType) {
	case "CancelledError", "AbortError", "GeneratorExit", "StopIteration", "StopAsyncIteration",
		"TaskCanceledException", "OperationCanceledException", "CancellationException":
		return true
	}
	return false
}

// className returns a type's name without the package that it stands in.
func className(exceptionType string) string {
	return exceptionType[strings.LastIndexAny(exceptionType, ".:$")+1:]
}

func attribute(m pcommon.Map, key string) string {
	if v, ok := m.Get(key); ok {
		return scalarText(v)
	}
	return ""
}

// firstFilled returns the first text that is no placeholder.
func firstFilled(texts ...string) string {
	for _, t := range texts {
		if !isBlank(t) {
			return t
		}
	}
	return ""
}
