// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

type (
	object = map[string]any
	list   = []any
)

// said is a message of a conversation, before any library writes it down.
type said struct {
	role, text string
	calls      []called
	answers    string // the id of the call that a tool's message answers
}

type called struct{ id, tool, arguments string }

// conversations each end with what the model said.
var conversations = map[string][]said{
	"plain": {{role: "user", text: "Hi"}, {role: "assistant", text: "Hello"}},
	"with a system prompt and many lines": {
		{role: "system", text: "Be brief.\nBe \"kind\"."},
		{role: "user", text: "Größe? \U0001F600 <b>&amp;</b>"},
		{role: "assistant", text: "{not JSON"},
	},
	"that calls a tool": {
		{role: "user", text: "Weather in Paris?"},
		{role: "assistant", calls: []called{{"call_1", "get_weather", `{"city":"Paris","days":[1,2]}`}}},
	},
	"with tools called at once": {
		{role: "system", text: "You plan trips."},
		{role: "user", text: "Weather and rate?"},
		{role: "assistant", text: "Let me see.", calls: []called{
			{"call_1", "get_weather", `{"city":"Paris"}`}, {"call_2", "get_rate", `{"from":"EUR","amount":120.5}`},
		}},
		{role: "tool", answers: "call_1", text: `{"temp_c":21}`},
		{role: "tool", answers: "call_2", text: `{"usd":130.4}`},
		{role: "assistant", text: "21 degrees, 130.4 USD."},
	},
}

