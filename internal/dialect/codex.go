// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

// codex is OpenAI's Codex CLI. Its spans are hundreds of internals; what the user asked stands in a log record alone,
// which has become an event of the turn when all between them has gone.
// See https://developers.openai.com/codex/config-advanced
type codex struct{ silent }

func (codex) inputs(b []byte, v *view) []byte {
	if !v.has(kCodexPromptEvent) || !isCodexTurn(v.Span) {
		return b
	}
	return v.inputAt(b, kCodexPromptEvent)
}
