// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func ExampleRead() {
	span := ptrace.NewSpan()
	span.SetName("chat gpt-4o-mini")
	a := span.Attributes()
	a.PutStr("gen_ai.operation.name", "chat")
	a.PutStr("gen_ai.provider.name", "azure.ai.openai")
	a.PutStr("gen_ai.request.model", "gpt-4o-mini")
	a.PutStr("gen_ai.input.messages", `[{"role":"user","parts":[{"type":"text","content":"Hello"}]}]`)
	a.PutInt("gen_ai.usage.input_tokens", 8)

	f := dialect.Read(dialect.Span{Span: span, Resource: pcommon.NewMap(), Scope: pcommon.NewInstrumentationScope()})
	fmt.Println(f.Kind, f.Provider, f.Model, f.Usage.Input)
	fmt.Println(string(f.Inputs))
	// Output:
	// llm azure gpt-4o-mini 8
	// {"messages":[{"role":"user","content":"Hello"}]}
}

func TestRead_names(t *testing.T) {
	f := func(span string, attributes attrs, want string) {
		t.Helper()
		assert.Equal(t, want, dialect.Read(newSpan(t, "any", span, attributes)).Name)
	}
	f("span", nil, "span")
	f("span", attrs{"langsmith.trace.name": "mine", "traceloop.entity.name": "e"}, "mine")
	f("x.task", attrs{"traceloop.entity.name": "x"}, "x")
	f("execute_tool f", attrs{"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "f"}, "f")
	f("chat m", attrs{"gen_ai.operation.name": "chat", "gen_ai.tool.name": "f"}, "chat m")
	f("invoke_agent a", attrs{"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "a"}, "a")
	f("ai.generateText", attrs{"ai.operationId": "ai.generateText", "ai.telemetry.functionId": "answer"}, "answer")
	f("ai.toolCall", attrs{"ai.operationId": "ai.toolCall", "ai.toolCall.name": "f"}, "f")
	f("Chat with {model!r}", attrs{"logfire.msg": "Chat with 'm'"}, "Chat with {model!r}")
	f("span", attrs{"openinference.span.kind": "TOOL", "tool.name": "f"}, "f")
	f("span", attrs{"openinference.span.kind": "LLM", "tool.name": "f"}, "span")
	f(strings.Repeat("ä", 150), nil, strings.Repeat("ä", 100))
}

func TestRead_providers(t *testing.T) {
	f := func(attributes attrs, provider, model string) {
		t.Helper()
		got := dialect.Read(newSpan(t, "any", "chat", attributes))
		assert.Equal(t, provider, got.Provider)
		assert.Equal(t, model, got.Model)
	}
	f(attrs{"gen_ai.provider.name": "gcp.vertex_ai", "gen_ai.request.model": "gemini-2.5"}, "google_vertexai", "gemini-2.5")
	f(attrs{"gen_ai.provider.name": "aws.bedrock"}, "bedrock", "")
	f(attrs{"gen_ai.system": "az.ai.openai", "gen_ai.response.model": "gpt-4o"}, "azure", "gpt-4o")
	f(attrs{"gen_ai.system": "OpenAI"}, "openai", "")
	f(attrs{"gen_ai.system": "x_ai"}, "xai", "")
	f(attrs{"ai.model.provider": "openai.responses", "ai.model.id": "gpt-5"}, "openai", "gpt-5")
	f(attrs{"gen_ai.provider.name": "strands-agents", "gen_ai.request.model": "claude-sonnet-4-5"}, "anthropic", "claude-sonnet-4-5")
	f(attrs{"gen_ai.provider.name": "strands-agents", "gen_ai.request.model": "house-model"}, "", "house-model")
	f(attrs{"langsmith.metadata.ls_provider": "fireworks", "gen_ai.system": "openai"}, "fireworks", "")
}

func TestRead_parameters(t *testing.T) {
	f := dialect.Read(newSpan(t, "any", "chat", attrs{
		"gen_ai.operation.name":         "chat",
		"gen_ai.request.temperature":    0.5,
		"gen_ai.request.max_tokens":     -1,
		"gen_ai.request.seed":           "",
		"gen_ai.request.top_p":          math.NaN(),
		"gen_ai.request.stop_sequences": []any{"END"},
		"gen_ai.tool.definitions":       `[{"type":"function","name":"f","inputSchema":{"type":"object"}},"bare"]`,
		"llm.invocation_parameters":     `{"top_k":5,"response_format":{"type":"json"}}`,
	}))
	assert.Equal(t, 0.5, f.Invocation.Get("temperature").Any())
	assert.Equal(t, int64(5), f.Invocation.Get("top_k").Any())
	assert.JSONEq(t, `["END"]`, f.Invocation.Text("stop"))
	assert.JSONEq(t, `{"type":"json"}`, f.Invocation.Text("response_format"))
	assert.JSONEq(t, `[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}},
		{"type":"function","function":{"name":"bare"}}]`, f.Invocation.Text("tools"))
	for _, unset := range []string{"max_tokens", "seed", "top_p"} {
		assert.False(t, f.Invocation.Has(unset), unset)
	}
}

func TestRead_metadata(t *testing.T) {
	f := dialect.Read(newSpan(t, "any", "chat", attrs{
		"langsmith.metadata.tier":               "gold",
		"langsmith.metadata.LANGSMITH_TRACING":  "true",
		"traceloop.association.properties.tier": "later",
		"ai.telemetry.metadata.beta":            true,
		"metadata":                              `{"release":"r1","nested":{"a":1}}`,
		"shop.cart.size":                        3,
		"shop.note":                             strings.Repeat("x", 300),
		"shop.prompt":                           "somebody's words",
		"shop.ratio":                            math.NaN(),
		"gen_ai.input.messages":                 `[{"role":"user","content":"secret words"}]`,
		"db.statement":                          "SELECT 1",
		"tag.tags":                              `["a","b"]`,
		"user.id":                               "u1",
		"gen_ai.conversation.id":                "c1",
		"langsmith.trace.session_name":          "shop-prod",
	}))
	assert.Equal(t, map[string]any{"tier": "gold", "beta": true, "release": "r1", "shop.cart.size": int64(3)}, f.Metadata.Map())
	assert.Equal(t, []string{"a", "b"}, f.Tags)
	assert.Equal(t, "u1", f.User)
	assert.Equal(t, "c1", f.Session)
	assert.Equal(t, "shop-prod", f.Project)
}

func TestRead_tagsInEveryForm(t *testing.T) {
	for _, tags := range []any{"a, b", `["a","b"]`, []any{"a", "b"}, "a,,b,"} {
		assert.Equal(t, []string{"a", "b"}, dialect.Read(newSpan(t, "any", "x", attrs{"langsmith.span.tags": tags})).Tags)
	}
	assert.Empty(t, dialect.Read(newSpan(t, "any", "x", attrs{"langsmith.span.tags": ""})).Tags)
}

func TestRead_firstToken(t *testing.T) {
	start := time.Unix(1, 0).UTC()
	f := func(scope string, attributes attrs, after time.Duration) {
		t.Helper()
		assert.Equal(t, start.Add(after), dialect.Read(newSpan(t, scope, "chat", attributes)).FirstToken.UTC())
	}
	f("gen_ai", attrs{"gen_ai.response.time_to_first_chunk": 0.25}, 250*time.Millisecond)
	f("ai", attrs{"ai.response.msToFirstChunk": 65.5}, 65500*time.Microsecond)
	f("strands-agents", attrs{"gen_ai.server.time_to_first_token": 120}, 120*time.Millisecond)
	f("com.anthropic.claude_code.tracing", attrs{"ttft_ms": 19}, 19*time.Millisecond)
	f("langfuse-sdk", attrs{"langfuse.observation.completion_start_time": `"1970-01-01T00:00:01.5Z"`}, 500*time.Millisecond)
	assert.True(t, dialect.Read(newSpan(t, "ai", "chat", attrs{"ai.response.msToFirstChunk": math.NaN()})).FirstToken.IsZero())

	s := newSpan(t, "ai", "chat", nil)
	addEvent(t, s, "ai.stream.firstChunk", nil)
	assert.Equal(t, start.Add(time.Second), dialect.Read(s).FirstToken)
}

func TestRead_hostileIndicesDoNotAllocate(t *testing.T) {
	s := newSpan(t, "any", "chat", attrs{
		"openinference.span.kind":                                                   "LLM",
		"llm.input_messages.999999999.message.content":                              "late",
		"llm.input_messages.0.message.content":                                      "early",
		"llm.input_messages.0.message.tool_calls.999999999.tool_call.function.name": "f",
		"llm.input_messages.99999999999999999999.message.content":                   "nowhere",
		"retrieval.documents.4294967296.document.content":                           "nowhere",
	})
	result := testing.Benchmark(func(b *testing.B) {
		b.Helper()
		b.ReportAllocs()
		for b.Loop() {
			dialect.Read(s)
		}
	})
	assert.Less(t, result.AllocedBytesPerOp(), int64(10_000))
	assert.Less(t, strings.Index(string(dialect.Read(s).Inputs), "early"), strings.Index(string(dialect.Read(s).Inputs), "late"))
}

func TestRead_emptySpan(t *testing.T) {
	f := dialect.Read(dialect.Span{Span: ptrace.NewSpan(), Resource: pcommon.NewMap(), Scope: pcommon.NewInstrumentationScope()})
	assert.Equal(t, dialect.Fields{Kind: run.Chain}, f)
}

func TestRead_deepJSONIsShownAsText(t *testing.T) {
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	f := dialect.Read(newSpan(t, "any", "x", attrs{"openinference.span.kind": "CHAIN", "input.value": deep}))
	checkJSON(t, "inputs", `{"input":"`+deep+`"}`, f.Inputs)
}

func TestRead_brokenTextStaysValidJSON(t *testing.T) {
	f := dialect.Read(newSpan(t, "any", "x", attrs{"input.value": "a\xff\x00\"b\\", "output.value": "{\"a\":\"\xff\"}"}))
	assert.True(t, json.Valid(f.Inputs))
	assert.True(t, json.Valid(f.Outputs))
	checkJSON(t, "inputs", `{"input":"a\ufffd\u0000\"b\\"}`, f.Inputs)
}

func TestRead_doesNotKeepTheSpanBetweenCalls(t *testing.T) {
	dialect.Read(newSpan(t, "any", "a", attrs{"input.value": "one", "session.id": "s", "tag.tags": "x"}))
	f := dialect.Read(newSpan(t, "any", "b", nil))
	assert.Equal(t, dialect.Fields{Kind: run.Chain, Name: "b"}, f)
}

// FuzzRead holds for any message that is protobuf at all: no panic, and objects or nothing come out.
func FuzzRead(f *testing.F) {
	for _, s := range spans(seedTraces(f)) {
		td := ptrace.NewTraces()
		s.CopyTo(td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty())
		message, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
		require.NoError(f, err)
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(message)
		if err != nil {
			t.Skip("not a message")
		}
		for _, s := range spans(td) {
			got := dialect.Read(s)
			for _, object := range [][]byte{got.Inputs, got.Outputs} {
				require.True(t, object == nil || json.Valid(object) && object[0] == '{', "%s", object)
			}
			for _, p := range got.Invocation.Map() {
				if raw, ok := p.([]byte); ok {
					require.True(t, json.Valid(raw), "%s", raw)
				}
			}
			dialect.Classify(s)
			dialect.FailureOf(s)
			dialect.Conversation(s)
		}
	})
}
