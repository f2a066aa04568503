// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"cmp"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// confident is the attributes of Confident AI, which DeepEval's integrations write beside those of the library.
// See https://www.confident-ai.com/docs/integrations/opentelemetry
type confident struct{}

var (
	kConfidentInput    = attr("confident.span.input")
	kConfidentOutput   = attr("confident.span.output")
	kConfidentTraceIn  = attr("confident.trace.input")
	kConfidentTraceOut = attr("confident.trace.output")
	kConfidentFound    = []slot{attr("confident.span.retrieval_context"), attr("confident.retriever.retrieval_context")}
	kConfidentNames    = []slot{
		attr("confident.span.name"), attr("confident.agent.name"), attr("confident.tool.name"),
	}
	kConfidentProvider = attr("confident.span.provider")
	kConfidentModel    = attr("confident.llm.model")
	kConfidentTokensIn = attr("confident.llm.input_token_count")
	kConfidentTokens   = attr("confident.llm.output_token_count")
	kConfidentPriceIn  = attr("confident.llm.cost_per_input_token")
	kConfidentPrice    = attr("confident.llm.cost_per_output_token")
	kConfidentMetadata = []slot{attr("confident.span.metadata"), attr("confident.trace.metadata")}
	kConfidentTags     = attr("confident.trace.tags")

	_ = attr("confident.span.type")
)

func (confident) name(v *view) string { return v.text(kConfidentNames...) }

func (confident) model(v *view) (provider, model string) {
	return v.text(kConfidentProvider), v.text(kConfidentModel)
}

func (confident) usage(v *view, c *counts) {
	if !c.counted() {
		fill(&c.input, v, kConfidentTokensIn)
		fill(&c.output, v, kConfidentTokens)
	}
	if price := 0.0; c.inputCost == 0 {
		fillCost(&price, v, kConfidentPriceIn)
		c.inputCost = price * float64(max(c.input, 0))
	}
	if price := 0.0; c.outputCost == 0 {
		fillCost(&price, v, kConfidentPrice)
		c.outputCost = price * float64(max(c.output, 0))
	}
}

func (confident) inputs(b []byte, v *view) []byte {
	for _, s := range [...]slot{kConfidentInput, kConfidentTraceIn} {
		if v.has(s) {
			return v.inputAt(b, s)
		}
	}
	return b
}

func (confident) outputs(b []byte, v *view) []byte {
	for _, s := range kConfidentFound {
		if v.kind == run.Retriever && v.has(s) {
			return v.outputAt(b, s)
		}
	}
	for _, s := range [...]slot{kConfidentOutput, kConfidentTraceOut} {
		if v.has(s) {
			return v.outputAt(b, s)
		}
	}
	return b
}

func (confident) details(v *view, f *Fields) {
	for _, s := range kConfidentMetadata {
		f.metaObject("", v.raw(s))
	}
	if v.has(kConfidentTags) {
		f.addTags(v.listOf(v.values[kConfidentTags]))
	}
}

// ownKind is the kind of a span of a product that names one for all of its spans: what is no kind of LangSmith's is a
// step.
func ownKind(word string) run.Kind { return cmp.Or(kindWord(word), run.Chain) }
