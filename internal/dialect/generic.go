// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "github.com/otelcol-langsmith/otelcol-langsmith/internal/run"

// generic is the inputs and outputs of the libraries that keep to one pair of attributes, and of applications that
// made up their own.
type generic struct{ silent }

var (
	genericInputs = []slot{
		attr("mlflow.spanInputs"), attr("lmnr.span.input"), attr("langwatch.input"),
		attr("llm.messages"),
		attr("crewai.crew.inputs"), attr("crewai.task.description"),
		attr("mcp.resource.uri"),
		attr("inputs"), kPlainInput, attr("gen_ai.tool.args"), attr("prompt"),
	}
	genericOutputs = []slot{
		attr("mlflow.spanOutputs"), attr("lmnr.span.output"), attr("langwatch.output"), attr("crewai.crew.result"), attr("crewai.task.output"),
		attr("outputs"), attr("output"), attr("completion"),
	}
	kPlainInput       = attr("input")
	langWatchContexts = []slot{attr("langwatch.contexts"), attr("langwatch.rag.contexts")}
	kGenericModels    = []slot{attr("mlflow.llm.model"), attr("llm.model"), attr("llm.request.model"), kModelName}
	kGenericProviders = []slot{attr("mlflow.llm.provider")}
	kMLflowUsage      = attr("mlflow.chat.tokenUsage")
	kMLflowCost       = attr("mlflow.llm.cost")
	kMLflowTools      = attr("mlflow.chat.tools")
	kVoltInput        = []slot{
		attr("llm.usage.prompt_tokens"), attr("llm.usage.input_tokens"), attr("usage.prompt_tokens"),
	}
	kVoltOutput = []slot{
		attr("llm.usage.completion_tokens"), attr("llm.usage.output_tokens"), attr("usage.completion_tokens"),
	}
	kLangWatchMetrics = attr("langwatch.metrics")

	_ = []slot{
		attr("agent.stateSnapshot"), attr("mlflow.spanType"), attr("mlflow.traceRequestId"),
		attr("mlflow.message.format"),
		attr("llm.headers"), attr("hidden_params"), attr("agent.messages"), attr("agent.tools"),
	}
)

func (generic) model(v *view) (provider, model string) {
	if model = unquote(v.text(kGenericModels...)); model == "" {
		model = v.plainModel()
	}
	return unquote(v.text(kGenericProviders...)), model
}

func (generic) usage(v *view, c *counts) {
	cost := v.raw(kMLflowCost)
	fillRawCost(&c.inputCost, cost, "input_cost")
	fillRawCost(&c.outputCost, cost, "output_cost")
	fillRawCost(&c.totalCost, cost, "total_cost")
	fillRawCost(&c.totalCost, member(v.raw(kLangWatchMetrics), "value"), "cost")
	if c.counted() {
		return
	}
	for _, raw := range [...]string{v.raw(kMLflowUsage), member(v.raw(kLangWatchMetrics), "value")} {
		fillRaw(&c.input, raw, "input_tokens", "promptTokens", "prompt_tokens")
		fillRaw(&c.output, raw, "output_tokens", "completionTokens", "completion_tokens")
		fillRaw(&c.cacheRead, raw, "cache_read_input_tokens")
		fillRaw(&c.cacheCreation, raw, "cache_creation_input_tokens")
	}
	fill(&c.input, v, kVoltInput...)
	fill(&c.output, v, kVoltOutput...)
	if v.kind == run.LLM || v.kind == run.Embedding { // Micrometer's keys, and those of applications
		fill(&c.input, v, kClaudeInput)
		fill(&c.output, v, kClaudeOutput)
	}
	v.documentUsage(c)
}

func (generic) inputs(b []byte, v *view) []byte {
	for _, s := range genericInputs {
		if v.has(s) {
			return v.appendTyped(b, s, v.appendInput)
		}
	}
	return b
}

func (generic) outputs(b []byte, v *view) []byte {
	first, then := genericOutputs, langWatchContexts
	if v.kind == run.Retriever { // what it found says more than what it made of that
		first, then = then, first
	}
	for _, slots := range [...][]slot{first, then} {
		for _, s := range slots {
			if v.has(s) {
				return v.appendTyped(b, s, v.appendOutput)
			}
		}
	}
	return b
}

func (generic) details(v *view, f *Fields) {
	v.setTools(f, v.raw(kMLflowTools))
	f.metaFields(v.fields, "lmnr.association.properties.metadata.")
	f.metaFields(v.fields, "metadata.")
}

var (
	kGenAIWorkflow = attr("gen_ai.workflow.name")
	kMCPMethod     = attr("mcp.method.name")
)
