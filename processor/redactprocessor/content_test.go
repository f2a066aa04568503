// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/walk"
)

var placeOfTest = &walk.Place{Site: walk.SpanAttribute}

// withContent returns a processor with a content policy.
func withContent(t testing.TB, yaml string) *redactProcessor {
	t.Helper()
	cfg := fromYAML(t, "content: "+yaml)
	cfg.Hash.Keys = defaults().Hash.Keys
	return started(t, cfg)
}

func TestContent_keepLengthDrop(t *testing.T) {
	f := func(yaml string, want any) {
		t.Helper()
		p := withContent(t, yaml)
		td, span := oneSpan(t, map[string]any{
			"gen_ai.input.messages": "hello", "gen_ai.request.model": "m",
			"llm.input_messages.0.message.role":    "user",
			"llm.input_messages.0.message.content": "hello",
		})
		for range 2 {
			redactTraces(t, p, td)
			got := span.Attributes().AsRaw()
			assert.Equal(t, want, got["gen_ai.input.messages"])
			assert.Equal(t, want, got["llm.input_messages.0.message.content"])
			assert.Equal(t, "m", got["gen_ai.request.model"])
			assert.Equal(t, "user", got["llm.input_messages.0.message.role"])
		}
	}
	f("keep", "hello")
	f("length", "[content:5B]")
	f("drop", nil)
}

func TestContent_byEnvironment(t *testing.T) {
	p := withContent(t, "{default: drop, dev: keep, staging: length}")
	f := func(key, environment string, want any) {
		t.Helper()
		td, span := oneSpan(t, map[string]any{"input.value": "hello"})
		td.ResourceSpans().At(0).Resource().Attributes().PutStr(key, environment)
		redactTraces(t, p, td)
		assert.Equal(t, want, span.Attributes().AsRaw()["input.value"])
	}
	f("deployment.environment.name", "dev", "hello")
	f("deployment.environment", "staging", "[content:5B]")
	f("deployment.environment.name", "prod", nil)
	f("service.name", "dev", nil)
}

func TestContent_shareOfTracesAndErrorsKeepTheirs(t *testing.T) {
	p := withContent(t, "{default: {keep: 20, errors: keep}}")
	kept := 0
	const traces = 4000
	for i := range traces {
		td, span := oneSpan(t, map[string]any{"input.value": "hello"})
		id := [16]byte{1}
		binary.BigEndian.PutUint64(id[8:], uint64(i))
		span.SetTraceID(id)
		redactTraces(t, p, td)
		if _, ok := span.Attributes().Get("input.value"); ok {
			kept++
		}
	}
	assert.InDelta(t, 0.20, float64(kept)/traces, 0.03)

	td, first := oneSpan(t, map[string]any{"input.value": "hello"})
	second := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().AppendEmpty()
	second.SetTraceID(first.TraceID())
	second.Status().SetCode(ptrace.StatusCodeError)
	redactTraces(t, withContent(t, "{default: {keep: 0, errors: keep}}"), td)
	assert.Equal(t, "hello", first.Attributes().AsRaw()["input.value"], "an error anywhere in the trace keeps its content")
}

func TestContent_eventsAndLogs(t *testing.T) {
	p := withContent(t, "drop")
	td, span := oneSpan(t, nil)
	event := span.Events().AppendEmpty()
	event.SetName("gen_ai.user.message")
	event.Attributes().PutStr("content", "hello")
	event.Attributes().PutStr("gen_ai.system", "openai")
	redactTraces(t, p, td)
	assert.Equal(t, map[string]any{"gen_ai.system": "openai"}, event.Attributes().AsRaw())

	ld := plog.NewLogs()
	records := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	message := records.AppendEmpty()
	message.SetEventName("gen_ai.choice")
	require.NoError(t, message.Body().SetEmptyMap().FromRaw(map[string]any{
		"index": 0, "finish_reason": "stop",
		"message": map[string]any{"role": "assistant", "content": "hello", "tool_calls": []any{
			map[string]any{"id": "call_1", "type": "function", "function": map[string]any{"name": "f", "arguments": "{}"}},
		}},
	}))
	text := records.AppendEmpty()
	text.SetEventName("gen_ai.user.message")
	text.Body().SetStr("hello")
	plain := records.AppendEmpty()
	plain.Body().SetStr("started")
	redactLogs(t, p, ld)
	assert.Equal(t, map[string]any{
		"index": int64(0), "finish_reason": "stop",
		"message": map[string]any{"role": "assistant", "tool_calls": []any{
			map[string]any{"id": "call_1", "type": "function", "function": map[string]any{"name": "f"}},
		}},
	}, message.Body().Map().AsRaw(), "what describes the message stays")
	assert.Equal(t, pcommon.ValueTypeEmpty, text.Body().Type())
	assert.Equal(t, "started", plain.Body().Str())
}

