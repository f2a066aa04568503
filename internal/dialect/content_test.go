// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import "testing"

func TestRead_currentConventions(t *testing.T) {
	f := func(attributes attrs, w want) {
		t.Helper()
		checkContent(t, newSpan(t, "any", "chat m", attributes), w)
	}
	f(attrs{
		"gen_ai.operation.name":      "chat",
		"gen_ai.system_instructions": `[{"type":"text","content":"Be brief."}]`,
		"gen_ai.input.messages": `[{"role":"user","parts":[{"type":"text","content":"Hi"}]},
			{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},
				{"type":"tool_call","id":"c1","name":"f","arguments":{"a":9007199254740993}}]},
			{"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":{"ok":true}}]}]`,
		"gen_ai.output.messages": `[{"role":"assistant","parts":[{"type":"text","content":"Done"}],"finish_reason":"stop"}]`,
	}, want{
		inputs: `{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},
			{"role":"assistant","content":[{"type":"reasoning","reasoning":"hm"}],
				"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":9007199254740993}"}}]},
			{"role":"tool","tool_call_id":"c1","content":"{\"ok\":true}"}]}`,
		outputs: `{"messages":[{"role":"assistant","content":"Done"}]}`,
	})
	// The same as structured values.
	f(attrs{
		"gen_ai.operation.name": "chat",
		"gen_ai.input.messages": []any{map[string]any{
			"role": "user", "parts": []any{map[string]any{"type": "text", "content": "Hi"}},
		}},
		"gen_ai.output.messages": []any{map[string]any{
			"role":  "assistant",
			"parts": []any{map[string]any{"type": "tool_call", "id": "c", "name": "f", "arguments": "{}"}},
		}},
	}, want{
		inputs: `{"messages":[{"role":"user","content":"Hi"}]}`,
		outputs: `{"messages":[{"role":"assistant","content":null,
			"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}]}`,
	})
	// Gemini's parts have no type, and its model is an assistant.
	f(attrs{
		"gen_ai.operation.name":  "generate_content",
		"gen_ai.input.messages":  `[{"role":"user","parts":[{"text":"Hi"}]}]`,
		"gen_ai.output.messages": `[{"role":"model","parts":[{"functionCall":{"name":"f","args":{"x":1}}}]}]`,
	}, want{
		inputs: `{"messages":[{"role":"user","content":"Hi"}]}`,
		outputs: `{"messages":[{"role":"assistant","content":null,
			"tool_calls":[{"type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]}]}`,
	})
	f(attrs{
		"gen_ai.operation.name":      "execute_tool",
		"gen_ai.tool.call.arguments": `{"city":"Paris"}`,
		"gen_ai.tool.call.result":    "sunny",
	}, want{inputs: `{"city":"Paris"}`, outputs: `{"output":"sunny"}`})
	f(attrs{
		"gen_ai.operation.name":       "retrieval",
		"gen_ai.retrieval.query.text": "refund",
		"gen_ai.retrieval.documents":  `[{"id":"d1","score":0.5,"content":"30 days"}]`,
	}, want{
		inputs:  `{"query":"refund"}`,
		outputs: `{"documents":[{"page_content":"30 days","metadata":{"id":"d1","score":0.5},"type":"Document"}]}`,
	})
}

func TestRead_systemPromptIsNotRepeated(t *testing.T) {
	checkContent(t, newSpan(t, "any", "chat", attrs{
		"gen_ai.operation.name":      "chat",
		"gen_ai.system_instructions": "plain text",
		"gen_ai.input.messages":      `[{"role":"system","content":"own"},{"role":"user","content":"Hi"}]`,
	}), want{inputs: `{"messages":[{"role":"system","content":"own"},{"role":"user","content":"Hi"}]}`})
	checkContent(t, newSpan(t, "any", "chat", attrs{
		"gen_ai.operation.name":      "chat",
		"gen_ai.system_instructions": "plain text",
		"gen_ai.input.messages":      `[{"role":"user","content":"Hi"}]`,
	}), want{inputs: `{"messages":[{"role":"system","content":"plain text"},{"role":"user","content":"Hi"}]}`})
}

