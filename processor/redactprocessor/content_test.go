// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/walk"
)

var placeOfTest = walk.Place{Site: walk.SpanAttribute}

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
		td, span := oneSpan(t, map[string]any{"gen_ai.input.messages": "hello", "gen_ai.request.model": "m",
			"llm.input_messages.0.message.role":    "user",
			"llm.input_messages.0.message.content": "hello"})
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
	require.NoError(t, message.Body().SetEmptyMap().FromRaw(map[string]any{"index": 0, "finish_reason": "stop",
		"message": map[string]any{"role": "assistant", "content": "hello", "tool_calls": []any{
			map[string]any{"id": "call_1", "type": "function", "function": map[string]any{"name": "f", "arguments": "{}"}},
		}}}))
	text := records.AppendEmpty()
	text.SetEventName("gen_ai.user.message")
	text.Body().SetStr("hello")
	plain := records.AppendEmpty()
	plain.Body().SetStr("started")
	redactLogs(t, p, ld)
	assert.Equal(t, map[string]any{"index": int64(0), "finish_reason": "stop",
		"message": map[string]any{"role": "assistant", "tool_calls": []any{
			map[string]any{"id": "call_1", "type": "function", "function": map[string]any{"name": "f"}},
		}}}, message.Body().Map().AsRaw(), "what describes the message stays")
	assert.Equal(t, pcommon.ValueTypeEmpty, text.Body().Type())
	assert.Equal(t, "started", plain.Body().Str())
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
