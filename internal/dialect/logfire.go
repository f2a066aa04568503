// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// logfire is Pydantic's Logfire and Pydantic AI before they spoke genAI: whole requests and responses, and lists of
// events.
// See https://logfire.pydantic.dev/docs/integrations/llms/pydanticai
type logfire struct{ silent }

var (
	kLogfireMsg      = attr("logfire.msg")
	kLogfireSpanType = attr("logfire.span_type")
	kRequestData     = attr("request_data")
	kResponseData    = attr("response_data")
	kEventList       = attr("events")
	kAllMessages     = attr("pydantic_ai.all_messages")
	kAllMessagesOld  = attr("all_messages_events")
	kFinalResult     = attr("final_result")
	kToolArgsOld     = attr("tool_arguments")
	kToolResponseOld = attr("tool_response")
	kRawInput        = attr("raw_input")
	kRequest         = attr("request")
	kResponse        = attr("response")
	kModelName       = attr("model_name")
	kRawUsage        = attr("gen_ai.usage.raw")
	kModelRequest    = attr("model_request_parameters")

	_ = []slot{
		attr("logfire.msg_template"), attr("logfire.json_schema"), attr("logfire.level_num"),
		attr("logfire.metrics"), attr("logfire.pending_parent_id"),
	}
)

// streamedName begins the names of spans that come when a stream has ended. The request's own has ended when the stream
// began.
const streamedName = "streaming response from "

// details keeps the finished message. It is no name: the span's own, a template, is the same for all calls of one kind,
// and LangSmith finds and compares runs by that.
func (logfire) details(v *view, f *Fields) {
	f.Pending = v.text(kLogfireSpanType) == "pending_span"
	f.Streamed = strings.HasPrefix(v.Name(), streamedName) && strings.HasPrefix(v.Scope.Name(), "logfire.")
	if v.has(kLogfireMsg) {
		f.meta("logfire.msg", scalar(v.values[kLogfireMsg], maxPlainText))
	}
	if v.kind == run.LLM {
		v.requestParams(f, v.raw(kRequestData))
	}
	offered := v.raw(kModelRequest)
	v.setTools(f, joinLists(member(offered, "function_tools"), member(offered, "output_tools")))
}

func (logfire) usage(v *view, c *counts) {
	raw := v.raw(kRawUsage)
	if raw == "" {
		raw = member(v.raw(kResponseData), "usage")
	}
	if !c.counted() {
		fillRaw(&c.input, raw, "input_tokens", "prompt_tokens")
		fillRaw(&c.output, raw, "output_tokens", "completion_tokens")
	}
	fillRaw(&c.cacheRead, raw, "cache_read_input_tokens")
	fillRaw(&c.cacheCreation, raw, "cache_creation_input_tokens")
	c.openAIDetails(raw)
}

func (logfire) inputs(b []byte, v *view) []byte {
	switch {
	case v.has(kToolArgsOld):
		return v.inputAt(b, kToolArgsOld)
	case v.has(kAllMessages):
		asked, _ := cutAnswer(v.raw(kAllMessages))
		return appendMessages(b, v.system(), asked)
	case v.has(kEventList) || v.has(kAllMessagesOld):
		if b = appendLogfireEvents(b, v.raw(kEventList, kAllMessagesOld), false); len(b) > 0 {
			return b
		}
	}
	request := v.raw(kRequestData)
	if messages := member(request, "messages"); v.kind == run.LLM && messages != "" {
		return appendMessages(b, member(request, "system"), messages)
	}
	for _, s := range [...]slot{kRequestData, kRawInput, kRequest} {
		if v.has(s) {
			return v.inputAt(b, s)
		}
	}
	return b
}

func (logfire) outputs(b []byte, v *view) []byte {
	switch {
	case v.has(kToolResponseOld):
		return v.outputAt(b, kToolResponseOld)
	case v.has(kFinalResult):
		return v.outputAt(b, kFinalResult)
	case v.has(kAllMessages):
		_, answer := cutAnswer(v.raw(kAllMessages))
		return appendMessages(b, "", answer)
	case v.has(kEventList):
		if b = appendLogfireEvents(b, v.raw(kEventList), true); len(b) > 0 {
			return b
		}
	}
	response := v.raw(kResponseData)
	if m := member(response, "message"); isObject(m) && v.kind == run.LLM {
		return appendMessages(b, "", m)
	}
	if text := member(response, "combined_chunk_content", "text"); isString(text) {
		return append(append(append(b, `{"messages":[{"role":"assistant","content":`...), text...), "}]}"...)
	}
	if response != "" && v.kind == run.Embedding {
		return b
	}
	for _, s := range [...]slot{kResponseData, kResponse} {
		if v.has(s) {
			return v.outputAt(b, s)
		}
	}
	return b
}

// cutAnswer splits a conversation into what was said before and the assistant's last message, if it ends with one.
func cutAnswer(list string) (asked, answer string) {
	last := ""
	for item := range elements(list) {
		last = item
	}
	if memberText(last, "role") != "assistant" || !isArray(list) {
		return list, ""
	}
	return list[:strings.LastIndex(list, last)] + "]", last
}

// joinLists makes one JSON list of two.
func joinLists(a, b string) string {
	if !isArray(a) || length(a) == 0 {
		return b
	}
	if !isArray(b) || length(b) == 0 {
		return a
	}
	return a[:len(a)-1] + "," + b[1:]
}

// appendLogfireEvents appends the messages of a list of events: the choices or, where there are none, a last message
// of the assistant are the output; everything else is the input.
func appendLogfireEvents(b []byte, list string, output bool) []byte {
	start := len(b)
	b = append(b, `{"messages":[`...)
	empty := len(b)
	i, last, choices := 0, length(list)-1, hasChoice(list)
	for item := range elements(list) {
		isOutput := memberText(item, "event.name") == "gen_ai.choice" ||
			!choices && i == last && memberText(item, "role") == "assistant"
		if isOutput == output {
			if m := member(item, "message"); isObject(m) {
				item = m
			}
			b = appendLogfireEvent(b, item)
		}
		i++
	}
	if len(b) == empty {
		return b[:start]
	}
	return append(b, "]}"...)
}

func hasChoice(list string) bool {
	for item := range elements(list) {
		if memberText(item, "event.name") == "gen_ai.choice" {
			return true
		}
	}
	return false
}

func appendLogfireEvent(b []byte, item string) []byte {
	var m message
	m.read(item)
	if id := member(item, "id"); m.role == "tool" {
		m.callID = id
	}
	if len(m.parts) == 0 && len(m.calls) == 0 {
		return b
	}
	return m.append(b)
}
