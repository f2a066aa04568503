// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

// genAIText is the GenAI conventions up to 1.27: a prompt and a completion as one document each, in attributes or in
// gen_ai.content.* events.
type genAIText struct{ silent }

var (
	kPrompt     = attr("gen_ai.prompt")
	kCompletion = attr("gen_ai.completion")
)

func (genAIText) inputs(b []byte, v *view) []byte {
	if !v.has(kPrompt) {
		return b
	}
	return v.inputAt(b, kPrompt)
}

func (genAIText) outputs(b []byte, v *view) []byte {
	if !v.has(kCompletion) {
		return b
	}
	return v.outputAt(b, kCompletion)
}
