// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

func TestRead_eachSessionKeyAlone(t *testing.T) {
	for _, key := range dialect.ConversationKeys() {
		for _, value := range []any{"thread-1", int64(7)} {
			s := newSpan(t, "any", "span", attrs{key: value})
			assert.NotEmpty(t, dialect.Read(s).Session, key)
			assert.Equal(t, dialect.Read(s).Session, dialect.Conversation(s), key)
		}
		for _, blank := range []string{"", "null", "None", "<not specified>"} {
			assert.Empty(t, dialect.Read(newSpan(t, "any", "span", attrs{key: blank})).Session, key)
		}
	}
}

func TestRead_finishReasonsInEveryShape(t *testing.T) {
	for _, value := range []any{"stop", `["stop"]`, `"[\"stop\"]"`, []any{"stop"}} {
		for _, key := range []string{"gen_ai.response.finish_reasons", "gen_ai.response.finish_reason"} {
			f := dialect.Read(newSpan(t, "any", "chat m", attrs{"gen_ai.operation.name": "chat", key: value}))
			assert.Equal(t, "stop", f.Metadata.Text("stop_reason"), "%s %v", key, value)
		}
	}
}

func TestRead_tagsInEveryShape(t *testing.T) {
	for _, value := range []any{"a, b", `["a","b"]`, []any{"a", "b"}, []any{"a", "", "b", "None"}} {
		for _, key := range []string{
			"langsmith.span.tags", "langfuse.trace.tags", "tag.tags", "ai.telemetry.metadata.tags",
			"lmnr.association.properties.tags", "logfire.tags",
		} {
			assert.Equal(t, []string{"a", "b"}, dialect.Read(newSpan(t, "any", "s", attrs{key: value})).Tags, "%s %v", key, value)
		}
	}
}

func TestRead_firstTokenInEveryUnit(t *testing.T) {
	f := func(scope, key string, value any) {
		t.Helper()
		got := dialect.Read(newSpan(t, scope, "chat m", attrs{"gen_ai.operation.name": "chat", key: value}))
		assert.Equal(t, int64(1_250_000_000), got.FirstToken.UnixNano(), key)
	}
	at := time.Unix(1, 250_000_000).UTC().Format(time.RFC3339Nano)
	f("ai", "ai.response.msToFirstChunk", 250.0)
	f("ai", "ai.stream.msToFirstChunk", int64(250))
	f("any", "gen_ai.response.time_to_first_chunk", 0.25)
	f("livekit-agents", "lk.response.ttft", 0.25)
	f("strands-agents", "gen_ai.server.time_to_first_token", 250.0)
	f("openlit", "gen_ai.server.time_to_first_token", 0.25)
	f("com.anthropic.claude_code.tracing", "ttft_ms", int64(250))
	f("langfuse-sdk", "langfuse.observation.completion_start_time", at)
	f("langfuse-sdk", "langfuse.observation.completion_start_time", `"`+at+`"`)
	f("@mastra/otel", "mastra.completion_start_time", at)
	for _, odd := range []any{math.NaN(), -1.0, 1e12, "soon"} {
		got := dialect.Read(newSpan(t, "any", "chat m", attrs{"gen_ai.response.time_to_first_chunk": odd}))
		assert.True(t, got.FirstToken.IsZero(), odd)
	}
}

func TestRead_countsThatAreNone(t *testing.T) {
	for _, odd := range []any{math.NaN(), math.Inf(1), int64(-1), -0.5, "many", "", true, "1e400"} {
		f := dialect.Read(newSpan(t, "any", "chat m", attrs{
			"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": odd, "gen_ai.usage.output_tokens": odd,
		}))
		assert.Nil(t, f.Usage, odd)
	}
}

// A price of zero is a price that is not known.
func TestRead_costs(t *testing.T) {
	f := func(key string, value any, want float64) {
		t.Helper()
		got := dialect.Read(newSpan(t, "any", "chat m", attrs{
			"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": int64(1), key: value,
		}))
		assert.InDelta(t, want, got.Usage.TotalCost, 1e-12, key)
	}
	f("operation.cost", 0.25, 0.25)
	f("gen_ai.usage.cost", "0.25", 0.25)
	f("gen_ai.usage.total_cost", 0.25, 0.25)
	f("llm.cost.total", 0.25, 0.25)
	f("gen_ai.usage.cost", 0.0, 0)
	f("gen_ai.usage.cost", math.Inf(1), 0)
}

func TestMapping_saysTheSameTwice(t *testing.T) {
	parts := dialect.Mapping()
	assert.Equal(t, parts, dialect.Mapping())
	for _, p := range parts {
		assert.NotEmpty(t, p.Sources, p.Name)
		for _, s := range p.Sources {
			assert.NotEmpty(t, s.Dialect, p.Name)
		}
	}
}

// An SDK that limits the length of values cuts JSON wherever it is.
func TestRead_cutDocumentsAreShownAsText(t *testing.T) {
	for in, out := range map[string]string{
		"ai.prompt.messages": "ai.response.toolCalls", "gcp.vertex.agent.llm_request": "gcp.vertex.agent.llm_response",
		"request_data": "response_data", "gen_ai.input.messages": "gen_ai.output.messages",
		"genkit:input": "genkit:output", "input.value": "output.value",
	} {
		f := dialect.Read(newSpan(t, "x", "call", attrs{
			"langsmith.span.kind": "llm", in: `{"messages":[{"role":"user","content":"Wha`, out: `{"content":{"parts":[{"te`,
		}))
		assert.Contains(t, string(f.Inputs), `{\"role\":\"user\",\"content\":\"Wha"`, in)
		assert.Contains(t, string(f.Outputs), `{\"parts\":[{\"te"`, out)
	}
}
