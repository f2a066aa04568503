// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// maxAnswer bounds what is read of an answer: an OTLP answer is a few bytes.
const maxAnswer = 64 << 10

// Sender posts recordings to an OTLP/HTTP receiver as protobuf.
type Sender struct {
	Endpoint string // the base URL, as in OTEL_EXPORTER_OTLP_ENDPOINT
	Client   *http.Client
	// Tries is how often a retryable answer (429, 502, 503, 504) is tried again, a Pause apart.
	Tries int
	Pause time.Duration
}

// Send posts the recording's traces, and its log records when it has any.
func (s Sender) Send(ctx context.Context, r Recording) error {
	body, err := ptraceotlp.NewExportRequestFromTraces(r.Traces).MarshalProto()
	if err != nil {
		return fmt.Errorf("encode %s: %w", r.File, err)
	}
	if err := s.post(ctx, "/v1/traces", body); err != nil {
		return fmt.Errorf("send the spans of %s: %w", r.File, err)
	}
	if r.Logs.LogRecordCount() == 0 {
		return nil
	}
	if body, err = plogotlp.NewExportRequestFromLogs(r.Logs).MarshalProto(); err != nil {
		return fmt.Errorf("encode the log records of %s: %w", r.File, err)
	}
	if err := s.post(ctx, "/v1/logs", body); err != nil {
		return fmt.Errorf("send the log records of %s: %w", r.File, err)
	}
	return nil
}

func (s Sender) post(ctx context.Context, path string, body []byte) error {
	var err error
	for try := 0; ; try++ {
		var again bool
		if again, err = s.try(ctx, path, body); err == nil || !again || try >= s.Tries {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(s.Pause):
		}
	}
}

func (s Sender) try(ctx context.Context, path string, body []byte) (again bool, err error) {
	url := strings.TrimRight(s.Endpoint, "/") + path
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	resp, err := s.Client.Do(req)
	if err != nil {
		return true, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)); err != nil {
		return true, err
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return false, nil
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true, fmt.Errorf("post %s: status %d", path, resp.StatusCode)
	}
	return false, fmt.Errorf("post %s: status %d", path, resp.StatusCode)
}

// spans yields every span of td.
func spans(td ptrace.Traces) iter.Seq[ptrace.Span] {
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
