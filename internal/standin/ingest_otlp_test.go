// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestTraces_idsAreThoseOfTheRoot(t *testing.T) {
	s, _ := newTestServer(Options{})
	tr := newTrace()
	tr.add(1, 0, nil)
	tr.add(2, 1, nil)
	tr.add(3, 2, nil)
	send(t, s, tr)
	runs := s.Runs()
	require.Len(t, runs, 3)
	for i, run := range runs {
		assert.Equal(t, runID(uint64(i+1)), run.ID)
		assert.Equal(t, "00000000-0000-0000-0000-000000000001", run.TraceID, "not the OTel trace id")
		require.Nil(t, checkPlace(run.Place), "its own dotted order passes the native check")
	}
	assert.Equal(t, "20260821T101112124456Z"+runID(1)+".20260821T101112125456Z"+runID(2), runs[1].DottedOrder)
	assert.Equal(t, []string{"", runID(1), runID(2)}, []string{runs[0].ParentID, runs[1].ParentID, runs[2].ParentID})
}

func TestTraces_childrenBeforeTheirParentAreShownWithIt(t *testing.T) {
	s, _ := newTestServer(Options{})
	for _, n := range []uint64{3, 2} {
		tr := newTrace()
		tr.add(n, n-1, nil)
		send(t, s, tr)
		assert.Empty(t, s.Runs(), "nobody sees an orphan")
	}
	assert.Equal(t, 2, s.Summary().OrphansWaiting)
	tr := newTrace()
	tr.add(1, 0, nil)
	send(t, s, tr)
	require.Len(t, s.Runs(), 3)
	assert.Equal(t, runID(1), s.Runs()[2].TraceID)
	sum := s.Summary()
	assert.Zero(t, sum.OrphansWaiting)
	assert.Zero(t, sum.TracesWithoutOneRoot)
}

func TestTraces_orphansExpireWithoutAWord(t *testing.T) {
	s, c := newTestServer(Options{OrphanTTL: time.Hour})
	tr := newTrace()
	tr.add(2, 1, nil)
	send(t, s, tr)
	c.at = c.at.Add(time.Hour)
	parent := newTrace()
	parent.add(1, 0, nil)
	send(t, s, parent)
	assert.Len(t, s.Runs(), 1)
	assert.EqualValues(t, 1, s.Summary().OrphansExpired)
}

func TestTraces_orphansAreBounded(t *testing.T) {
	s, _ := newTestServer(Options{MaxRuns: 8})
	tr := newTrace()
	for n := uint64(10); n < 15; n++ {
		tr.add(n, 9, nil)
	}
	send(t, s, tr)
	sum := s.Summary()
	assert.Equal(t, 2, sum.OrphansWaiting)
	assert.EqualValues(t, 3, sum.OrphansDropped)
	parent := newTrace()
	parent.add(9, 0, nil)
	send(t, s, parent)
	assert.Len(t, s.Runs(), 3, "the two that came last")
}

func TestTraces_overrides(t *testing.T) {
	const id, trace, parent = "018f3c9e-7d2a-7c11-8a55-0242ac120002", "018f3c9e-7d2a-7c11-8a55-0242ac120003", "018f3c9e-7d2a-7c11-8a55-0242ac120004"
	f := func(attrs m, want Place) {
		t.Helper()
		r := mapOne(attrs, func(s ptrace.Span) { s.SetParentSpanID(spanID(9)) })
		assert.Equal(t, want, r.Place, "%v", attrs)
	}
	f(nil, Place{ID: runID(1), ParentID: runID(9)})
	f(m{"langsmith.span.id": strings.ToUpper(id)}, Place{ID: id, ParentID: runID(9)})
	f(m{"langsmith.span.id": "no uuid"}, Place{ID: runID(1), ParentID: runID(9)})
	f(m{"langsmith.trace.id": trace}, Place{ID: runID(1), TraceID: trace, ParentID: runID(9)})
	f(m{"langsmith.span.parent_id": parent}, Place{ID: runID(1), ParentID: parent})
	f(m{"langsmith.is_root": true}, Place{ID: runID(1), TraceID: runID(1)})
	f(m{"langsmith.is_root": true, "langsmith.span.parent_id": parent, "langsmith.trace.id": trace}, Place{ID: runID(1), TraceID: trace})
	f(m{"langsmith.is_root": "true"}, Place{ID: runID(1), ParentID: runID(9)})
	f(m{"langsmith.span.dotted_order": "x"}, Place{ID: runID(1), ParentID: runID(9), DottedOrder: "x"})
}

