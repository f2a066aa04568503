// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
)

// orders are the two ways in which redact and sampling may stand.
var orders = map[string]string{
	"redact before sampling": "[memory_limiter, redact, sampling]",
	"sampling before redact": "[memory_limiter, sampling, redact]",
}

// everythingTo keeps every trace with its content, and sends it to a backend beside LangSmith as well, where attributes
// can be compared with what was sent.
func everythingTo(t *testing.T, s *sink, order string) string {
	t.Helper()
	return overlay(t, quick+`    rules: [{name: everything, keep: 100}]
    traces: all
    spans: all
  redact: {content: keep}
exporters:
  otlp_http/sink:
    endpoint: `+s.URL+`
    compression: none
service:
  pipelines:
    traces: {processors: `+order+`, exporters: [langsmith, otlp_http/sink]}
`)
}

// gateway starts the shipped gateway in one of the orders, with its data in a folder of its own.
func gateway(t *testing.T, l *langsmith, s *sink, order string) *collector {
	t.Helper()
	env := append(l.env(), "OTELCOL_LANGSMITH_DATA="+t.TempDir())
	return start(t, env, "embed:gateway", everythingTo(t, s, order))
}

// sendFresh sends recordings, each with personal data in it, and returns them as they were sent.
func sendFresh(t *testing.T, c *collector, match func(replay.Recording) bool) []replay.Recording {
	t.Helper()
	recordings, err := replay.Load("../testdata")
	require.NoError(t, err)
	sender := replay.Sender{Endpoint: c.otlp(), Client: http.DefaultClient, Tries: 20, Pause: 100 * time.Millisecond}
	salt := strconv.FormatInt(time.Now().UnixNano(), 36)
	var sent []replay.Recording
	for _, r := range recordings {
		if match(r) {
			plant(r)
			fresh := r.Fresh(salt, time.Now())
			kept := replay.Recording{File: r.File, Traces: ptrace.NewTraces(), Logs: plog.NewLogs()}
			fresh.Traces.CopyTo(kept.Traces)
			require.NoError(t, sender.Send(context.Background(), fresh))
			sent = append(sent, kept)
		}
	}
	require.NotEmpty(t, sent)
	return sent
}

// plant puts personal data into the texts of a recording that has none: where a city stands, in whatever nesting.
func plant(r replay.Recording) {
	if strings.Contains(filepath.Base(r.File), "pii") {
		return
	}
	for span := range allSpans(r.Traces) {
		plantIn(span.Attributes())
		for _, e := range span.Events().All() {
			plantIn(e.Attributes())
		}
	}
}

func plantIn(m pcommon.Map) {
	for _, v := range m.All() {
		if v.Type() == pcommon.ValueTypeStr {
			v.SetStr(strings.ReplaceAll(v.Str(), "Paris", "Paris, "+planted[0]+", "+planted[4]))
		}
	}
}

func TestRedaction_plantedValuesNeverArriveInEitherOrder(t *testing.T) {
	for name, order := range orders {
		t.Run(name, func(t *testing.T) {
			l, s := newLangSmith(t), newSink(t)
			c := gateway(t, l, s, order)
			sent := sendFresh(t, c, everything)
			spans := map[string]ptrace.Span{}
			ids := map[string]bool{}
			for _, r := range sent {
				for span := range allSpans(r.Traces) {
					spans[spanKey(span)] = span
					ids[span.TraceID().String()] = true
				}
			}
			l.waitForTraces(t, len(ids), 30*time.Second)
			require.Eventually(t, func() bool { n, _ := s.seen(); return n == len(spans) }, 20*time.Second, 100*time.Millisecond)
			require.Zero(t, c.stop())

			l.assertWhole(t)
			l.assertClean(t)
			for _, value := range planted {
				assert.False(t, s.contains(value), "%q is in what left", value)
			}
			assert.True(t, s.contains("[REDACTED:email]"), "the place of a value is marked")
			compared := assertJSONStays(t, spans, s)
			assert.Greater(t, compared, 1000)
			t.Logf("%d spans of %d recordings, %d attributes with JSON", len(spans), len(sent), compared)
			for _, r := range l.Runs() {
				assert.True(t, len(r.Inputs) == 0 || json.Valid(r.Inputs), "inputs of %s", r.Name)
				assert.True(t, len(r.Outputs) == 0 || json.Valid(r.Outputs), "outputs of %s", r.Name)
			}
			assertNotInLog(t, c)
		})
	}
}