// A body without the name of an event is judged by its keys, but for the words that every log has.
func TestContent_bodiesThatAreMapsOfNoKnownEvent(t *testing.T) {
	ld := plog.NewLogs()
	lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	require.NoError(t, lr.Body().SetEmptyMap().FromRaw(map[string]any{
		"gen_ai.input.messages": "hello", "prompt": "hello", "call": map[string]any{"toolInput": "hello", "name": "f"},
		"message": "the server is listening on port 80", "level": "info", "usage": map[string]any{"input_tokens": 3},
	}))
	redactLogs(t, withContent(t, "drop"), ld)
	assert.Equal(t, map[string]any{
		"call": map[string]any{"name": "f"}, "message": "the server is listening on port 80", "level": "info",
		"usage": map[string]any{"input_tokens": int64(3)},
	}, lr.Body().Map().AsRaw())
}

func TestContent_countsOfMessagesStay(t *testing.T) {
	for _, policy := range []string{"drop", "length"} {
		ld := plog.NewLogs()
		lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		lr.SetEventName("gen_ai.choice")
		usage := map[string]any{
			"input_tokens": int64(3), "tokenDetails": map[string]any{"cached": int64(1)}, "cost": 0.5,
		}
		require.NoError(t, lr.Body().SetEmptyMap().FromRaw(map[string]any{"usage": usage}))
		require.NoError(t, lr.Attributes().PutEmpty("usage").FromRaw(usage))
		redactLogs(t, withContent(t, policy), ld)
		assert.Equal(t, map[string]any{"usage": usage}, lr.Body().Map().AsRaw())
		assert.Equal(t, map[string]any{"usage": usage}, lr.Attributes().AsRaw())
	}
}

func TestContent_lengthLeavesJSON(t *testing.T) {
	p := withContent(t, "length")
	for in, want := range map[string]string{
		`"Berlin is sunny"`: `"[content:17B]"`, "42": `"[content:2B]"`, "true": `"[content:4B]"`, "null": `"[content:4B]"`,
		` "x"`: `"[content:4B]"`, "{}": `"[content:2B]"`, `["x"`: "[content:4B]", `"x" or "y"`: "[content:10B]",
		"true story": "[content:10B]",
	} {
		got := redactedAttributes(t, p, map[string]any{"mlflow.spanOutputs": in})
		assert.Equal(t, want, got["mlflow.spanOutputs"], in)
		assert.Equal(t, got, redactedAttributes(t, p, got), in)
	}
}

func TestContent_evidenceStays(t *testing.T) {
	f := func(key, value string, toolError, refusal bool) {
		t.Helper()
		td, span := oneSpan(t, map[string]any{key: value})
		redactTraces(t, withContent(t, "drop"), td)
		want := map[string]any{}
		if toolError {
			want[evidenceToolError] = true
		}
		if refusal {
			want[evidenceRefusal] = true
		}
		assert.Equal(t, want, span.Attributes().AsRaw(), value)
	}
	f("gen_ai.tool.call.result", `{"isError":true,"content":[]}`, true, false)
	f("gen_ai.output.messages", `[{"a":"{\"is_error\": true}"}]`, true, false)
	f("gen_ai.tool.call.result", `{"status":"error"}`, true, false)
	f("gen_ai.tool.call.result", `{"isError":false,"status":"ok, no error"}`, false, false)
	f("output.value", `{"message":{"refusal":"I cannot help with that"}}`, false, true)
	f("output.value", `{"message":{"refusal":null}}`, false, false)
	f("output.value", `{"message":{"refusal":""}}`, false, false)
	f("output.value", `{"parts":[{"type":"refusal"}]}`, false, true)
	f("output.value", `{"finish_reason":"content_filter"}`, false, true)
	f("output.value", `no refusal, no error`, false, false)
	f("output.value", `{"candidates":[{"finishReason":"SAFETY"}]}`, false, true)
	f("gen_ai.tool.call.result", `{"error":null,"ok":true}`, false, false)
	f("gen_ai.tool.call.result", `"Error: no such order"`, true, false)
	f("gen_ai.input.messages", `[{"role":"tool","is_error":true,"refusal":"no"}]`, false, false) // what was before
	f("tool_arguments", `{"status":"error"}`, false, false)
}

