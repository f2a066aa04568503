// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"context"
	"io"
	"net/http"
	"time"
)

// fail answers r with f.
func (s *Server) fail(f Fault, w http.ResponseWriter, r *http.Request) {
	switch {
	case f.AfterStore:
		s.mux.ServeHTTP(&deafWriter{header: http.Header{}}, r)
	case f.Status != 0 && !f.Cut:
		s.swallow(f, r)
	}
	if !wait(r.Context(), f.Delay) {
		return
	}
	switch {
	case f.Cut:
		cut(w)
	case f.Status != 0:
		f.write(w)
	case f.AfterStore:
		refuse(http.StatusInternalServerError, "Internal server error").write(w)
	default:
		s.mux.ServeHTTP(w, r)
	}
}

// swallow reads a request that will be refused: its bytes have left the sender like any others, and are recorded.
func (s *Server) swallow(f Fault, r *http.Request) {
	if r.Method != http.MethodPost {
		return
	}
	sub := &submission{r: r, workspace: workspaceOf(r)}
	if s.readBody(sub) == nil && s.opt.Record {
		s.received.add(sub)
	}
	s.note(sub, f.Status)
}

func (f Fault) write(w http.ResponseWriter) {
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	if f.Body == "" {
		refuse(f.Status, "%s", http.StatusText(f.Status)).write(w)
		return
	}
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, f.Body) // the client has gone: there is nobody left to tell
}

// wait reports whether d has passed before the client gave up.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// cut closes the connection without an answer. A writer that has none to give (HTTP/2, a recorder) answers 502.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		refuse(http.StatusBadGateway, "connection cut").write(w)
		return
	}
	_ = conn.Close() // it is meant to break
}
