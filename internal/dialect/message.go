// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"slices"
	"strings"
	"sync"
)

// Chat messages of every library are brought into the shape of OpenAI's chat completions, which LangSmith renders:
// content as a text or a list of blocks, tool calls beside it, each tool result a message of its own. Pieces stay raw
// JSON all the way.

// message is one chat message while it is being read.
type message struct {
	role, name string // unquoted
	callID     string // raw
	parts      []part
	calls      []part
}

// part is one piece of a message's content. Its values are raw JSON.
type part struct {
	kind partKind
	text string // text, reasoning or whole block, raw

	id, name, args string // of a tool call
	result         string // of a tool's answer
	failed         bool   // the tool
}

type partKind uint8

const (
	textPart partKind = iota
	reasoningPart
	callPart
	resultPart
	blockPart // anything else, in its final form
)

// appendMessages appends {"messages":[…]} made of a JSON list of messages of any library, or one message. The system
// prompt, raw or a plain text, leads unless the messages bring one of their own.
func appendMessages(b []byte, system, raw string) []byte {
	start := len(b)
	b = append(b, `{"messages":[`...)
	empty := len(b)
	b = appendEach(b, raw)
	if system != "" && !startsWithSystem(string(b[empty:])) {
		tail := string(b[empty:])
		b = appendSystem(b[:empty], system)
		if tail != "" {
			b = append(append(b, ','), tail...)
		}
	}
	if len(b) == empty {
		return b[:start]
	}
	return append(b, "]}"...)
}

func appendEach(b []byte, raw string) []byte {
	if !isArray(raw) {
		return appendMessage(b, raw)
	}
	for item := range elements(raw) {
		if isArray(item) { // a batch of conversations, as LangChain runs them
			b = appendEach(b, item)
			continue
		}
		b = appendMessage(b, item)
	}
	return b
}

func startsWithSystem(list string) bool {
	return strings.HasPrefix(list, `{"role":"system"`) || strings.HasPrefix(list, `{"role":"developer"`) ||
		strings.HasPrefix(list, `{"role": "system"`)
}

// appendSystem reads a system prompt: a text, quoted or not, a list of parts, or a whole message.
func appendSystem(b []byte, system string) []byte {
	m := message{role: "system"}
	raw := parse(system)
	switch {
	case raw == "":
		m.parts = append(m.parts, part{text: quote(system)})
	case isObject(raw) && member(raw, "parts", "content") != "":
		m.readContent(member(raw, "parts", "content"))
	default:
		m.readContent(raw)
	}
	return m.append(b)
}

// appendMessage appends one message, or several where it carries the answers of tools.
func appendMessage(b []byte, raw string) []byte {
	switch {
	case isString(raw):
		return (&message{role: "user", parts: []part{{text: raw}}}).append(b)
	case !isObject(raw), raw == "{}":
		return b
	case isChatShape(raw):
		return append(appendComma(b), raw...)
	case memberText(raw, "type") == "agent_config_update": // LiveKit notes its own settings among what was said
		return b
	}
	m := messages.Get().(*message)
	defer m.release()
	if member(raw, "role") == "" && isItem(memberText(raw, "type")) {
		m.role = "assistant"
		m.addPart(readPart(raw))
		return m.append(b)
	}
	m.read(raw)
	if len(m.parts) == 0 && len(m.calls) == 0 {
		if m.isEmpty(raw) {
			return b
		}
		m.parts = append(m.parts, part{kind: blockPart, text: raw}) // nobody's message, but somebody's words
	}
	return m.append(b)
}

var messages = sync.Pool{New: func() any { return &message{} }}

// release forgets what has been read, and keeps the memory for the next message.
func (m *message) release() {
	if max(cap(m.parts), cap(m.calls)) > maxKeptParts {
		return
	}
	clear(m.parts)
	clear(m.calls)
	*m = message{parts: m.parts[:0], calls: m.calls[:0]}
	messages.Put(m)
}

// maxKeptParts is more than nearly all messages have.
const maxKeptParts = 64

// areMessages reports whether the first of a list has what only messages and their parts have.
func areMessages(list string) bool {
	for item := range elements(list) {
		return isString(item) || isArray(item) || member(item, "role", "parts", "content", "lc") != "" ||
			isItem(memberText(item, "type"))
	}
	return false
}