func TestContent_evidenceInEventsAndRecords(t *testing.T) {
	for _, policy := range []string{"drop", "length"} {
		p := withContent(t, policy)
		td, span := oneSpan(t, nil)
		add := func(name, key, value string) {
			event := span.Events().AppendEmpty()
			event.SetName(name)
			event.Attributes().PutStr(key, value)
		}
		add("gen_ai.tool.message", "content", `{"is_error":true}`)
		redactTraces(t, p, td)
		assert.Empty(t, span.Attributes().AsRaw(), "an older failure, told to the model")
		add("gen_ai.choice", "message", `{"refusal":"I will not"}`)
		redactTraces(t, p, td)
		assert.Equal(t, map[string]any{evidenceRefusal: true}, span.Attributes().AsRaw())

		ld := plog.NewLogs()
		lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		lr.Attributes().PutStr("event.name", "gen_ai.choice")
		lr.Body().SetEmptyMap().PutStr("content", `{"isError":true}`)
		redactLogs(t, p, ld)
		assert.Equal(t, map[string]any{"event.name": "gen_ai.choice", evidenceToolError: true}, lr.Attributes().AsRaw())
	}
}

func TestContent_countsAndNamesOfMessageEventsStay(t *testing.T) {
	p := withContent(t, "drop")
	td, span := oneSpan(t, nil)
	event := span.Events().AppendEmpty()
	event.SetName("gen_ai.client.inference.operation.details")
	keep := map[string]any{
		"gen_ai.usage.input_tokens": int64(12), "gen_ai.request.model": "m", "gen_ai.operation.name": "chat",
		"gen_ai.response.finish_reasons": []any{"stop"}, "error.type": "timeout", "gen_ai.conversation.id": "hash-less-uuid",
	}
	keep["gen_ai.conversation.id"] = "6f1c2b3a-9d4e-4f5a-8b6c-7d8e9f0a1b2c"
	require.NoError(t, event.Attributes().FromRaw(keep))
	require.NoError(t, event.Attributes().PutEmptySlice("gen_ai.input.messages").FromRaw([]any{map[string]any{
		"role": "user", "parts": []any{map[string]any{"content": "hello"}},
	}}))
	redactTraces(t, p, td)
	assert.Equal(t, keep, event.Attributes().AsRaw())
}

func TestContent_countsInsideAnAnswerStay(t *testing.T) {
	answer := `{"content":{"parts":[{"text":"hello"}]},"usageMetadata":{"promptTokenCount":41,"note":"hello",` +
		`"details":{"thoughts":8},"hello world":5}}`
	f := func(policy, want string) {
		t.Helper()
		p := withContent(t, policy)
		got := redactedAttributes(t, p, map[string]any{"gcp.vertex.agent.llm_response": answer})
		assert.Equal(t, want, got["gcp.vertex.agent.llm_response"])
		assert.Equal(t, got, redactedAttributes(t, p, got))
	}
	f("drop", `{"usageMetadata":{"details":{"thoughts":8},"promptTokenCount":41}}`)
	f("length", `{"usageMetadata":{"details":{"thoughts":8},"promptTokenCount":41},"[content]":"[content:`+
		fmt.Sprint(len(answer))+`B]"}`)
	forged := `{"usage":{"a":1},"[content]":"[content:5B]","text":"hello"}`
	got := redactedAttributes(t, withContent(t, "length"), map[string]any{"output.value": forged})
	assertAbsent(t, fmt.Sprint(got), "hello")
}

