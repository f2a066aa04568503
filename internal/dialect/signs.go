// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Signs are the signs of failure that a span shows: a set of bits.
type Signs uint8

// The signs of failure. A span that stopped as expected shows no other sign of its own failure.
const (
	SignStatus     Signs = 1 << iota // the status is an error
	SignException                    // an exception was recorded
	SignErrorType                    // error.type is given
	SignFlag                         // a flag of some library says so
	SignToolResult                   // the result of a tool says that it failed
	SignFinish                       // a model stopped for a bad reason: a filter, a refusal, a limit
	SignByDesign                     // an interrupt, an approval, or a cancellation: nothing went wrong
)

// signs returns what speaks for a failure of the span itself.
func (e *evidence) signs() Signs {
	if e.silent() {
		return 0
	}
	var s Signs
	for _, sign := range [...]struct {
		is  bool
		bit Signs
	}{
		{e.status, SignStatus},
		{e.exception, SignException},
		{e.errorType != "", SignErrorType},
		{e.flag || e.level && !e.record, SignFlag},
	} {
		if sign.is {
			s |= sign.bit
		}
	}
	if e.expected() {
		return SignByDesign
	}
	return s
}

// silent reports whether there is nothing that could speak for a failure, or excuse one.
func (e *evidence) silent() bool {
	return !e.status && !e.exception && !e.flag && !e.level && !e.byDesign && !e.cancelled && e.errorType == "" && e.statusMessage == ""
}

// outcome is what a span tells about how its work ended, where the span itself did not fail.
type outcome struct {
	finish bool // a bad reason to stop

	tool   bool // may be a tool
	failed bool // noted when content was dropped
	result pcommon.Value
	told   bool // result is there
}

func (o *outcome) attribute(k string, v pcommon.Value) {
	if isFinishReason(k) {
		o.finish = o.finish || isBadFinish(v)
	} else {
		o.known(k, v)
	}
}

func (o *outcome) known(k string, v pcommon.Value) {
	switch k {
	case "redact.evidence.refusal":
		o.finish = o.finish || isTrue(v)
	case "redact.evidence.tool_error":
		o.failed = o.failed || isTrue(v)
	case "openinference.span.kind", "traceloop.span.kind", "langsmith.span.kind", "langfuse.observation.type",
		"mlflow.spanType", "genkit:metadata:subtype", "lmnr.span.type", "langwatch.span.type":
		o.tool = o.tool || strings.EqualFold(strings.Trim(text(v), `"`), "tool")
	case "gen_ai.operation.name":
		o.tool = o.tool || strings.Contains(text(v), "tool")
	case "ai.operationId":
		o.tool = o.tool || text(v) == "ai.toolCall"
	case "gen_ai.tool.call.result", "ai.toolCall.result", "gcp.vertex.agent.tool_response", "tool_response",
		"mastra.tool_call.output", "mastra.mcp_tool_call.output":
		o.tool, o.result, o.told = true, v, true
	case "output.value", "traceloop.entity.output", "langfuse.observation.output", "mlflow.spanOutputs",
		"genkit:output", "lmnr.span.output", "langwatch.output", "gen_ai.completion":
		if !o.told {
			o.result, o.told = v, true
		}
	}
}

// events looks for what older conventions tell in events.
func (o *outcome) events(events ptrace.SpanEventSlice) {
	for i := range min(events.Len(), maxEvents) {
		if e := events.At(i); e.Name() == "gen_ai.choice" {
			if v, ok := e.Attributes().Get("finish_reason"); ok {
				o.finish = o.finish || isBadFinish(v)
			}
		}
	}
}

func (o *outcome) signs(s Span) Signs {
	var signs Signs
	if o.finish {
		signs |= SignFinish
	}
	if o.failed || o.tool && o.told && tellsError(o.result) && KindOf(s) == run.Tool {
		signs |= SignToolResult
	}
	return signs
}