func TestTraces_aSecondSpanOfTheSameIdIsIgnored(t *testing.T) {
	s, _ := newTestServer(Options{})
	tr := newTrace()
	tr.add(1, 0, nil)
	tr.add(1, 0, nil).SetName("later")
	tr.add(3, 2, nil)
	tr.add(3, 2, nil)
	send(t, s, tr)
	require.Len(t, s.Runs(), 1)
	assert.Equal(t, "span", s.Runs()[0].Name)
	assert.EqualValues(t, 2, s.Summary().DuplicateSpans)
}

func TestTraces_spanWithoutIdIsCounted(t *testing.T) {
	s, _ := newTestServer(Options{})
	tr := newTrace()
	tr.add(0, 0, nil)
	tr.add(5, 5, nil) // its own parent: an orphan for good
	send(t, s, tr)
	assert.Empty(t, s.Runs())
	assert.EqualValues(t, 1, s.Summary().InvalidSpans)
}

func TestTraces_projects(t *testing.T) {
	f := func(header string, attrs m, want string) {
		t.Helper()
		s, _ := newTestServer(Options{})
		tr := newTrace()
		tr.add(1, 0, attrs)
		send(t, s, tr, "Langsmith-Project", header)
		assert.Equal(t, want, s.Runs()[0].Project)
	}
	f("", nil, "default")
	f("", m{"langsmith.trace.session_name": "attr"}, "attr")
	f("head", m{"langsmith.trace.session_name": "attr"}, "head")
	f("", m{"langsmith.trace.session_id": "018f3c9e-7d2a-7c11-8a55-0242ac120002"}, "018f3c9e-7d2a-7c11-8a55-0242ac120002")
}

func TestTraces_workspacesShareNothing(t *testing.T) {
	s, _ := newTestServer(Options{})
	tr := newTrace()
	tr.add(1, 0, nil)
	send(t, s, tr, "X-Tenant-Id", "W1")
	send(t, s, tr, "X-Tenant-Id", "w2")
	require.Len(t, s.Runs(), 2)
	assert.Zero(t, s.Summary().DuplicateSpans)
	assert.Len(t, s.sessions(), 2)
	assert.Len(t, queryIn(t, s, "w1"), 1)
}

func queryIn(t *testing.T, s *Server, workspace string) []string {
	t.Helper()
	r := request(s, "GET", "/sessions", nil, "X-Tenant-Id", workspace)
	return strings.Split(r.body, "},{")
}

func TestTraces_splitProjectsAreCounted(t *testing.T) {
	s, _ := newTestServer(Options{})
	tr := newTrace()
	tr.add(1, 0, m{"langsmith.trace.session_name": "a"})
	tr.add(2, 1, m{"langsmith.trace.session_name": "b"})
	send(t, s, tr)
	assert.Equal(t, 1, s.Summary().SplitProjects)
}

func TestTraces_olderServersDropEarlyChildren(t *testing.T) {
	s, _ := newTestServer(Options{NoOrphans: true})
	tr := newTrace()
	tr.add(2, 1, nil)
	tr.add(1, 0, nil)
	tr.add(3, 1, nil)
	send(t, s, tr)
	assert.Len(t, s.Runs(), 2)
	assert.EqualValues(t, 1, s.Summary().OrphansDropped)
}

func TestTraces_dottedOrderThatDoesNotFitIsCounted(t *testing.T) {
	f := func(dotted string, want int64) {
		t.Helper()
		s, _ := newTestServer(Options{})
		tr := newTrace()
		tr.add(1, 0, nil)
		tr.add(2, 1, m{"langsmith.span.dotted_order": dotted})
		send(t, s, tr)
		assert.Equal(t, want, s.Summary().BadDottedOrders)
		assert.Equal(t, dotted, s.find(2).DottedOrder, "taken all the same")
	}
	root := "20260821T101112124456Z" + runID(1)
	f(root+".20260821T101112130000Z"+runID(2), 0)
	f(root+".20260821T101112130000Z"+runID(3), 1)
	f(stamp2+runID(1)+".20260821T101112130000Z"+runID(2), 1) // not what the parent has
	f("nonsense", 1)
}

func TestTraces_limitOfATrace(t *testing.T) {
	s, _ := newTestServer(Options{MaxTraceRuns: 2})
	tr := newTrace()
	tr.add(1, 0, nil)
	tr.add(2, 1, nil)
	tr.add(3, 1, nil)
	send(t, s, tr, "Langsmith-Project", "p")
	assert.Len(t, s.Runs(), 2)
	assert.EqualValues(t, 1, s.Summary().RejectedRuns)
}

func gzipped(b []byte) []byte {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, _ = z.Write(b)
	_ = z.Close()
	return buf.Bytes()
}

