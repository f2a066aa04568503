// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// genAI is the OpenTelemetry GenAI conventions since 1.37: messages in attributes or in operation.details events, as
// JSON texts or as structured values.
// See https://github.com/open-telemetry/semantic-conventions-genai
type genAI struct{}

var (
	kOperation       = attr("gen_ai.operation.name")
	kInputMessages   = attr("gen_ai.input.messages")
	kOutputMessages  = attr("gen_ai.output.messages")
	kSystem          = attr("gen_ai.system_instructions")
	kSystemPrompt    = attr("system_prompt")
	kToolDefinitions = attr("gen_ai.tool.definitions")
	kToolName        = attr("gen_ai.tool.name")
	kToolArguments   = attr("gen_ai.tool.call.arguments")
	kToolResult      = attr("gen_ai.tool.call.result")
	kAgentName       = attr("gen_ai.agent.name")
	kQuery           = attr("gen_ai.retrieval.query.text")
	kMemoryQuery     = attr("gen_ai.memory.query.text")
	kDocuments       = attr("gen_ai.retrieval.documents")
	kMemoryRecords   = attr("gen_ai.memory.records")
	kProvider        = attr("gen_ai.provider.name")
	kVendor          = attr("gen_ai.system")
	kRequestModel    = attr("gen_ai.request.model")
	kResponseModel   = attr("gen_ai.response.model")
	kFinishReasons   = attr("gen_ai.response.finish_reasons")
	kFinishReason    = attr("gen_ai.response.finish_reason")
	kAnthropicStop   = attr("anthropic.message.stop_reason")

	// Strands repeats the span's times and name.
	_ = []slot{attr("gen_ai.event.start_time"), attr("gen_ai.event.end_time"), attr("name")}

	kInputTokens = []slot{
		attr("gen_ai.usage.input_tokens"), attr("gen_ai.usage.prompt_tokens"), attr("gen_ai.usage.input_token_count"),
		attr("gen_ai.response.prompt_tokens"),
	}
	kOutputTokens = []slot{
		attr("gen_ai.usage.output_tokens"), attr("gen_ai.usage.completion_tokens"),
		attr("gen_ai.usage.output_token_count"), attr("gen_ai.response.completion_tokens"),
	}
	kTotalTokens = []slot{attr("gen_ai.usage.total_tokens"), attr("llm.usage.total_tokens")}
	kCacheRead   = []slot{
		attr("gen_ai.usage.cache_read.input_tokens"), attr("gen_ai.usage.cache_read_input_tokens"),
		attr("gen_ai.usage.details.cache_read_tokens"), attr("gen_ai.usage.details.cache_read_input_tokens"),
		attr("gen_ai.usage.details.cached_tokens"), attr("gen_ai.usage.input_cached_tokens"),
		attr("gen_ai.usage.input_tokens.cached"),
	}
	kCacheCreation = []slot{
		attr("gen_ai.usage.cache_creation.input_tokens"), attr("gen_ai.usage.cache_write.input_tokens"),
		attr("gen_ai.usage.cache_creation_input_tokens"), attr("gen_ai.usage.cache_write_input_tokens"),
		attr("gen_ai.usage.details.cache_write_tokens"), attr("gen_ai.usage.details.cache_creation_input_tokens"),
		attr("gen_ai.usage.input_tokens.cache_write"),
	}
	kReasoning = []slot{
		attr("gen_ai.usage.reasoning.output_tokens"), attr("gen_ai.usage.reasoning_tokens"),
		attr("gen_ai.usage.details.reasoning_tokens"), attr("codex.usage.reasoning_output_tokens"),
		attr("gen_ai.usage.experimental.reasoning_tokens"), attr("gen_ai.usage.output_tokens.reasoning"),
	}
	kInputAudio = []slot{
		attr("gen_ai.usage.audio.input_tokens"), attr("gen_ai.usage.input_audio_tokens"),
		attr("gen_ai.usage.details.input_audio_tokens"),
	}
	kOutputAudio = []slot{
		attr("gen_ai.usage.audio.output_tokens"), attr("gen_ai.usage.output_audio_tokens"),
		attr("gen_ai.usage.details.output_audio_tokens"),
	}
	kInputImage  = attr("gen_ai.usage.image.input_tokens")
	kOutputImage = attr("gen_ai.usage.image.output_tokens")

	kCost       = []slot{attr("operation.cost"), attr("gen_ai.usage.total_cost"), attr("gen_ai.usage.cost")}
	kInputCost  = attr("gen_ai.usage.input_cost")
	kOutputCost = attr("gen_ai.usage.output_cost")
)

