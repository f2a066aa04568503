// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package pdatatest

import (
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// content says on which side of a run there is something; turn, that a turn above it was asked this.
type content struct{ input, output, turn bool }

// Logs reads the log records of a recording; there are none for most.
func (f *Fixture) Logs(t testing.TB) plog.Logs {
	t.Helper()
	if f.LogsFile == "" {
		return plog.NewLogs()
	}
	return LoadLogs(t, filepath.Join(strings.TrimSuffix(f.Path, filepath.FromSlash(f.File)), f.LogsFile))
}

// logged tells by span what its log records hold. The manifest's judgement of content is about the spans alone, and some
// libraries write what was said to log records only.
func logged(ld plog.Logs) map[string]content {
	spans := map[string]content{}
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				id := r.SpanID()
				span := hex.EncodeToString(id[:])
				c := spans[span]
				c.note(r)
				spans[span] = c
			}
		}
	}
	return spans
}

func (c *content) note(r plog.LogRecord) {
	name := r.EventName()
	if v, ok := r.Attributes().Get("event.name"); ok { // Codex writes a place of its source into the field
		name = v.Str()
	}
	switch name {
	case "gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message":
		c.input = c.input || saysSomething(r.Body())
	case "gen_ai.choice":
		if message, ok := member(r.Body(), "message"); ok {
			c.output = c.output || saysSomething(message)
		}
	case "gen_ai.client.inference.operation.details":
		_, in := r.Attributes().Get("gen_ai.input.messages")
		_, out := r.Attributes().Get("gen_ai.output.messages")
		c.input, c.output = c.input || in, c.output || out
	case "codex.user_prompt":
		c.turn = true
	case "assistant_response":
		response, ok := r.Attributes().Get("response")
		c.output = c.output || ok && response.Str() != "<REDACTED>"
	}
}

func saysSomething(message pcommon.Value) bool {
	_, text := member(message, "content")
	_, calls := member(message, "tool_calls")
	return text || calls
}

func member(v pcommon.Value, key string) (pcommon.Value, bool) {
	if v.Type() != pcommon.ValueTypeMap {
		return pcommon.Value{}, false
	}
	return v.Map().Get(key)
}

// handOn gives what a turn was asked to the run of the turn, where nothing between the two has arrived.
func (j *judgement) handOn() {
	for span, c := range j.logged {
		if e := j.rows[span]; e != nil && c.turn && !j.has(span) {
			up := j.above(e)
			turn := j.logged[up]
			turn.input = true
			j.logged[up] = turn
		}
	}
}