func TestRead_detailsEventsAreMerged(t *testing.T) {
	const details = "gen_ai.client.inference.operation.details"
	s := newSpan(t, "strands-agents", "chat", attrs{"gen_ai.operation.name": "chat"})
	addEvent(t, s, details, attrs{"gen_ai.system_instructions": `[{"type":"text","content":"S"}]`})
	addEvent(t, s, details, attrs{"gen_ai.input.messages": `[{"role":"user","parts":[{"type":"text","content":"U"}]}]`})
	addEvent(t, s, details, attrs{"gen_ai.output.messages": `[{"role":"assistant","parts":[{"type":"text","content":"A"}]}]`})
	checkContent(t, s, want{
		inputs:  `{"messages":[{"role":"system","content":"S"},{"role":"user","content":"U"}]}`,
		outputs: `{"messages":[{"role":"assistant","content":"A"}]}`,
	})
}

func TestRead_messageEvents(t *testing.T) {
	s := newSpan(t, "any", "chat", attrs{"gen_ai.operation.name": "chat"})
	addEvent(t, s, "gen_ai.system.message", attrs{"content": "S"})
	addEvent(t, s, "gen_ai.user.message", attrs{"content": `[{"text":"Bedrock block"}]`})
	addEvent(t, s, "gen_ai.assistant.message", attrs{
		"tool_calls": `[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]`,
	})
	addEvent(t, s, "gen_ai.tool.message", attrs{"content": `{"ok":1}`, "id": "c"})
	addEvent(t, s, "gen_ai.choice", attrs{"index": 0, "message": `{"role":"assistant","content":"A"}`})
	checkContent(t, s, want{
		inputs: `{"messages":[{"role":"system","content":"S"},{"role":"user","content":"Bedrock block"},
			{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
			{"role":"tool","tool_call_id":"c","content":"{\"ok\":1}"}]}`,
		outputs: `{"messages":[{"role":"assistant","content":"A"}]}`,
	})

	s = newSpan(t, "Microsoft.SemanticKernel.Diagnostics", "chat", attrs{"gen_ai.operation.name": "chat"})
	addEvent(t, s, "gen_ai.user.message", attrs{"gen_ai.event.content": `{"role":"user","content":"U"}`})
	addEvent(t, s, "gen_ai.choice", attrs{"gen_ai.event.content": `{"index":0,"message":{"role":"assistant","content":"A"}}`})
	checkContent(t, s, want{
		inputs:  `{"messages":[{"role":"user","content":"U"}]}`,
		outputs: `{"messages":[{"role":"assistant","content":"A"}]}`,
	})
}

func TestRead_contentEvents(t *testing.T) {
	s := newSpan(t, "any", "chat", attrs{"gen_ai.operation.name": "chat"})
	addEvent(t, s, "gen_ai.content.prompt", attrs{"gen_ai.prompt": `[{"role":"user","content":"U"}]`})
	addEvent(t, s, "gen_ai.content.completion", attrs{"gen_ai.completion": "A"})
	checkContent(t, s, want{inputs: `{"messages":[{"role":"user","content":"U"}]}`, outputs: `{"output":"A"}`})
}

func TestRead_indexedMessages(t *testing.T) {
	checkContent(t, newSpan(t, "any", "openai.chat", attrs{
		"llm.request.type":                           "chat",
		"gen_ai.prompt.10.role":                      "tool",
		"gen_ai.prompt.10.content":                   "42",
		"gen_ai.prompt.10.tool_call_id":              "c",
		"gen_ai.prompt.2.role":                       "user",
		"gen_ai.prompt.2.content":                    `[{"type":"text","text":"blocks"}]`,
		"gen_ai.completion.0.role":                   "assistant",
		"gen_ai.completion.0.tool_calls.1.name":      "second",
		"gen_ai.completion.0.tool_calls.0.name":      "first",
		"gen_ai.completion.0.tool_calls.0.arguments": `{"a":1}`,
		"gen_ai.prompt.999999999999999999999.role":   "user",
	}), want{
		inputs: `{"messages":[{"role":"user","content":"blocks"},{"role":"tool","tool_call_id":"c","content":"42"}]}`,
		outputs: `{"messages":[{"role":"assistant","content":null,"tool_calls":[
			{"type":"function","function":{"name":"first","arguments":"{\"a\":1}"}},
			{"type":"function","function":{"name":"second","arguments":"{}"}}]}]}`,
	})
}

