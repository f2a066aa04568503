// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"cmp"
	"strconv"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// braintrust is the attributes of Braintrust's SDKs, which write each of its fields as JSON, and of others that take its
// fields apart. Flattened messages are read as OpenLLMetry's.
// See https://www.braintrust.dev/docs/integrations/sdk-integrations/opentelemetry/attributes
type braintrust struct{}

var (
	kBTInputs     = []slot{attr("braintrust.input_json"), attr("braintrust.input")}
	kBTOutputs    = []slot{attr("braintrust.output_json"), attr("braintrust.output")}
	kBTMetadata   = attr("braintrust.metadata")
	kBTModel      = attr("braintrust.metadata.model")
	kBTProvider   = attr("braintrust.metadata.provider")
	kBTMetrics    = attr("braintrust.metrics")
	kBTAttributes = attr("braintrust.span_attributes")
	kBTName       = attr("braintrust.span_attributes.name")
	kBTTags       = attr("braintrust.tags")

	kBTPrompt     = attr("braintrust.metrics.prompt_tokens")
	kBTCompletion = attr("braintrust.metrics.completion_tokens")
	kBTTotal      = attr("braintrust.metrics.tokens")
	kBTCached     = attr("braintrust.metrics.prompt_cached_tokens")
	kBTWritten    = attr("braintrust.metrics.prompt_cache_creation_tokens")
	kBTReasoning  = attr("braintrust.metrics.completion_reasoning_tokens")
	kBTCosts      = []slot{attr("braintrust.metrics.estimated_cost"), attr("braintrust.metrics.cost")}
	kBTFirstToken = attr("braintrust.metrics.time_to_first_token")

	_ = attr("braintrust.span_attributes.type")
)

func (braintrust) name(v *view) string {
	return cmp.Or(v.text(kBTName), memberText(v.raw(kBTAttributes), "name"))
}

func (braintrust) model(v *view) (provider, model string) {
	about := v.raw(kBTMetadata)
	return cmp.Or(v.text(kBTProvider), memberText(about, "provider")), cmp.Or(v.text(kBTModel), memberText(about, "model"))
}

func (braintrust) usage(v *view, c *counts) {
	metrics := v.raw(kBTMetrics)
	if !c.counted() {
		fill(&c.input, v, kBTPrompt)
		fill(&c.output, v, kBTCompletion)
		fillRaw(&c.input, metrics, "prompt_tokens")
		fillRaw(&c.output, metrics, "completion_tokens")
	}
	fill(&c.total, v, kBTTotal)
	fill(&c.cacheRead, v, kBTCached)
	fill(&c.cacheCreation, v, kBTWritten)
	fill(&c.reasoning, v, kBTReasoning)
	fillCost(&c.totalCost, v, kBTCosts...)
	fillRaw(&c.total, metrics, "tokens")
	fillRaw(&c.cacheRead, metrics, "prompt_cached_tokens")
	fillRaw(&c.cacheCreation, metrics, "prompt_cache_creation_tokens")
	fillRaw(&c.reasoning, metrics, "completion_reasoning_tokens")
	fillRawCost(&c.totalCost, metrics, "estimated_cost", "cost")
}

func (braintrust) inputs(b []byte, v *view) []byte {
	for _, s := range kBTInputs {
		if v.has(s) {
			return v.inputAt(b, s)
		}
	}
	return b
}

func (braintrust) outputs(b []byte, v *view) []byte {
	for _, s := range kBTOutputs {
		if !v.has(s) {
			continue
		}
		if messages := messagesOf(v.rawAt(s), "message"); v.kind == run.LLM && messages != "" {
			return appendMessages(b, "", messages)
		}
		return v.outputAt(b, s)
	}
	return b
}

func (braintrust) details(v *view, f *Fields) {
	about := v.raw(kBTMetadata)
	if v.kind == run.LLM {
		v.requestParams(f, about)
	}
	for k, item := range members(about) {
		if k != "provider" && k != "model" && !f.Invocation.Has(requestNames[k]) {
			f.meta(k, rawScalar(item))
		}
	}
	f.metaFields(v.fields, "braintrust.metadata.")
	if v.has(kBTTags) {
		f.addTags(v.listOf(v.values[kBTTags]))
	}
	v.firstTokenAfter(f, kBTFirstToken, 1e9)
	if seconds, err := strconv.ParseFloat(member(v.raw(kBTMetrics), "time_to_first_token"), 64); err == nil {
		v.firstTokenIn(f, seconds*1e9)
	}
}