// isItem knows the items of OpenAI's Responses API, and of LiveKit's, that stand in the place of messages.
func isItem(kind string) bool {
	switch kind {
	case "function_call", "function_call_output", "reasoning", "tool_call", "tool_result", "agent_handoff",
		"web_search_call", "file_search_call", "image_generation_call", "code_interpreter_call", "mcp_call",
		"computer_call", "computer_call_output", "custom_tool_call", "custom_tool_call_output", "item_reference":
		return true
	}
	return false
}

// isEmpty reports whether raw has nothing to show but its role: such a message must not hide a filled source.
func (m *message) isEmpty(raw string) bool {
	for k, v := range members(raw) {
		switch k {
		case "role", "finish_reason", "name", "id", "type", "event.name", "gen_ai.message.index", "status", "phase":
		default:
			if !isBlank(v) {
				return false
			}
		}
	}
	return true
}

// isChatShape reports whether a message can be shown as it is: OpenAI's shape, or LangChain's serialised one, which
// LangSmith knows well.
func isChatShape(raw string) bool {
	role := false
	for k, v := range members(raw) {
		switch k {
		case "lc":
			return true
		case "role":
			role = isString(v) && chatRoles[unquote(v)]
		case "parts", "toolCalls", "toolCallId", "finish_reason", "data":
			return false
		case "content":
			if isString(v) && callsIn(v) != "" || !isString(v) && v != "null" && !isChatContent(v) {
				return false
			}
		case "tool_calls":
			if !areChatCalls(v) {
				return false
			}
		}
	}
	return role
}

// chatRoles are those that LangSmith renders.
var chatRoles = map[string]bool{
	"system": true, "developer": true, "user": true, "assistant": true, "tool": true, "function": true, "reasoning": true,
}

func isChatContent(raw string) bool {
	if !isArray(raw) {
		return false
	}
	for item := range elements(raw) {
		switch memberText(item, "type") {
		case "text":
			if member(item, "text") == "" {
				return false
			}
		case "image_url", "input_audio":
		default:
			return false
		}
	}
	return true
}

func areChatCalls(raw string) bool {
	for call := range elements(raw) {
		if member(call, "function") == "" {
			return false
		}
	}
	return isArray(raw) || raw == "null"
}

func (m *message) read(raw string) {
	langChain := false
	for k, v := range members(raw) {
		if v == "null" {
			continue
		}
		switch k {
		case "role":
			m.role = chatRole(unquote(v))
		case "name":
			m.name = unquote(v)
		case "parts", "content":
			m.readContent(v)
		case "tool_calls", "toolCalls":
			for call := range elements(v) {
				m.calls = append(m.calls, readCall(call))
			}
		case "tool_call_id", "toolCallId":
			m.callID = v
		case "reasoning", "reasoning_content":
			if isString(v) {
				m.parts = append(m.parts, part{kind: reasoningPart, text: v})
			}
		case "function_call":
			m.calls = append(m.calls, readCall(v))
		case "text", "output_text":
			m.parts = append(m.parts, part{text: v})
		case "additional_kwargs":
			langChain = true
		}
	}
	if langChain && !chatRoles[m.role] { // Langfuse calls a tool's answer by the tool's name
		m.role, m.name = "tool", m.role
	}
	if m.role == "" {
		m.role = "user"
		if len(m.calls) > 0 {
			m.role = "assistant"
		}
	}
}

// chatRole knows the roles of every library in either case. Others, which may be the names of tools, stay.
func chatRole(role string) string {
	switch lower := strings.ToLower(role); {
	case chatRoles[lower]:
		return lower
	case lower == "human":
		return "user"
	case lower == "model", lower == "ai", lower == "chatbot", lower == "bot",
		lower == "unknown": // Logfire does not know the items that a provider's own tools leave
		return "assistant"
	}
	return role
}

// readContent reads a message's content: a text, a list of parts, or a single part.
func (m *message) readContent(raw string) {
	switch {
	case isString(raw):
		if calls := callsIn(raw); calls != "" {
			m.readContent(calls)
			return
		}
		m.parts = append(m.parts, part{text: raw})
	case isArray(raw):
		for item := range elements(raw) {
			m.readContent(item)
		}
	case isObject(raw):
		m.addPart(readPart(raw))
	case raw != "null" && raw != "":
		m.parts = append(m.parts, part{kind: blockPart, text: raw})
	}
}

