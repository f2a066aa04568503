// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// langfuse is the attributes of Langfuse's SDKs: inputs and outputs as texts, counts in disjoint buckets.
// See https://langfuse.com/integrations/native/opentelemetry
type langfuse struct{ silent }

var (
	kLFInput      = attr("langfuse.observation.input")
	kLFOutput     = attr("langfuse.observation.output")
	kLFTraceIn    = attr("langfuse.trace.input")
	kLFTraceOut   = attr("langfuse.trace.output")
	kLFModel      = attr("langfuse.observation.model.name")
	kLFParams     = attr("langfuse.observation.model.parameters")
	kLFParamsOld  = attr("langfuse.observation.model_parameters")
	kLFUsage      = attr("langfuse.observation.usage_details")
	kLFCost       = attr("langfuse.observation.cost_details")
	kLFFirstToken = attr("langfuse.observation.completion_start_time")
	kLFProvider   = attr("langfuse.observation.metadata.ls_provider")
	kLFTrace      = attr("langfuse.trace.name")

	_ = []slot{
		attr("langfuse.observation.type"), attr("langfuse.observation.level"),
		attr("langfuse.observation.status_message"),
		attr("langfuse.internal.as_root"), attr("langfuse.internal.is_app_root"),
	}
)

func (langfuse) model(v *view) (provider, model string) { return v.text(kLFProvider), v.text(kLFModel) }

// usage adds up the buckets: Langfuse prices each of them and keeps them apart. What looks like a provider's own usage
// is one: its details are part of the totals.
func (langfuse) usage(v *view, c *counts) {
	c.langfuseCost(v.raw(kLFCost))
	raw := v.raw(kLFUsage)
	if raw == "" || c.counted() {
		return
	}
	c.openAIDetails(raw)
	for k, value := range members(raw) {
		n, ok := parseCount(unquote(value))
		switch {
		case !ok:
		case isInputBucket(k):
			c.input = max(c.input, 0) + n
		case isOutputBucket(k):
			c.output = max(c.output, 0) + n
		}
	}
	fillRaw(&c.total, raw, "total", "total_tokens")
	fillRaw(&c.cacheRead, raw, "input_cached_tokens", "input_cache_read", "cache_read_input_tokens")
	fillRaw(&c.cacheCreation, raw, "input_cache_creation", "input_cache_creation_tokens", "cache_creation_input_tokens")
	fillRaw(&c.inputAudio, raw, "input_audio_tokens", "input_audio")
	fillRaw(&c.reasoning, raw, "output_reasoning_tokens", "output_reasoning")
	fillRaw(&c.outputAudio, raw, "output_audio_tokens", "output_audio")
}

// langfuseCost adds up the prices of the buckets.
func (c *counts) langfuseCost(raw string) {
	if c.inputCost+c.outputCost+c.totalCost > 0 {
		return
	}
	for k, value := range members(raw) {
		price, err := strconv.ParseFloat(unquote(value), 64)
		switch {
		case err != nil, !isPrice(price):
		case k == "total":
			c.totalCost = price
		case isInputBucket(k):
			c.inputCost += price
		case isOutputBucket(k):
			c.outputCost += price
		}
	}
}

func isInputBucket(name string) bool {
	return strings.Contains(name, "input") || strings.HasPrefix(name, "prompt")
}

func isOutputBucket(name string) bool {
	return strings.HasPrefix(name, "output") || strings.HasPrefix(name, "completion")
}

// openAIDetails reads the details of OpenAI's usage, of chat completions and of responses.
func (c *counts) openAIDetails(usage string) {
	in := member(usage, "prompt_tokens_details", "input_tokens_details", "input_token_details")
	out := member(usage, "completion_tokens_details", "output_tokens_details", "output_token_details")
	fillRaw(&c.cacheRead, in, "cached_tokens", "cache_read")
	fillRaw(&c.inputAudio, in, "audio_tokens", "audio")
	fillRaw(&c.reasoning, out, "reasoning_tokens", "reasoning")
	fillRaw(&c.outputAudio, out, "audio_tokens", "audio")
}

func (langfuse) inputs(b []byte, v *view) []byte {
	if v.has(kLFInput) {
		return v.withToolRoles(b, kLFInput, v.inputAt)
	}
	if v.has(kLFTraceIn) && v.ParentSpanID().IsEmpty() {
		return v.withToolRoles(b, kLFTraceIn, v.inputAt)
	}
	return b
}

func (langfuse) outputs(b []byte, v *view) []byte {
	if v.has(kLFOutput) {
		return v.withToolRoles(b, kLFOutput, v.outputAt)
	}
	if v.has(kLFTraceOut) && v.ParentSpanID().IsEmpty() {
		return v.withToolRoles(b, kLFTraceOut, v.outputAt)
	}
	return b
}

// withToolRoles appends a document with messages in which the role of a tool's answer is the name of the tool, as the
// handler for LangChain writes it, and everything else by the usual way.
func (v *view) withToolRoles(b []byte, s slot, usual func([]byte, slot) []byte) []byte {
	raw := v.rawAt(s)
	if !isObject(raw) || !hasForeignRole(member(raw, "messages")) {
		return usual(b, s)
	}
	b = append(b, '{')
	for k, item := range members(raw) {
		b = appendName(b, k)
		if k == "messages" {
			b = append(appendEach(append(b, '['), item), ']')
		} else {
			b = append(b, item...)
		}
	}
	return append(b, '}')
}

func hasForeignRole(messages string) bool {
	for m := range elements(messages) {
		if role := memberText(m, "role"); role != "" && !chatRoles[chatRole(role)] {
			return true
		}
	}
	return false
}

func (langfuse) details(v *view, f *Fields) {
	v.params(f, v.raw(kLFParams, kLFParamsOld))
	f.firstTokenText(v.text(kLFFirstToken))
	if name := v.text(kLFTrace); name != "" {
		f.meta("trace_name", run.Str(name))
	}
	f.metaFields(v.fields, "langfuse.observation.metadata.")
	f.metaFields(v.fields, "langfuse.trace.metadata.")
}

// firstTokenText reads an ISO time, which older SDKs quote once more.
func (f *Fields) firstTokenText(s string) {
	if !f.FirstToken.IsZero() || s == "" {
		return
	}
	s = strings.Trim(s, `"\`)
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateTime + ".999999999Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			f.FirstToken = t.UTC()
			return
		}
	}
}
