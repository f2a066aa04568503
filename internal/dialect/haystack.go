// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// haystack is deepset's Haystack: the inputs and outputs of components by the names of their sockets. Models tell
// their name and usage inside of what they answer.
// See https://docs.haystack.deepset.ai/docs/tracing
type haystack struct{}

var (
	kComponentName   = attr("haystack.component.name")
	kComponentInput  = attr("haystack.component.input")
	kComponentOutput = attr("haystack.component.output")

	kHaystackInputs  = []slot{kComponentInput, attr("haystack.pipeline.input_data"), attr("haystack.agent.input")}
	kHaystackOutputs = []slot{kComponentOutput, attr("haystack.pipeline.output_data"), attr("haystack.agent.output")}
)

func (haystack) name(v *view) string { return v.text(kComponentName) }

func (haystack) model(v *view) (provider, model string) {
	return "", memberText(v.haystackMeta(), "model")
}

func (haystack) usage(v *view, c *counts) {
	usage := member(v.haystackMeta(), "usage")
	if usage == "" || c.counted() {
		return
	}
	fillRaw(&c.input, usage, "prompt_tokens", "input_tokens")
	fillRaw(&c.output, usage, "completion_tokens", "output_tokens")
	fillRaw(&c.total, usage, "total_tokens")
	fillRaw(&c.cacheRead, usage, "cache_read_input_tokens")
	fillRaw(&c.cacheCreation, usage, "cache_creation_input_tokens")
	c.openAIDetails(usage)
}

// haystackMeta returns what a model says of itself: beside its answers, or in each of them.
func (v *view) haystackMeta() string {
	raw := v.raw(kComponentOutput)
	meta := member(raw, "meta")
	for item := range elements(meta) {
		return item
	}
	for reply := range elements(member(raw, "replies")) {
		return firstFilled(member(reply, "meta", "_meta"), meta)
	}
	return meta
}

func (haystack) inputs(b []byte, v *view) []byte {
	if messages := member(v.raw(kComponentInput), "messages"); v.kind == run.LLM && length(messages) > 0 {
		return appendMessages(b, "", messages)
	}
	for _, s := range kHaystackInputs {
		if v.has(s) {
			return v.inputAt(b, s)
		}
	}
	return b
}

func (haystack) outputs(b []byte, v *view) []byte {
	if replies := member(v.raw(kComponentOutput), "replies"); v.kind == run.LLM && length(replies) > 0 {
		return appendReplies(b, replies)
	}
	for _, s := range kHaystackOutputs {
		if v.has(s) {
			return v.outputAt(b, s)
		}
	}
	return b
}

// appendReplies appends answers, which are messages or, of generators that are no chats, plain texts.
func appendReplies(b []byte, replies string) []byte {
	start := len(b)
	b = append(b, `{"messages":[`...)
	empty := len(b)
	for reply := range elements(replies) {
		if isString(reply) {
			b = (&message{role: "assistant", parts: []part{{text: reply}}}).append(b)
		} else {
			b = appendMessage(b, reply)
		}
	}
	if len(b) == empty {
		return b[:start]
	}
	return append(b, "]}"...)
}

func (haystack) details(v *view, f *Fields) {
	if !v.has(kComponentName) {
		return
	}
	if reason := memberText(v.haystackMeta(), "finish_reason"); reason != "" {
		f.meta("stop_reason", run.Str(reason))
	}
	input := v.raw(kComponentInput)
	v.requestParams(f, input)
	v.requestParams(f, member(input, "generation_kwargs"))
}

// haystackKind reads the class of a component, like OpenAIChatGenerator.
func haystackKind(component string) run.Kind {
	for _, suffix := range [...]struct {
		text string
		kind run.Kind
	}{
		{"Generator", run.LLM},
		{"Embedder", run.Embedding},
		{"Retriever", run.Retriever},
		{"Ranker", run.Retriever},
		{"ToolInvoker", run.Tool},
		{"PromptBuilder", run.Prompt},
		{"Parser", run.Parser},
		{"AnswerBuilder", run.Parser},
	} {
		if strings.HasSuffix(component, suffix.text) {
			return suffix.kind
		}
	}
	return run.Chain
}
