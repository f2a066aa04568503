// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package join_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/join"
)

// put adds a record that names a trace and a span.
func put(ld plog.Logs, name string, body any, attributes map[string]any) plog.LogRecord {
	if ld.ResourceLogs().Len() == 0 {
		ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
	}
	r := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().AppendEmpty()
	r.SetTraceID(pcommon.TraceID{1})
	r.SetSpanID(pcommon.SpanID{2})
	r.SetEventName(name)
	_ = r.Body().FromRaw(body)
	_ = r.Attributes().FromRaw(attributes)
	return r
}

func Example() {
	ld := plog.NewLogs()
	put(ld, "", map[string]any{"content": "Why?"}, map[string]any{"event.name": "gen_ai.user.message"})
	for _, e := range join.Events(ld) {
		fmt.Println(e.Event.Name(), e.Event.Attributes().AsRaw())
	}
	// Output: gen_ai.user.message map[content:Why?]
}

func TestBelongs(t *testing.T) {
	f := func(want bool, name string, body any, attributes map[string]any) {
		t.Helper()
		r := put(plog.NewLogs(), name, body, attributes)
		assert.Equal(t, want, join.Belongs(r), "%s %v", name, attributes)
		r.SetTraceID(pcommon.TraceID{})
		assert.False(t, join.Belongs(r), "no trace")
	}
	type m = map[string]any
	f(true, "gen_ai.choice", nil, nil)
	f(true, "", nil, m{"event.name": "gen_ai.choice"})
	f(true, "event src/session.rs:1", nil, m{"event.name": "codex.user_prompt"})
	f(true, "", "claude_code.user_prompt", m{"event.name": "user_prompt"})
	f(true, "gemini_cli.api_error", nil, nil)
	f(true, "exception", nil, nil)
	f(true, "", "it broke", m{"exception.type": "E"})
	f(true, "device.app.crash", nil, m{"exception.message": "it broke"})
	f(false, "", "it broke", nil)
	f(false, "login", nil, nil)
	f(false, "", nil, m{"event.name": 7})
	f(false, "", m{"gen_ai.choice": 1}, nil)

	r := put(plog.NewLogs(), "", "it broke", m{"exception.type": "E"})
	r.SetSpanID(pcommon.SpanID{})
	assert.False(t, join.Belongs(r), "an exception of nobody knows which span")
	r.SetEventName("gen_ai.evaluation.result")
	assert.True(t, join.Belongs(r), "an evaluation may be one of the whole trace")
}

func TestEvents_holdAttributesAndBody(t *testing.T) {
	type m = map[string]any
	f := func(name string, body any, attributes m, wantName string, want m) {
		t.Helper()
		ld := plog.NewLogs()
		put(ld, name, body, attributes).SetObservedTimestamp(5)
		events := join.Events(ld)
		require.Len(t, events, 1)
		assert.Equal(t, wantName, events[0].Event.Name())
		assert.Equal(t, want, events[0].Event.Attributes().AsRaw())
		assert.Equal(t, [8]byte{2}, events[0].Span)
		assert.EqualValues(t, 5, events[0].Event.Timestamp(), "when there is no other")
	}
	f("gen_ai.choice", m{"index": 1, "message": m{"role": "assistant"}}, m{"index": 2}, "gen_ai.choice",
		m{"index": int64(2), "message": m{"role": "assistant"}})
	f("", "claude_code.user_prompt", m{"event.name": "user_prompt", "prompt": "hi"}, "claude_code.user_prompt", m{"prompt": "hi"})
	f("codex.note", "text", nil, "codex.note", m{"body": "text"})
	f("codex.note", "text", m{"body": "mine"}, "codex.note", m{"body": "mine"})
	f("codex.note", []any{"a"}, nil, "codex.note", m{"body": []any{"a"}})
	f("gen_ai.client.operation.exception", nil, m{"exception.type": "E"}, "exception",
		m{"exception.type": "E", "event.name": "gen_ai.client.operation.exception"})
	f("", "oh", m{"exception.type": "E", "event.name": "exception"}, "exception", m{"exception.type": "E", "body": "oh"})
}

