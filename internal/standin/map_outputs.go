// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"strconv"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// maxIndex bounds the search for numbered attributes: a span has no more attributes than its SDK lets it.
const maxIndex = 10_000

func mapOutputs(a attributes, events ptrace.SpanEventSlice, runType string) map[string]any {
	out := eventOutputs(events)
	if runType == typeRetriever {
		if documents := retrievedDocuments(a); documents != nil {
			out = map[string]any{"documents": documents}
		}
	}
	if out == nil {
		out = messagesObject(indexedMessages(a, "gen_ai.completion.", "llm.output_messages."))
	}
	if out == nil {
		out = textValue(a, "text", "output.value", "traceloop.entity.output", "gen_ai.completion", "all_messages_events")
	}
	if out == nil {
		out = logfireChoice(a)
	}
	if out == nil {
		out = messagesValue(a, "gen_ai.output.messages")
	}
	if out == nil {
		out = textValue(a, "text", "outputs")
	}
	return out
}

// retrievedDocuments reads documents up to the first gap. Content and metadata must both be texts that are not empty,
// and the metadata JSON.
func retrievedDocuments(a attributes) []any {
	var list []any
	for n := range maxIndex {
		prefix := "retrieval.documents." + strconv.Itoa(n) + ".document."
		content, metadata := a.str(prefix+"content"), a.str(prefix+"metadata")
		if content == "" || metadata == "" {
			break
		}
		v, ok := parseJSON(metadata)
		if !ok {
			break
		}
		list = append(list, map[string]any{"page_content": content, "metadata": v, "type": "Document"})
	}
	return list
}

func logfireChoice(a attributes) map[string]any {
	var last map[string]any
	for _, item := range logfireEvents(a) {
		if item["event.name"] == "gen_ai.choice" {
			last = item
		}
	}
	if last == nil {
		return nil
	}
	return map[string]any{"choices": []any{last}}
}

// indexedMessages reads numbered messages. Of each, role and content survive when they are texts; tool calls do not.
func indexedMessages(a attributes, prefixes ...string) []any {
	for _, prefix := range prefixes {
		if list := numbered(a, prefix); list != nil {
			return list
		}
	}
	return nil
}

func numbered(a attributes, prefix string) []any {
	var list []any
	for n := range maxIndex {
		at := prefix + strconv.Itoa(n) + "."
		role, content := a.first(at+"role", at+"message.role"), a.first(at+"content", at+"message.content")
		if role == "" && content == "" {
			break
		}
		message := map[string]any{}
		if role != "" {
			message["role"] = role
		}
		if content != "" {
			message["content"] = content
		}
		list = append(list, message)
	}
	return list
}

func messagesObject(list []any) map[string]any {
	if list == nil {
		return nil
	}
	return map[string]any{"messages": list}
}
