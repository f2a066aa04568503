// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import "strings"

// contentKeys hold what people and models wrote, and what tools took and gave.
var contentKeys = keySet(`
	gen_ai.input.messages gen_ai.output.messages gen_ai.system_instructions gen_ai.tool.call.arguments
	gen_ai.tool.call.result
	gen_ai.tool.definitions gen_ai.retrieval.query.text gen_ai.retrieval.documents gen_ai.evaluation.explanation
	gen_ai.event.content
	gen_ai.agent.description gen_ai.tool.description gen_ai.prompt gen_ai.completion gen_ai.input gen_ai.output
	traceloop.entity.input traceloop.entity.output input.value output.value llm.prompts llm.prompt_template.template
	llm.prompt_template.variables llm.tools llm.function_call retrieval.documents reranker.query embedding.text
	tool.parameters
	input_value output_value langfuse.observation.input langfuse.observation.output langfuse.observation.metadata
	langfuse.trace.input
	langfuse.trace.output langfuse.trace.metadata langsmith.span.inputs langsmith.span.outputs inputs outputs
	ai.prompt ai.value ai.values ai.schema ai.response.text ai.response.object ai.response.toolCalls
	ai.response.reasoning ai.result.text
	ai.result.object ai.result.toolCalls ai.toolCall.args ai.toolCall.result ai.embedding ai.embeddings
	pydantic_ai.all_messages final_result all_messages_events tool_arguments tool_response model_request_parameters
	mlflow.spanInputs mlflow.spanOutputs mlflow.traceInputs mlflow.traceOutputs
	gcp.vertex.agent.llm_request gcp.vertex.agent.llm_response gcp.vertex.agent.tool_call_args
	gcp.vertex.agent.tool_response
	gcp.vertex.agent.data lk.input_text lk.response.text lk.chat_ctx lk.function_tool.arguments lk.function_tool.output
	lk.instructions
	exception.message db.query.text db.statement http.request.body.content http.response.body.content
	request_data response_data prompt completion user_prompt tool_input tool_output
`)

// contentPrefixes begin the keys of content that is flattened into many attributes.
var contentPrefixes = []string{"gen_ai.prompt.", "gen_ai.completion.", "llm.input_messages.",
	"llm.output_messages.", "llm.prompts.",
	"ai.prompt.", "langfuse.observation.input.", "langfuse.observation.output.", "langfuse.observation.metadata.",
	"langfuse.trace.metadata.", "retrieval.documents.", "reranker.input_documents.", "reranker.output_documents.",
	"embedding.embeddings.",
	"db.query.parameter.", "llm.tools."}

// openEndings end keys below those prefixes that say what something is, not what is in it.
var openEndings = []string{".role", ".finish_reason", ".message.role", ".tool_call.id", ".tool_calls.id",
	".document.id", ".document.score"}

// stackKeys hold stack traces.
var stackKeys = keySet("exception.stacktrace error.stack error.stack_trace exception.stack_trace stacktrace")

// openEventKeys are attributes of message events that describe the message.
var openEventKeys = keySet("gen_ai.system gen_ai.provider.name gen_ai.operation.name gen_ai.conversation.id role " +
	"id index finish_reason name event.name")

func keySet(list string) map[string]bool {
	m := map[string]bool{}
	for _, k := range strings.Fields(list) {
		m[k] = true
	}
	return m
}

// isContent tells whether the attribute called key holds content.
func isContent(key string) bool {
	if contentKeys[key] {
		return true
	}
	for _, p := range contentPrefixes {
		if strings.HasPrefix(key, p) {
			for _, e := range openEndings {
				if strings.HasSuffix(key, e) {
					return false
				}
			}
			return true
		}
	}
	return false
}

// isMessageEvent tells whether an event, or a log record, is a message between user, model and tools.
func isMessageEvent(name string) bool {
	return strings.HasPrefix(name, "gen_ai.") && name != "gen_ai.evaluation.result" || name == "user_prompt"
}