func TestRead_openInference(t *testing.T) {
	checkContent(t, newSpan(t, "any", "LLM", attrs{
		"openinference.span.kind":           "LLM",
		"input.value":                       `{"model":"m","messages":[]}`,
		"llm.input_messages.0.message.role": "user",
		"llm.input_messages.0.message.contents.0.message_content.type":            "text",
		"llm.input_messages.0.message.contents.0.message_content.text":            "see",
		"llm.input_messages.0.message.contents.1.message_content.type":            "image",
		"llm.input_messages.0.message.contents.1.message_content.image.image.url": "https://example.com/a.png",
		"llm.output_messages.0.message.role":                                      "assistant",
		"llm.output_messages.0.message.content":                                   "A cat",
		"llm.output_messages.0.message.contents.1.message_content.type":           "tool_use",
		"llm.output_messages.0.message.tool_calls.0.tool_call.id":                 "t",
		"llm.output_messages.0.message.tool_calls.0.tool_call.function.name":      "f",
	}), want{
		inputs: `{"messages":[{"role":"user","content":[{"type":"text","text":"see"},
			{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}`,
		outputs: `{"messages":[{"role":"assistant","content":"A cat",
			"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]}]}`,
	})
	checkContent(t, newSpan(t, "any", "search", attrs{
		"openinference.span.kind":                 "RETRIEVER",
		"input.value":                             "refund",
		"retrieval.documents.1.document.content":  "second",
		"retrieval.documents.0.document.content":  "first",
		"retrieval.documents.0.document.score":    0.5,
		"retrieval.documents.0.document.metadata": `{"source":"a.md"}`,
	}), want{
		inputs: `{"query":"refund"}`,
		outputs: `{"documents":[{"page_content":"first","metadata":{"source":"a.md","score":0.5},"type":"Document"},
			{"page_content":"second","metadata":{},"type":"Document"}]}`,
	})
	checkContent(t, newSpan(t, "any", "embed", attrs{
		"openinference.span.kind":                 "EMBEDDING",
		"embedding.embeddings.0.embedding.text":   "a",
		"embedding.embeddings.0.embedding.vector": []any{0.1, 0.2, 0.3},
		"embedding.embeddings.1.embedding.text":   "b",
		"embedding.embeddings.1.embedding.vector": []any{0.1, 0.2, 0.3},
	}), want{inputs: `{"input":["a","b"]}`, outputs: `{"embeddings":2,"dimensions":3}`})
}

func TestRead_traceloopArguments(t *testing.T) {
	f := func(input, wantInputs string) {
		t.Helper()
		checkContent(t, newSpan(t, "any", "x.task", attrs{
			"traceloop.span.kind": "task", "traceloop.entity.input": input, "traceloop.entity.output": `"text"`,
		}), want{inputs: wantInputs, outputs: `{"output":"text"}`})
	}
	f(`{"args":[],"kwargs":{}}`, "")
	f(`{"args":[],"kwargs":{"city":"Paris"}}`, `{"city":"Paris"}`)
	f(`{"args":["Paris"],"kwargs":{}}`, `{"input":"Paris"}`)
	f(`{"args":["{\"city\":\"Paris\"}"]}`, `{"city":"Paris"}`)
	f(`{"args":[1,2],"kwargs":{"a":3}}`, `{"args":[1,2],"kwargs":{"a":3}}`)
	f(`{"inputs":{"q":"x"},"tags":[],"metadata":{},"kwargs":null}`, `{"q":"x"}`)
	f(`plain`, `{"input":"plain"}`)
}