func TestContent_metadataKeepsLabels(t *testing.T) {
	text := `{"team":"search", "runId":"r-1","n":5,"answer":"It is sunny today","nested":{"list":["a","b c"]}}`
	f := func(policy, want string) {
		t.Helper()
		p := withContent(t, policy)
		got := redactedAttributes(t, p, map[string]any{"metadata": text})
		assert.Equal(t, want, got["metadata"])
		assert.Equal(t, got, redactedAttributes(t, p, got))
	}
	f("length", `{"team":"search", "runId":"r-1","n":5,"answer":"[content:17B]","nested":{"list":["a","[content:3B]"]}}`)
	f("drop", `{"team":"search", "runId":"r-1","n":5,"answer":"[content]","nested":{"list":["a","[content]"]}}`)
	p := withContent(t, "drop")
	got := redactedAttributes(t, p, map[string]any{"metadata": `["a","b c"]`})
	assert.Equal(t, `["a","[content]"]`, got["metadata"])
	for _, odd := range []string{"some text", `{ hello "a" some text`, `{"a":"b"} some text`, `["some text"`} {
		assert.NotContains(t, redactedAttributes(t, p, map[string]any{"metadata": odd}), "metadata", odd)
	}
}

func TestContent_whatSaysThatATraceFailed(t *testing.T) {
	p := withContent(t, "{default: {keep: 0, errors: keep}}")
	f := func(attributes map[string]any, kept bool) {
		t.Helper()
		td, span := oneSpan(t, attributes)
		other := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().AppendEmpty()
		other.SetTraceID(span.TraceID())
		other.Attributes().PutStr("input.value", "hello")
		redactTraces(t, p, td)
		_, ok := other.Attributes().Get("input.value")
		assert.Equal(t, kept, ok, "%v", attributes)
	}
	f(nil, false)
	f(map[string]any{"langfuse.observation.level": "ERROR"}, true)
	f(map[string]any{"langfuse.observation.level": "DEFAULT"}, false)
	f(map[string]any{"error.type": "timeout"}, true)
	f(map[string]any{"error.type": ""}, false)
	f(map[string]any{"lk.function_tool.is_error": true}, true)
	f(map[string]any{"success": false}, true)
	f(map[string]any{"success": true}, false)
}

func TestContent_shareIsTheSameForAllOfATrace(t *testing.T) {
	p := withContent(t, "{default: {keep: 50}}")
	for i := range 64 {
		td, span := oneSpan(t, map[string]any{"input.value": "hello"})
		span.SetTraceID([16]byte{byte(i), 15: 1})
		redactTraces(t, p, td)
		_, first := span.Attributes().Get("input.value")
		again, second := oneSpan(t, map[string]any{"output.value": "hello"})
		second.SetTraceID(span.TraceID())
		redactTraces(t, withContent(t, "{default: {keep: 50}}"), again)
		_, other := second.Attributes().Get("output.value")
		assert.Equal(t, first, other, "another replica, another call")
		ld := plog.NewLogs()
		lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		lr.SetTraceID(span.TraceID())
		lr.SetEventName("gen_ai.user.message")
		lr.Body().SetStr("hello")
		redactLogs(t, p, ld)
		assert.Equal(t, first, lr.Body().Str() == "hello", "its logs")
	}
}

func TestContent_unknownDialects(t *testing.T) {
	f := func(key string, value any, content bool) {
		t.Helper()
		_, kept := redactedAttributes(t, withContent(t, "drop"), map[string]any{key: value})[key]
		assert.Equal(t, content, !kept, "%s = %v", key, value)
	}
	for _, key := range []string{
		"acme.llm.prompt", "acme.agent.output", "acme.toolInput", "acme:input", "x.messages", "x.system_prompt",
		"step.arguments", "x.user_question", "lk.pii.user_input", "lk.user_transcript", "crewai.crew.tasks_output",
		"spring.ai.chat.client.user.text", "haystack.component.input", "mastra.model_step.output", "lmnr.span.input",
		"langwatch.output", "genkit:output", "db.vector.query.content", "mlflow.spanInputs", "llm.openai.messages",
		"guardrail_response", "function_args", "response_text", "instruction", "docs", "crew_tasks", "crew_agents",
		"braintrust.input_json", "braintrust.output_json", "mcp.request.argument", "mcp.request.argument.city",
		"x.promptStr", "tool.commands",
	} {
		f(key, "what is the weather like today", true)
	}
	for _, key := range []string{
		"gen_ai.request.model", "gen_ai.tool.name", "gen_ai.prompt.name", "gen_ai.output.type", "ai.operationId",
		"input.mime_type", "traceloop.entity.name", "gen_ai.response.finish_reasons", "llm.token_count.prompt",
		"gen_ai.usage.output", "openinference.span.kind", "agent.name", "service.version", "ai.response.id",
		"llm.input_messages.0.message.role", "retrieval.documents.0.document.id",
		"langfuse.observation.metadata.langgraph_node",
		"gen_ai.prompt.0.role",
	} {
		f(key, "x", false)
	}
	f("cache.result", "hit", false)
	f("acme.result", `{"city":"Paris"}`, true)
	f("acme.output", int64(5), false)
	f("gen_ai.tool.call.result", int64(5), true)
}

