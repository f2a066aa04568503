// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func TestRead_usageThatProvidersTellTheAISDK(t *testing.T) {
	f := func(metadata string, want *run.Usage) {
		t.Helper()
		s := newSpan(t, "ai", "call", attrs{
			"ai.operationId": "ai.generateText.doGenerate", "ai.usage.promptTokens": 100, "ai.usage.completionTokens": 50,
			"ai.response.providerMetadata": metadata,
		})
		assert.Equal(t, want, dialect.Read(s).Usage)
	}
	f(`{"openai":{"cachedPromptTokens":40,"reasoningTokens":30,"logprobs":null}}`,
		&run.Usage{Input: 100, Output: 50, Total: 150, CacheRead: 40, Reasoning: 30})
	f(`{"deepseek":{"promptCacheHitTokens":60,"promptCacheMissTokens":40}}`,
		&run.Usage{Input: 100, Output: 50, Total: 150, CacheRead: 60})
	f(`{"someCompatibleHost":{"cachedPromptTokens":"40","reasoningTokens":null}}`,
		&run.Usage{Input: 100, Output: 50, Total: 150, CacheRead: 40})
	f(`{"anthropic":{"usage":{"input_tokens":100,"cache_read_input_tokens":40,
			"cache_creation":{"ephemeral_1h_input_tokens":4}},"cacheCreationInputTokens":10}}`,
		&run.Usage{Input: 150, Output: 50, Total: 200, CacheRead: 40, CacheCreation: 10, CacheHour: 4})
	f(`{"anthropic":{"cacheReadInputTokens":40,"cacheCreationInputTokens":10},"gateway":{"cost":"0.25"}}`,
		&run.Usage{Input: 150, Output: 50, Total: 200, CacheRead: 40, CacheCreation: 10, TotalCost: 0.25})
	f(`{"bedrock":{"usage":{"cacheReadInputTokens":40,"cacheCreationInputTokens":10,"cacheWriteInputTokens":0}}}`,
		&run.Usage{Input: 150, Output: 50, Total: 200, CacheRead: 40, CacheCreation: 10})
	f(`{"google":{"usageMetadata":{"candidatesTokenCount":50,"thoughtsTokenCount":7,"cachedContentTokenCount":20}}}`,
		&run.Usage{Input: 100, Output: 57, Total: 157, CacheRead: 20, Reasoning: 7})
	f(`{"openrouter":{"provider":"x","usage":{"promptTokens":100,"promptTokensDetails":{"cachedTokens":40},
			"completionTokensDetails":{"reasoningTokens":5},"cost":0.5,"costDetails":{"upstreamInferenceCost":0.4}}}}`,
		&run.Usage{Input: 100, Output: 50, Total: 150, CacheRead: 40, Reasoning: 5, TotalCost: 0.5})
	f(`{"perplexity":{"usage":{"cost":{"total_cost":1},"usage":{"usage":{"usage":{"reasoningTokens":1}}}}},"x":[1],"y":7}`,
		&run.Usage{Input: 100, Output: 50, Total: 150})
}