// dialects write a conversation as a library does; the last message is the answer.
var dialects = map[string]func(w writer, asked []said, answer said){
	"conventions, JSON": func(w writer, asked []said, answer said) {
		w.put(object{
			"gen_ai.operation.name": "chat", "gen_ai.input.messages": asJSON(each(asked, inParts)),
			"gen_ai.output.messages": asJSON(list{inParts(answer)}),
		})
	},
	"conventions, structured": func(w writer, asked []said, answer said) {
		w.put(object{
			"gen_ai.operation.name": "chat", "gen_ai.input.messages": each(asked, inParts),
			"gen_ai.output.messages": list{inParts(answer)},
		})
	},
	"conventions, one event": func(w writer, asked []said, answer said) {
		w.put(object{"gen_ai.operation.name": "chat"})
		w.event("gen_ai.client.inference.operation.details", object{
			"gen_ai.input.messages": each(asked, inParts), "gen_ai.output.messages": list{inParts(answer)},
		})
	},
	"conventions, an event each": func(w writer, asked []said, answer said) {
		w.put(object{"gen_ai.operation.name": "chat"})
		w.event("gen_ai.client.inference.operation.details", object{"gen_ai.output.messages": asJSON(list{inParts(answer)})})
		w.event("gen_ai.client.inference.operation.details", object{"gen_ai.input.messages": asJSON(each(asked, inParts))})
	},
	"conventions, results of tools by the user": func(w writer, asked []said, answer said) {
		in := each(asked, inParts)
		for _, m := range in {
			if m := m.(object); m["role"] == "tool" {
				m["role"] = "user"
			}
		}
		w.put(object{
			"gen_ai.operation.name": "chat", "gen_ai.input.messages": asJSON(in),
			"gen_ai.output.messages": asJSON(list{inParts(answer)}),
		})
	},
	"conventions, a provider's messages": func(w writer, asked []said, answer said) {
		w.put(object{
			"gen_ai.operation.name": "chat", "gen_ai.input.messages": asJSON(each(asked, inChat)),
			"gen_ai.output.messages": asJSON(list{inChat(answer)}),
		})
	},
	"conventions, system instructions apart": func(w writer, asked []said, answer said) {
		a := object{"gen_ai.operation.name": "chat", "gen_ai.output.messages": asJSON(list{inParts(answer)})}
		if asked[0].role == "system" {
			a["gen_ai.system_instructions"] = asJSON(list{object{"type": "text", "content": asked[0].text}})
			asked = asked[1:]
		}
		a["gen_ai.input.messages"] = asJSON(each(asked, inParts))
		w.put(a)
	},
	"conventions 1.36, events": func(w writer, asked []said, answer said) {
		w.put(object{"gen_ai.operation.name": "chat", "gen_ai.system": "openai"})
		for _, m := range asked {
			w.event("gen_ai."+m.role+".message", inEventOf(m))
		}
		w.event("gen_ai.choice", object{
			"index": 0, "finish_reason": "stop", "message": asJSON(inChat(answer)),
		})
	},
	"conventions 1.36, structured events": func(w writer, asked []said, answer said) {
		w.put(object{"gen_ai.operation.name": "chat", "gen_ai.system": "openai"})
		for _, m := range asked {
			attributes := inEventOf(m)
			if m.calls != nil {
				attributes["tool_calls"] = inChat(m)["tool_calls"]
			}
			w.event("gen_ai."+m.role+".message", attributes)
		}
		w.event("gen_ai.choice", object{"index": 0, "finish_reason": "stop", "message": inChat(answer)})
	},
	"Semantic Kernel, events": func(w writer, asked []said, answer said) {
		w.put(object{"gen_ai.operation.name": "chat.completions", "gen_ai.system": "openai"})
		for _, m := range asked {
			w.event("gen_ai."+m.role+".message", object{"gen_ai.event.content": asJSON(inChat(m))})
		}
		w.event("gen_ai.choice", object{"gen_ai.event.content": asJSON(object{"index": 0, "message": inChat(answer)})})
	},
	"conventions 1.27, content events": func(w writer, asked []said, answer said) {
		w.put(object{"gen_ai.operation.name": "chat", "gen_ai.system": "openai"})
		w.event("gen_ai.content.prompt", object{"gen_ai.prompt": asJSON(each(asked, inChat))})
		w.event("gen_ai.content.completion", object{"gen_ai.completion": asJSON(list{inChat(answer)})})
	},
	"Traceloop": func(w writer, asked []said, answer said) {
		a := object{"llm.request.type": "chat", "gen_ai.system": "OpenAI"}
		for i, m := range asked {
			flatten(a, fmt.Sprintf("gen_ai.prompt.%d.", i), m)
		}
		flatten(a, "gen_ai.completion.0.", answer)
		w.put(a)
	},
	"Traceloop, Anthropic's blocks": func(w writer, asked []said, answer said) {
		a := object{"llm.request.type": "completion", "gen_ai.system": "Anthropic"}
		for i, m := range asked {
			b := inBlocks(m)
			a[fmt.Sprintf("gen_ai.prompt.%d.role", i)] = b["role"]
			a[fmt.Sprintf("gen_ai.prompt.%d.content", i)] = asJSON(b["content"])
		}
		flatten(a, "gen_ai.completion.0.", answer)
		w.put(a)
	},
	"OpenInference": func(w writer, asked []said, answer said) {
		a := object{"openinference.span.kind": "LLM", "input.value": "x", "output.value": "y"}
		for i, m := range asked {
			openInferenceMessage(a, fmt.Sprintf("llm.input_messages.%d.message.", i), m, false)
		}
		openInferenceMessage(a, "llm.output_messages.0.message.", answer, false)
		w.put(a)
	},
	"OpenInference, contents": func(w writer, asked []said, answer said) {
		a := object{"openinference.span.kind": "LLM"}
		for i, m := range asked {
			openInferenceMessage(a, fmt.Sprintf("llm.input_messages.%d.message.", i), m, true)
		}
		openInferenceMessage(a, "llm.output_messages.0.message.", answer, true)
		w.put(a)
	},
	"OpenInference, values alone": func(w writer, asked []said, answer said) {
		w.put(object{
			"openinference.span.kind": "LLM", "input.value": asJSON(object{"messages": each(asked, inChat)}),
			"output.value": asJSON(object{"choices": list{object{"index": 0, "message": inChat(answer)}}}),
		})
	},
	"AI SDK": func(w writer, asked []said, answer said) {
		w.put(object{
			"ai.operationId": "ai.generateText.doGenerate", "ai.prompt.messages": asJSON(each(asked, inModelMessage)),
			"ai.response.text": answer.text,
		})
		if answer.calls != nil {
			w.put(object{"ai.response.toolCalls": asJSON(eachCall(answer, func(c called) any {
				return object{"toolCallId": c.id, "toolName": c.tool, "input": c.arguments}
			}))})
		}
	},
	"Langfuse": func(w writer, asked []said, answer said) {
		w.put(object{
			"langfuse.observation.type": "generation", "langfuse.observation.input": asJSON(each(asked, inChat)),
			"langfuse.observation.output": asJSON(inChat(answer)),
		})
	},
	"LangSmith": func(w writer, asked []said, answer said) {
		w.put(object{
			"langsmith.span.kind": "llm", "gen_ai.prompt": asJSON(object{"messages": each(asked, inChat)}),
			"gen_ai.completion": asJSON(object{"choices": list{object{"message": inChat(answer)}}}),
		})
	},
	"MLflow": func(w writer, asked []said, answer said) {
		w.put(object{
			"mlflow.spanType": `"CHAT_MODEL"`, "mlflow.spanInputs": asJSON(object{"messages": each(asked, inChat)}),
			"mlflow.spanOutputs": asJSON(object{"choices": list{object{"message": inChat(answer)}}}),
		})
	},
	"ADK": func(w writer, asked []said, answer said) {
		request := object{"contents": list{}}
		if asked[0].role == "system" {
			request["config"] = object{"systemInstruction": asked[0].text}
			asked = asked[1:]
		}
		request["contents"] = each(asked, inGemini)
		w.put(object{
			"gen_ai.system": "gcp.vertex.agent", "gcp.vertex.agent.llm_request": asJSON(request),
			"gcp.vertex.agent.llm_response": asJSON(object{"content": inGemini(answer)}),
		})
	},
	"Genkit": func(w writer, asked []said, answer said) {
		w.put(object{
			"genkit:type": "action", "genkit:metadata:subtype": "model",
			"genkit:input":  asJSON(object{"messages": each(asked, inGenkit)}),
			"genkit:output": asJSON(object{"message": inGenkit(answer), "finishReason": "stop"}),
		})
	},
	"Strands, Bedrock's blocks": func(w writer, asked []said, answer said) {
		w.put(object{"gen_ai.operation.name": "chat", "gen_ai.system": "strands-agents"})
		for _, m := range asked {
			w.event("gen_ai."+m.role+".message", object{"content": asJSON(bedrockBlocks(m))})
		}
		w.event("gen_ai.choice", object{"finish_reason": "end_turn", "message": asJSON(bedrockBlocks(answer))})
	},
	"Pydantic AI 1": func(w writer, asked []said, answer said) {
		events := list{}
		for _, m := range asked {
			e := inChat(m)
			e["event.name"] = "gen_ai." + m.role + ".message"
			if m.answers != "" {
				e["id"] = m.answers
			}
			events = append(events, e)
		}
		events = append(events, object{"event.name": "gen_ai.choice", "index": 0, "message": inChat(answer)})
		w.put(object{"gen_ai.operation.name": "chat", "events": asJSON(events), "logfire.msg": "chat gpt-4o"})
	},
	"Logfire": func(w writer, asked []said, answer said) {
		w.put(object{
			"logfire.msg": "Chat Completion with 'gpt-4o'", "logfire.msg_template": "Chat Completion with {request_data[model]!r}",
			"request_data":  asJSON(object{"model": "gpt-4o", "messages": each(asked, inChat)}),
			"response_data": asJSON(object{"message": inChat(answer)}),
			"gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o",
		})
	},
	"Laminar, LangWatch": func(w writer, asked []said, answer said) {
		w.put(object{
			"langwatch.span.type": "llm", "langwatch.input": asJSON(object{"type": "chat_messages", "value": each(asked, inChat)}),
			"langwatch.output": asJSON(object{"type": "chat_messages", "value": list{inChat(answer)}}),
		})
	},
}

