// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// checkRun checks kind, name and content of a span at once.
func checkRun(t testing.TB, s dialect.Span, kind run.Kind, name string, w want) dialect.Fields {
	t.Helper()
	f := checkContent(t, s, w)
	assert.Equal(t, kind, f.Kind)
	assert.Equal(t, name, f.Name)
	return f
}

func TestRead_googleADK(t *testing.T) {
	for _, request := range []string{
		`{"model":"g","contents":[{"role":"user","parts":[{"text":"Hi"}]},
			{"role":"model","parts":[{"functionCall":{"id":"c","name":"f","args":{"x":1}}}]},
			{"role":"user","parts":[{"functionResponse":{"id":"c","name":"f","response":{"y":2}}}]}],
			"config":{"systemInstruction":"S"}}`,
		`{"model":"g","contents":[{"role":"user","parts":[{"text":"Hi"}]},
			{"role":"model","parts":[{"function_call":{"id":"c","name":"f","args":{"x":1}}}]},
			{"role":"user","parts":[{"function_response":{"id":"c","name":"f","response":{"y":2}}}]}],
			"config":{"system_instruction":"S"}}`,
	} {
		checkRun(t, newSpan(t, "gcp.vertex.agent", "call_llm", attrs{
			"gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": "gemini-2.5-flash",
			"gcp.vertex.agent.llm_request":  request,
			"gcp.vertex.agent.llm_response": `{"content":{"role":"model","parts":[{"text":"Done"}]}}`,
		}), run.LLM, "call_llm", want{
			inputs: `{"messages":[{"role":"system","content":"S"},{"role":"user","content":"Hi"},
				{"role":"assistant","content":null,
					"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},
				{"role":"tool","tool_call_id":"c","name":"f","content":"{\"y\":2}"}]}`,
			outputs: `{"messages":[{"role":"assistant","content":"Done"}]}`,
		})
	}
	checkRun(t, newSpan(t, "gcp.vertex.agent", "execute_tool f", attrs{
		"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "f",
		"gcp.vertex.agent.llm_request": "{}", "gcp.vertex.agent.llm_response": "{}",
		"gcp.vertex.agent.tool_call_args": `{"x":1}`, "gcp.vertex.agent.tool_response": `{"y":2}`,
	}), run.Tool, "f", want{inputs: `{"x":1}`, outputs: `{"y":2}`})
	checkRun(t, newSpan(t, "gcp.vertex.agent", "call_llm", nil), run.LLM, "call_llm", want{})
}

func TestRead_langfuse(t *testing.T) {
	f := checkRun(t, newSpan(t, "langfuse-sdk", "OpenAI.chat", attrs{
		"langfuse.observation.type":             "generation",
		"langfuse.observation.model.name":       "gpt-4o-mini",
		"langfuse.observation.model.parameters": `{"temperature":0.1}`,
		"langfuse.observation.input":            `[{"role":"user","content":"Hi"}]`,
		"langfuse.observation.output":           `{"role":"assistant","content":"Hello"}`,
		"langfuse.trace.tags":                   []any{"a"},
		"langfuse.trace.metadata.tier":          "gold",
		"langfuse.observation.prompt.name":      "greeting",
	}), run.LLM, "OpenAI.chat", want{
		inputs: `{"messages":[{"role":"user","content":"Hi"}]}`, outputs: `{"messages":[{"role":"assistant","content":"Hello"}]}`,
	})
	assert.Equal(t, 0.1, f.Invocation.Get("temperature").Any())
	assert.Equal(t, []string{"a"}, f.Tags)
	assert.Equal(t, map[string]any{"tier": "gold", "prompt_name": "greeting"}, f.Metadata.Map())
	checkRun(t, newSpan(t, "langfuse-sdk", "search", attrs{
		"langfuse.observation.type":   "retriever",
		"langfuse.observation.input":  "refund",
		"langfuse.observation.output": `[{"id":"d","text":"30 days","score":0.9}]`,
	}), run.Retriever, "search", want{
		inputs:  `{"query":"refund"}`,
		outputs: `{"documents":[{"page_content":"30 days","metadata":{"id":"d","score":0.9},"type":"Document"}]}`,
	})
	// Older SDKs call a generation a span.
	checkRun(t, newSpan(t, "langfuse-sdk", "x", attrs{
		"langfuse.observation.type": "span", "langfuse.observation.model.name": "m",
	}), run.LLM, "x", want{})
}

