// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

const arrivedID = "00000000000000000000000000000001"

func TestArrived_keepsTracesAsTheyCame(t *testing.T) {
	s, _ := newTestServer(Options{Arrived: true, Record: true})
	for n := uint64(1); n <= 2; n++ {
		tr := newTrace()
		tr.ResourceSpans().At(0).Resource().Attributes().PutStr("service.name", "app")
		tr.add(n, 0, m{"secret": "raw canary"})
		tr.add(n+10, 0, nil).SetTraceID(pcommon.TraceID{15: 2})
		r := request(s, "POST", "/arrived/v1/traces", gzipped(proto(tr.Traces)), "Content-Type", mediaProtobuf, "Content-Encoding", "gzip")
		require.Equal(t, 200, r.status, r.body)
	}
	r := request(s, "GET", "/standin/arrived/"+arrivedID, nil)
	require.Equal(t, 200, r.status)
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces([]byte(r.body))
	require.NoError(t, err)
	assert.Equal(t, 2, td.SpanCount())
	assert.Contains(t, r.body, "service.name")
	assert.Equal(t, 2, s.Summary().ArrivedTraces)
	assert.Empty(t, s.Runs(), "it is not what LangSmith sees")
	assert.False(t, s.Contains("raw canary"), "nor what left")
	assert.Zero(t, s.Summary().Requests)
}

func TestArrived_refusals(t *testing.T) {
	s, _ := newTestServer(Options{Arrived: true, MaxBody: 1000})
	f := func(want int, method, path string, body []byte, contentType string) {
		t.Helper()
		assert.Equal(t, want, request(s, method, path, body, "Content-Type", contentType).status)
	}
	f(404, "GET", "/standin/arrived/"+arrivedID, nil, "")
	f(400, "GET", "/standin/arrived/xyz", nil, "")
	f(400, "GET", "/standin/arrived/"+strings.Repeat("x", 32), nil, "")
	f(415, "POST", "/arrived/v1/traces", nil, "text/plain")
	f(400, "POST", "/arrived/v1/traces", []byte("\xff"), mediaProtobuf)
	f(413, "POST", "/arrived/v1/traces", make([]byte, 1001), mediaProtobuf)
}

func TestArrived_isBounded(t *testing.T) {
	s, _ := newTestServer(Options{Arrived: true, MaxBytes: 40_000})
	for n := range byte(20) {
		tr := newTrace()
		tr.add(1, 0, m{"x": strings.Repeat("x", 2000)}).SetTraceID(pcommon.TraceID{0: n + 1})
		request(s, "POST", "/arrived/v1/traces", proto(tr.Traces), "Content-Type", mediaProtobuf)
		assert.LessOrEqual(t, s.arrived.bytes, int64(10_000))
	}
	assert.Equal(t, 4, s.arrived.len())
	assert.Equal(t, 404, request(s, "GET", "/standin/arrived/01"+strings.Repeat("0", 30), nil).status)
	assert.Equal(t, 200, request(s, "GET", "/standin/arrived/14"+strings.Repeat("0", 30), nil).status)
}
