// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

type m = map[string]any

func TestMapSpan_runType(t *testing.T) {
	f := func(attrs m, want string) {
		t.Helper()
		assert.Equal(t, want, mapOne(attrs).Type, "%v", attrs)
	}
	f(m{}, "chain")
	f(m{"langsmith.span.kind": "LLM"}, "llm")
	f(m{"langsmith.span.kind": "parser"}, "parser")
	f(m{"langsmith.span.kind": "agent"}, "chain")
	// Unknown, but present: it hides the rule below.
	f(m{"langsmith.span.kind": "agent", "gen_ai.operation.name": "chat"}, "chain")
	f(m{"langsmith.span.kind": 7, "gen_ai.operation.name": "chat"}, "chain")
	f(m{"gen_ai.operation.name": "chat"}, "llm")
	f(m{"gen_ai.operation.name": "completion"}, "llm")
	f(m{"gen_ai.operation.name": "generate_content"}, "llm")
	f(m{"gen_ai.operation.name": "embedding"}, "embedding")
	// What the current conventions write is not known.
	f(m{"gen_ai.operation.name": "embeddings"}, "chain")
	f(m{"gen_ai.operation.name": "text_completion"}, "chain")
	f(m{"gen_ai.operation.name": "execute_tool"}, "chain")
	f(m{"gen_ai.operation.name": "retrieval", "openinference.span.kind": "RETRIEVER"}, "chain")
	f(m{"llm.request.type": "embedding"}, "embedding")
	f(m{"llm.request.type": "rerank"}, "llm")
	f(m{"traceloop.llm.request.type": "chat"}, "llm")
	f(m{"openinference.span.kind": "RETRIEVER"}, "retriever")
	f(m{"openinference.span.kind": "AGENT", "traceloop.span.kind": "tool"}, "chain")
	f(m{"traceloop.span.kind": "tool"}, "tool")
	f(m{"traceloop.span.kind": "workflow"}, "chain")
	// Stronger than all of them.
	f(m{"gen_ai.tool.name": "t", "langsmith.span.kind": "llm"}, "tool")
	f(m{"llm.prompt_template.variables": "x", "gen_ai.tool.name": "t"}, "prompt")
}

func TestMapSpan_name(t *testing.T) {
	f := func(attrs m, want string) {
		t.Helper()
		assert.Equal(t, want, mapOne(attrs).Name, "%v", attrs)
	}
	f(m{}, "span")
	f(m{"langsmith.trace.name": "a", "traceloop.entity.name": "b"}, "a")
	f(m{"traceloop.entity.name": "b", "tool.name": "c", "openinference.span.kind": "TOOL"}, "b")
	f(m{"tool.name": "c", "openinference.span.kind": "TOOL"}, "c")
	f(m{"tool.name": "c", "openinference.span.kind": "tool"}, "span")
	f(m{"tool.name": "c"}, "span")
}