func TestEvents_areInOrderOfTimeAndEachOnlyOnce(t *testing.T) {
	ld := plog.NewLogs()
	for _, r := range []struct{ at, observed int }{{3, 3}, {1, 9}, {1, 2}, {3, 3}, {1, 9}} {
		record := put(ld, fmt.Sprintf("codex.%d.%d", r.at, r.observed), nil, nil)
		record.SetTimestamp(pcommon.Timestamp(r.at))
		record.SetObservedTimestamp(pcommon.Timestamp(r.observed))
	}
	var names []string
	for _, e := range join.Events(ld) {
		names = append(names, e.Event.Name())
	}
	assert.Equal(t, []string{"codex.1.2", "codex.1.9", "codex.3.3"}, names)
}

func TestEvents_thatDifferInAnythingAreNoCopies(t *testing.T) {
	ld := plog.NewLogs()
	put(ld, "codex.a", nil, nil)
	put(ld, "codex.b", nil, nil)
	put(ld, "codex.b", nil, map[string]any{"n": 1})
	put(ld, "codex.b", nil, nil).SetSpanID(pcommon.SpanID{3})
	assert.Len(t, join.Events(ld), 4)
}

func TestElsewhere_noExceptionMakesAnotherSpanLookFailed(t *testing.T) {
	ld := plog.NewLogs()
	put(ld, "exception", nil, nil)
	put(ld, "codex.a", nil, nil).SetTimestamp(1)
	events := join.Events(ld)
	for _, e := range events {
		e.Elsewhere()
	}
	assert.Equal(t, "log.exception", events[0].Event.Name())
	assert.Equal(t, "codex.a", events[1].Event.Name())
}

func TestEvidence_handledExceptionsSaySo(t *testing.T) {
	f := func(name string, severity plog.SeverityNumber, handled bool) {
		t.Helper()
		ld := plog.NewLogs()
		put(ld, name, nil, map[string]any{"exception.type": "E"}).SetSeverityNumber(severity)
		event := join.Evidence(ld).ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Events().At(0)
		_, told := event.Attributes().Get("exception.escaped")
		assert.Equal(t, handled, told, "%s %s", name, severity)
	}
	f("exception", plog.SeverityNumberUnspecified, false)
	f("exception", plog.SeverityNumberFatal, false)
	f("exception", plog.SeverityNumberWarn, true)
	f("gen_ai.client.operation.exception", plog.SeverityNumberWarn, false)
	f("gen_ai.client.operation.exception", plog.SeverityNumberInfo, true)
}

func TestEvidence_isNothingWhereNothingFailed(t *testing.T) {
	ld := plog.NewLogs()
	put(ld, "gen_ai.choice", map[string]any{"content": "fine"}, nil)
	put(ld, "codex.tool_result", nil, map[string]any{"success": true})
	assert.Zero(t, join.Evidence(ld).ResourceSpans().Len())
	put(ld, "codex.tool_result", nil, map[string]any{"success": false})
	assert.Equal(t, 1, join.Evidence(ld).SpanCount())
}

func FuzzEvents(f *testing.F) {
	ld := plog.NewLogs()
	put(ld, "gen_ai.choice", map[string]any{"content": "fine"}, map[string]any{"exception.type": "E"})
	data, err := (&plog.ProtoMarshaler{}).MarshalLogs(ld)
	require.NoError(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		ld, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data)
		if err != nil {
			return
		}
		n := ld.LogRecordCount()
		assert.LessOrEqual(t, len(join.Events(ld)), n)
		assert.LessOrEqual(t, join.Evidence(ld).SpanCount(), n)
	})
}

func BenchmarkEvents(b *testing.B) {
	ld := plog.NewLogs()
	for n := range 100 {
		put(ld, "gen_ai.choice", map[string]any{"content": "fine"}, map[string]any{"n": n}).SetTimestamp(pcommon.Timestamp(n))
	}
	b.SetBytes(int64((&plog.ProtoMarshaler{}).LogsSize(ld)))
	b.ReportAllocs()
	for b.Loop() {
		join.Events(ld)
	}
}