func TestRead_codex(t *testing.T) {
	turn := func(name, prompt string) dialect.Span {
		s := newSpan(t, "codex_exec", name, attrs{"conversation.id": "c"})
		addEvent(t, s, "codex.user_prompt", attrs{"prompt": prompt})
		return s
	}
	checkRun(t, turn("session_task.turn", "Hi"), run.Chain, "session_task.turn", want{inputs: `{"input":"Hi"}`})
	checkRun(t, turn("session_task.turn", "[REDACTED]"), run.Chain, "session_task.turn", want{})
	checkRun(t, turn("run_hooks_and_record_inputs", "Hi"), run.Chain, "run_hooks_and_record_inputs", want{})
}

func TestRead_claudeCode(t *testing.T) {
	const scope = "com.anthropic.claude_code.tracing"
	s := newSpan(t, scope, "claude_code.tool", attrs{"span.type": "tool", "tool_name": "Bash", "full_command": "ls"})
	addEvent(t, s, "tool.output", attrs{"output": "a.txt"})
	checkRun(t, s, run.Tool, "Bash", want{inputs: `{"command":"ls"}`, outputs: `{"output":"a.txt"}`})
	checkRun(t, newSpan(t, scope, "claude_code.interaction", attrs{"span.type": "interaction", "user_prompt": "Hi"}),
		run.Chain, "claude_code.interaction", want{inputs: `{"input":"Hi"}`})
	checkRun(t, newSpan(t, scope, "claude_code.interaction", attrs{"span.type": "interaction", "user_prompt": "<REDACTED>"}),
		run.Chain, "claude_code.interaction", want{})
	turn := newSpan(t, scope, "claude_code.interaction", attrs{"span.type": "interaction", "user_prompt": "Hi"})
	for _, said := range []string{"Let me see.", "<REDACTED>", "It is a.txt.", ""} {
		addEvent(t, turn, "claude_code.assistant_response", attrs{"response": said})
	}
	checkRun(t, turn, run.Chain, "claude_code.interaction", want{inputs: `{"input":"Hi"}`, outputs: `{"output":"It is a.txt."}`})
	f := dialect.Read(newSpan(t, scope, "claude_code.llm_request", attrs{
		"span.type": "claude_code.llm_request", "model": "claude-opus-4-8[1m]",
	}))
	assert.Equal(t, run.LLM, f.Kind)
	assert.Equal(t, "claude-opus-4-8", f.Model)
	// The bare names mean nothing elsewhere.
	assert.Nil(t, dialect.Read(newSpan(t, "app", "x", attrs{"input_tokens": 5})).Usage)
}

func TestRead_genkit(t *testing.T) {
	f := checkRun(t, newSpan(t, "genkit-tracer", "googleai/gemini", attrs{
		"genkit:type": "action", "genkit:metadata:subtype": "model", "genkit:name": "googleai/gemini-2.5-flash",
		"genkit:input": `{"messages":[{"role":"user","content":[{"text":"Hi"}]},
			{"role":"model","content":[{"toolRequest":{"ref":"0","name":"f","input":{"x":1}}}]},
			{"role":"tool","content":[{"toolResponse":{"ref":"0","name":"f","output":"ok"}}]}],"tools":[]}`,
		"genkit:output": `{"message":{"role":"model","content":[{"text":"Done"}]},
			"usage":{"inputTokens":3,"outputTokens":4,"thoughtsTokens":2,"totalTokens":9}}`,
	}), run.LLM, "googleai/gemini-2.5-flash", want{
		inputs: `{"messages":[{"role":"user","content":"Hi"},
			{"role":"assistant","content":null,
				"tool_calls":[{"id":"0","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},
			{"role":"tool","tool_call_id":"0","name":"f","content":"ok"}]}`,
		outputs: `{"messages":[{"role":"assistant","content":"Done"}]}`,
	})
	assert.Equal(t, "google_genai", f.Provider)
	assert.Equal(t, "gemini-2.5-flash", f.Model)
	assert.Equal(t, &run.Usage{Input: 3, Output: 6, Total: 9, Reasoning: 2}, f.Usage)
}

