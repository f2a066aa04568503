// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "github.com/otelcol-langsmith/otelcol-langsmith/internal/run"

// requestNames are the parameters in a provider's own request, by the short names under which they are shown. Everything
// else there is content, or noise.
var requestNames = map[string]string{
	"model": "model", "temperature": "temperature", "seed": "seed", "stream": "stream", "n": "n",
	"top_p": "top_p", "topP": "top_p", "top_k": "top_k", "topK": "top_k",
	"max_tokens": "max_tokens", "maxTokens": "max_tokens", "max_output_tokens": "max_tokens",
	"maxOutputTokens": "max_tokens", "max_completion_tokens": "max_tokens",
	"stop": "stop", "stop_sequences": "stop", "stopSequences": "stop",
	"presence_penalty": "presence_penalty", "presencePenalty": "presence_penalty",
	"frequency_penalty": "frequency_penalty", "frequencyPenalty": "frequency_penalty",
	"tool_choice": "tool_choice", "toolChoice": "tool_choice",
	"response_format": "response_format", "thinking": "thinking", "reasoning": "reasoning",
}

// requestParams adds what a request says beside its messages: parameters, and the tools that the model was offered.
func (v *view) requestParams(f *Fields, request string) {
	for k, item := range members(request) {
		if k == "tools" {
			v.setTools(f, item)
			continue
		}
		name, ok := requestNames[k]
		if !ok || f.Invocation.Has(name) {
			continue
		}
		if isObject(item) || isArray(item) && length(item) > 0 {
			f.setParameter(name, run.RawJSON(item))
		} else {
			f.setParameter(name, rawScalar(item))
		}
	}
}
