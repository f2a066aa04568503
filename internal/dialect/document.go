// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "github.com/otelcol-langsmith/otelcol-langsmith/internal/run"

// Whole requests and responses of providers, as MLflow, OpenInference and applications keep them. LangSmith knows those
// of OpenAI's chat completions and Anthropic's messages, which stay as they are.

// appendDocument appends what a model was sent or has answered as one document: a single message becomes a list of one,
// messages that LangSmith would not know are brought into the usual shape, and everything beside them stays.
func appendDocument(b []byte, raw string) []byte {
	if member(raw, "role") != "" && member(raw, "content", "parts", "tool_calls") != "" {
		return appendMessages(b, "", raw)
	}
	name, messages := conversationIn(raw)
	if messages == "" {
		return append(b, raw...)
	}
	systemName, system := systemIn(raw, name)
	start := len(b)
	if b = appendMessages(b, system, messages); len(b) == start {
		return append(b, raw...)
	}
	b = b[:len(b)-len("}")]
	for k, v := range members(raw) {
		if k != name && k != systemName {
			b = append(appendName(b, k), v...)
		}
	}
	return append(b, '}')
}

// conversationIn finds the messages of Gemini, Bedrock and OpenAI's Responses API, and the member that holds them.
func conversationIn(raw string) (name, messages string) {
	for k, v := range members(raw) {
		switch k {
		case "choices":
			return "", ""
		case "messages":
			if !hasUntypedParts(v) {
				return "", ""
			}
			return k, v
		case "contents": // of Gemini, whose clients take a text too
			if isArray(v) || isObject(v) || isString(v) {
				return k, v
			}
		case "candidates":
			return k, messagesOf(v, "content")
		case "input", "output":
			if areItems(v) {
				return k, v
			}
			if m := member(v, "message"); k == "output" && isObject(m) { // of Bedrock
				return k, m
			}
		}
	}
	return "", ""
}

// hasUntypedParts reports whether messages are in the shape of Bedrock's.
func hasUntypedParts(messages string) bool {
	for m := range elements(messages) {
		for p := range elements(member(m, "content")) {
			return isObject(p) && member(p, "type") == ""
		}
	}
	return false
}

// messagesOf returns the messages of a list of answers, Gemini's candidates or OpenAI's choices, if each has one.
func messagesOf(answers, name string) string {
	b := []byte{'['}
	for answer := range elements(answers) {
		m := member(answer, name)
		if !isObject(m) {
			return ""
		}
		b = append(appendComma(b), m...)
	}
	if len(b) == len("[") {
		return ""
	}
	return string(append(b, ']'))
}

// areItems reports whether a list is one of messages, or of the items that stand among them.
func areItems(list string) bool {
	for item := range elements(list) {
		return isObject(item) && (member(item, "role") != "" || isItem(memberText(item, "type")))
	}
	return false
}

// systemIn returns the system prompt that stands beside the messages of a request.
func systemIn(raw, messages string) (name, system string) {
	switch messages {
	case "input":
		return "instructions", member(raw, "instructions")
	case "messages":
		return "system", member(raw, "system")
	case "contents":
		for _, name := range [...]string{"systemInstruction", "system_instruction"} {
			if system := member(raw, name); system != "" {
				return name, system
			}
		}
		return "", member(member(raw, "config"), "systemInstruction", "system_instruction")
	}
	return "", ""
}

// wholeOutputs are the attributes that may hold the response of a provider.
var wholeOutputs = []slot{kCompletion, kOutputValue, attr("mlflow.spanOutputs"), attr("lmnr.span.output")}

// documentUsage counts the tokens that a response tells of, where nobody else has.
func (v *view) documentUsage(c *counts) {
	if c.counted() || v.kind != run.LLM && v.kind != run.Embedding {
		return
	}
	for _, s := range wholeOutputs {
		if v.filled[s] && isObject(v.rawAt(s)) {
			c.provider(member(v.rawAt(s), "usage", "usageMetadata", "usage_metadata"))
			return
		}
	}
}

// provider reads the usage in a response of OpenAI, Anthropic, Gemini or Bedrock. Anthropic, which tells no total,
// leaves the cache out of the input, and Bedrock does too.
func (c *counts) provider(usage string) {
	fillRaw(&c.input, usage, "input_tokens", "prompt_tokens", "promptTokenCount", "prompt_token_count", "inputTokens")
	fillRaw(&c.output, usage, "output_tokens", "completion_tokens", "candidatesTokenCount", "candidates_token_count",
		"outputTokens")
	fillRaw(&c.total, usage, "total_tokens", "totalTokenCount", "total_token_count")
	fillRaw(&c.cacheRead, usage, "cache_read_input_tokens", "cachedContentTokenCount", "cached_content_token_count",
		"cacheReadInputTokens")
	fillRaw(&c.cacheCreation, usage, "cache_creation_input_tokens", "cacheWriteInputTokens")
	fillRaw(&c.reasoning, usage, "thoughtsTokenCount", "thoughts_token_count")
	c.exclusiveOutput = c.reasoning > 0
	c.exclusiveInput = c.total < 0 && (c.cacheRead > 0 || c.cacheCreation > 0)
	c.openAIDetails(usage)
}
