// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// eventInputs reads a prompt event, else the system and user messages. The assistant's and tools' messages of earlier
// turns are not among them: the backend files those under the outputs.
func eventInputs(events ptrace.SpanEventSlice) map[string]any {
	var messages []any
	for _, event := range events.All() {
		a := attributes{event.Attributes()}
		switch event.Name() {
		case "gen_ai.content.prompt":
			if s := a.str("gen_ai.prompt"); s != "" {
				return wrapped(s, "input")
			}
		case "gen_ai.system.message", "gen_ai.user.message":
			messages = append(messages, eventMessage(event))
		}
	}
	return messagesObject(messages)
}

// eventOutputs reads a completion event, else the assistant's and tools' messages and the last choice.
func eventOutputs(events ptrace.SpanEventSlice) map[string]any {
	var messages []any
	var choice map[string]any
	for _, event := range events.All() {
		a := attributes{event.Attributes()}
		switch event.Name() {
		case "gen_ai.content.completion":
			if s := a.str("gen_ai.completion"); s != "" {
				return wrapped(s, "output")
			}
		case "gen_ai.assistant.message", "gen_ai.tool.message":
			messages = append(messages, eventMessage(event))
		case "gen_ai.choice":
			choice = eventChoice(event)
		}
	}
	out := messagesObject(messages)
	if choice != nil {
		if out == nil {
			out = map[string]any{}
		}
		out["choices"] = []any{choice}
	}
	return out
}

// eventMessage is the message that an event tells: its attributes, and the role of its name where they have none.
func eventMessage(event ptrace.SpanEvent) map[string]any {
	message := map[string]any{
		"role": strings.TrimSuffix(strings.TrimPrefix(event.Name(), "gen_ai."), ".message"),
	}
	for key, v := range event.Attributes().All() {
		switch key {
		case "gen_ai.system", "event.name":
		default:
			message[key] = plain(v)
		}
	}
	return message
}

// eventChoice puts tool calls on the choice, beside its message, as the backend does.
func eventChoice(event ptrace.SpanEvent) map[string]any {
	a := attributes{event.Attributes()}
	choice, message := map[string]any{}, a.object("message")
	if message == nil {
		message = map[string]any{"role": "assistant"}
		if s := a.first("message", "content"); s != "" {
			message["content"] = s
		}
	}
	for key, v := range a.All() {
		switch key {
		case "index", "finish_reason":
			choice[key] = plain(v)
		case "tool_calls":
			choice[key] = toolCalls(a, key)
		}
	}
	choice["message"] = message
	return choice
}

func toolCalls(a attributes, key string) any {
	if v, ok := parseJSON(a.str(key)); ok {
		return v
	}
	v, _ := a.Get(key)
	return plain(v)
}

// failure reads the only thing that makes a run red: an event named exception. The status of the span is never looked
// at. The attributes are taken in their order, so that a message after the stack trace replaces it.
func failure(events ptrace.SpanEventSlice) (status, text string) {
	for _, event := range events.All() {
		if event.Name() != "exception" {
			continue
		}
		for key, v := range event.Attributes().All() {
			switch key {
			case "exception.message":
				text = v.AsString()
			case "exception.stacktrace":
				text += "\n\nStacktrace:\n" + v.AsString()
			}
		}
		return statusError, text
	}
	return statusSuccess, ""
}

// runEvents keeps the arrival of tokens, the only events that LangSmith shows.
func runEvents(events ptrace.SpanEventSlice) (json.RawMessage, time.Time) {
	type runEvent struct {
		Name string `json:"name"`
		Time string `json:"time"`
	}
	var list []runEvent
	var first time.Time
	for _, event := range events.All() {
		if event.Name() != "new_token" {
			continue
		}
		at := event.Timestamp().AsTime()
		if first.IsZero() || at.Before(first) {
			first = at
		}
		list = append(list, runEvent{Name: event.Name(), Time: at.Format(time.RFC3339Nano)})
	}
	if list == nil {
		return nil, first
	}
	b, err := json.Marshal(list)
	if err != nil {
		return nil, first
	}
	return b, first
}
