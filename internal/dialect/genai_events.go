// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// genAIEvents is the GenAI conventions 1.28 to 1.36, and Semantic Kernel's and Strands' use of them: a span event for
// each message. The assistant's and the tools' messages are history; only a choice is an answer.
type genAIEvents struct{ silent }

func (genAIEvents) inputs(b []byte, v *view) []byte {
	if v.kind == run.Tool {
		for _, e := range v.messages {
			if content, ok := e.Attributes().Get("content"); ok && !isEmpty(content) {
				return v.appendInput(b, content)
			}
		}
		return b
	}
	return v.appendEvents(b, v.system(), v.inOrder(v.messages))
}

func (genAIEvents) outputs(b []byte, v *view) []byte {
	if v.kind == run.Tool {
		for _, e := range v.choices {
			if answer, ok := e.Attributes().Get("message"); ok && !isEmpty(answer) {
				return v.appendOutput(b, answer)
			}
		}
		return b
	}
	return v.appendEvents(b, "", v.choices)
}

// appendEvents appends the messages of events. The system prompt leads unless one of them is it.
func (v *view) appendEvents(b []byte, system string, events []ptrace.SpanEvent) []byte {
	start := len(b)
	b = append(b, `{"messages":[`...)
	if len(events) > 0 && system != "" && events[0].Name() != "gen_ai.system.message" {
		b = appendSystem(b, system)
	}
	empty := len(b)
	for _, e := range events {
		b = v.appendEvent(b, e)
	}
	if len(b) == empty {
		return b[:start]
	}
	return append(b, "]}"...)
}

// appendEvent reads a message that is spread over an event's attributes, or stands as JSON in one of them.
func (v *view) appendEvent(b []byte, e ptrace.SpanEvent) []byte {
	m := message{role: roleOfEvent(e.Name())}
	if whole, ok := e.Attributes().Get("gen_ai.event.content"); ok { // Semantic Kernel, Azure
		raw := v.rawOf(whole)
		if inner := member(raw, "message"); isObject(inner) {
			raw = inner
		}
		m.read(raw)
		if m.role == "tool" && m.callID == "" {
			m.callID = member(raw, "id")
		}
	}
	for k, value := range e.Attributes().All() {
		if !isEmpty(value) {
			v.readEventAttribute(&m, k, value)
		}
	}
	if len(m.parts) == 0 && len(m.calls) == 0 {
		return b
	}
	return m.append(b)
}

// finishOfChoice keeps why the model stopped where only the event of its answer says so.
func (v *view) finishOfChoice(f *Fields) {
	for _, e := range v.choices {
		if reason := attribute(e.Attributes(), "finish_reason"); !isBlank(reason) {
			f.meta("stop_reason", run.Str(reason))
			return
		}
	}
}

func (v *view) readEventAttribute(m *message, k string, value pcommon.Value) {
	switch strings.TrimPrefix(k, "message.") {
	case "role":
		m.role = chatRole(scalarText(value))
	case "name":
		m.name = scalarText(value)
	case "id":
		if m.role == "tool" {
			m.callID = quote(scalarText(value))
		}
	case "tool_calls":
		for call := range elements(v.rawOf(value)) {
			m.calls = append(m.calls, readCall(call))
		}
	case "content", "tool.result":
		v.readEventContent(m, value)
	case "message":
		if raw := v.rawOf(value); isObject(raw) && member(raw, "role", "content", "tool_calls") != "" {
			m.read(raw)
			return
		}
		v.readEventContent(m, value)
	}
}

// readEventContent takes blocks apart and leaves every other JSON as the text that it is.
func (v *view) readEventContent(m *message, value pcommon.Value) {
	raw := v.rawOf(value)
	switch {
	case isBlocks(raw):
		m.readContent(raw)
	case raw != "" && value.Type() != pcommon.ValueTypeStr:
		m.parts = append(m.parts, part{text: quote(raw)})
	default:
		m.parts = append(m.parts, part{text: quote(scalarText(value))})
	}
}

// isBlocks reports whether raw is a list of content blocks, of Anthropic's, OpenAI's or Bedrock's kind.
func isBlocks(raw string) bool {
	for item := range elements(raw) {
		return isObject(item) && member(item, "type", "text", "toolUse", "toolResult", "reasoningContent", "image") != ""
	}
	return false
}

func roleOfEvent(name string) string {
	if name == "gen_ai.choice" {
		return "assistant"
	}
	return strings.TrimSuffix(strings.TrimPrefix(name, "gen_ai."), ".message")
}