// assertJSONStays checks that each attribute that was JSON when it was sent is JSON where it arrived, and returns how
// many there were.
func assertJSONStays(t *testing.T, sent map[string]ptrace.Span, s *sink) int {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	compared := 0
	for _, td := range s.traces {
		for span := range allSpans(td) {
			before, ok := sent[spanKey(span)]
			require.True(t, ok, "a span that was not sent")
			for key, was := range before.Attributes().All() {
				if !isJSON(was) {
					continue
				}
				compared++
				is, ok := span.Attributes().Get(key)
				assert.True(t, ok, "%s: %s is missing", span.Name(), key)
				assert.True(t, isJSON(is), "%s: %s is no JSON any more: %s", span.Name(), key, is.AsString())
			}
		}
	}
	return compared
}

func isJSON(v pcommon.Value) bool {
	return v.Type() == pcommon.ValueTypeStr && strings.ContainsAny(v.Str(), "{[") && json.Valid([]byte(v.Str()))
}

func assertNotInLog(t *testing.T, c *collector) {
	t.Helper()
	for _, value := range append([]string{apiKey, hashKey}, planted...) {
		assert.NotContains(t, c.log.String(), value)
	}
}

// TestRedaction_oneUserHasOneHash sends the same user from two services, under different names and types, and once in
// a prompt.
func TestRedaction_oneUserHasOneHash(t *testing.T) {
	for name, order := range orders {
		t.Run(name, func(t *testing.T) {
			l, s := newLangSmith(t), newSink(t)
			c := gateway(t, l, s, order)
			sender := replay.Sender{Endpoint: c.otlp(), Client: http.DefaultClient, Tries: 20, Pause: 100 * time.Millisecond}
			send := func(n byte, service string, attributes map[string]any) {
				td := agentSpan(t, n, service, attributes)
				require.NoError(t, sender.Send(context.Background(), replay.Recording{Traces: td, Logs: plog.NewLogs()}))
			}
			send(1, "shop", map[string]any{"user.id": "ada-829123"})
			send(2, "support", map[string]any{"enduser.id": "ada-829123", "input.value": "I am ada-829123, help"})
			send(3, "billing", map[string]any{"langfuse.user.id": "ada-829123", "app.user_id": 4711})
			send(4, "billing", map[string]any{"user.id": "4711"})
			l.waitForTraces(t, 4, 30*time.Second)
			require.Eventually(t, func() bool { n, _ := s.seen(); return n == 4 }, 20*time.Second, 100*time.Millisecond)
			require.Zero(t, c.stop())

			assert.False(t, l.Contains("ada-829123"))
			assert.False(t, s.contains("ada-829123"))
			got := s.attributes()
			token := got[1]["user.id"]
			assert.Regexp(t, `^hash:k1:[0-9a-f]{24}\.[0-9a-f]{8}$`, token)
			assert.Equal(t, token, got[2]["enduser.id"])
			assert.Equal(t, token, got[3]["langfuse.user.id"])
			assert.Equal(t, "I am "+token.(string)+", help", got[2]["input.value"])
			assert.Equal(t, got[4]["user.id"], got[3]["app.user_id"], "a number hashes like its digits")
			users := map[string]int{}
			for _, r := range l.Runs() {
				users[metadata(r)["user_id"]]++
			}
			assert.LessOrEqual(t, len(users), 3, "what LangSmith can group by: %v", users)
		})
	}
}

// agentSpan is a trace of one model call; n makes its ids.
func agentSpan(t *testing.T, n byte, service string, attributes map[string]any) ptrace.Traces {
	t.Helper()
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", service)
	span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetTraceID(pcommon.TraceID{15: n})
	span.SetSpanID(pcommon.SpanID{7: n})
	span.SetName("chat model")
	now := time.Now()
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-time.Second)))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(now))
	require.NoError(t, span.Attributes().FromRaw(attributes))
	span.Attributes().PutStr("gen_ai.operation.name", "chat")
	return td
}

// attributes returns those of each span by the last byte of its id.
func (s *sink) attributes() map[byte]map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[byte]map[string]any{}
	for _, td := range s.traces {
		for span := range allSpans(td) {
			id := span.SpanID()
			all[id[7]] = span.Attributes().AsRaw()
		}
	}
	return all
}
