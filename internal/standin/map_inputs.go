// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import "go.opentelemetry.io/collector/pdata/ptrace"

// mapInputs takes the first source that has something; a prompt template and a retriever's query replace what events
// said.
func mapInputs(a attributes, events ptrace.SpanEventSlice, runType string) map[string]any {
	in := eventInputs(events)
	value := a.str("input.value")
	if value != "" && a.has("llm.prompt_template.variables") {
		in = templateInputs(a, value)
	}
	if value != "" && runType == typeRetriever {
		in = map[string]any{"query": value}
	}
	if in == nil {
		in = messagesObject(indexedMessages(a, "gen_ai.prompt.", "llm.input_messages."))
	}
	if in == nil {
		in = textValue(a, "input", "input.value", "traceloop.entity.input", "gen_ai.prompt", "prompt")
	}
	if in == nil {
		in = logfireInputs(a)
	}
	if in == nil {
		in = messagesValue(a, "gen_ai.input.messages")
	}
	if in == nil {
		in = textValue(a, "input", "inputs")
	}
	return in
}

// templateInputs reads the value of a prompt's variable: an object holds several, anything else is the one that is
// named.
func templateInputs(a attributes, value string) map[string]any {
	if object := parseObject(value); object != nil {
		return object
	}
	variable := a.str("llm.prompt_template.variables")
	if variable == "" {
		variable = "input"
	}
	return map[string]any{variable: value}
}

func textValue(a attributes, wrap string, keys ...string) map[string]any {
	if s := a.first(keys...); s != "" {
		return wrapped(s, wrap)
	}
	return nil
}

// messagesValue reads the messages of the current conventions. Only a text counts: as a structured value they are not
// read.
func messagesValue(a attributes, key string) map[string]any {
	v, ok := parseJSON(a.str(key))
	if !ok || v == nil {
		return nil
	}
	return map[string]any{"messages": v}
}

// logfireInputs takes all of Logfire's events but the choices.
func logfireInputs(a attributes) map[string]any {
	var list []any
	for _, item := range logfireEvents(a) {
		if item["event.name"] != "gen_ai.choice" {
			list = append(list, item)
		}
	}
	if list == nil {
		return nil
	}
	return map[string]any{"input": list}
}

func logfireEvents(a attributes) []map[string]any {
	v, _ := parseJSON(a.str("events"))
	list, _ := v.([]any)
	objects := make([]map[string]any, 0, len(list))
	for _, item := range list {
		if object, ok := item.(map[string]any); ok {
			objects = append(objects, object)
		}
	}
	return objects
}