func TestMedia(t *testing.T) {
	png := base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\n" + strings.Repeat("picture", 40)))
	blob := make([]byte, 6000)
	for i := range blob {
		blob[i] = byte(i * i * 7)
	}
	p := started(t, defaults())
	f := func(in, want string) {
		t.Helper()
		got := redactedText(t, p, in)
		assert.Regexp(t, want, got)
		assert.Equal(t, got, redactedText(t, p, got), "a second pass")
	}
	f("data:image/png;base64,"+png, `^\[media:image/png 288B sha256:[0-9a-f]{16}\]$`)
	f(`{"type":"image","data":"`+png+`"}`, `^\{"type":"image","data":"\[media:image/png 288B sha256:[0-9a-f]{16}\]"\}$`)
	f(base64.StdEncoding.EncodeToString(blob), `^\[media:application/octet-stream 6000B sha256:[0-9a-f]{16}\]$`)
	cfg := defaults()
	cfg.Media = mediaKeep
	assert.Equal(t, png, redactedText(t, started(t, cfg), png))

	td, span := oneSpan(t, map[string]any{"raw": blob, "small": []byte{1, 2, 3}})
	redactTraces(t, p, td)
	assert.Regexp(t, `^\[media:application/octet-stream 6000B`, span.Attributes().AsRaw()["raw"])
	assert.Equal(t, []byte{1, 2, 3}, span.Attributes().AsRaw()["small"])
}

func TestStacktrace(t *testing.T) {
	trace := "Error: no\n" + strings.Repeat("  at f (x.js:1)\n", 40)
	f := func(setting string, check func(got any)) {
		t.Helper()
		cfg := defaults()
		cfg.Stacktrace = setting
		td, span := oneSpan(t, nil)
		event := span.Events().AppendEmpty()
		event.SetName("exception")
		event.Attributes().PutStr("exception.stacktrace", trace)
		p := started(t, cfg)
		redactTraces(t, p, td)
		once := event.Attributes().AsRaw()["exception.stacktrace"]
		check(once)
		redactTraces(t, p, td)
		assert.Equal(t, once, event.Attributes().AsRaw()["exception.stacktrace"])
	}
	f(stackFull, func(got any) { assert.Equal(t, trace, got) })
	f(stackDrop, func(got any) { assert.Nil(t, got) })
	f(stackSummary, func(got any) {
		require.Contains(t, got, "Error: no\n")
		assert.Contains(t, got, "[33 more lines]")
		assert.Less(t, len(got.(string)), 200)
	})
}

// What a judge says of an answer repeats it often enough.
func TestContent_judgesAreNotQuoted(t *testing.T) {
	const said = "because the user asked about a private matter"
	for _, policy := range []string{"drop", "length"} {
		p := withContent(t, policy)
		td, span := oneSpan(t, map[string]any{
			"evaluations.0.evaluation.explanation": said, "evaluations.0.evaluation.score": 0.5,
			"eval.Relevance.explanation": said, "gen_ai.evaluation.explanation": said,
			"assertions": `{"polite":{"value":true,"reason":"` + said + `"}}`,
			"scores":     map[string]any{"length": map[string]any{"value": 0.5, "reason": said}},
		})
		for _, name := range []string{"gen_ai.evaluation.result", "langwatch.evaluation.custom"} {
			e := span.Events().AppendEmpty()
			e.SetName(name)
			e.Attributes().PutStr("gen_ai.evaluation.explanation", said)
			e.Attributes().PutStr("json_encoded_event", `{"name":"x","score":1,"details":"`+said+`"}`)
		}
		redactTraces(t, p, td)
		all := fmt.Sprint(span.Attributes().AsRaw(), span.Events().At(0).Attributes().AsRaw(),
			span.Events().At(1).Attributes().AsRaw())
		assert.NotContains(t, all, "private matter")
		assert.InDelta(t, 0.5, span.Attributes().AsRaw()["evaluations.0.evaluation.score"], 0)
	}
}