func zstded(b []byte) []byte {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return z.EncodeAll(b, nil)
}

func TestTraces_formats(t *testing.T) {
	tr := newTrace()
	tr.add(1, 0, nil)
	asProto := proto(tr.Traces)
	asJSON, err := (&ptrace.JSONMarshaler{}).MarshalTraces(tr.Traces)
	require.NoError(t, err)
	f := func(opt Options, contentType, encoding string, body []byte, want int) {
		t.Helper()
		s, _ := newTestServer(opt)
		for _, path := range []string{"/otel/v1/traces", "/api/v1/otel/v1/traces"} {
			r := request(s, "POST", path, body, "Content-Type", contentType, "Content-Encoding", encoding)
			assert.Equal(t, want, r.status, r.body)
			if want != http.StatusOK {
				assert.Contains(t, r.body, `"error":`)
			}
		}
		if want == http.StatusOK {
			assert.Len(t, s.Runs(), 1)
		}
	}
	f(Options{}, mediaProtobuf, "", asProto, 200)
	f(Options{}, mediaProtobuf, "identity", asProto, 200)
	f(Options{}, mediaProtobuf, "gzip", gzipped(asProto), 200)
	f(Options{}, mediaProtobuf, "zstd", zstded(asProto), 200)
	f(Options{}, "application/json; charset=utf-8", "GZIP", gzipped(asJSON), 200)
	f(Options{}, mediaJSON, "", asJSON, 200)
	f(Options{}, "text/plain", "", asProto, 415)
	f(Options{}, "", "", asProto, 415)
	f(Options{}, mediaProtobuf, "deflate", asProto, 415)
	f(Options{DisableZstd: true}, mediaProtobuf, "zstd", zstded(asProto), 415)
	f(Options{}, mediaProtobuf, "gzip", asProto, 400)
	f(Options{}, mediaProtobuf, "zstd", asProto, 400)
	f(Options{}, mediaProtobuf, "", []byte("\xffnot protobuf"), 400)
	f(Options{}, mediaJSON, "", []byte(`{"resourceSpans":[{"scopeSpans":`), 400)
	f(Options{MaxBody: 10}, mediaProtobuf, "", asProto, 413)
	f(Options{MaxBody: 2000}, mediaProtobuf, "gzip", gzipped(make([]byte, 1<<20)), 413)
	f(Options{MaxBody: 2000}, mediaProtobuf, "zstd", zstded(make([]byte, 1<<20)), 413)
}

func TestTraces_emptyAndConcatenatedMessages(t *testing.T) {
	s, _ := newTestServer(Options{})
	r := request(s, "POST", "/otel/v1/traces", nil, "Content-Type", mediaProtobuf)
	assert.Equal(t, 200, r.status)
	one, two := newTrace(), newTrace()
	one.add(1, 0, nil)
	two.add(2, 1, nil)
	body := append(proto(one.Traces), proto(two.Traces)...)
	r = request(s, "POST", "/otel/v1/traces", body, "Content-Type", mediaProtobuf)
	assert.Equal(t, 200, r.status)
	assert.Empty(t, r.body)
	assert.Len(t, s.Runs(), 2)
}

func TestTraces_wrongPathsAndMethods(t *testing.T) {
	s, _ := newTestServer(Options{})
	f := func(method, path string, want int) {
		t.Helper()
		assert.Equal(t, want, request(s, method, path, nil).status, path)
	}
	f("POST", "/v1/traces", 404)
	f("POST", "/v1/traces/v1/traces", 404)
	f("POST", "/otel/v1/logs", 404)
	f("GET", "/otel/v1/traces", 405)
	f("POST", "/arrived/v1/traces", 404)
	f("POST", "/standin/faults", 404)
	f("GET", "/api/v1/ok", 200)
	f("GET", "/ok", 200)
}

func TestAuthorize(t *testing.T) {
	f := func(key, workspace string, want int, body string) {
		t.Helper()
		s, _ := newTestServer(Options{APIKeys: []string{"personal", "org"}, OrgKeys: []string{"org"}})
		r := request(s, "POST", "/otel/v1/traces", nil, "Content-Type", mediaProtobuf, "x-api-key", key, "X-Tenant-Id", workspace)
		assert.Equal(t, want, r.status)
		assert.Contains(t, r.body, body)
	}
	f("personal", "", 200, "")
	f("org", "w", 200, "")
	f("org", "", 403, `{"error":"org_scoped_key_requires_workspace"}`)
	f("", "", 401, `{"detail":"Invalid token"}`)
	f("wrong", "", 401, `{"detail":"Invalid token"}`)
}