// isFinishReason knows finish_reason, finish_reasons, finishReason and stop_reason, whatever they stand behind.
func isFinishReason(k string) bool {
	k = strings.TrimSuffix(k, "s")
	if !strings.HasSuffix(k, "eason") {
		return false
	}
	k = k[:max(len(k)-len("reason"), 0)]
	return strings.HasSuffix(k, "finish") || strings.HasSuffix(k, "finish_") || strings.HasSuffix(k, "stop_") ||
		strings.HasSuffix(k, "stop")
}

// maxFinish is longer than any list of reasons: what is longer is something else.
const maxFinish = 256

// isBadFinish reads a reason to stop, alone or in a list, as text or as values.
func isBadFinish(v pcommon.Value) bool {
	if v.Type() == pcommon.ValueTypeSlice {
		for i := range min(v.Slice().Len(), maxFinish) {
			if isBadFinish(v.Slice().At(i)) {
				return true
			}
		}
		return false
	}
	s := text(v)
	switch s {
	case "", "stop", "STOP", "tool_calls", "tool-calls", "end_turn", "tool_use":
		return false
	}
	if len(s) > maxFinish {
		return false
	}
	for word := range strings.FieldsFuncSeq(s, notOfWord) {
		if badFinishes[strings.ReplaceAll(strings.ToLower(word), "-", "_")] {
			return true
		}
	}
	return false
}

func notOfWord(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
}

// badFinishes are the reasons for which providers stop a model before it has said what it would have said.
var badFinishes = map[string]bool{
	"length": true, "max_tokens": true, "max_output_tokens": true, "model_length": true,
	"model_context_window_exceeded": true, "insufficient_system_resource": true,
	"content_filter": true, "content_filtered": true, "guardrail_intervened": true, "refusal": true,
	"safety": true, "image_safety": true, "recitation": true, "blocklist": true, "prohibited_content": true, "spii": true,
	"error": true, "error_toxic": true, "malformed_function_call": true, "malformed_response": true,
}

// maxResult bounds how much of a tool's result is looked at. What is larger is a document.
const maxResult = 256 << 10

// tellsError reports whether the result of a tool says that it failed: by the flags of MCP and of model providers, by
// the status of LangChain's tool messages, or as nothing but an error.
func tellsError(v pcommon.Value) bool {
	var raw string
	switch v.Type() {
	case pcommon.ValueTypeStr:
		s := v.Str()
		if len(s) > maxResult || !strings.Contains(s, "rror") {
			return false
		}
		if raw = parse(s); raw == "" {
			return strings.HasPrefix(s, "Error: ")
		}
	case pcommon.ValueTypeMap:
		raw = string(appendAny(nil, v, 0))
	}
	if isString(raw) {
		return strings.HasPrefix(unquote(raw), "Error: ")
	}
	return saysError(raw, 0)
}

// wrappers are the members in which libraries put what a tool has returned.
var wrappers = map[string]bool{
	"result": true, "output": true, "kwargs": true, "response": true, "message": true, "tool_result": true,
}

// maxWrapped is how deep results are wrapped: LangChain's message in an output in a list.
const maxWrapped = 4

func saysError(raw string, depth int) bool {
	switch {
	case depth > maxWrapped:
	case isArray(raw):
		for item := range elements(raw) { // a list of results; of data, only the first is looked at
			return saysError(item, depth+1)
		}
	case isObject(raw):
		for k, v := range members(raw) {
			if isErrorMember(k, v) || wrappers[k] && saysError(v, depth+1) {
				return true
			}
		}
	}
	return false
}

func isErrorMember(k, v string) bool {
	switch k {
	case "isError", "is_error":
		return v == "true"
	case "status":
		return v == `"error"`
	case "type":
		return v == `"tool_error"` || v == `"error"`
	case "error":
		return isObject(v) && v != "{}" || isString(v) && v != `""`
	}
	return false
}
