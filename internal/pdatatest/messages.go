// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package pdatatest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// chatRoles are those that LangSmith renders as what they are.
var chatRoles = map[string]bool{
	"system": true, "developer": true, "user": true, "assistant": true, "tool": true, "function": true, "reasoning": true,
}

// messagesProblem says what LangSmith could not render of the messages in a run's content, or nothing. What LangChain has
// serialised it knows by itself.
func messagesProblem(content json.RawMessage) string {
	var c struct {
		Messages json.RawMessage
		Choices  []struct{ Message json.RawMessage }
	}
	if json.Unmarshal(content, &c) != nil {
		return ""
	}
	var messages []json.RawMessage
	if json.Unmarshal(c.Messages, &messages) != nil {
		messages = nil
	}
	for _, choice := range c.Choices {
		messages = append(messages, choice.Message)
	}
	for _, m := range messages {
		if problem := messageProblem(m); problem != "" {
			return problem + ": " + string(m)
		}
	}
	return ""
}

func messageProblem(raw json.RawMessage) string {
	var m struct {
		LC      json.RawMessage `json:"lc"`
		Type    string
		Role    *string
		Content any
		Calls   []any `json:"tool_calls"`
	}
	if err := json.Unmarshal(raw, &m); err != nil || m.LC != nil || m.Role == nil {
		return "" // no message, or one of a shape of its own
	}
	if !chatRoles[*m.Role] {
		return fmt.Sprintf("nobody knows the role %q", *m.Role)
	}
	for _, call := range m.Calls {
		if name := calledTool(call); name == "" || strings.HasPrefix(name, unreadable) {
			return "a call of a tool is none"
		}
	}
	switch content := m.Content.(type) {
	case nil, string:
	case []any:
		for _, block := range content {
			if b, ok := block.(map[string]any); !ok || b["type"] == nil {
				return "a block has no type"
			}
		}
	default:
		return "content is neither text nor blocks"
	}
	return ""
}