// name knows tools and agents; the span name repeats the operation before them.
func (genAI) name(v *view) string {
	switch op := v.text(kOperation); {
	case v.kind == run.Tool:
		return v.text(kToolName)
	case op == "invoke_agent", op == "create_agent":
		return v.text(kAgentName)
	}
	return ""
}

func (genAI) model(v *view) (provider, model string) {
	if model = v.text(kRequestModel); isNoModel(model) {
		model = v.text(kResponseModel)
	}
	return v.text(kProvider, kVendor), model
}

func (genAI) usage(v *view, c *counts) {
	if !c.counted() {
		fill(&c.input, v, kInputTokens...)
		fill(&c.output, v, kOutputTokens...)
		// Traceloop's JavaScript passes Anthropic's own count on, which leaves the cache out.
		c.exclusiveInput = c.input >= 0 && strings.HasPrefix(v.Scope.Name(), "@traceloop/instrumentation-anthropic")
	}
	c.exclusiveOutput = c.exclusiveOutput || countsLikeGemini(v.Scope.Name())
	fill(&c.total, v, kTotalTokens...)
	fill(&c.cacheRead, v, kCacheRead...)
	fill(&c.cacheCreation, v, kCacheCreation...)
	fill(&c.reasoning, v, kReasoning...)
	fill(&c.inputAudio, v, kInputAudio...)
	fill(&c.outputAudio, v, kOutputAudio...)
	fill(&c.inputImage, v, kInputImage)
	fill(&c.outputImage, v, kOutputImage)
	fillCost(&c.inputCost, v, kInputCost)
	fillCost(&c.outputCost, v, kOutputCost)
	fillCost(&c.totalCost, v, kCost...)
}

// countsLikeGemini knows who passes Gemini's own count of the answer on, which leaves the thoughts out.
func countsLikeGemini(scope string) bool {
	return scope == "gcp.vertex.agent" || strings.HasPrefix(scope, "gemini-cli") || strings.HasPrefix(scope, "gemini_cli")
}

func (genAI) inputs(b []byte, v *view) []byte {
	switch {
	case v.kind == run.Tool && v.has(kToolArguments):
		return v.inputAt(b, kToolArguments)
	case v.has(kQuery):
		return v.inputAt(b, kQuery)
	case v.has(kMemoryQuery):
		return v.inputAt(b, kMemoryQuery)
	case v.kind == run.Tool && v.has(kMemoryRecords): // what is written into a memory
		return v.inputAt(b, kMemoryRecords)
	}
	raw := v.raw(kInputMessages)
	switch {
	case v.kind == run.Tool && raw != "", v.kind == run.Embedding && raw != "":
		return appendWrapped(b, raw, "input")
	case v.kind != run.LLM && isArray(raw) && !areMessages(raw): // Gemini CLI's calls that wait for their turn
		return appendWrapped(b, raw, "input")
	case v.has(kInputMessages) && raw == "":
		raw = quote(v.label(kInputMessages))
	case raw == "": // instructions alone must not hide what others tell
		return b
	}
	return appendMessages(b, v.system(), raw)
}

// system returns the system instructions as JSON or as plain text: Mastra writes them without quotes, and Strands has a
// name of its own for them.
func (v *view) system() string {
	for _, s := range [...]slot{kSystem, kSystemPrompt, kLKInstructions, kLKInstructionsOld} {
		if raw := v.raw(s); raw != "" {
			return raw
		}
		if v.has(s) {
			return v.label(s)
		}
	}
	return ""
}

// genAISystem is system instructions that came without any message.
type genAISystem struct{ silent }

