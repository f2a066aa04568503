// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// genAIIndexed is OpenLLMetry's flattened messages, gen_ai.prompt.N and gen_ai.completion.N, which LiteLLM writes too.
type genAIIndexed struct{ silent }

func (genAIIndexed) inputs(b []byte, v *view) []byte {
	return v.appendIndexedMessages(b, promptMessages, "user")
}

func (genAIIndexed) outputs(b []byte, v *view) []byte {
	return v.appendIndexedMessages(b, completionMessages, "assistant")
}

// appendIndexedMessages appends {"messages":[…]} of a flattened list. Messages without a role get the one given.
func (v *view) appendIndexedMessages(b []byte, l list, role string) []byte {
	entries := v.items(l)
	if len(entries) == 0 {
		return b
	}
	start := len(b)
	b = append(b, `{"messages":[`...)
	empty := len(b)
	groups(entries, func(item []indexed) {
		m := message{role: role}
		m.readIndexed(v, item)
		if len(m.parts) > 0 || len(m.calls) > 0 {
			b = m.append(b)
		}
	})
	if len(b) == empty {
		return b[:start]
	}
	return append(b, "]}"...)
}

// readIndexed reads the attributes of one message. Blocks that repeat a tool call are left out where the call stands
// beside them already.
func (m *message) readIndexed(v *view, entries []indexed) {
	for len(entries) > 0 {
		end := 1
		for end < len(entries) && entries[end].before == entries[0].before && entries[end].m == entries[0].m {
			end++
		}
		switch strings.TrimPrefix(entries[0].before, "message.") {
		case "tool_calls":
			m.calls = append(m.calls, indexedCall(entries[:end]))
		case "contents":
			m.readIndexedBlock(entries[:end])
		default:
			for _, e := range entries[:end] {
				m.readIndexedField(v, strings.TrimPrefix(e.before, "message."), e.value)
			}
		}
		entries = entries[end:]
	}
}

func (m *message) readIndexedField(v *view, name string, value pcommon.Value) {
	switch name {
	case "role":
		if m.callID == "" { // Anthropic's answers of tools come in the user's name
			m.role = chatRole(scalarText(value))
		}
	case "name":
		m.name = scalarText(value)
	case "tool_call_id":
		m.role, m.callID = "tool", string(appendString(nil, scalarText(value)))
	case "content":
		v.readEventContent(m, value)
	case "reasoning", "reasoning_content":
		m.parts = append(m.parts, part{kind: reasoningPart, text: string(appendString(nil, scalarText(value)))})
	case "function_call.name", "function_call_name":
		m.functionCall().name = string(appendString(nil, scalarText(value)))
	case "function_call.arguments", "function_call_arguments_json":
		m.functionCall().args = string(appendString(nil, scalarText(value)))
	}
}

// functionCall returns the one call of the API before tool calls.
func (m *message) functionCall() *part {
	if len(m.calls) == 0 {
		m.calls = append(m.calls, part{kind: callPart})
	}
	return &m.calls[len(m.calls)-1]
}

func indexedCall(entries []indexed) part {
	p := part{kind: callPart}
	for _, e := range entries {
		quoted := string(appendString(nil, scalarText(e.value)))
		name := strings.TrimPrefix(strings.TrimPrefix(e.after, "tool_call."), "function.")
		switch name {
		case "id":
			p.id = quoted
		case "name":
			p.name = quoted
		case "arguments":
			p.args = quoted
			if t := e.value.Type(); t == pcommon.ValueTypeMap || t == pcommon.ValueTypeSlice {
				p.args = string(appendAny(nil, e.value, 0))
			}
		}
	}
	return p
}

// readIndexedBlock reads one block of OpenInference's message contents.
func (m *message) readIndexedBlock(entries []indexed) {
	kind, body, image := "", "", ""
	for _, e := range entries {
		switch strings.TrimPrefix(e.after, "message_content.") {
		case "type":
			kind = scalarText(e.value)
		case "text":
			body = scalarText(e.value)
		case "image.image.url":
			image = scalarText(e.value)
		}
	}
	quoted := string(appendString(nil, body))
	switch {
	case image != "":
		url := string(appendString(nil, image))
		m.parts = append(m.parts, part{kind: blockPart, text: `{"type":"image_url","image_url":{"url":` + url + `}}`})
	case kind == "tool_use": // stands under tool_calls too
	case kind == "reasoning":
		m.parts = append(m.parts, part{kind: reasoningPart, text: quoted})
	default:
		m.parts = append(m.parts, part{text: quoted})
	}
}