func TestRead_vercel(t *testing.T) {
	checkContent(t, newSpan(t, "ai", "ai.generateText.doGenerate", attrs{
		"ai.operationId": "ai.generateText.doGenerate",
		"ai.prompt.messages": `[{"role":"user","content":[{"type":"text","text":"Hi"},
			{"type":"image","image":"aGk=","mediaType":"image/gif"}]},
			{"role":"assistant","content":[{"type":"tool-call","toolCallId":"c","toolName":"f","input":{"x":1}}]},
			{"role":"tool","content":[{"type":"tool-result","toolCallId":"c","toolName":"f","output":{"type":"json","value":{"y":2}}}]}]`,
		"ai.response.text":      "",
		"ai.response.reasoning": "thinking",
		"ai.response.toolCalls": `[{"toolCallId":"d","toolName":"g","input":"{\"z\":3}"}]`,
	}), want{
		inputs: `{"messages":[{"role":"user","content":[{"type":"text","text":"Hi"},
				{"type":"image_url","image_url":{"url":"data:image/gif;base64,aGk="}}]},
			{"role":"assistant","content":null,
				"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},
			{"role":"tool","tool_call_id":"c","name":"f","content":"{\"y\":2}"}]}`,
		outputs: `{"messages":[{"role":"assistant","content":[{"type":"reasoning","reasoning":"thinking"}],
			"tool_calls":[{"id":"d","type":"function","function":{"name":"g","arguments":"{\"z\":3}"}}]}]}`,
	})
	checkContent(t, newSpan(t, "ai", "ai.embedMany.doEmbed", attrs{
		"ai.operationId": "ai.embedMany.doEmbed",
		"ai.values":      []any{`"refund policy"`, `"shipping"`},
		"ai.embeddings":  []any{`[0.1,0.2]`, `[0.3,0.4]`},
	}), want{inputs: `{"input":["refund policy","shipping"]}`, outputs: `{"embeddings":2,"dimensions":2}`})
	checkContent(t, newSpan(t, "ai", "ai.toolCall", attrs{
		"ai.operationId": "ai.toolCall", "ai.toolCall.args": `{"city":"Paris"}`, "ai.toolCall.result": `"21 degrees"`,
	}), want{inputs: `{"city":"Paris"}`, outputs: `{"output":"21 degrees"}`})
}

func TestRead_langsmith(t *testing.T) {
	checkContent(t, newSpan(t, "langsmith", "x", attrs{
		"langsmith.span.kind": "chain",
		"gen_ai.prompt":       []byte(`{"question":"why","n":9007199254740993}`),
		"gen_ai.completion":   `{"outputs":"because"}`,
	}), want{inputs: `{"question":"why","n":9007199254740993}`, outputs: `{"outputs":"because"}`})
}

func TestRead_doubleEncodedJSONIsUnwrapped(t *testing.T) {
	f := func(value, wantInputs string) {
		t.Helper()
		checkContent(t, newSpan(t, "any", "x", attrs{"mlflow.spanType": `"CHAIN"`, "mlflow.spanInputs": value}),
			want{inputs: wantInputs})
	}
	f(`{"q":"x"}`, `{"q":"x"}`)
	f(`"{\"q\":\"x\"}"`, `{"q":"x"}`)
	f(`"\"{\\\"q\\\":1}\""`, `{"q":1}`)
	f(`"\"\\\"{\\\\\\\"q\\\\\\\":1}\\\"\""`, `{"input":"{\"q\":1}"}`) // a third level is somebody's text
	f(`"refund policy"`, `{"input":"refund policy"}`)
	f(`42`, `{"input":"42"}`)
	f(`{"broken":`, `{"input":"{\"broken\":"}`)
}

func TestRead_emptyButPresentNeverWins(t *testing.T) {
	for _, empty := range []any{"", "{}", "[]", "null", "None", "N/A", "<REDACTED>", " ", `""`, []any{}, map[string]any{}} {
		checkContent(t, newSpan(t, "any", "chat", attrs{
			"gen_ai.operation.name":                "chat",
			"gen_ai.input.messages":                empty,
			"gen_ai.output.messages":               empty,
			"llm.input_messages.0.message.role":    "user",
			"llm.input_messages.0.message.content": "Hi",
			"output.value":                         "Hello",
		}), want{inputs: `{"messages":[{"role":"user","content":"Hi"}]}`, outputs: `{"output":"Hello"}`})
	}
}