func TestRead_liveKit(t *testing.T) {
	for _, prefix := range []string{"lk.", "lk.pii."} {
		checkRun(t, newSpan(t, "livekit-agents", "function_tool", attrs{
			"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "f",
			prefix + "function_tool.arguments": `{"x":1}`, prefix + "function_tool.output": "ok",
		}), run.Tool, "f", want{inputs: `{"x":1}`, outputs: `{"output":"ok"}`})
		checkRun(t, newSpan(t, "livekit-agents", "agent_turn", attrs{
			"gen_ai.operation.name": "invoke_agent", prefix + "user_input": "Hi", prefix + "response.text": "Hello",
		}), run.Chain, "agent_turn", want{inputs: `{"input":"Hi"}`, outputs: `{"output":"Hello"}`})
	}
}

func TestRead_logfire(t *testing.T) {
	checkRun(t, newSpan(t, "logfire.openai", "Chat Completion with {request_data[model]!r}", attrs{
		"logfire.msg": "Chat Completion with 'gpt-4'", "gen_ai.request.model": "gpt-4", "logfire.span_type": "span",
		"request_data":  `{"model":"gpt-4","system":"S","messages":[{"role":"user","content":"Hi"}]}`,
		"response_data": `{"message":{"role":"assistant","content":"Nine"},"usage":{"completion_tokens":1}}`,
	}), run.LLM, "Chat Completion with {request_data[model]!r}", want{
		inputs:  `{"messages":[{"role":"system","content":"S"},{"role":"user","content":"Hi"}]}`,
		outputs: `{"messages":[{"role":"assistant","content":"Nine"}]}`,
	})
	checkRun(t, newSpan(t, "pydantic-ai", "chat m", attrs{
		"gen_ai.operation.name": "chat",
		"events": `[{"event.name":"gen_ai.user.message","role":"user","content":"Hi"},
			{"event.name":"gen_ai.tool.message","role":"tool","id":"c","content":"ok"},
			{"event.name":"gen_ai.choice","index":0,"message":{"role":"assistant","content":"Hello"}}]`,
	}), run.LLM, "chat m", want{
		inputs:  `{"messages":[{"role":"user","content":"Hi"},{"role":"tool","tool_call_id":"c","content":"ok"}]}`,
		outputs: `{"messages":[{"role":"assistant","content":"Hello"}]}`,
	})
	checkRun(t, newSpan(t, "pydantic-ai", "agent run", attrs{
		"agent_name": "a", "gen_ai.usage.input_tokens": 1, "final_result": "Done",
		"pydantic_ai.all_messages": `[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]`,
	}), run.Chain, "agent run", want{inputs: `{"messages":[{"role":"user","content":"Hi"}]}`, outputs: `{"output":"Done"}`})
	checkRun(t, newSpan(t, "pydantic-ai", "running tool", attrs{
		"gen_ai.tool.name": "f", "tool_arguments": `{"x":1}`, "tool_response": "ok",
	}), run.Tool, "f", want{inputs: `{"x":1}`, outputs: `{"output":"ok"}`})
}

