// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "github.com/otelcol-langsmith/otelcol-langsmith/internal/run"

// dialect is one vocabulary. Each method tells what a span says in it, or nothing; none looks at other dialects.
type dialect interface {
	// name is what the run should be called.
	name(*view) string
	// model is who made the model, in the dialect's own words, and what it is called.
	model(*view) (provider, model string)
	// usage counts tokens.
	usage(*view, *counts)
	// inputs and outputs append one JSON object to b, or nothing.
	inputs(b []byte, v *view) []byte
	outputs(b []byte, v *view) []byte
	// details adds parameters, metadata, tags and times that are not yet there.
	details(*view, *Fields)
}

// The tables below are the whole precedence: the first dialect that has something filled to say wins. A dialect that is
// missing in a table has nothing to say there.
//
// What products say about the run (LangSmith, Langfuse) leads, since somebody wrote it down for people to read. Then,
// for model calls, lists of messages come before documents that hold them; for everything else, inputs and outputs
// proper come before messages, which there only repeat what a model call below says better.
var (
	names = voices(
		langsmith{},
		genAI{},
		traceloop{},
		openInference{},
		genkit{},
		vercel{},
		claudeCode{},
		liteLLM{},
		haystack{},
		springAI{},
		n8n{},
		liveKit{},
		agentOps{},
		braintrust{},
		confident{},
	)

	models = voices(
		langsmith{},
		langfuse{},
		claudeCode{},
		openInference{},
		genAI{},
		vercel{},
		genkit{},
		haystack{},
		braintrust{},
		confident{},
		generic{},
	)

	// The first that counts anything gives the totals, later ones only what is still unknown: a cache, a price.
	usages = voices(
		langsmith{},
		langfuse{},
		claudeCode{},
		vercel{},
		genAI{},
		openInference{},
		adk{},
		genkit{},
		haystack{},
		liveKit{},
		braintrust{},
		confident{},
		generic{},
		logfire{},
		liteLLM{},
	)

	modelContents = voices(
		langsmith{},
		langfuse{},
		genAI{},
		genAIEvents{},
		vercel{}, // what the AI SDK wrote itself, before what a processor made of it
		openInference{},
		genAIIndexed{},
		adk{},
		genkit{},
		liveKit{},
		logfire{},
		sentry{},
		genAIText{},
		openInferenceValue{},
		traceloop{},
		agentOps{},
		braintrust{},
		confident{},
		pipecat{},
		haystack{},
		mastra{},
		generic{},
		cutOff{},
		unspoken{},
		genAISystem{},
	)

	stepContents = voices(
		langsmith{},
		langfuse{},
		openInference{},
		openInferenceValue{},
		traceloop{},
		agentOps{},
		braintrust{},
		confident{},
		pipecat{},
		vercel{},
		adk{},
		genkit{},
		liveKit{},
		claudeCode{},
		codex{},
		genAI{},
		genAIEvents{},
		logfire{},
		genAIIndexed{},
		sentry{},
		genAIText{},
		springAI{},
		vectorDB{},
		liteLLM{},
		haystack{},
		mastra{},
		generic{},
		unspoken{},
		genAISystem{},
	)

	details = voices(
		langsmith{},
		langfuse{},
		vercel{},
		openInference{},
		genAI{},
		genAIIndexed{},
		traceloop{},
		claudeCode{},
		mastra{},
		adk{},
		genkit{},
		haystack{},
		springAI{},
		pipecat{},
		logfire{},
		liteLLM{},
		braintrust{},
		confident{},
		generic{},
	)
)

// contents returns the table for a kind of run.
func contents(k run.Kind) []voice {
	if k == run.LLM {
		return modelContents
	}
	return stepContents
}

// silent is embedded by dialects that have nothing to say on some of the questions.
type silent struct{}

func (silent) name(*view) string                    { return "" }
func (silent) model(*view) (provider, model string) { return "", "" }
func (silent) usage(*view, *counts)                 {}
func (silent) inputs(b []byte, _ *view) []byte      { return b }
func (silent) outputs(b []byte, _ *view) []byte     { return b }
func (silent) details(*view, *Fields)               {}