// callsIn returns the calls of tools that Langtrace writes where the words of an answer would stand, as JSON in a text.
func callsIn(quoted string) string {
	if !strings.HasPrefix(quoted, `"[{\"`) || !strings.Contains(quoted, `\"function\"`) {
		return ""
	}
	list := parse(unquote(quoted))
	for call := range elements(list) {
		if memberText(call, "type") != "function" || member(member(call, "function"), "arguments") == "" {
			return ""
		}
	}
	return list
}

func (m *message) addPart(p part) {
	switch {
	case p.kind == callPart:
		m.calls = append(m.calls, p)
	case p != part{}:
		m.parts = append(m.parts, p)
	}
}

// append writes the message behind what stands in b already. Answers of tools become messages of their own: behind the
// calls and before the text of an assistant that tells a whole conversation in one message, or else before the rest.
func (m *message) append(b []byte) []byte {
	results, rest := m.split()
	if len(results) > 0 && m.role == "assistant" && len(m.calls) > 0 {
		b = (&message{role: m.role, name: m.name, calls: m.calls}).append(b)
		m.calls = nil
	}
	for _, p := range results {
		b = appendToolMessage(b, p)
	}
	if len(rest) == 0 && len(m.calls) == 0 && len(results) > 0 {
		return b
	}
	m.parts = rest
	b = append(appendComma(b), '{')
	b = appendString(appendName(b, "role"), m.role)
	if m.name != "" {
		b = appendString(appendName(b, "name"), m.name)
	}
	if m.callID != "" {
		b = append(appendName(b, "tool_call_id"), m.callID...)
	}
	b = m.appendContent(appendName(b, "content"))
	b = m.appendCalls(b)
	return append(b, '}')
}

// split tells the answers of tools from the rest. Nearly no message has any.
func (m *message) split() (results, rest []part) {
	if !slices.ContainsFunc(m.parts, func(p part) bool { return p.kind == resultPart }) {
		return nil, m.parts
	}
	for _, p := range m.parts {
		if p.kind == resultPart {
			results = append(results, p)
		} else {
			rest = append(rest, p)
		}
	}
	return results, rest
}

func (m *message) appendContent(b []byte) []byte {
	switch {
	case len(m.parts) == 0:
		return append(b, "null"...)
	case len(m.parts) == 1 && m.parts[0].kind == textPart:
		return append(b, m.parts[0].text...)
	}
	b = append(b, '[')
	for _, p := range m.parts {
		b = appendComma(b)
		switch p.kind {
		case textPart:
			b = append(append(append(b, `{"type":"text","text":`...), p.text...), '}')
		case reasoningPart:
			b = append(append(append(b, `{"type":"reasoning","reasoning":`...), p.text...), '}')
		default:
			b = append(b, p.text...)
		}
	}
	return append(b, ']')
}

func (m *message) appendCalls(b []byte) []byte {
	if len(m.calls) == 0 {
		return b
	}
	b = append(appendName(b, "tool_calls"), '[')
	for _, c := range m.calls {
		b = append(appendComma(b), '{')
		if c.id != "" {
			b = append(appendName(b, "id"), c.id...)
		}
		b = append(b, sep(b)...)
		b = append(b, `"type":"function","function":{"name":`...)
		b = append(b, orEmpty(c.name)...)
		b = append(b, `,"arguments":`...)
		b = appendQuoted(b, c.args)
		b = append(b, "}}"...)
	}
	return append(b, ']')
}

func sep(b []byte) string {
	if b[len(b)-1] == '{' {
		return ""
	}
	return ","
}

func orEmpty(raw string) string {
	if raw == "" {
		return `""`
	}
	return raw
}

// appendQuoted appends raw as a JSON text: OpenAI's arguments and tool answers are texts that hold JSON.
func appendQuoted(b []byte, raw string) []byte {
	switch {
	case raw == "":
		return append(b, `"{}"`...)
	case isString(raw):
		return append(b, raw...)
	}
	return appendString(b, raw)
}

func appendToolMessage(b []byte, p part) []byte {
	b = append(appendComma(b), `{"role":"tool"`...)
	if p.id != "" {
		b = append(appendName(b, "tool_call_id"), p.id...)
	}
	if p.name != "" {
		b = append(appendName(b, "name"), p.name...)
	}
	if p.failed { // as LangChain's messages say it
		b = append(appendName(b, "status"), `"error"`...)
	}
	b = appendName(b, "content")
	if isChatContent(p.result) {
		b = append(b, p.result...)
	} else {
		b = appendQuoted(b, orEmpty(p.result))
	}
	return append(b, '}')
}