func TestRead_otherProducts(t *testing.T) {
	checkRun(t, newSpan(t, "mlflow", "predict", attrs{
		"mlflow.spanType": `"RETRIEVER"`, "mlflow.spanInputs": `"\"refund\""`,
		"mlflow.spanOutputs": `[{"page_content":"30 days","metadata":{"source":"a"},"id":"1"}]`,
	}), run.Retriever, "predict", want{
		inputs:  `{"query":"refund"}`,
		outputs: `{"documents":[{"page_content":"30 days","metadata":{"source":"a","id":"1"},"type":"Document"}]}`,
	})
	checkRun(t, newSpan(t, "langwatch", "x", attrs{
		"langwatch.span.type": "tool", "langwatch.input": `{"type":"json","value":{"x":1}}`, "langwatch.output": `{"type":"text","value":"ok"}`,
	}), run.Tool, "x", want{inputs: `{"x":1}`, outputs: `{"output":"ok"}`})
	checkRun(t, newSpan(t, "lmnr-tracer", "x", attrs{
		"lmnr.span.type": "DEFAULT", "lmnr.span.input": `[1]`, "lmnr.span.output": "ok",
	}), run.Chain, "x", want{inputs: `{"input":[1]}`, outputs: `{"output":"ok"}`})
	checkRun(t, newSpan(t, "haystack", "haystack.component.run", attrs{
		"haystack.component.type": "OpenAIChatGenerator", "haystack.component.name": "llm",
		"haystack.component.input": `{"messages":[]}`, "haystack.component.output": `{"replies":["Hi"]}`,
	}), run.LLM, "llm", want{inputs: `{"messages":[]}`, outputs: `{"messages":[{"role":"assistant","content":"Hi"}]}`})
	checkRun(t, newSpan(t, "mcp", "tools/call f", attrs{
		"mcp.method.name": "tools/call", "gen_ai.tool.name": "f", "gen_ai.tool.call.arguments": `{"x":1}`,
		"gen_ai.tool.call.result": []any{map[string]any{"type": "text", "text": "ok"}},
	}), run.Tool, "f", want{inputs: `{"x":1}`, outputs: `{"output":[{"type":"text","text":"ok"}]}`})
	checkRun(t, newSpan(t, "voltagent", "call", attrs{
		"entity.type": "agent", "span.type": "agent", "input": "Hi", "output": `{"text":"Hello"}`,
	}), run.Chain, "call", want{inputs: `{"input":"Hi"}`, outputs: `{"text":"Hello"}`})
	checkRun(t, newSpan(t, "litellm", "litellm_request", attrs{"llm.request.type": "aembedding", "gen_ai.request.model": "e"}),
		run.Embedding, "litellm_request", want{})
}

func TestKindOf_orderOfEvidence(t *testing.T) {
	f := func(attributes attrs, want run.Kind) {
		t.Helper()
		assert.Equal(t, want, dialect.KindOf(newSpan(t, "any", "x", attributes)), "%v", attributes)
	}
	f(attrs{"langsmith.span.kind": "retriever", "gen_ai.operation.name": "embeddings"}, run.Retriever)
	f(attrs{"langsmith.span.kind": "Prompt", "gen_ai.operation.name": "chat"}, run.Prompt)
	f(attrs{"langsmith.span.kind": "unheard of", "gen_ai.operation.name": "chat"}, run.Chain)
	f(attrs{"gen_ai.operation.name": "execute_tool", "traceloop.span.kind": "task"}, run.Tool)
	f(attrs{"gen_ai.operation.name": "chat", "gen_ai.tool.name": "f"}, run.LLM)
	f(attrs{"openinference.span.kind": "LLM", "llm.prompt_template.variables": "{}"}, run.LLM)
	f(attrs{"openinference.span.kind": "RERANKER"}, run.Retriever)
	f(attrs{"openinference.span.kind": "GUARDRAIL"}, run.Chain)
	f(attrs{"gen_ai.operation.name": "search_memory"}, run.Retriever)
	f(attrs{"gen_ai.operation.name": "something_new", "gen_ai.usage.input_tokens": 1}, run.LLM)
	f(attrs{"gen_ai.tool.call.id": "c"}, run.Tool)
	f(attrs{"retrieval.documents.0.document.content": "x"}, run.Retriever)
	f(attrs{"mastra.span.type": "model_chunk"}, run.Chain)
	f(attrs{"spring.ai.kind": "vector_store"}, run.Retriever)
	f(nil, run.Chain)
}