// TestMap_oneConversationInEveryDialect writes the same conversation in each vocabulary, and reads the same messages.
func TestMap_oneConversationInEveryDialect(t *testing.T) {
	for title, messages := range conversations {
		for name, write := range dialects {
			t.Run(name+"/"+title, func(t *testing.T) {
				td := ptrace.NewTraces()
				span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
				span.SetTraceID([16]byte{1})
				span.SetSpanID([8]byte{1})
				asked, answer := messages[:len(messages)-1], messages[len(messages)-1]
				write(writer{t, span}, asked, answer)
				r := runsBySpan(td)["0100000000000000"]
				assert.Equal(t, run.LLM, r.Kind)
				assert.Equal(t, readBack(t, asked), readMessages(t, r.Inputs), "%s", r.Inputs)
				assert.Equal(t, readBack(t, []said{answer}), readMessages(t, r.Outputs), "%s", r.Outputs)
			})
		}
	}
}

// readBack is what a reader of the run shall see: texts and calls, with the arguments decoded.
func readBack(t *testing.T, messages []said) []string {
	t.Helper()
	var lines []string
	for _, m := range messages {
		line := m.role + " " + m.answers + ": " + m.text
		for _, c := range m.calls {
			line += fmt.Sprintf(" -> %s %s%v", c.id, c.tool, decodedJSON(t, c.arguments))
		}
		lines = append(lines, line)
	}
	return lines
}

