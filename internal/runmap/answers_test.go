// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// streamed is a request with its answer beside it, as Logfire tells of them, by parent and text.
func streamed(id, parent byte, start int, text string) []node {
	request := map[string]any{
		"gen_ai.operation.name": "chat", "request_data": fmt.Sprintf(`{"messages":[{"role":"user","content":%q}]}`, text),
	}
	answer := map[string]any{
		"gen_ai.operation.name": "chat", "request_data": request["request_data"],
		"response_data": `{"message":{"role":"assistant","content":"so"}}`, "gen_ai.usage.output_tokens": 2,
	}
	return []node{
		{id: id, parent: parent, name: "Chat Completion with x", start: start, attributes: request},
		{id: id + 1, parent: parent, name: "streaming response from x took 1.00s", start: start + 1000, attributes: answer},
	}
}

// fromLogfire maps nodes under Logfire's scope.
func fromLogfire(t *testing.T, nodes ...node) []run.Run {
	t.Helper()
	td := build(t, nodes...)
	for _, rs := range td.ResourceSpans().All() {
		rs.ScopeSpans().At(0).Scope().SetName("logfire.openai")
	}
	var runs []run.Run
	for _, trace := range runmap.Map(td, runmap.Options{}) {
		runs = append(runs, trace.Runs...)
	}
	return runs
}

func TestMap_streamedAnswerIsPartOfItsRequest(t *testing.T) {
	runs := fromLogfire(t, append([]node{{id: 1, name: "work", start: 1}}, streamed(2, 1, 10, "Why?")...)...)
	require.Len(t, runs, 2)
	assert.Equal(t, id(2), runs[1].ID)
	assert.JSONEq(t, `{"messages":[{"role":"assistant","content":"so"}]}`, string(runs[1].Outputs))
	assert.EqualValues(t, 2, runs[1].Usage.Output)
	assert.Equal(t, time.UnixMilli(1011).UTC(), runs[1].End, "the run ends when the stream does")
}

func TestMap_streamedAnswersFindTheirOwnRequest(t *testing.T) {
	nodes := []node{{id: 1, name: "work"}, {id: 2, name: "work"}}
	nodes = append(nodes, streamed(10, 1, 10, "a")...)
	nodes = append(nodes, streamed(12, 1, 11, "a")...)
	nodes = append(nodes, streamed(14, 1, 12, "b")...)
	nodes = append(nodes, streamed(16, 2, 13, "a")...)
	runs := fromLogfire(t, nodes...)
	assert.Len(t, runs, 6)
	for _, r := range runs {
		if r.Kind == run.LLM {
			assert.NotEmpty(t, r.Outputs, r.ID)
			assert.Equal(t, time.Second+time.Millisecond, r.End.Sub(r.Start), r.ID)
		}
	}
}

func TestMap_streamedAnswerAloneIsARun(t *testing.T) {
	alone := streamed(2, 1, 10, "a")[1:]
	require.Len(t, fromLogfire(t, alone...), 1)
	stranger := streamed(4, 1, 5, "b")[:1]
	assert.Len(t, fromLogfire(t, append(alone, stranger...)...), 2)
	parted := streamed(6, 1, 5, "a")
	parted[0].parent = 3
	assert.Len(t, fromLogfire(t, parted...), 2)
	late := append([]node{{id: 9, parent: 3, name: "below"}}, streamed(2, 1, 10, "a")...)
	assert.Len(t, fromLogfire(t, late...), 3, "an answer that something stands below is more than an answer")
}
