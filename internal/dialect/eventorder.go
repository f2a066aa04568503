// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// inOrder puts messages right that came in a jumble. An SDK that sends each log record by itself gives all messages of
// one millisecond to the network at once, and whichever arrives first stands first. What a conversation tells of itself
// is enough for most: instructions lead, a model that calls tools was asked before, and answers follow their calls.
// Messages of different times, or that stand so already, are left alone.
func (v *view) inOrder(events []ptrace.SpanEvent) []ptrace.SpanEvent {
	if !haveTies(events) || !v.isJumbled(events) {
		return events
	}
	out := make([]ptrace.SpanEvent, 0, len(events))
	var turns, answers []ptrace.SpanEvent
	for _, e := range events {
		switch roleOfEvent(e.Name()) {
		case "system":
			out = append(out, e)
		case "tool":
			answers = append(answers, e)
		default:
			turns = append(turns, e)
		}
	}
	for _, e := range askedFirst(turns) {
		out = append(out, e)
		for _, id := range v.callIDs(e) {
			if i := slices.IndexFunc(answers, func(a ptrace.SpanEvent) bool { return v.answers(a) == id }); i >= 0 {
				out = append(out, answers[i])
				answers = slices.Delete(answers, i, i+1)
			}
		}
	}
	return append(out, answers...)
}

func haveTies(events []ptrace.SpanEvent) bool {
	for i := 1; i < len(events); i++ {
		if events[i].Timestamp() == events[i-1].Timestamp() {
			return true
		}
	}
	return false
}

func (v *view) isJumbled(events []ptrace.SpanEvent) bool {
	asked := false
	var open []string // the calls that may be answered now
	for i, e := range events {
		switch roleOfEvent(e.Name()) {
		case "system":
			if i > 0 && roleOfEvent(events[0].Name()) != "system" {
				return true
			}
		case "tool":
			if id := v.answers(e); id != "" && !slices.Contains(open, id) {
				return true
			}
		case "assistant":
			if open = v.callIDs(e); len(open) > 0 && !asked {
				return true
			}
		default:
			asked = true
		}
	}
	return false
}

// askedFirst moves the first question before whatever a model would have answered without one.
func askedFirst(turns []ptrace.SpanEvent) []ptrace.SpanEvent {
	for i, e := range turns {
		if roleOfEvent(e.Name()) != "assistant" {
			copy(turns[1:i+1], turns[:i])
			turns[0] = e
			break
		}
	}
	return turns
}

// callIDs are the raw ids of the tools that a message calls.
func (v *view) callIDs(e ptrace.SpanEvent) []string {
	calls, ok := e.Attributes().Get("tool_calls")
	if !ok {
		return nil
	}
	var ids []string
	for call := range elements(v.rawOf(calls)) {
		if id := member(call, "id"); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// answers is the raw id of the call that a tool's message answers.
func (v *view) answers(e ptrace.SpanEvent) string {
	id, ok := e.Attributes().Get("id")
	if !ok {
		return ""
	}
	return quote(scalarText(id))
}
