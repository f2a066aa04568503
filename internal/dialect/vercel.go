// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// vercel is the AI SDK up to version 6. Version 7 speaks genAI and keeps a few attributes of these.
// See https://ai-sdk.dev/docs/ai-sdk-core/telemetry
type vercel struct{}

var (
	kFunctionID     = attr("ai.telemetry.functionId")
	kAIOperation    = attr("ai.operationId")
	kAIModel        = attr("ai.model.id")
	kAIProvider     = attr("ai.model.provider")
	kAIPrompt       = attr("ai.prompt")
	kAIMessages     = attr("ai.prompt.messages")
	kAITools        = attr("ai.prompt.tools")
	kAIToolChoice   = attr("ai.prompt.toolChoice")
	kAIText         = attr("ai.response.text")
	kAIObject       = attr("ai.response.object")
	kAICalls        = attr("ai.response.toolCalls")
	kAIReasoning    = attr("ai.response.reasoning")
	kAIFiles        = attr("ai.response.files")
	kAIFinish       = attr("ai.response.finishReason")
	kAIMetadata     = attr("ai.response.providerMetadata")
	kOldText        = attr("ai.result.text")
	kOldObject      = attr("ai.result.object")
	kOldCalls       = attr("ai.result.toolCalls")
	kAIToolName     = attr("ai.toolCall.name")
	kAIToolArgs     = attr("ai.toolCall.args")
	kAIToolInput    = attr("ai.toolCall.input")
	kAIToolResult   = attr("ai.toolCall.result")
	kAIToolOutput   = attr("ai.toolCall.output")
	kAIValue        = attr("ai.value")
	kAIValues       = attr("ai.values")
	kAIEmbedding    = attr("ai.embedding")
	kAIEmbeddings   = attr("ai.embeddings")
	kFirstChunk     = attr("ai.response.msToFirstChunk")
	kFirstChunkV5   = attr("ai.stream.msToFirstChunk")
	kCachedInput    = attr("ai.usage.cachedInputTokens")
	kNoCacheDetail  = attr("ai.usage.inputTokenDetails.noCacheTokens")
	kReadDetail     = attr("ai.usage.inputTokenDetails.cacheReadTokens")
	kWriteDetail    = attr("ai.usage.inputTokenDetails.cacheWriteTokens")
	kReasonDetail   = attr("ai.usage.outputTokenDetails.reasoningTokens")
	kReasoningCount = attr("ai.usage.reasoningTokens")
	kAIInput        = []slot{attr("ai.usage.inputTokens"), attr("ai.usage.promptTokens"), attr("ai.usage.tokens")}
	kAIOutput       = []slot{attr("ai.usage.outputTokens"), attr("ai.usage.completionTokens")}
	kAITotal        = attr("ai.usage.totalTokens")

	// Attributes that repeat others.
	_ = []slot{
		attr("operation.name"), attr("resource.name"), attr("ai.response.id"), attr("ai.response.model"),
		attr("ai.response.timestamp"),
		attr("ai.schema"), attr("ai.schema.name"), attr("ai.usage.outputTokenDetails.textTokens"),
		attr("ai.prompt.format"),
		attr("ai.toolCall.id"), attr("ai.response.avgOutputTokensPerSecond"),
		attr("ai.response.avgCompletionTokensPerSecond"),
	}
)

// name knows tools, and calls as a whole by the name that the application gave them.
func (vercel) name(v *view) string {
	if v.kind == run.Tool {
		return v.text(kAIToolName)
	}
	if v.kind == run.Chain && v.has(kAIOperation) {
		return v.text(kFunctionID)
	}
	return ""
}

func (vercel) model(v *view) (provider, model string) { return v.text(kAIProvider), v.text(kAIModel) }

func (vercel) inputs(b []byte, v *view) []byte {
	switch {
	case v.has(kAIToolInput):
		return v.inputAt(b, kAIToolInput)
	case v.has(kAIToolArgs):
		return v.inputAt(b, kAIToolArgs)
	case v.has(kAIMessages):
		return appendMessages(b, "", v.raw(kAIMessages))
	case v.has(kAIPrompt):
		return v.appendVercelPrompt(b)
	case v.has(kAIValues):
		return append(v.appendUnquoted(append(b, `{"input":`...), kAIValues), '}')
	case v.has(kAIValue):
		return append(v.appendUnquoted(append(b, `{"input":`...), kAIValue), '}')
	case isArray(v.raw(kAIDocuments)):
		return v.appendUnranked(b)
	}
	return b
}

