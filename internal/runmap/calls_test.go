// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// turnOf is a turn of Codex, one second to three, with an event for each tool call, at the end of the second.
func turnOf(t testing.TB, calls ...map[string]any) ptrace.Traces {
	t.Helper()
	td := build(t, node{id: 1, name: "codex.exec"}, node{
		id: 2, parent: 1, name: "session_task.turn", start: 1000, attributes: map[string]any{"conversation.id": "c"},
	})
	for _, rs := range td.ResourceSpans().All() {
		rs.ScopeSpans().At(0).Scope().SetName("codex_exec")
	}
	turn := td.ResourceSpans().At(1).ScopeSpans().At(0).Spans().At(0)
	turn.SetEndTimestamp(3e9)
	for _, call := range calls {
		e := turn.Events().AppendEmpty()
		e.SetName("codex.tool_result")
		e.SetTimestamp(2e9)
		require.NoError(t, e.Attributes().FromRaw(call))
	}
	return td
}

// tools returns the runs of calls in their order.
func tools(t testing.TB, td ptrace.Traces, opts runmap.Options) []run.Run {
	t.Helper()
	traces := runmap.Map(td, opts)
	require.Len(t, traces, 1)
	runs := traces[0].Runs
	require.Equal(t, "session_task.turn", runs[1].Name)
	for _, r := range runs[2:] {
		assert.Equal(t, run.Tool, r.Kind)
		assert.Equal(t, runs[1].ID, r.ParentID)
		assert.Equal(t, runs[0].ID, r.TraceID)
		assert.Equal(t, "c", r.Metadata.Text("thread_id"))
		if !opts.WithoutDottedOrder {
			assert.Equal(t, run.Dotted(runs[1].DottedOrder, r.Start, r.ID), r.DottedOrder)
		}
	}
	return runs[2:]
}

func TestMap_toolCallsThatOnlyEventsTellOf(t *testing.T) {
	type m = map[string]any
	f := func(call m, want run.Run) {
		t.Helper()
		got := tools(t, turnOf(t, call), runmap.Options{})
		require.Len(t, got, 1)
		assert.Equal(t, want.Name, got[0].Name)
		assert.Equal(t, string(want.Inputs), string(got[0].Inputs))
		assert.Equal(t, string(want.Outputs), string(got[0].Outputs))
		assert.Equal(t, want.Error, got[0].Error)
		assert.Equal(t, time.Unix(2, 0).UTC(), got[0].End)
		assert.Equal(t, want.Start, got[0].Start)
	}
	at := time.Unix(2, 0).UTC()
	f(m{"call_id": "a", "tool_name": "exec", "arguments": `{"cmd":"ls"}`, "output": "a.txt", "duration_ms": "250", "success": "true"},
		run.Run{Name: "exec", Inputs: []byte(`{"cmd":"ls"}`), Outputs: []byte(`{"output":"a.txt"}`), Start: at.Add(-250 * time.Millisecond)})
	f(m{"call_id": "a", "tool_name": "exec", "arguments": "ls", "output": "no such file", "success": "false", "duration_ms": 5000},
		run.Run{Name: "exec", Inputs: []byte(`{"input":"ls"}`), Outputs: []byte(`{"output":"no such file"}`), Error: "no such file", Start: time.Unix(1, 0).UTC()})
	f(m{"success": false, "duration_ms": "NaN"}, run.Run{Name: "tool", Error: "the tool failed", Start: at})
	f(m{"arguments": "[REDACTED]", "output": "", "duration_ms": -1}, run.Run{Name: "tool", Start: at})
}

func TestMap_toolCallsOfEventsAreTheSameWheneverTheyAreSent(t *testing.T) {
	type m = map[string]any
	first, second := m{"call_id": "a", "tool_name": "f"}, m{"call_id": "b", "tool_name": "f", "duration_ms": 500}
	once := tools(t, turnOf(t, first, second), runmap.Options{})
	require.Len(t, once, 2)
	assert.Equal(t, "b", once[0].Metadata.Text("gen_ai.tool.call.id"), "what began first comes first")
	assert.Equal(t, once, tools(t, turnOf(t, second, first, second), runmap.Options{}))
	for _, r := range once {
		assert.Equal(t, r.ID, run.FromSpan(mustSpan(t, r.Metadata.Text("OTEL_SPAN_ID"))), "LangSmith makes the same id by OTLP")
	}
	for _, r := range tools(t, turnOf(t, first), runmap.Options{IDs: runmap.TraceSpanIDs}) {
		assert.Equal(t, run.FromTraceSpan(pcommon.TraceID{15: 1}, mustSpan(t, r.Metadata.Text("OTEL_SPAN_ID"))), r.ID)
	}
}

func mustSpan(t *testing.T, digits string) (id pcommon.SpanID) {
	t.Helper()
	n, err := hex.Decode(id[:], []byte(digits))
	require.NoError(t, err)
	require.Len(t, id, n)
	return id
}

func TestMap_toolCallsOfEventsAreNamedAsOthers(t *testing.T) {
	call := map[string]any{"tool_name": "web search"}
	rename, err := runmap.NewRename("web search", "search")
	require.NoError(t, err)
	f := func(opts runmap.Options, want string) {
		t.Helper()
		assert.Equal(t, want, tools(t, turnOf(t, call), opts)[0].Name)
	}
	f(runmap.Options{}, "web search")
	f(runmap.Options{Names: runmap.Storyboard}, "tool.web_search")
	f(runmap.Options{Names: runmap.Storyboard, Renames: []runmap.Rename{rename}}, "search")
	f(runmap.Options{WithoutDottedOrder: true}, "web search")
}

func TestMap_toolCallsOfEventsAreBounded(t *testing.T) {
	var calls []map[string]any
	for n := range 1500 {
		calls = append(calls, map[string]any{"tool_result_seq": n})
	}
	assert.Len(t, tools(t, turnOf(t, calls...), runmap.Options{}), 1000)
}

func TestMap_argumentsThatOnlyEventsTellReachTheirTool(t *testing.T) {
	tool := func(id byte, call, path string) node {
		return node{id: id, parent: 1, name: "claude_code.tool", start: int(id), attributes: map[string]any{
			"span.type": "tool", "tool_name": "Edit", "gen_ai.tool.call.id": call, "file_path": path,
		}}
	}
	td := build(t, node{id: 1, name: "claude_code.interaction"}, tool(2, "a", "x.go"), tool(3, "b", ""), tool(4, "c", "z.go"))
	for _, rs := range td.ResourceSpans().All() {
		rs.ScopeSpans().At(0).Scope().SetName("com.anthropic.claude_code.tracing")
	}
	turn := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	for _, call := range []map[string]any{
		{"tool_use_id": "a", "tool_input": `{"file_path":"cut…","old":"1","new":"2"}`},
		{"tool_use_id": "b", "tool_input": `{"file_path":"y.go"}`},
		{"tool_use_id": "c", "tool_input": "[REDACTED]"},
		{"tool_use_id": "nobody", "tool_input": `{"x":1}`},
		{"tool_input": `{"x":1}`},
	} {
		e := turn.Events().AppendEmpty()
		e.SetName("claude_code.tool_result")
		require.NoError(t, e.Attributes().FromRaw(call))
	}
	runs := runmap.Map(td, runmap.Options{})[0].Runs
	require.Len(t, runs, 4, "their spans are their runs")
	for i, want := range []string{`{"file_path":"x.go","old":"1","new":"2"}`, `{"file_path":"y.go"}`, `{"file_path":"z.go"}`} {
		assert.Equal(t, want, string(runs[i+1].Inputs))
	}
}
