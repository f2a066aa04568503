// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// codex is OpenAI's Codex CLI. Its spans are hundreds of internals; what the user asked and what tools were called with
// and returned stands in log records alone, which have become events of the turn when all between them has gone.
// See https://developers.openai.com/codex/config-advanced
type codex struct{ silent }

func (codex) inputs(b []byte, v *view) []byte {
	if !v.has(kCodexPromptEvent) || !isCodexTurn(v.Span) {
		return b
	}
	return v.inputAt(b, kCodexPromptEvent)
}

// codexToolEvent tells of a tool call from its arguments to its output.
const codexToolEvent = "codex.tool_result"

// maxCalls bounds the calls that the events of one span tell of. A turn of a coding agent has some hundred.
const maxCalls = 1000

// calls are the tool calls that events tell of.
func (v *view) calls() []Call {
	if len(v.called) == 0 {
		return nil
	}
	calls := make([]Call, 0, len(v.called))
	for _, e := range v.called {
		if e.Name() == claudeToolEvent {
			calls = append(calls, v.claudeCall(e))
			continue
		}
		calls = append(calls, v.codexCall(e))
	}
	return calls
}

func (v *view) codexCall(e ptrace.SpanEvent) Call {
	a := e.Attributes()
	c := Call{
		ID: attribute(a, "call_id"), Name: truncate(firstFilled(attribute(a, "tool_name"), "tool"), maxName),
		Inputs: v.namedContent(a, "arguments", "input"), Outputs: v.namedContent(a, "output", "output"),
		End: e.Timestamp().AsTime(),
	}
	c.Start = c.End.Add(-milliseconds(attribute(a, "duration_ms")))
	if success, told := a.Get("success"); told && isFalse(success) {
		c.Error = firstFilled(attribute(a, "output"), "the tool failed")
	}
	for _, name := range [...]string{"call_id", "tool_namespace", "mcp_server", "agent_name", "output_truncated"} {
		value, told := a.Get(name)
		if name == "call_id" {
			name = "gen_ai.tool.call.id"
		}
		if told {
			c.Metadata.Add(name, scalar(value, maxPlainText))
		}
	}
	c.ID = firstFilled(c.ID, attribute(a, "tool_result_seq"))
	return c
}

// namedContent returns what stands under key as one JSON object.
func (v *view) namedContent(a pcommon.Map, key, name string) []byte {
	value, told := a.Get(key)
	if !told || isEmpty(value) {
		return nil
	}
	return appendNamed(nil, value, v.rawOf(value), name)
}

// milliseconds reads a duration, which is nothing where it is none.
func milliseconds(text string) time.Duration {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n > 0) || n > float64(maxFirstToken.Milliseconds()) {
		return 0
	}
	return time.Duration(n * float64(time.Millisecond))
}

// Call is a tool call of which events of another span tell. It becomes a run of its own below that span's.
type Call struct {
	ID   string // the same for the same call of a span
	Name string
	// HasSpan says that the call has a span, by that id, and a run: only the inputs are told here.
	HasSpan bool

	Inputs, Outputs []byte // one JSON object each, or nil
	Error           string // empty on success
	Start, End      time.Time
	Metadata        run.Values
}