func (genAISystem) inputs(b []byte, v *view) []byte {
	if system := v.system(); system != "" {
		return appendMessages(b, system, "")
	}
	return b
}

func (genAI) outputs(b []byte, v *view) []byte {
	switch {
	case v.kind == run.Tool && v.has(kToolResult):
		return v.outputAt(b, kToolResult)
	case v.has(kDocuments):
		return v.outputAt(b, kDocuments)
	case v.kind != run.Tool && v.has(kMemoryRecords):
		return v.outputAt(b, kMemoryRecords)
	}
	raw := v.raw(kOutputMessages)
	switch {
	case v.kind == run.Tool && raw != "":
		return appendWrapped(b, raw, "output")
	case v.has(kOutputMessages) && raw == "":
		raw = quote(v.label(kOutputMessages))
		return append(append(append(b, `{"output":`...), raw...), '}')
	}
	if v.kind != run.LLM && length(raw) > 0 && !areMessages(raw) { // what Gemini CLI's tools were asked and have answered
		return appendWrapped(b, raw, "output")
	}
	return appendMessages(b, "", joinChunks(raw))
}

func (genAI) details(v *view, f *Fields) {
	for _, p := range requestParameters {
		if p.slot != kRequestModel || !isNoModel(v.text(kRequestModel)) {
			v.param(f, p.name, p.slot)
		}
	}
	v.setTools(f, v.raw(kToolDefinitions, kSentryTools))
	if v.has(kFinishReasons, kFinishReason) {
		if reasons := v.listOf(v.firstOf(kFinishReasons, kFinishReason)); len(reasons) > 0 {
			f.meta("stop_reason", run.Str(strings.Join(reasons, ", ")))
		}
	}
	if reason := v.text(kAnthropicStop); reason != "" {
		f.meta("stop_reason", run.Str(reason))
	}
	v.finishOfChoice(f)
	for _, s := range firstTokenSeconds {
		v.firstTokenAfter(f, s, 1e9)
	}
	v.strandsFirstToken(f)
}

// strandsFirstToken reads an attribute that Strands writes in milliseconds and OpenLIT in seconds.
func (v *view) strandsFirstToken(f *Fields) {
	unit := 1e9
	if strings.HasPrefix(v.Scope.Name(), "strands") {
		unit = 1e6
	}
	v.firstTokenAfter(f, kServerFirstToken, unit)
}

var (
	firstTokenSeconds = []slot{
		attr("gen_ai.response.time_to_first_chunk"), attr("gen_ai.client.operation.time_to_first_chunk"),
		attr("lk.response.ttft"), attr("gen_ai.latency.time_to_first_token"),
	}
	kServerFirstToken = attr("gen_ai.server.time_to_first_token")
)

// requestParameters are shown under the short names that providers use.
var requestParameters = []struct {
	slot slot
	name string
}{
	{kRequestModel, "model"},
	{attr("gen_ai.request.temperature"), "temperature"},
	{attr("gen_ai.request.top_p"), "top_p"},
	{attr("gen_ai.request.top_k"), "top_k"},
	{attr("gen_ai.request.max_tokens"), "max_tokens"},
	{attr("gen_ai.request.frequency_penalty"), "frequency_penalty"},
	{attr("gen_ai.request.presence_penalty"), "presence_penalty"},
	{attr("gen_ai.request.seed"), "seed"},
	{attr("gen_ai.request.stop_sequences"), "stop"},
	{attr("gen_ai.request.choice.count"), "n"},
	{attr("gen_ai.request.n"), "n"},
	{attr("gen_ai.request.encoding_formats"), "encoding_formats"},
	{attr("gen_ai.request.stream"), "stream"},
	{attr("gen_ai.request.is_stream"), "stream"},
	{attr("gen_ai.request.reasoning.level"), "reasoning_effort"},
	{attr("gen_ai.request.thinking_type"), "thinking_type"},
	{attr("gen_ai.request.thinking.budget_tokens"), "thinking_budget_tokens"},
	{attr("llm.presence_penalty"), "presence_penalty"},
	{attr("llm.frequency_penalty"), "frequency_penalty"},
	{attr("llm.is_streaming"), "stream"},
}
