// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func TestRead_usageMeansTheSameOfEverySource(t *testing.T) {
	f := func(scope string, attributes attrs, want *run.Usage) {
		t.Helper()
		assert.Equal(t, want, dialect.Read(newSpan(t, scope, "call", attributes)).Usage)
	}
	f("any", attrs{
		"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20,
		"gen_ai.usage.cache_read.input_tokens": 60, "gen_ai.usage.cache_write.input_tokens": 10,
		"gen_ai.usage.reasoning.output_tokens": 5,
	}, &run.Usage{Input: 100, Output: 20, Total: 120, CacheRead: 60, CacheCreation: 10, Reasoning: 5})
	// Counts that leave out the cache are repaired: it cannot be larger than the whole.
	f("any", attrs{
		"gen_ai.usage.input_tokens": 279, "gen_ai.usage.output_tokens": 15,
		"gen_ai.usage.cache_read_input_tokens": 1024, "gen_ai.usage.cache_creation_input_tokens": 96,
	}, &run.Usage{Input: 1399, Output: 15, Total: 1414, CacheRead: 1024, CacheCreation: 96})
	// Traceloop's JavaScript leaves it out even where that cannot be seen.
	f("@traceloop/instrumentation-anthropic", attrs{
		"gen_ai.usage.input_tokens": 2000, "gen_ai.usage.output_tokens": 15,
		"gen_ai.usage.cache_read.input_tokens": 1000,
	}, &run.Usage{Input: 3000, Output: 15, Total: 3015, CacheRead: 1000})
	f("ai", attrs{ // AI SDK 5 with Anthropic
		"ai.operationId": "ai.generateText.doGenerate", "ai.usage.inputTokens": 2000, "ai.usage.outputTokens": 7,
		"ai.response.providerMetadata": `{"anthropic":{"usage":{"cache_read_input_tokens":1000,"cache_creation_input_tokens":50}}}`,
	}, &run.Usage{Input: 3050, Output: 7, Total: 3057, CacheRead: 1000, CacheCreation: 50})
	f("ai", attrs{ // AI SDK 6
		"ai.usage.inputTokens": 3050, "ai.usage.outputTokens": 7, "ai.usage.inputTokenDetails.noCacheTokens": 2000,
		"ai.usage.inputTokenDetails.cacheReadTokens": 1000, "ai.usage.inputTokenDetails.cacheWriteTokens": 50,
		"ai.response.providerMetadata": `{"anthropic":{"usage":{"cache_read_input_tokens":1000}}}`,
	}, &run.Usage{Input: 3050, Output: 7, Total: 3057, CacheRead: 1000, CacheCreation: 50})
	f("langfuse-sdk", attrs{ // disjoint buckets
		"langfuse.observation.type":          "generation",
		"langfuse.observation.usage_details": `{"input":74,"input_cached_tokens":128,"output":20,"output_reasoning_tokens":5,"total":227}`,
		"langfuse.observation.cost_details":  `{"input":0.001,"output":0.002}`,
	}, &run.Usage{
		Input: 202, Output: 25, Total: 227, CacheRead: 128, Reasoning: 5, InputCost: 0.001, OutputCost: 0.002, TotalCost: 0.003,
	})
	f("com.anthropic.claude_code.tracing", attrs{
		"span.type": "llm_request", "input_tokens": 3163, "output_tokens": 42, "cache_read_tokens": 1024,
		"cache_creation_tokens": 96,
	}, &run.Usage{Input: 4283, Output: 42, Total: 4325, CacheRead: 1024, CacheCreation: 96})
	f("gcp.vertex.agent", attrs{ // Gemini counts thoughts beside the answer
		"gen_ai.usage.input_tokens": 41, "gen_ai.usage.output_tokens": 12,
		"gcp.vertex.agent.llm_response": `{"usageMetadata":{"promptTokenCount":41,"candidatesTokenCount":12,"thoughtsTokenCount":8}}`,
	}, &run.Usage{Input: 41, Output: 20, Total: 61, Reasoning: 8})
	f("openinference", attrs{ // more reasoning than output
		"llm.token_count.prompt": 10, "llm.token_count.completion": 50,
		"llm.token_count.completion_details.reasoning": 60,
	}, &run.Usage{Input: 10, Output: 50, Total: 60, Reasoning: 50})
	f("langsmith", attrs{
		"langsmith.usage_metadata": `{"input_tokens":9,"output_tokens":1,"total_tokens":10,
			"input_token_details":{"cache_read":4,"ephemeral_5m_input_tokens":2},"total_cost":0.5}`,
		"gen_ai.usage.input_tokens": 1,
	}, &run.Usage{Input: 9, Output: 1, Total: 10, CacheRead: 4, CacheCreation: 2, TotalCost: 0.5})
	rare := &run.Usage{Input: 20, Output: 9, Total: 29, CacheRead: 1, CacheCreation: 5, CacheHour: 3, InputImage: 2, OutputImage: 2}
	rare.Long.Input, rare.Long.CacheRead, rare.Long.Output = 6, 4, 3
	f("langsmith", attrs{
		"langsmith.usage_metadata": `{"input_tokens":20,"output_tokens":9,
			"input_token_details":{"cache_read":1,"ephemeral_5m_input_tokens":2,"ephemeral_1h_input_tokens":3,"image":2,
				"over_200k":6,"cache_read_over_200k":4},
			"output_token_details":{"image":2,"over_200k":3}}`,
	}, rare)
	f("any", attrs{ // no detail exceeds what the others leave
		"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 5, "gen_ai.usage.cache_read.input_tokens": 7,
		"gen_ai.usage.image.input_tokens": 8, "gen_ai.usage.image.output_tokens": 4, "gen_ai.usage.reasoning.output_tokens": 2,
	}, &run.Usage{Input: 10, Output: 5, Total: 15, CacheRead: 7, InputImage: 3, Reasoning: 2, OutputImage: 3})
}

func TestRead_numbersAreGuarded(t *testing.T) {
	f := func(input any, want *run.Usage) {
		t.Helper()
		assert.Equal(t, want, dialect.Read(newSpan(t, "any", "call", attrs{"gen_ai.usage.input_tokens": input})).Usage, "%v", input)
	}
	f(7, &run.Usage{Input: 7, Total: 7})
	f(7.0, &run.Usage{Input: 7, Total: 7})
	f("7", &run.Usage{Input: 7, Total: 7})
	f(`"7"`, &run.Usage{Input: 7, Total: 7})
	f("7.0", &run.Usage{Input: 7, Total: 7})
	f(0, &run.Usage{})
	f(-7, nil)
	f(math.NaN(), nil)
	f(math.Inf(1), nil)
	f("many", nil)
	f("NaN", nil)
	f(true, nil)
	f(int64(math.MaxInt64), &run.Usage{Input: 1e12, Total: 1e12})
}

func TestRead_zeroIsNoPrice(t *testing.T) {
	f := dialect.Read(newSpan(t, "openlit", "chat", attrs{"gen_ai.usage.input_tokens": 1, "gen_ai.usage.cost": 0}))
	assert.Zero(t, f.Usage.TotalCost)
}

func TestRead_rollUpIsMarked(t *testing.T) {
	agent := attrs{"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 5}
	assert.True(t, dialect.Read(newSpan(t, "any", "a", agent)).RollUp)
	chat := attrs{"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5}
	assert.False(t, dialect.Read(newSpan(t, "any", "a", chat)).RollUp)
}
