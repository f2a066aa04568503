// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e || soak

package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// sink is an OTLP/HTTP backend that keeps what it gets: an APM, or a gateway.
type sink struct {
	*httptest.Server
	mu      sync.Mutex
	bodies  [][]byte
	traces  []ptrace.Traces
	spans   map[string]int // how often each span came, by trace and span id
	logs    int
	metrics int
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{spans: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := readBody(req)
		assert.NoError(t, err)
		assert.NoError(t, s.take(req.URL.Path, body))
	}))
	t.Cleanup(s.Close)
	return s
}

func readBody(req *http.Request) ([]byte, error) {
	if req.Header.Get("Content-Encoding") != "gzip" {
		return io.ReadAll(req.Body)
	}
	zr, err := gzip.NewReader(req.Body)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(zr)
}

func (s *sink) take(path string, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies = append(s.bodies, body)
	switch path {
	case "/v1/traces":
		req := ptraceotlp.NewExportRequest()
		if err := req.UnmarshalProto(body); err != nil {
			return err
		}
		s.traces = append(s.traces, req.Traces())
		for span := range allSpans(req.Traces()) {
			s.spans[spanKey(span)]++
		}
	case "/v1/logs":
		req := plogotlp.NewExportRequest()
		if err := req.UnmarshalProto(body); err != nil {
			return err
		}
		s.logs += req.Logs().LogRecordCount()
	case "/v1/metrics":
		req := pmetricotlp.NewExportRequest()
		if err := req.UnmarshalProto(body); err != nil {
			return err
		}
		s.metrics += req.Metrics().DataPointCount()
	}
	return nil
}

// seen returns how many different spans came, and how many came more than once.
func (s *sink) seen() (spans, repeated int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.spans {
		if n > 1 {
			repeated++
		}
	}
	return len(s.spans), repeated
}

// contains reports whether text stands in any request.
func (s *sink) contains(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.bodies {
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}

func spanKey(span ptrace.Span) string {
	trace, id := span.TraceID(), span.SpanID()
	return hex.EncodeToString(trace[:]) + hex.EncodeToString(id[:])
}

func allSpans(td ptrace.Traces) func(func(ptrace.Span) bool) {
	return func(yield func(ptrace.Span) bool) {
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, span := range ss.Spans().All() {
					if !yield(span) {
						return
					}
				}
			}
		}
	}
}
