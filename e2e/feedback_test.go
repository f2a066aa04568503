// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

const keepAll = `
processors:
  redact: {content: keep}
  sampling:
    complete: {after_root: 1s, idle: 5s, max: 8s}
    rules: [{name: everything, keep: 100}]
exporters:
  langsmith: {protocol: %s}
`

// Evaluations arrive on their runs, whether they come as log records with their trace or long after it.
func TestFeedback_byLogRecords(t *testing.T) {
	for _, protocol := range []string{"otlp", "multipart"} {
		t.Run(protocol, func(t *testing.T) {
			l := newLangSmith(t)
			c := start(t, append(l.env(), "OTELCOL_LANGSMITH_DATA="+t.TempDir()), "embed:gateway",
				overlay(t, replaceProtocol(keepAll, protocol)))
			sendJudgement(t, c, "relevance")
			sendJudged(t, c)
			l.waitForTraces(t, 1, 30*time.Second)
			sendJudgement(t, c, "user rating")
			require.Eventually(t, func() bool { return len(l.Feedback()) == 2 }, 40*time.Second, 100*time.Millisecond)
			keys := map[string]bool{}
			for _, f := range l.Feedback() {
				keys[f.Key] = true
				assert.Equal(t, "00000000-0000-0000-0900-000000000002", f.RunID)
				var wire map[string]any
				require.NoError(t, json.Unmarshal(f.Raw, &wire))
				assert.Equal(t, false, wire["extend_trace_retention"])
			}
			assert.Equal(t, map[string]bool{"relevance": true, "user rating": true}, keys)
			assert.Zero(t, c.stop())
		})
	}
}

func replaceProtocol(yaml, protocol string) string {
	return string(bytes.ReplaceAll([]byte(yaml), []byte("%s"), []byte(protocol)))
}

func sendJudged(t *testing.T, c *collector) {
	t.Helper()
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "judged")
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	for i := range byte(2) {
		s := spans.AppendEmpty()
		s.SetTraceID(pcommon.TraceID{9, 15: 1})
		s.SetSpanID(pcommon.SpanID{9, 7: i + 1})
		if i > 0 {
			s.SetParentSpanID(pcommon.SpanID{9, 7: 1})
		}
		s.SetName("chat")
		s.Attributes().PutStr("gen_ai.operation.name", "chat")
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(time.Now()))
		s.SetEndTimestamp(s.StartTimestamp() + 1000)
	}
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(t, err)
	postTo(t, c.otlp()+"/v1/traces", body)
}

func sendJudgement(t *testing.T, c *collector, name string) {
	t.Helper()
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "judged")
	r := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	r.SetEventName("gen_ai.evaluation.result")
	r.SetTraceID(pcommon.TraceID{9, 15: 1})
	r.SetSpanID(pcommon.SpanID{9, 7: 2})
	r.SetTimestamp(pcommon.NewTimestampFromTime(time.Now()))
	r.Attributes().PutStr("gen_ai.evaluation.name", name)
	r.Attributes().PutDouble("gen_ai.evaluation.score.value", 0.5)
	body, err := plogotlp.NewExportRequestFromLogs(ld).MarshalProto()
	require.NoError(t, err)
	postTo(t, c.otlp()+"/v1/logs", body)
}

func postTo(t *testing.T, url string, body []byte) {
	t.Helper()
	resp, err := http.Post(url, "application/x-protobuf", bytes.NewReader(body))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
}
