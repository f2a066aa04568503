// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"slices"
	"strings"
	"unicode"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// contentKind says how sure it is that an attribute holds content: what people and models wrote, and what tools took
// and gave.
type contentKind uint8

const (
	notContent    contentKind = iota
	maybeContent              // by a word that is used for other things too: when the value looks like it
	likelyContent             // by a word like prompt or output: any text
	sureContent               // by the conventions of a library: whatever the value is
)

// contentKeys hold content by name.
var contentKeys = keySet(`
	gen_ai.input.messages gen_ai.output.messages gen_ai.system_instructions gen_ai.tool.call.arguments
	gen_ai.tool.call.result gen_ai.tool.definitions gen_ai.tool.args gen_ai.retrieval.query.text
	gen_ai.retrieval.documents gen_ai.evaluation.explanation gen_ai.event.content gen_ai.agent.description
	gen_ai.tool.description gen_ai.prompt gen_ai.completion gen_ai.input gen_ai.output gen_ai.memory.query.text
	gen_ai.memory.records gen_ai.tool.message.content
	traceloop.entity.input traceloop.entity.output traceloop.prompt.template traceloop.prompt.template_variables
	input.value output.value llm.prompts llm.prompt_template.template llm.prompt_template.variables llm.tools
	llm.function_call retrieval.documents reranker.query embedding.text embedding.vector tool.parameters
	tool.description tool.json_schema input_value output_value
	langfuse.observation.input langfuse.observation.output langfuse.observation.metadata langfuse.trace.input
	langfuse.trace.output langfuse.trace.metadata langsmith.span.inputs langsmith.span.outputs
	langsmith.metadata.ls_invocation_params gen_ai.serialized.doc gen_ai.serialized.signature inputs outputs
	ai.prompt ai.value ai.values ai.schema ai.response.text ai.response.object ai.response.toolCalls
	ai.response.reasoning ai.response.files ai.result.text ai.result.object ai.result.toolCalls ai.toolCall.args
	ai.toolCall.result ai.embedding ai.embeddings
	pydantic_ai.all_messages final_result all_messages_events events tool_arguments tool_response
	model_request_parameters request_data response_data raw_input raw_output request response
	mlflow.spanInputs mlflow.spanOutputs mlflow.traceInputs mlflow.traceOutputs mlflow.chat.tools
	gcp.vertex.agent.llm_request gcp.vertex.agent.llm_response gcp.vertex.agent.tool_call_args
	gcp.vertex.agent.tool_response gcp.vertex.agent.data
	lk.chat_ctx lk.function_tool.arguments lk.function_tool.output lk.instructions lk.response.function_calls
	spring.ai.tool.call.result spring.ai.tool.definition.description spring.ai.tool.definition.schema
	agent.stateSnapshot agent.messages.ui langwatch.contexts langwatch.rag.contexts crewai.crew.result crewai.agent.backstory crewai.agent.goal
	crewai.task.description crew_agents haystack.agent.tools
	braintrust.input braintrust.input_json braintrust.output braintrust.output_json braintrust.expected
	braintrust.expected_json braintrust.metadata gen_ai.request.messages gen_ai.response.text gen_ai.response.tool_calls
	gen_ai.tool.input gen_ai.tool.output confident.span.context confident.span.retrieval_context
	confident.span.tools_called confident.span.expected_tools confident.span.metadata confident.trace.metadata
	json_encoded_event assertions scores
	exception.message db.query.text db.statement db.operation.parameter http.request.body.content
	http.response.body.content full_command bash_command diff command
`)

// contentPrefixes begin the keys of content that is flattened into many attributes.
var contentPrefixes = []string{
	"gen_ai.prompt.", "gen_ai.completion.", "llm.input_messages.", "llm.output_messages.", "llm.prompts.",
	"llm.choices.", "llm.tools.", "llm.request.functions.", "ai.prompt.", "langfuse.observation.input.",
	"langfuse.observation.output.", "langfuse.observation.metadata.", "langfuse.trace.metadata.",
	"braintrust.input.", "braintrust.output.", "retrieval.documents.", "documents.",
	"reranker.input_documents.", "reranker.output_documents.", "embedding.embeddings.",
	"db.query.parameter.", "db.vector.query.", "db.query.result.", "lk.pii.", "crewai.task.", "request_data.",
	"response_data.", "http.request.body.", "http.response.body.", "mcp.request.argument.",
}

// openEndings end keys below those prefixes that say what something is, not what is in it.
var openEndings = []string{
	".role", ".finish_reason", ".tool_call_id", ".tool_call.id", ".tool_calls.id", ".id", ".name", ".type", ".score",
	".size", ".top_k", ".similarity_threshold", ".version", ".key", ".version_name", ".mime_type",
}

// openMetadata are words of metadata that frameworks write about themselves.
var openMetadata = []string{"langgraph_", "checkpoint_", "ls_", "tags", "versions", "run_id", "runtime"}

// stackKeys hold stack traces.
var stackKeys = keySet("exception.stacktrace error.stack error.stack_trace exception.stack_trace stacktrace")

