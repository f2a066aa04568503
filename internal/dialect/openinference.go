// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"slices"
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// openInference is Arize's conventions as far as they are specific: messages, documents, embeddings.
// See https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md
type openInference struct{}

// openInferenceValue is the input and output that every OpenInference span may carry as a whole.
type openInferenceValue struct{ silent }

var (
	kInputValue        = attr("input.value")
	kOutputValue       = attr("output.value")
	kInferenceTool     = attr("tool.name")
	kInferenceParams   = attr("llm.invocation_parameters")
	kEmbeddingParams   = attr("embedding.invocation_parameters")
	kInferenceMetadata = attr("metadata")
	kRerankerQuery     = attr("reranker.query")
	kToolParameters    = attr("tool.parameters")
	kInferenceModels   = []slot{
		attr("llm.model_name"), attr("llm.request.model_name"), attr("llm.response.model_name"),
		attr("embedding.model_name"),
		attr("reranker.model_name"),
	}
	kInferenceHost      = attr("llm.provider")
	kInferenceProviders = []slot{attr("llm.system"), kInferenceHost}
	kTags               = []slot{
		attr("langsmith.span.tags"), attr("langfuse.trace.tags"), attr("tag.tags"), attr("ai.telemetry.metadata.tags"),
		attr("ai.settings.context.tags"), attr("lmnr.association.properties.tags"), attr("logfire.tags"),
		attr("langfuse.observation.metadata.tags"),
	}
	// Attributes that say what others say better, or that are of no use without the span.
	_ = []slot{attr("input.mime_type"), attr("output.mime_type"), attr("openinference.span.kind")}
)

func (openInference) name(v *view) string {
	if v.kind == run.Tool {
		return v.text(kInferenceTool)
	}
	return ""
}

func (openInference) model(v *view) (provider, model string) {
	provider = v.text(kInferenceProviders...)
	if host := v.text(kInferenceHost); isReseller(host) {
		provider = host
	}
	return provider, v.text(kInferenceModels...)
}

// isReseller knows who runs the models of others at prices of their own.
func isReseller(host string) bool {
	switch providerSlug(host) {
	case "azure", "bedrock":
		return true
	}
	return false
}

func (openInference) usage(v *view, c *counts) {
	if !c.counted() {
		fill(&c.input, v, kPromptCount)
		fill(&c.output, v, kCompletionCount)
	}
	fill(&c.total, v, kTotalCount)
	fill(&c.cacheRead, v, attrCacheRead)
	fill(&c.cacheCreation, v, attrCacheWrite)
	fill(&c.inputAudio, v, attrPromptAudio)
	fill(&c.reasoning, v, attrReasoning)
	fill(&c.outputAudio, v, attrCompletionAudio)
	fillCost(&c.inputCost, v, kPromptCost)
	fillCost(&c.outputCost, v, kCompletionCost)
	fillCost(&c.totalCost, v, kTotalCost)
}

var (
	kPromptCount        = attr("llm.token_count.prompt")
	kCompletionCount    = attr("llm.token_count.completion")
	kTotalCount         = attr("llm.token_count.total")
	attrCacheRead       = attr("llm.token_count.prompt_details.cache_read")
	attrCacheWrite      = attr("llm.token_count.prompt_details.cache_write")
	attrPromptAudio     = attr("llm.token_count.prompt_details.audio")
	attrReasoning       = attr("llm.token_count.completion_details.reasoning")
	attrCompletionAudio = attr("llm.token_count.completion_details.audio")
	kPromptCost         = attr("llm.cost.prompt")
	kCompletionCost     = attr("llm.cost.completion")
	kTotalCost          = attr("llm.cost.total")
)

func (openInference) inputs(b []byte, v *view) []byte {
	switch {
	case v.kind == run.Embedding:
		return appendTexts(b, "input", v.textsOf(embeddingList, "embedding.text"))
	case v.has(kRerankerQuery):
		return v.appendRanked(b)
	case v.kind == run.Prompt && v.has(kTemplateVariables):
		return v.inputAt(b, kTemplateVariables)
	case v.kind != run.LLM && v.has(kInputValue):
		return b
	}
	if texts := v.textsOf(promptTexts, "prompt.text"); len(texts) > 0 {
		return appendTexts(b, "prompt", texts)
	}
	return v.appendIndexedMessages(b, inputMessages, "user")
}

// appendRanked appends the query and the documents that were to be brought in order.
func (v *view) appendRanked(b []byte) []byte {
	b = v.inputAt(b, kRerankerQuery)
	documents := v.items(rankedList)
	if len(documents) == 0 {
		return b
	}
	list := v.appendIndexedDocuments(nil, documents)
	return append(append(b[:len(b)-1], ','), list[1:]...)
}

func (openInference) outputs(b []byte, v *view) []byte {
	for _, l := range [...]list{rerankedList, documentList} {
		if docs := v.items(l); len(docs) > 0 {
			return v.appendIndexedDocuments(b, docs)
		}
	}
	switch {
	case v.kind == run.Embedding:
		return v.appendIndexedVectors(b)
	case v.kind != run.LLM && v.has(kOutputValue):
		return b
	}
	if texts := v.textsOf(choiceTexts, "completion.text"); len(texts) > 0 {
		return appendTexts(b, "output", texts)
	}
	return v.appendIndexedMessages(b, outputMessages, "assistant")
}

