// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// genAIIndexed is OpenLLMetry's flattened messages, gen_ai.prompt.N and gen_ai.completion.N, which LiteLLM writes too.
type genAIIndexed struct{ silent }

func (genAIIndexed) inputs(b []byte, v *view) []byte {
	if v.kind == run.Retriever {
		return v.appendRankedMessages(b)
	}
	return v.appendIndexedMessages(b, promptMessages, "user")
}

// appendRankedMessages appends what a reranker was given: the user's message is the query, those of the system are the
// documents.
func (v *view) appendRankedMessages(b []byte) []byte {
	var queries, texts []string
	groups(v.items(promptMessages), func(item []indexed) {
		role, said := "", ""
		for _, e := range item {
			switch e.before {
			case "role":
				role = scalarText(e.value)
			case "content", "user":
				said = scalarText(e.value)
			}
		}
		if role == "system" {
			texts = append(texts, said)
		} else {
			queries = appendFilled(queries, said)
		}
	})
	if len(queries) == 0 {
		return appendTexts(b, "query", texts)
	}
	if b = appendTexts(b, "query", queries); len(texts) == 0 {
		return b
	}
	b = append(appendName(b[:len(b)-len("}")], "documents"), '[')
	for _, said := range texts {
		b = document{content: quote(said)}.append(appendComma(b))
	}
	return append(b, "]}"...)
}

func (genAIIndexed) outputs(b []byte, v *view) []byte {
	if found := v.items(completionMessages); v.kind == run.Retriever && len(found) > 0 {
		return v.appendIndexedDocuments(b, found)
	}
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
	last := message{}
	groups(entries, func(item []indexed) {
		m := message{role: role}
		m.readIndexed(v, item)
		switch {
		case m.isNothing():
			return
		case l == completionMessages && len(last.calls) > 0 && m.isNextCall():
			last.calls = append(last.calls, m.calls...)
			return
		case !last.isNothing():
			b = last.append(b)
		}
		last = m
	})
	if !last.isNothing() {
		b = last.append(b)
	}
	if len(b) == empty {
		return b[:start]
	}
	return append(b, "]}"...)
}

func (m *message) isNothing() bool { return len(m.parts) == 0 && len(m.calls) == 0 }

// isNextCall reports whether m is one of several calls of one answer: LiteLLM numbers calls as if they were answers.
func (m *message) isNextCall() bool {
	return len(m.parts) == 0 && len(m.calls) == 1 && m.calls[0].id == ""
}

// details knows why the model stopped.
func (genAIIndexed) details(v *view, f *Fields) {
	for _, e := range v.items(completionMessages) {
		if e.before == "finish_reason" {
			f.meta("stop_reason", scalar(e.value, maxPlainText))
		}
	}
	if reason := v.label(kStopReasons...); reason != "" {
		f.meta("stop_reason", run.Str(reason))
	}
}

var kStopReasons = []slot{attr("llm.response.finish_reason"), attr("llm.response.stop_reason")}

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
	m.dropRepeats()
}

// dropRepeats leaves out a text that stands both as the content and as one of its blocks.
func (m *message) dropRepeats() {
	if len(m.parts) > 1 && m.parts[0].kind == textPart && slices.Contains(m.parts[1:], m.parts[0]) {
		m.parts = m.parts[1:]
	}
}

func (m *message) readIndexedField(v *view, name string, value pcommon.Value) {
	switch name {
	case "role":
		role := scalarText(value)
		if m.callID == "" && role != "unknown" { // Anthropic's answers of tools come in the user's name
			m.role = chatRole(role)
		}
	case "name":
		m.name = scalarText(value)
	case "tool_call_id":
		m.role, m.callID = "tool", quote(scalarText(value))
	case "content", "user": // OpenLLMetry's Cohere names the text after the role
		v.readEventContent(m, value)
	case "reasoning", "reasoning_content":
		thought := part{kind: reasoningPart, text: quote(scalarText(value))}
		m.parts = slices.Insert(m.parts, 0, thought)
	case "function_call.name", "function_call_name":
		m.functionCall().name = quote(scalarText(value))
	case "function_call.arguments", "function_call_arguments_json":
		m.functionCall().args = quote(scalarText(value))
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
		quoted := quote(scalarText(e.value))
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
	block := indexedBlock{}
	for _, e := range entries {
		block.read(strings.TrimPrefix(e.after, "message_content."), wholeText(e.value))
	}
	quoted := quote(block.text)
	switch {
	case block.image != "":
		url := quote(block.image)
		m.parts = append(m.parts, part{kind: blockPart, text: `{"type":"image_url","image_url":{"url":` + url + `}}`})
	case block.kind == "tool_use": // stands under tool_calls too
	case block.kind == "reasoning" && block.text == "": // encrypted
	case block.kind == "reasoning":
		m.parts = append(m.parts, part{kind: reasoningPart, text: quoted})
	case block.url != "":
		m.parts = append(m.parts, part{kind: blockPart, text: block.media()})
	case block.text != "":
		m.parts = append(m.parts, part{text: quoted})
	}
}

// wholeText is a value as text, where a structure is its JSON.
func wholeText(v pcommon.Value) string {
	if t := v.Type(); t == pcommon.ValueTypeMap || t == pcommon.ValueTypeSlice {
		return string(appendAny(nil, v, 0))
	}
	return scalarText(v)
}

// indexedBlock is the attributes of one block.
type indexedBlock struct{ kind, text, image, url, mime string }

func (b *indexedBlock) read(name, value string) {
	switch {
	case name == "type":
		b.kind = value
	case name == "text":
		b.text = value
	case name == "image.image.url", name == "image": // or what the AI SDK gives, which may be plain base64
		b.image = dataURI("", value)
	case strings.HasSuffix(name, ".url"):
		b.url = value
	case strings.HasSuffix(name, ".mime_type"):
		b.mime = value
	case strings.HasSuffix(name, ".transcript") && b.text == "":
		b.text = value
	}
}

// media writes sound and the like as a block of its own type.
func (b *indexedBlock) media() string {
	raw := appendString([]byte(`{"url":`), b.url)
	if b.text != "" { // of what is said there
		raw = appendString(appendName(raw, "transcript"), b.text)
	}
	data, url := "", b.url
	if strings.HasPrefix(url, "data:") {
		data, url = url, ""
	}
	return otherMedia(string(append(raw, '}')), b.kind, b.mime, url, data).text
}