// openEventKeys are attributes of message events that describe the message.
var openEventKeys = keySet("gen_ai.system gen_ai.provider.name gen_ai.operation.name gen_ai.conversation.id role " +
	"id index finish_reason name type event.name tool_call_id")

// holderKeys are members of a message that hold others.
var holderKeys = keySet("message messages tool_calls function parts choices")

// words that end the keys of content, in any dialect, and those that do when the value looks like it.
var (
	likelyWords = keySet(`input inputs output outputs prompt prompts completion completions messages arguments args
		content contents text transcript transcription instructions question answer answers body reasoning thinking
		utterance documents document contexts backstory inputdata outputdata toolcalls functioncalls history snapshot
		memories citations instruction argument`)
	maybeWords = keySet(`result results response responses request requests data payload value values params
		parameters variables template description message msg context query chunk chunks events schema doc command
		details summary explanation reply object tools functions state plan steps goal task items item record records`)
	// formatWords say how the word before them is written.
	formatWords = keySet(`json yaml xml html markdown str string raw preview`)
	// countWords anywhere in a key say that it counts or describes, whatever it ends with.
	countWords = keySet(`usage token tokens cost count duration metrics otel`)
)

func keySet(list string) map[string]bool {
	m := map[string]bool{}
	for k := range strings.FieldsSeq(list) {
		m[k] = true
	}
	return m
}

// contentOf tells whether the attribute called key holds content.
func contentOf(key string) contentKind {
	if contentKeys[key] {
		return sureContent
	}
	for _, p := range contentPrefixes {
		if rest, ok := strings.CutPrefix(key, p); ok {
			return below(p, rest)
		}
	}
	words := keyWords(key)
	if len(words) == 0 {
		return notContent
	}
	if counts(words) {
		return notContent
	}
	if n := len(words) - 1; n > 0 && formatWords[words[n]] {
		words = words[:n]
	}
	last := words[len(words)-1]
	joined := last
	if len(words) > 1 {
		joined = words[len(words)-2] + last
	}
	switch {
	case likelyWords[last] || likelyWords[joined]:
		return likelyContent
	case maybeWords[last] || maybeWords[strings.TrimSuffix(last, "s")]:
		return maybeContent
	}
	return notContent
}

// words that end the keys of numbers that are no identifiers, and of names of models.
var (
	numberWords = keySet(`timestamp ts time ms us ns bytes size length`)
	modelWords  = keySet(`model models system provider`)
)

func endsIn(words []string, list map[string]bool) bool {
	return len(words) > 0 && list[words[len(words)-1]]
}

// counts tells whether words of a key say that it counts or describes.
func counts(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return countWords[w] })
}

// below tells whether what follows a prefix of content is content.
func below(prefix, rest string) contentKind {
	for _, e := range openEndings {
		if strings.HasSuffix(rest, e) || rest == e[1:] {
			return notContent
		}
	}
	if strings.HasSuffix(prefix, "metadata.") {
		for _, m := range openMetadata {
			if strings.HasPrefix(rest, m) {
				return notContent
			}
		}
	}
	return sureContent
}

// keyWords takes a key apart, at separators and at capitals, without the indices in it.
func keyWords(key string) []string {
	words := strings.FieldsFunc(key, func(r rune) bool { return r < 0x80 && !isAlnum(byte(r)) })
	var all []string
	for _, w := range words {
		if only(w, isDigit) {
			continue
		}
		from := 0
		for i := 1; i < len(w); i++ {
			if unicode.IsUpper(rune(w[i])) && unicode.IsLower(rune(w[i-1])) {
				all = append(all, strings.ToLower(w[from:i]))
				from = i
			}
		}
		all = append(all, strings.ToLower(w[from:]))
	}
	return all
}

// shortValue is up to how long a value of one word is taken for the name of something where a key leaves it open.
const shortValue = 24

// holdsContent tells whether a value is content under a key of the given kind.
func (k contentKind) holdsContent(val pcommon.Value) bool {
	switch val.Type() {
	case pcommon.ValueTypeEmpty:
		return false
	case pcommon.ValueTypeBool, pcommon.ValueTypeInt, pcommon.ValueTypeDouble:
		return k == sureContent
	case pcommon.ValueTypeStr:
		s := val.Str()
		return k > maybeContent || k == maybeContent && (len(s) > shortValue || strings.ContainsAny(s, " {[\n\""))
	}
	return k != notContent
}

// inputWords mark content that goes into a model or tool. What it says about failures lies in the past.
var inputWords = keySet(`input inputs prompt prompts arguments args request instructions parameters definitions tools
	schema query template variables`)

func isInputKey(key string) bool {
	for _, w := range keyWords(key) {
		if inputWords[w] {
			return true
		}
	}
	return false
}

// messageEvents are the last words of the names of events that are messages between user, model and tools.
var messageEvents = keySet("user_prompt assistant_response tool.output system_prompt")

// isMessageEvent tells whether an event, or a log record, is such a message.
func isMessageEvent(name string) bool {
	if strings.HasPrefix(name, "gen_ai.") {
		return name != "gen_ai.evaluation.result"
	}
	if messageEvents[name] {
		return true
	}
	k := strings.LastIndexByte(name, '.')
	return k >= 0 && messageEvents[name[k+1:]]
}