// appendVercelPrompt reads {"system":…,"messages":[…]} or {"system":…,"prompt":…}.
func (v *view) appendVercelPrompt(b []byte) []byte {
	raw := v.raw(kAIPrompt)
	messages := member(raw, "messages", "prompt")
	if messages == "" {
		return v.inputAt(b, kAIPrompt)
	}
	return appendMessages(b, member(raw, "system"), messages)
}

// appendUnquoted appends a value, or a list of values, that were each encoded as JSON once more.
func (v *view) appendUnquoted(b []byte, s slot) []byte {
	raw := v.raw(s)
	if !isArray(raw) {
		return appendValue(b, v.values[s])
	}
	b = append(b, '[')
	for item := range elements(raw) {
		b = append(appendComma(b), innerJSON(item)...)
	}
	return append(b, ']')
}

func (vercel) outputs(b []byte, v *view) []byte {
	switch {
	case v.has(kAIToolOutput):
		return v.outputAt(b, kAIToolOutput)
	case v.has(kAIToolResult):
		return v.outputAt(b, kAIToolResult)
	case v.has(kAIObject):
		return v.outputAt(b, kAIObject)
	case v.has(kOldObject):
		return v.outputAt(b, kOldObject)
	case v.has(kAIEmbeddings):
		return v.appendVercelVectors(b, kAIEmbeddings)
	case v.has(kAIEmbedding):
		return v.appendVercelVectors(b, kAIEmbedding)
	case isArray(v.raw(kAIRanking)):
		return v.appendRanking(b)
	}
	m := message{role: "assistant"}
	if t := v.text(kAIReasoning); t != "" {
		m.parts = append(m.parts, part{kind: reasoningPart, text: quote(t)})
	}
	if t := v.text(kAIText, kOldText); t != "" {
		m.parts = append(m.parts, part{text: quote(t)})
	}
	for file := range elements(v.raw(kAIFiles)) {
		m.addPart(readPart(file))
	}
	for call := range elements(v.raw(kAICalls, kOldCalls)) {
		m.calls = append(m.calls, readCall(call))
	}
	if len(m.parts) == 0 && len(m.calls) == 0 {
		return b
	}
	return append(m.append(append(b, `{"messages":[`...)), "]}"...)
}

// appendVercelVectors counts vectors, each of which is JSON in a text.
func (v *view) appendVercelVectors(b []byte, s slot) []byte {
	raw := v.raw(s)
	count, dimensions := 1, length(raw)
	for item := range elements(raw) {
		if isString(item) {
			count, dimensions = length(raw), length(parse(unquote(item)))
		}
		break
	}
	return appendEmbeddings(b, count, dimensions)
}

func (vercel) details(v *view, f *Fields) {
	if v.has(kAITools) {
		v.scratch = v.appendUnquoted(v.scratch[:0], kAITools)
		v.setTools(f, string(v.scratch))
	}
	v.param(f, "tool_choice", kAIToolChoice)
	if v.has(kAIFinish) {
		f.meta("stop_reason", run.Str(v.text(kAIFinish)))
	}
	if id := v.text(kFunctionID); id != "" {
		f.meta("function_id", run.Str(id))
	}
	v.firstTokenAt(f)
	v.firstTokenAfter(f, kFirstChunk, 1e6)
	v.firstTokenAfter(f, kFirstChunkV5, 1e6)
	f.metaFields(v.fields, "ai.telemetry.metadata.")
	f.metaFields(v.fields, "ai.settings.context.")
	for _, s := range v.fields {
		if name, ok := strings.CutPrefix(s.name, "ai.settings."); ok && !strings.HasPrefix(name, "context.") {
			f.parameter(snake(name), s.value)
		}
	}
}

// snake turns maxTokens into max_tokens, as every provider writes it.
func snake(camel string) string {
	var b strings.Builder
	for _, r := range camel {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
