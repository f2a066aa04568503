// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

// liveKit is LiveKit Agents. Its attributes were renamed with a "pii" segment; both spellings are read.
// See https://docs.livekit.io/agents/observability
type liveKit struct{ silent }

var (
	kLKInputs = []slot{
		attr("lk.pii.function_tool.arguments"), attr("lk.function_tool.arguments"), attr("lk.pii.chat_ctx"),
		attr("lk.chat_ctx"),
		attr("lk.pii.user_input"), attr("lk.user_input"), attr("lk.pii.input_text"), attr("lk.input_text"),
	}
	kLKOutputs = []slot{
		attr("lk.pii.function_tool.output"), attr("lk.function_tool.output"), attr("lk.pii.response.text"),
		attr("lk.response.text"),
		attr("lk.pii.response.function_calls"), attr("lk.response.function_calls"), attr("lk.pii.user_transcript"),
		attr("lk.user_transcript"),
	}
	kLKInstructions    = attr("lk.pii.instructions")
	kLKInstructionsOld = attr("lk.instructions")

	_ = []slot{
		attr("lk.llm_metrics"), attr("lk.function_tool.is_error"),
	}
)

func (liveKit) inputs(b []byte, v *view) []byte {
	for _, s := range kLKInputs {
		if v.has(s) {
			return v.inputAt(b, s)
		}
	}
	return b
}

func (liveKit) outputs(b []byte, v *view) []byte {
	for _, s := range kLKOutputs {
		if v.has(s) {
			return v.outputAt(b, s)
		}
	}
	return b
}