func TestMapSpan_inputs(t *testing.T) {
	f := func(attrs m, want string) {
		t.Helper()
		got := string(mapOne(attrs).Inputs)
		if want == "" {
			assert.Empty(t, got, "%v", attrs)
			return
		}
		assert.JSONEq(t, want, got, "%v", attrs)
	}
	f(m{}, "")
	f(m{"gen_ai.prompt": `{"messages":[1]}`}, `{"messages":[1]}`)
	f(m{"gen_ai.prompt": `[{"role":"user"}]`}, `{"input":"[{\"role\":\"user\"}]"}`)
	f(m{"gen_ai.prompt": `plain`}, `{"input":"plain"}`)
	f(m{"gen_ai.prompt": `null`}, "")
	f(m{"gen_ai.prompt": `12345678901234567890`}, `{"input":"12345678901234567890"}`)
	f(m{"gen_ai.prompt": `{"id":12345678901234567890}`}, `{"id":12345678901234567890}`)
	f(m{"input.value": "a", "traceloop.entity.input": "b", "gen_ai.prompt": "c", "prompt": "d"}, `{"input":"a"}`)
	f(m{"traceloop.entity.input": "b", "gen_ai.prompt": "c", "prompt": "d"}, `{"input":"b"}`)
	f(m{"prompt": "d"}, `{"input":"d"}`)
	f(m{"inputs": `{"q":1}`}, `{"q":1}`)
	f(m{
		"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "hi", "gen_ai.prompt.0.tool_calls": "lost",
		"gen_ai.prompt.1.message.role": "assistant", "gen_ai.prompt.3.role": "after the gap", "gen_ai.prompt": "weaker",
	}, `{"messages":[{"role":"user","content":"hi"},{"role":"assistant"}]}`)
	f(m{"llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "x", "input.value": "weaker"},
		`{"messages":[{"role":"user","content":"x"}]}`)
	f(m{"llm.prompt_template.variables": "city", "input.value": "Paris"}, `{"city":"Paris"}`)
	f(m{"llm.prompt_template.variables": "city", "input.value": `{"city":"Rome"}`}, `{"city":"Rome"}`)
	f(m{"langsmith.span.kind": "retriever", "input.value": `{"a":1}`}, `{"query":"{\"a\":1}"}`)
	f(m{"gen_ai.input.messages": `[{"role":"user"}]`}, `{"messages":[{"role":"user"}]}`)
	f(m{"gen_ai.input.messages": []any{m{"role": "user"}}}, "")
	f(m{"gen_ai.prompt": []byte("bytes are no text")}, "")
	f(m{"events": `[{"event.name":"gen_ai.user.message","content":"x"},{"event.name":"gen_ai.choice"}]`},
		`{"input":[{"event.name":"gen_ai.user.message","content":"x"}]}`)
}

func TestMapSpan_outputs(t *testing.T) {
	f := func(attrs m, want string) {
		t.Helper()
		got := string(mapOne(attrs).Outputs)
		if want == "" {
			assert.Empty(t, got, "%v", attrs)
			return
		}
		assert.JSONEq(t, want, got, "%v", attrs)
	}
	f(m{}, "")
	f(m{"gen_ai.completion": `{"a":1}`}, `{"a":1}`)
	f(m{"gen_ai.completion": `[1]`}, `{"text":"[1]"}`)
	f(m{"gen_ai.completion": `null`}, "")
	f(m{"output.value": "a", "traceloop.entity.output": "b", "gen_ai.completion": "c"}, `{"text":"a"}`)
	f(m{"all_messages_events": "d"}, `{"text":"d"}`)
	f(m{"outputs": "e"}, `{"text":"e"}`)
	f(m{"gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": "x", "gen_ai.completion.0.finish_reason": "stop"},
		`{"messages":[{"role":"assistant","content":"x"}]}`)
	f(m{"gen_ai.output.messages": `[{"role":"assistant"}]`}, `{"messages":[{"role":"assistant"}]}`)
	f(m{"events": `[{"event.name":"gen_ai.choice","n":1},{"event.name":"gen_ai.choice","n":2}]`},
		`{"choices":[{"event.name":"gen_ai.choice","n":2}]}`)
	documents := m{
		"langsmith.span.kind": "retriever", "output.value": "weaker",
		"retrieval.documents.0.document.content": "one", "retrieval.documents.0.document.metadata": `{"k":1}`,
		"retrieval.documents.1.document.content": "no metadata: the end",
		"retrieval.documents.2.document.content": "three", "retrieval.documents.2.document.metadata": `{}`,
	}
	f(documents, `{"documents":[{"page_content":"one","metadata":{"k":1},"type":"Document"}]}`)
	documents["langsmith.span.kind"] = "chain"
	f(documents, `{"text":"weaker"}`)
}

func event(name string, attrs m) func(ptrace.Span) {
	return func(s ptrace.Span) {
		e := s.Events().AppendEmpty()
		e.SetName(name)
		e.SetTimestamp(pcommon.NewTimestampFromTime(epoch))
		if err := e.Attributes().FromRaw(attrs); err != nil {
			panic(err)
		}
	}
}

func TestMapSpan_eventsBeatAttributes(t *testing.T) {
	r := mapOne(m{"gen_ai.prompt": "attribute", "gen_ai.completion": "attribute"},
		event("gen_ai.system.message", m{"content": "be kind"}),
		event("gen_ai.user.message", m{"content": "hi", "gen_ai.system": "openai"}),
		event("gen_ai.assistant.message", m{"content": "earlier turn"}),
		event("gen_ai.tool.message", m{"id": "1", "content": "earlier result"}),
		event("gen_ai.choice", m{"index": 0, "message": "first"}),
		event("gen_ai.choice", m{"index": 1, "finish_reason": "stop", "message": `{"role":"assistant","content":"x"}`, "tool_calls": `[{"id":"c"}]`}),
	)
	assert.JSONEq(t, `{"messages":[{"role":"system","content":"be kind"},{"role":"user","content":"hi"}]}`, string(r.Inputs))
	assert.JSONEq(t, `{
		"messages":[{"role":"assistant","content":"earlier turn"},{"role":"tool","id":"1","content":"earlier result"}],
		"choices":[{"index":1,"finish_reason":"stop","message":{"role":"assistant","content":"x"},"tool_calls":[{"id":"c"}]}]
	}`, string(r.Outputs))
}

func TestMapSpan_contentEvents(t *testing.T) {
	r := mapOne(nil,
		event("gen_ai.content.prompt", m{"gen_ai.prompt": `{"a":1}`}),
		event("gen_ai.content.completion", m{"gen_ai.completion": "text"}))
	assert.JSONEq(t, `{"a":1}`, string(r.Inputs))
	assert.JSONEq(t, `{"output":"text"}`, string(r.Outputs))
}

func TestMapSpan_usage(t *testing.T) {
	f := func(attrs m, want any) {
		t.Helper()
		attrs["gen_ai.completion"] = "x"
		got := asObject(t, mapOne(attrs).Outputs)["usage_metadata"]
		if want == nil {
			assert.Nil(t, got, "%v", attrs)
			return
		}
		b, err := json.Marshal(got)
		require.NoError(t, err)
		assert.JSONEq(t, want.(string), string(b), "%v", attrs)
	}
	f(m{}, nil)
	f(m{"gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 4}, `{"input_tokens":3,"output_tokens":4}`)
	f(m{"gen_ai.usage.prompt_tokens": 1, "gen_ai.usage.input_tokens": 3, "llm.token_count.prompt": 5}, `{"input_tokens":1}`)
	f(m{"llm.token_count.completion": 5, "llm.usage.total_tokens": 9}, `{"output_tokens":5,"total_tokens":9}`)
	// Only integers count.
	f(m{"gen_ai.usage.input_tokens": 3.0, "gen_ai.usage.output_tokens": "4"}, nil)
	f(m{"gen_ai.usage.cache_read_input_tokens": 2, "gen_ai.usage.cache_creation_input_tokens": 1, "gen_ai.usage.details.reasoning_tokens": 7},
		`{"input_token_details":{"cache_read":2,"cache_creation":1},"output_token_details":{"reasoning":7}}`)
	f(m{"gen_ai.usage.cache_read.input_tokens": 2, "gen_ai.usage.reasoning.output_tokens": 2}, nil)
	f(m{"langsmith.usage_metadata": `{"input_tokens":8}`, "gen_ai.usage.output_tokens": 4}, `{"input_tokens":8}`)
}

func TestMapSpan_usageIsLostWithoutOutputs(t *testing.T) {
	r := mapOne(m{"gen_ai.usage.input_tokens": 3, "langsmith.usage_metadata": `{"input_tokens":8}`})
	assert.Nil(t, r.Outputs)
	assert.Zero(t, r.TotalTokens)
}

func TestMapSpan_statusComesFromAnExceptionOnly(t *testing.T) {
	f := func(wantStatus, wantError string, edits ...func(ptrace.Span)) {
		t.Helper()
		r := mapOne(nil, edits...)
		assert.Equal(t, wantStatus, r.Status)
		assert.Equal(t, wantError, r.Error)
	}
	red := func(s ptrace.Span) {
		s.Status().SetCode(ptrace.StatusCodeError)
		s.Status().SetMessage("never read")
	}
	exception := func(pairs ...string) func(ptrace.Span) {
		return func(s ptrace.Span) {
			e := s.Events().AppendEmpty()
			e.SetName("exception")
			for i := 0; i < len(pairs); i += 2 {
				e.Attributes().PutStr(pairs[i], pairs[i+1])
			}
		}
	}
	f("success", "")
	f("success", "", red)
	f("error", "boom", exception("exception.message", "boom", "exception.type", "ignored"))
	f("error", "", exception("exception.type", "ValueError"))
	f("error", "boom\n\nStacktrace:\nat x", exception("exception.message", "boom", "exception.stacktrace", "at x"))
	f("error", "boom", exception("exception.stacktrace", "overwritten", "exception.message", "boom"))
	f("error", "first", exception("exception.message", "first"), exception("exception.message", "second"))
}

func TestMapSpan_metadataAndTags(t *testing.T) {
	r := mapOne(m{
		"gen_ai.system": "openai", "llm.system": "other",
		"gen_ai.response.model": "gpt-response", "model": "weaker",
		"traceloop.association.properties.user": "one", "traceloop.association.properties.session_id": "s",
		"langsmith.metadata.user": "two", "langsmith.metadata.n": 3, "langsmith.metadata.list": []any{"a"},
		"metadata":            `{"user":"three"}`,
		"langsmith.span.tags": " prod, ,blue", "gen_ai.conversation.id": "lost",
	})
	assert.Equal(t, []string{"prod", "blue"}, r.Tags)
	assert.Equal(t, m{
		"OTEL_TRACE_ID": "00000000000000000000000000000001", "OTEL_SPAN_ID": "0000000000000001",
		"ls_provider": "openai", "ls_model_name": "gpt-response", "user": "three", "session_id": "s", "n": 3.0,
		"list": m{"values": []any{m{"Value": m{"StringValue": "a"}}}},
	}, r.Metadata())
}

func TestMapSpan_invocationParams(t *testing.T) {
	r := mapOne(m{
		"gen_ai.request.model": "asked", "gen_ai.response.model": "answered", "gen_ai.request.temperature": 0.5,
		"gen_ai.request.stop_sequences": []any{"x"}, "llm.invocation_parameters": `{"seed":7}`, "gen_ai.tool.name": "t",
		"tools": "[]", "gen_ai.tool.definitions": "lost",
	})
	assert.Equal(t, m{
		"model": "answered", "temperature": 0.5, "seed": 7.0, "tool_name": "t", "tools": "[]",
		"stop_sequences": m{"values": []any{m{"Value": m{"StringValue": "x"}}}},
	}, asObject(t, r.Extra)["invocation_params"])
}

func TestMapSpan_structuredValuesComeOutAsProtobufStructs(t *testing.T) {
	deep := any("x")
	for range 3 * maxValueDepth {
		deep = []any{deep}
	}
	r := mapOne(m{"langsmith.metadata.v": m{"i": 1}, "langsmith.metadata.deep": deep, "langsmith.metadata.b": []byte{1}})
	assert.Equal(t, m{"values": []any{m{"key": "i", "value": m{"Value": m{"IntValue": 1.0}}}}}, r.Metadata()["v"])
	assert.Equal(t, "AQ==", r.Metadata()["b"])
	assert.NotNil(t, r.Metadata()["deep"])
	r = mapOne(m{"langsmith.metadata.v": []any{true, 1.5, []byte{1}, m{}, []any{}, nil}})
	assert.JSONEq(t, `{"values":[{"Value":{"BoolValue":true}},{"Value":{"DoubleValue":1.5}},{"Value":{"BytesValue":"AQ=="}},
		{"Value":{"KvlistValue":{"values":[]}}},{"Value":{"ArrayValue":{"values":[]}}},{"Value":null}]}`,
		string(rawJSON(r.Metadata()["v"].(map[string]any))))
}

func TestMapSpan_attachmentsEventsAndExample(t *testing.T) {
	r := mapOne(m{
		"langsmith.attachments":          `[{"name":"a.wav","content":"AAAA","mime_type":"audio/wav"},{"name":"bad","content":"?"}]`,
		"langsmith.reference_example_id": "018F3C9E-7D2A-7C11-8A55-0242AC120002",
	}, event("new_token", nil), event("log", nil))
	assert.Equal(t, []Attachment{{Name: "a.wav", MIMEType: "audio/wav", Size: 3}}, r.Attachments)
	assert.Equal(t, "018f3c9e-7d2a-7c11-8a55-0242ac120002", r.ExampleID)
	assert.Equal(t, epoch, r.FirstToken)
	assert.JSONEq(t, `[{"name":"new_token","time":"2026-08-21T10:11:12.123456Z"}]`, string(r.Events))
}
