// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "strings"

func (vercel) usage(v *view, c *counts) {
	if !c.counted() {
		fill(&c.input, v, kAIInput...)
		fill(&c.output, v, kAIOutput...)
	}
	fill(&c.total, v, kAITotal)
	fill(&c.cacheRead, v, kReadDetail, kCachedInput)
	fill(&c.cacheCreation, v, kWriteDetail)
	fill(&c.reasoning, v, kReasonDetail, kReasoningCount)
	for name, provider := range members(v.raw(kAIMetadata)) {
		v.providerCounts(c, name, provider)
	}
}

// providerCounts reads what a provider tells beside the AI SDK's own counts, which up to version 5 are the provider's
// and mean what they mean there.
func (v *view) providerCounts(c *counts, name, provider string) {
	told := noCounts
	told.addProvider(provider, maxUsageDepth)
	for _, count := range [...]struct{ to, from *int64 }{
		{&c.cacheRead, &told.cacheRead},
		{&c.cacheCreation, &told.cacheCreation},
		{&c.cacheHour, &told.cacheHour},
		{&c.reasoning, &told.reasoning},
	} {
		if *count.to < 0 {
			*count.to = *count.from
		}
	}
	if c.totalCost == 0 {
		c.totalCost = told.totalCost
	}
	switch name {
	case "anthropic", "bedrock": // leave out the cache
		c.exclusiveInput = c.exclusiveInput || strings.HasPrefix(v.Scope.Name(), "ai") &&
			!v.has(kNoCacheDetail, kReadDetail, kWriteDetail)
	case "google", "vertex": // leave out the thoughts
		c.exclusiveOutput = c.exclusiveOutput || told.reasoning > 0 && told.output == c.output &&
			!v.has(kReasonDetail, kReasoningCount, kReadDetail)
	}
}

// maxUsageDepth is how deep details stand in what a provider tells: {"usage":{"promptTokensDetails":{"cachedTokens":…}}}.
const maxUsageDepth = 3

// addProvider adds what the members of a provider's object count, in it and in what it calls its usage.
func (c *counts) addProvider(object string, depth int) {
	for name, value := range members(object) {
		switch {
		case isObject(value):
			if providerUsages[name] && depth > 1 {
				c.addProvider(value, depth-1)
			}
		case name == "cost":
			fillRawCost(&c.totalCost, object, name)
		default:
			c.addNamed(name, value)
		}
	}
}

// addNamed takes a count in, by the name that some provider has for it. Of one told twice the larger counts: a name may
// be there for its own sake, with zero.
func (c *counts) addNamed(name, value string) {
	var count *int64
	switch name {
	case "cachedPromptTokens", "promptCacheHitTokens", "cachedTokens", "cached_tokens", "cachedContentTokenCount",
		"cache_read_input_tokens", "cacheReadInputTokens", "cacheReadTokens":
		count = &c.cacheRead
	case "cache_creation_input_tokens", "cacheCreationInputTokens", "cacheWriteInputTokens", "cacheWriteTokens":
		count = &c.cacheCreation
	case "ephemeral_1h_input_tokens":
		count = &c.cacheHour
	case "reasoningTokens", "reasoning_tokens", "thoughtsTokenCount":
		count = &c.reasoning
	case "candidatesTokenCount":
		count = &c.output
	default:
		return
	}
	if n, ok := parseCount(unquote(value)); ok {
		*count = max(*count, n)
	}
}

// providerUsages are the members of a provider's object that hold counts.
var providerUsages = map[string]bool{
	"usage": true, "usageMetadata": true, "cache_creation": true,
	"promptTokensDetails": true, "completionTokensDetails": true,
	"prompt_tokens_details": true, "completion_tokens_details": true,
	"inputTokensDetails": true, "outputTokensDetails": true,
	"input_tokens_details": true, "output_tokens_details": true,
}
