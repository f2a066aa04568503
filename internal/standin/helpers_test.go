// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

var epoch = time.Date(2026, 8, 21, 10, 11, 12, 123456000, time.UTC)

func newTestServer(opt Options) (*Server, *clock) {
	c := &clock{at: epoch}
	opt.Now = c.now
	return New(opt), c
}

// traceOf collects spans of one trace.
type traceOf struct {
	ptrace.Traces
	spans ptrace.SpanSlice
}

func newTrace() traceOf {
	td := ptrace.NewTraces()
	return traceOf{td, td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()}
}

func spanID(n uint64) (id pcommon.SpanID) {
	binary.BigEndian.PutUint64(id[:], n)
	return id
}

// add makes span n below parent, 0 for none; it starts n milliseconds after epoch.
func (t traceOf) add(n, parent uint64, attrs map[string]any) ptrace.Span {
	s := t.spans.AppendEmpty()
	s.SetTraceID(pcommon.TraceID{15: 1})
	s.SetSpanID(spanID(n))
	s.SetParentSpanID(spanID(parent))
	s.SetName("span")
	start := epoch.Add(time.Duration(n) * time.Millisecond)
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(time.Second)))
	if err := s.Attributes().FromRaw(attrs); err != nil {
		panic(err)
	}
	return s
}

// runID is the run id of span n.
func runID(n uint64) string { return spanRunID(spanID(n)) }

// find returns the run of span n as it is stored.
func (s *Server) find(n uint64) *Run { return &s.store.find(runKey{id: runID(n)}).run }

type reply struct {
	status int
	body   string
	header http.Header
}

func request(s http.Handler, method, path string, body []byte, headers ...string) reply {
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	b, err := io.ReadAll(w.Body)
	if err != nil {
		panic(err)
	}
	return reply{w.Code, string(b), w.Header()}
}

func proto(td ptrace.Traces) []byte {
	b, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		panic(err)
	}
	return b
}

// send posts td as protobuf and demands 200.
func send(t *testing.T, s *Server, td traceOf, headers ...string) {
	t.Helper()
	headers = append([]string{"Content-Type", mediaProtobuf}, headers...)
	r := request(s, "POST", "/otel/v1/traces", proto(td.Traces), headers...)
	require.Equal(t, http.StatusOK, r.status, r.body)
}

// mapOne maps one span with these attributes, prepared further by edit.
func mapOne(attrs map[string]any, edit ...func(ptrace.Span)) Run {
	span := newTrace().add(1, 0, attrs)
	for _, e := range edit {
		e(span)
	}
	return mapSpan(span).run
}

func asObject(t *testing.T, raw json.RawMessage) map[string]any {
	t.Helper()
	if raw == nil {
		return nil
	}
	var v map[string]any
	require.NoError(t, json.Unmarshal(raw, &v))
	return v
}

// queryRuns asks for runs and returns those of the answer.
func queryRuns(t *testing.T, s *Server, body string) []map[string]any {
	t.Helper()
	r := request(s, "POST", "/runs/query", []byte(body))
	require.Equal(t, http.StatusOK, r.status, r.body)
	var v struct{ Runs []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(r.body), &v))
	return v.Runs
}
