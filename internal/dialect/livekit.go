// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "github.com/otelcol-langsmith/otelcol-langsmith/internal/run"

// liveKit is LiveKit Agents. Its attributes were renamed with a "pii" segment; both spellings are read.
// See https://docs.livekit.io/agents/observability
type liveKit struct{}

var (
	kLKToolNames = []slot{attr("lk.pii.function_tool.name"), attr("lk.function_tool.name")}
	kLKArguments = []slot{attr("lk.pii.function_tool.arguments"), attr("lk.function_tool.arguments")}
	kLKResults   = []slot{attr("lk.pii.function_tool.output"), attr("lk.function_tool.output")}
	kLKContext   = []slot{attr("lk.pii.chat_ctx"), attr("lk.chat_ctx")}
	kLKSaid      = []slot{attr("lk.pii.user_input"), attr("lk.user_input")}
	kLKSpoken    = []slot{attr("lk.pii.input_text"), attr("lk.input_text")}
	kLKAnswer    = []slot{attr("lk.pii.response.text"), attr("lk.response.text")}
	kLKCalls     = []slot{attr("lk.pii.response.function_calls"), attr("lk.response.function_calls")}
	kLKHeard     = []slot{attr("lk.pii.user_transcript"), attr("lk.user_transcript")}

	kLKInstructions    = attr("lk.pii.instructions")
	kLKInstructionsOld = attr("lk.instructions")

	kLKMetrics = attr("lk.llm_metrics")
	_          = attr("lk.function_tool.is_error")
)

func (liveKit) name(v *view) string {
	if v.kind == run.Tool {
		return v.text(kLKToolNames...)
	}
	return ""
}

func (liveKit) model(*view) (provider, model string) { return "", "" }

// usage reads the metrics of versions that did not yet count in the words of the conventions.
func (liveKit) usage(v *view, c *counts) {
	metrics := v.raw(kLKMetrics)
	if metrics == "" || c.counted() {
		return
	}
	fillRaw(&c.input, metrics, "prompt_tokens", "promptTokens")
	fillRaw(&c.output, metrics, "completion_tokens", "completionTokens")
	fillRaw(&c.cacheRead, metrics, "prompt_cached_tokens", "promptCachedTokens")
}

func (liveKit) inputs(b []byte, v *view) []byte {
	items := member(v.raw(kLKContext...), "items")
	switch {
	case v.has(kLKArguments...):
		return v.firstInput(b, kLKArguments)
	case length(items) > 0:
		return appendMessages(b, v.system(), items)
	case v.has(kLKContext...):
		return v.firstInput(b, kLKContext)
	case v.has(kLKSaid...) && v.system() != "":
		return appendMessages(b, v.system(), quote(v.label(kLKSaid...)))
	case v.has(kLKSaid...):
		return v.firstInput(b, kLKSaid)
	case v.has(kLKSpoken...):
		return v.firstInput(b, kLKSpoken)
	}
	return b
}

func (liveKit) outputs(b []byte, v *view) []byte {
	calls := v.raw(kLKCalls...)
	switch {
	case v.has(kLKResults...):
		return v.firstOutput(b, kLKResults)
	case length(calls) > 0:
		m := message{role: "assistant"}
		if t := v.label(kLKAnswer...); t != "" {
			m.parts = append(m.parts, part{text: quote(t)})
		}
		for call := range elements(calls) {
			m.calls = append(m.calls, readCall(call))
		}
		return append(m.append(append(b, `{"messages":[`...)), "]}"...)
	case v.has(kLKAnswer...):
		return v.firstOutput(b, kLKAnswer)
	case v.has(kLKHeard...):
		return v.firstOutput(b, kLKHeard)
	}
	return b
}

func (liveKit) details(*view, *Fields) {}

func (v *view) firstInput(b []byte, slots []slot) []byte {
	for _, s := range slots {
		if v.has(s) {
			return v.inputAt(b, s)
		}
	}
	return b
}

func (v *view) firstOutput(b []byte, slots []slot) []byte {
	for _, s := range slots {
		if v.has(s) {
			return v.outputAt(b, s)
		}
	}
	return b
}
