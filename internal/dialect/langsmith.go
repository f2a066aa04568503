// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "strings"

// langsmith is LangSmith's own attributes, as its SDKs export them over OTLP and its documentation names them.
// See https://docs.langchain.com/langsmith/trace-with-opentelemetry
type langsmith struct{}

var (
	kTraceName     = attr("langsmith.trace.name")
	kRunName       = attr("langsmith.metadata.ls_run_name")
	kSpanKind      = attr("langsmith.span.kind")
	kTraceable     = attr("langsmith.traceable")
	kUsageMetadata = attr("langsmith.usage_metadata")
	kUsageCopy     = attr("langsmith.metadata.usage_metadata")
	kLSProvider    = attr("langsmith.metadata.ls_provider")
	kLSModel       = attr("langsmith.metadata.ls_model_name")
	kExample       = attr("langsmith.reference_example_id")
	kLSParams      = attr("langsmith.metadata.ls_invocation_params")
	kInputs        = attr("inputs")
	kOutputs       = attr("outputs")
	kInputDetails  = attr("gen_ai.usage.input_token_details")
	kOutputDetails = attr("gen_ai.usage.output_token_details")

	_ = []slot{
		attr("langsmith.span.id"), attr("langsmith.span.parent_id"), attr("langsmith.trace.id"),
		attr("langsmith.span.dotted_order"),
		attr("langsmith.is_root"), attr("langsmith.root_span"), attr("langsmith.traceable_parent_otel_span_id"),
		attr("langsmith.request.headers"), attr("langsmith.trace.session_id"),
	}
)

// speaks tells LangSmith's SDKs from others that use gen_ai.prompt too.
func (langsmith) speaks(v *view) bool { return v.has(kSpanKind, kTraceable, kTraceName) }

func (langsmith) name(v *view) string { return v.text(kTraceName, kRunName) }

func (langsmith) model(v *view) (provider, model string) {
	return v.text(kLSProvider), v.text(kLSModel)
}

func (langsmith) usage(v *view, c *counts) {
	u := v.raw(kUsageMetadata, kUsageCopy)
	fillRaw(&c.input, u, "input_tokens")
	fillRaw(&c.output, u, "output_tokens")
	fillRaw(&c.total, u, "total_tokens")
	c.langchainDetails(member(u, "input_token_details"), member(u, "output_token_details"))
	c.langchainDetails(v.raw(kInputDetails), v.raw(kOutputDetails))
	fillRawCost(&c.inputCost, u, "input_cost")
	fillRawCost(&c.outputCost, u, "output_cost")
	fillRawCost(&c.totalCost, u, "total_cost")
}

// langchainDetails reads the details of LangChain's usage metadata. A cache write may be told by the time that it
// lasts.
func (c *counts) langchainDetails(in, out string) {
	fillRaw(&c.cacheRead, in, "cache_read")
	fillRaw(&c.cacheCreation, in, "cache_creation")
	fillRaw(&c.inputAudio, in, "audio")
	fillRaw(&c.reasoning, out, "reasoning")
	fillRaw(&c.outputAudio, out, "audio")
	short, long := int64(-1), int64(-1)
	fillRaw(&short, in, "ephemeral_5m_input_tokens")
	fillRaw(&long, in, "ephemeral_1h_input_tokens")
	if c.cacheCreation <= 0 && (short > 0 || long > 0) {
		c.cacheCreation = max(short, 0) + max(long, 0)
	}
	fillRaw(&c.cacheHour, in, "ephemeral_1h_input_tokens")
	fillRaw(&c.inputImage, in, "image")
	fillRaw(&c.longInput, in, "over_200k")
	fillRaw(&c.longCacheRead, in, "cache_read_over_200k")
	fillRaw(&c.outputImage, out, "image")
	fillRaw(&c.longOutput, out, "over_200k")
}

func (l langsmith) inputs(b []byte, v *view) []byte {
	if !l.speaks(v) {
		return b
	}
	for _, s := range [...]slot{kPrompt, kInputs} {
		if v.has(s) {
			return v.inputAt(b, s)
		}
	}
	return b
}

func (l langsmith) outputs(b []byte, v *view) []byte {
	if !l.speaks(v) {
		return b
	}
	for _, s := range [...]slot{kCompletion, kOutputs} {
		if v.has(s) {
			return v.outputAt(b, s)
		}
	}
	return b
}

func (langsmith) details(v *view, f *Fields) {
	v.params(f, v.raw(kLSParams))
	for _, m := range v.fields {
		// The SDK copies LANGSMITH_… and LANGCHAIN_… of its environment into the metadata of every span.
		name, ok := strings.CutPrefix(m.name, "langsmith.metadata.")
		if ok && !strings.HasPrefix(name, "LANGSMITH_") && !strings.HasPrefix(name, "LANGCHAIN_") {
			f.metaValue(name, m.value)
		}
	}
}
