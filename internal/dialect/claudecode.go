// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// claudeCode is the traces of Anthropic's Claude Code, whose attributes have no prefix: they are read under its scope
// only.
// See https://code.claude.com/docs/en/monitoring-usage
type claudeCode struct{}

var (
	kClaudeTool   = attr("tool_name")
	kClaudePrompt = attr("user_prompt")
	kClaudeModel  = attr("model")
	kClaudeInput  = attr("input_tokens")
	kClaudeOutput = attr("output_tokens")
	kClaudeRead   = attr("cache_read_tokens")
	kClaudeWrite  = attr("cache_creation_tokens")
	kClaudeTTFT   = attr("ttft_ms")
	kClaudeStop   = attr("stop_reason")

	claudeToolInputs = []struct {
		slot slot
		name string
	}{
		{attr("full_command"), "command"},
		{attr("file_path"), "file_path"},
		{attr("subagent_type"), "subagent_type"},
		{attr("skill_name"), "skill_name"},
		{attr("url"), "url"},
		{attr("pattern"), "pattern"},
	}
)

func (claudeCode) name(v *view) string {
	if v.kind == run.Tool && isClaudeCode(v.Scope) {
		return v.text(kClaudeTool)
	}
	return ""
}

func (claudeCode) model(v *view) (provider, model string) {
	if !isClaudeCode(v.Scope) {
		return "", ""
	}
	model, _, _ = strings.Cut(v.text(kClaudeModel), "[") // claude-opus-4-8[1m]: with a long context
	return "anthropic", model
}

func (claudeCode) usage(v *view, c *counts) {
	if !isClaudeCode(v.Scope) || c.counted() {
		return
	}
	c.totalCost = v.spent
	fill(&c.input, v, kClaudeInput)
	fill(&c.output, v, kClaudeOutput)
	fill(&c.cacheRead, v, kClaudeRead)
	fill(&c.cacheCreation, v, kClaudeWrite)
	c.exclusiveInput = true
}

func (claudeCode) inputs(b []byte, v *view) []byte {
	if !isClaudeCode(v.Scope) {
		return b
	}
	if v.has(kClaudePrompt) {
		return v.inputAt(b, kClaudePrompt)
	}
	if v.kind != run.Tool {
		return b
	}
	b = append(b, '{')
	for _, in := range claudeToolInputs {
		if v.has(in.slot) {
			b = appendAny(appendName(b, in.name), v.values[in.slot], 0)
		}
	}
	return append(b, '}')
}

// outputs are a tool's own event, and what the model said: that is a log record of the whole turn, which has become an
// event of the turn's span.
func (claudeCode) outputs(b []byte, v *view) []byte {
	for _, s := range []slot{kToolOutputEvent, kResponseEvent} {
		if v.has(s) {
			return v.outputAt(b, s)
		}
	}
	return b
}

func (claudeCode) details(v *view, f *Fields) {
	if !isClaudeCode(v.Scope) {
		return
	}
	v.firstTokenAfter(f, kClaudeTTFT, 1e6)
	if stop := v.text(kClaudeStop); stop != "" {
		f.meta("stop_reason", run.Str(stop))
	}
	if tool := strings.TrimSpace(v.text(kClaudeTool)); tool != "" && v.kind != run.Tool {
		f.meta("tool_name", run.Str(tool))
	}
}

// claudeToolEvent is a log record of the turn that tells all arguments of a tool call. The call's span has some of them.
const claudeToolEvent = "claude_code.tool_result"

func (v *view) claudeCall(e ptrace.SpanEvent) Call {
	a := e.Attributes()
	return Call{HasSpan: true, ID: attribute(a, "tool_use_id"), Inputs: v.namedContent(a, "tool_input", "input")}
}

// WithMembers adds the members of another JSON object to one, except those that it has.
func WithMembers(object, others []byte) []byte {
	was := string(object)
	switch {
	case was == "":
		return others
	case !isObject(was) || !isObject(string(others)) || was[len(was)-1] != '}':
		return object
	}
	b := append([]byte{}, was[:len(was)-1]...)
	for name, value := range members(string(others)) {
		if member(was, name) == "" {
			b = append(appendName(b, name), value...)
		}
	}
	return append(b, '}')
}
