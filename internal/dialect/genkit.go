// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// genkit is Google's Genkit, which writes the whole input and output of each action.
// See https://genkit.dev/docs/observability/telemetry-collection
type genkit struct{}

var (
	kGenkitName   = attr("genkit:name")
	kGenkitInput  = attr("genkit:input")
	kGenkitOutput = attr("genkit:output")
	kGenkitType   = attr("genkit:type")
	_             = []slot{
		attr("genkit:path"), attr("genkit:isRoot"), attr("genkit:state"), attr("genkit:error"),
	}
)

func (genkit) name(v *view) string { return v.text(kGenkitName) }

// model is the name of the action: "googleai/gemini-2.5-flash".
func (genkit) model(v *view) (provider, model string) {
	if v.kind != run.LLM && v.kind != run.Embedding {
		return "", ""
	}
	provider, model, _ = strings.Cut(v.text(kGenkitName), "/")
	return provider, model
}

func (genkit) usage(v *view, c *counts) {
	if v.kind != run.LLM && v.kind != run.Embedding {
		return
	}
	u := member(v.raw(kGenkitOutput), "usage")
	if u == "" || c.counted() {
		return
	}
	fillRaw(&c.input, u, "inputTokens")
	fillRaw(&c.output, u, "outputTokens")
	fillRaw(&c.total, u, "totalTokens")
	fillRaw(&c.cacheRead, u, "cachedContentTokens")
	fillRaw(&c.reasoning, u, "thoughtsTokens")
	// Gemini counts thoughts beside the answer, others in it: the total tells.
	c.exclusiveOutput = c.reasoning > 0 && c.total == c.input+c.output+c.reasoning
}

func (genkit) inputs(b []byte, v *view) []byte {
	if !v.has(kGenkitInput) {
		return b
	}
	if messages := member(v.raw(kGenkitInput), "messages"); v.isGenerate() && messages != "" {
		return appendMessages(b, "", messages)
	}
	return v.inputAt(b, kGenkitInput)
}

// details reads the configuration of a model call, the tools that it was offered, and why it stopped.
func (genkit) details(v *view, f *Fields) {
	if v.kind != run.LLM {
		return
	}
	request := v.raw(kGenkitInput)
	v.requestParams(f, request)
	v.requestParams(f, member(request, "config"))
	if reason := memberText(v.raw(kGenkitOutput), "finishReason"); reason != "" {
		f.meta("stop_reason", run.Str(reason))
	}
}

func (genkit) outputs(b []byte, v *view) []byte {
	if !v.has(kGenkitOutput) {
		return b
	}
	raw := v.raw(kGenkitOutput)
	m := member(raw, "message")
	if m == "" {
		for candidate := range elements(member(raw, "candidates")) {
			m = member(candidate, "message")
			break
		}
	}
	if list := member(raw, "messages"); m == "" && v.kind != run.LLM {
		m = list // of a prompt that was rendered
	}
	if v.isGenerate() && m != "" {
		return appendMessages(b, "", m)
	}
	return v.outputAt(b, kGenkitOutput)
}

// isGenerate reports whether the span is a call of a model, or one of Genkit's own steps around it, whose inputs and
// outputs have the same shape.
func (v *view) isGenerate() bool {
	switch v.text(kGenkitType) {
	case "util", "dotprompt", "promptTemplate":
		return true
	}
	return v.kind == run.LLM
}