// readMessages reads content as LangSmith shows it: messages of the chat API, whose content is a text or blocks of text.
func readMessages(t *testing.T, content []byte) []string {
	t.Helper()
	var c struct {
		Messages []chatMessage
		Choices  []struct{ Message chatMessage }
	}
	require.NoError(t, json.Unmarshal(content, &c), "%s", content)
	for _, choice := range c.Choices {
		c.Messages = append(c.Messages, choice.Message)
	}
	var lines []string
	for _, m := range c.Messages {
		line := m.Role + " " + m.CallID + ": " + m.text(t)
		for _, call := range m.Calls {
			line += fmt.Sprintf(" -> %s %s%v", call.ID, call.Function.Name, decodedJSON(t, call.Function.Arguments))
		}
		lines = append(lines, line)
	}
	return lines
}

type chatMessage struct {
	Role    string
	Content any
	CallID  string `json:"tool_call_id"`
	Calls   []struct {
		ID       string
		Function struct{ Name, Arguments string }
	} `json:"tool_calls"`
}

func (m chatMessage) text(t *testing.T) string {
	t.Helper()
	switch c := m.Content.(type) {
	case nil:
		return ""
	case string:
		return c
	case list:
		text := ""
		for _, block := range c {
			b := block.(object)
			require.Equal(t, "text", b["type"], "%v", b)
			text += b["text"].(string)
		}
		return text
	}
	require.Fail(t, "content is neither text nor blocks", "%v", m.Content)
	return ""
}

func decodedJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(text), &v), "%s", text)
	return v
}

// writer writes a span.
type writer struct {
	t *testing.T
	ptrace.Span
}

func (w writer) put(attributes object) {
	w.t.Helper()
	for k, v := range attributes {
		require.NoError(w.t, w.Attributes().PutEmpty(k).FromRaw(v))
	}
}

func (w writer) event(name string, attributes object) {
	w.t.Helper()
	e := w.Events().AppendEmpty()
	e.SetName(name)
	require.NoError(w.t, e.Attributes().FromRaw(attributes))
}

func asJSON(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // to memory, of maps, lists and texts
	return strings.TrimSpace(b.String())
}

func each(messages []said, as func(said) object) list {
	out := list{}
	for _, m := range messages {
		out = append(out, as(m))
	}
	return out
}

func eachCall(m said, as func(called) any) list {
	out := list{}
	for _, c := range m.calls {
		out = append(out, as(c))
	}
	return out
}

func value(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	return v
}

// inParts is a message of the conventions since 1.37.
func inParts(m said) object {
	parts := list{}
	switch {
	case m.answers != "":
		parts = append(parts, object{"type": "tool_call_response", "id": m.answers, "response": m.text})
	case m.text != "":
		parts = append(parts, object{"type": "text", "content": m.text})
	}
	parts = append(parts, eachCall(m, func(c called) any {
		return object{"type": "tool_call", "id": c.id, "name": c.tool, "arguments": value(c.arguments)}
	})...)
	return object{"role": m.role, "parts": parts}
}

// inChat is a message of OpenAI's chat API.
func inChat(m said) object {
	out := object{"role": m.role, "content": m.text}
	if m.answers != "" {
		out["tool_call_id"] = m.answers
	}
	if m.calls != nil {
		out["tool_calls"] = eachCall(m, func(c called) any {
			return object{"id": c.id, "type": "function", "function": object{"name": c.tool, "arguments": c.arguments}}
		})
	}
	return out
}

// inEventOf is a message as the attributes of an event of its own.
func inEventOf(m said) object {
	out := object{"content": m.text}
	if m.answers != "" {
		out["id"] = m.answers
	}
	if m.calls != nil {
		out["tool_calls"] = asJSON(inChat(m)["tool_calls"])
	}
	return out
}

