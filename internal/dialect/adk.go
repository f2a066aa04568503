// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "github.com/otelcol-langsmith/otelcol-langsmith/internal/run"

// adk is Google's Agent Development Kit: whole requests and responses of Gemini, in camel case by TypeScript and in
// snake case by Python.
// See https://google.github.io/adk-docs/observability
type adk struct{ silent }

var (
	kADKRequest  = attr("gcp.vertex.agent.llm_request")
	kADKResponse = attr("gcp.vertex.agent.llm_response")
	kADKArgs     = attr("gcp.vertex.agent.tool_call_args")
	kADKResult   = attr("gcp.vertex.agent.tool_response")
)

func (adk) inputs(b []byte, v *view) []byte {
	if v.kind == run.Tool && v.has(kADKArgs) {
		return v.inputAt(b, kADKArgs)
	}
	request := v.raw(kADKRequest)
	config := member(request, "config")
	return appendMessages(b, member(config, "systemInstruction", "system_instruction"), member(request, "contents"))
}

func (adk) outputs(b []byte, v *view) []byte {
	if v.kind == run.Tool && v.has(kADKResult) {
		return v.outputAt(b, kADKResult)
	}
	return appendMessages(b, "", member(v.raw(kADKResponse), "content"))
}

// usage knows the thoughts, which Gemini counts beside its answer and not in it.
func (adk) usage(v *view, c *counts) {
	u := v.raw(kADKResponse)
	if u = member(u, "usageMetadata", "usage_metadata"); u == "" {
		return
	}
	if !c.counted() {
		fillRaw(&c.input, u, "promptTokenCount", "prompt_token_count")
		fillRaw(&c.output, u, "candidatesTokenCount", "candidates_token_count")
	}
	fillRaw(&c.cacheRead, u, "cachedContentTokenCount", "cached_content_token_count")
	if c.reasoning < 0 {
		fillRaw(&c.reasoning, u, "thoughtsTokenCount", "thoughts_token_count")
	}
	candidates := int64(-1)
	fillRaw(&candidates, u, "candidatesTokenCount", "candidates_token_count")
	c.exclusiveOutput = c.reasoning > 0 && candidates == c.output
}

// details reads the configuration of the request.
func (adk) details(v *view, f *Fields) {
	request := v.raw(kADKRequest)
	v.requestParams(f, request)
	v.requestParams(f, member(request, "config"))
	if reason := memberText(v.raw(kADKResponse), "finishReason", "finish_reason"); reason != "" {
		f.meta("stop_reason", run.Str(reason))
	}
}