// textsOf returns one attribute of each item of a flattened list.
func (v *view) textsOf(l list, name string) []string {
	var all []string
	for _, e := range v.items(l) {
		if e.before == name {
			all = append(all, scalarText(e.value))
		}
	}
	return all
}

// appendIndexedDocuments reads retrieval.documents.N.document.*, whose metadata is JSON and may be absent.
func (v *view) appendIndexedDocuments(b []byte, entries []indexed) []byte {
	b = append(b, `{"documents":[`...)
	groups(entries, func(item []indexed) {
		var d document
		for _, e := range item {
			switch name := strings.TrimPrefix(e.before, "document."); name {
			case "content":
				d.content = quote(scalarText(e.value))
			case "metadata":
				d.metadata = v.rawOf(e.value)
			case "values", "vector":
			default:
				d.extra = append(d.extra, member2{name, string(appendAny(nil, e.value, 0))})
			}
		}
		if d.content == "" { // vector databases know no texts but those in their payload
			d.content = member(d.metadata, contentNames[:]...)
		}
		b = d.append(appendComma(b))
	})
	return append(b, "]}"...)
}

// appendIndexedVectors counts the embeddings and leaves the vectors behind.
func (v *view) appendIndexedVectors(b []byte) []byte {
	count, dimensions := 0, 0
	for _, e := range v.items(embeddingList) {
		if e.before == "embedding.vector" {
			count++
			dimensions = max(dimensions, length(v.rawOf(e.value)))
		}
	}
	if count == 0 {
		return b
	}
	return appendEmbeddings(b, count, dimensions)
}

func (openInference) details(v *view, f *Fields) {
	v.params(f, v.raw(kInferenceParams, kEmbeddingParams))
	v.setTools(f, v.indexedTools())
	if v.has(kFinishReasonOI) {
		f.meta("stop_reason", run.Str(v.label(kFinishReasonOI)))
	}
	for _, s := range kTags {
		if v.has(s) {
			f.addTags(v.listOf(v.values[s]))
		}
	}
	v.promptTemplate(f)
	f.metaObject("", v.raw(kInferenceMetadata))
}

// addTags adds those that are not there yet: some say the same in two vocabularies.
func (f *Fields) addTags(tags []string) {
	for _, tag := range tags {
		if len(f.Tags) < maxList && !slices.Contains(f.Tags, tag) {
			f.Tags = append(f.Tags, tag)
		}
	}
}

var kFinishReasonOI = attr("llm.finish_reason")

// indexedTools returns the tool definitions of llm.tools.N.tool.json_schema, or of OpenLLMetry's
// llm.request.functions.N.
func (v *view) indexedTools() string {
	b := v.scratch[:0]
	b = append(b, '[')
	for _, e := range v.items(toolList) {
		if schema := v.rawOf(e.value); e.before == "tool.json_schema" && schema != "" {
			b = append(appendComma(b), schema...)
		}
	}
	if len(b) == len("[") {
		groups(v.items(functionList), func(item []indexed) {
			b = append(appendComma(b), `{"type":"function","function":{`...)
			for _, e := range item {
				name := e.before
				if name == "arguments" {
					name = "parameters"
				}
				b = appendValue(appendName(b, name), e.value)
			}
			b = append(b, "}}"...)
		})
	}
	b = append(b, ']')
	v.scratch = b
	if len(b) == len("[]") {
		return ""
	}
	return string(b)
}

var (
	kTemplate          = attr("llm.prompt_template.template")
	kTemplateVariables = attr("llm.prompt_template.variables")
	kTemplateVersion   = attr("llm.prompt_template.version")
	kPromptNames       = []slot{
		attr("langfuse.observation.prompt.name"), attr("langfuse.prompt.name"), attr("traceloop.prompt.key"),
		attr("gen_ai.prompt.name"),
	}
	kPromptVersions = []slot{
		attr("langfuse.observation.prompt.version"), attr("langfuse.prompt.version"),
		attr("traceloop.prompt.version"), kTemplateVersion,
	}
	kTraceloopTemplate = attr("traceloop.prompt.template")
	kTraceloopVars     = attr("traceloop.prompt.template_variables")
)

// promptTemplate keeps what a prompt was made of beside the parameters, where the playground looks.
func (v *view) promptTemplate(f *Fields) {
	if name := v.label(kPromptNames...); name != "" {
		f.meta("prompt_name", run.Str(name))
	}
	if version := v.label(kPromptVersions...); version != "" {
		f.meta("prompt_version", run.Str(version))
	}
	v.param(f, "prompt_template", kTemplate)
	v.param(f, "prompt_template", kTraceloopTemplate)
	v.param(f, "prompt_variables", kTemplateVariables)
	v.param(f, "prompt_variables", kTraceloopVars)
}

func (openInferenceValue) inputs(b []byte, v *view) []byte {
	if v.has(kInputValue) {
		return v.inputAt(b, kInputValue)
	}
	if v.kind == run.Tool && v.has(kToolParameters) && !v.has(kPlainInput) && !isSchema(v.raw(kToolParameters)) {
		return v.inputAt(b, kToolParameters)
	}
	return b
}

// isSchema tells the definition of a tool's parameters from what it was called with: JSON Schema's, or what Zod leaves
// of its own.
func isSchema(raw string) bool {
	return memberText(raw, "type") == "object" && isObject(member(raw, "properties", "def", "_def"))
}

func (openInferenceValue) outputs(b []byte, v *view) []byte {
	if !v.has(kOutputValue) {
		return b
	}
	return v.outputAt(b, kOutputValue)
}