// flatten is a message in Traceloop's attributes.
func flatten(a object, prefix string, m said) {
	a[prefix+"role"] = m.role
	if m.text != "" {
		a[prefix+"content"] = m.text
	}
	if m.answers != "" {
		a[prefix+"tool_call_id"] = m.answers
	}
	for i, c := range m.calls {
		at := fmt.Sprintf("%stool_calls.%d.", prefix, i)
		a[at+"id"], a[at+"name"], a[at+"arguments"] = c.id, c.tool, c.arguments
	}
}

// openInferenceMessage is a message in OpenInference's attributes, its text as one or as contents.
func openInferenceMessage(a object, prefix string, m said, contents bool) {
	a[prefix+"role"] = m.role
	switch {
	case m.text == "":
	case contents:
		a[prefix+"contents.0.message_content.type"] = "text"
		a[prefix+"contents.0.message_content.text"] = m.text
	default:
		a[prefix+"content"] = m.text
	}
	if m.answers != "" {
		a[prefix+"tool_call_id"] = m.answers
	}
	for i, c := range m.calls {
		at := fmt.Sprintf("%stool_calls.%d.tool_call.", prefix, i)
		a[at+"id"], a[at+"function.name"], a[at+"function.arguments"] = c.id, c.tool, c.arguments
	}
}

// inBlocks is a message of Anthropic's API.
func inBlocks(m said) object {
	if m.answers != "" {
		return object{"role": "user", "content": list{object{"type": "tool_result", "tool_use_id": m.answers, "content": m.text}}}
	}
	blocks := list{}
	if m.text != "" {
		blocks = append(blocks, object{"type": "text", "text": m.text})
	}
	return object{"role": m.role, "content": append(blocks, eachCall(m, func(c called) any {
		return object{"type": "tool_use", "id": c.id, "name": c.tool, "input": value(c.arguments)}
	})...)}
}

// inModelMessage is a message of the AI SDK.
func inModelMessage(m said) object {
	switch {
	case m.role == "system":
		return object{"role": "system", "content": m.text}
	case m.answers != "":
		return object{"role": "tool", "content": list{object{
			"type": "tool-result", "toolCallId": m.answers, "toolName": "x", "output": object{"type": "text", "value": m.text},
		}}}
	}
	parts := list{}
	if m.text != "" {
		parts = append(parts, object{"type": "text", "text": m.text})
	}
	return object{"role": m.role, "content": append(parts, eachCall(m, func(c called) any {
		return object{"type": "tool-call", "toolCallId": c.id, "toolName": c.tool, "input": value(c.arguments)}
	})...)}
}

// inGemini is a message of Gemini's API.
func inGemini(m said) object {
	role := m.role
	if role == "assistant" {
		role = "model"
	}
	if m.answers != "" {
		return object{"role": "user", "parts": list{object{"functionResponse": object{
			"id": m.answers, "name": "x", "response": value(m.text),
		}}}}
	}
	parts := list{}
	if m.text != "" {
		parts = append(parts, object{"text": m.text})
	}
	return object{"role": role, "parts": append(parts, eachCall(m, func(c called) any {
		return object{"functionCall": object{"id": c.id, "name": c.tool, "args": value(c.arguments)}}
	})...)}
}

// inGenkit is a message of Genkit's.
func inGenkit(m said) object {
	role := m.role
	if role == "assistant" {
		role = "model"
	}
	if m.answers != "" {
		return object{"role": "tool", "content": list{object{"toolResponse": object{
			"ref": m.answers, "name": "x", "output": m.text,
		}}}}
	}
	parts := list{}
	if m.text != "" {
		parts = append(parts, object{"text": m.text})
	}
	return object{"role": role, "content": append(parts, eachCall(m, func(c called) any {
		return object{"toolRequest": object{"ref": c.id, "name": c.tool, "input": value(c.arguments)}}
	})...)}
}

// bedrockBlocks is the content of a message of Bedrock's Converse API.
func bedrockBlocks(m said) list {
	if m.answers != "" {
		return list{object{"toolResult": object{
			"toolUseId": m.answers, "status": "success", "content": list{object{"text": m.text}},
		}}}
	}
	blocks := list{}
	if m.text != "" {
		blocks = append(blocks, object{"text": m.text})
	}
	return append(blocks, eachCall(m, func(c called) any {
		return object{"toolUse": object{"toolUseId": c.id, "name": c.tool, "input": value(c.arguments)}}
	})...)
}
