// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

// usageKeys says which attributes are read for a count, the first that is an integer. The dotted names that the current
// conventions have for cached and reasoning tokens are not read.
var usageKeys = []struct {
	target string
	keys   []string
}{
	{"input_tokens", []string{"gen_ai.usage.prompt_tokens", "gen_ai.usage.input_tokens", "llm.token_count.prompt"}},
	{"output_tokens", []string{
		"gen_ai.usage.completion_tokens", "gen_ai.usage.output_tokens", "llm.token_count.completion",
	}},
	{"total_tokens", []string{"gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total"}},
}

var usageDetailKeys = []struct{ target, detail, key string }{
	{"input_token_details", "cache_read", "gen_ai.usage.cache_read_input_tokens"},
	{"input_token_details", "cache_creation", "gen_ai.usage.cache_creation_input_tokens"},
	{"output_token_details", "reasoning", "gen_ai.usage.details.reasoning_tokens"},
}

// addUsage puts usage_metadata into the outputs. A run without outputs gets none: its tokens are lost.
func addUsage(a attributes, outputs map[string]any) map[string]any {
	if outputs == nil {
		return nil
	}
	if usage := a.object("langsmith.usage_metadata"); usage != nil {
		outputs["usage_metadata"] = usage
		return outputs
	}
	usage := map[string]any{}
	for _, u := range usageKeys {
		if n, ok := a.firstInt(u.keys...); ok {
			usage[u.target] = n
		}
	}
	for _, u := range usageDetailKeys {
		n, ok := a.firstInt(u.key)
		if !ok {
			continue
		}
		details, _ := usage[u.target].(map[string]any)
		if details == nil {
			details = map[string]any{}
			usage[u.target] = details
		}
		details[u.detail] = n
	}
	if len(usage) > 0 {
		outputs["usage_metadata"] = usage
	}
	return outputs
}
