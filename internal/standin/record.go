// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// maxRequests bounds the log of requests: enough for the longest test, a few megabytes at most.
const maxRequests = 10_000

// Request is what is remembered of one request that sent something.
type Request struct {
	At          time.Time
	Path        string // without /api/v1
	Status      int    // of the answer
	Workspace   string // X-Tenant-Id
	Project     string // Langsmith-Project
	APIKey      string // x-api-key; only when recording
	ContentType string
	Encoding    string // Content-Encoding
	Wire        int    // bytes as they came
	Bytes       int    // bytes after decompression
}

// recorder keeps what was received, so that a test can look for what must not have left.
type recorder struct {
	limit int64

	mu       sync.Mutex
	data     bytes.Buffer
	overflow bool
	requests []Request
}

// add keeps path, headers and body. Keys are left out: they are meant to be sent.
func (c *recorder) add(sub *submission) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if int64(c.data.Len()+len(sub.body)) > c.limit {
		c.overflow = true
		return
	}
	c.data.WriteString(sub.r.URL.RequestURI() + "\n")
	for name, values := range sub.r.Header {
		if !secretHeader(name) {
			c.data.WriteString(name + ": " + strings.Join(values, ", ") + "\n")
		}
	}
	c.data.Write(sub.body)
	c.data.WriteByte('\n')
}

func secretHeader(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "X-Api-Key", "Authorization", "Cookie", "X-Service-Key":
		return true
	}
	return false
}

// note counts a request, whatever became of it.
func (s *Server) note(sub *submission, status int) {
	s.mu.Lock()
	s.store.count.Requests++
	s.store.count.Bytes += int64(sub.wire)
	if status >= http.StatusBadRequest {
		s.store.count.Refused++
	}
	s.mu.Unlock()
	if !s.opt.Record {
		return
	}
	req := Request{
		At: s.now(), Path: sub.r.URL.Path, Status: status, Workspace: sub.workspace, Project: sub.project,
		APIKey: sub.r.Header.Get("x-api-key"), ContentType: sub.r.Header.Get("Content-Type"),
		Encoding: sub.r.Header.Get("Content-Encoding"), Wire: sub.wire, Bytes: len(sub.body),
	}
	s.received.mu.Lock()
	defer s.received.mu.Unlock()
	if len(s.received.requests) < maxRequests {
		s.received.requests = append(s.received.requests, req)
	}
}

// Requests returns the requests that sent something, in order; only when Options.Record is set.
func (s *Server) Requests() []Request {
	s.received.mu.Lock()
	defer s.received.mu.Unlock()
	return append([]Request(nil), s.received.requests...)
}

// ReceivedBytes returns paths, headers other than keys, and inflated bodies of all that was received; only when
// Options.Record is set. Ask RecordOverflowed whether that is everything.
func (s *Server) ReceivedBytes() []byte {
	s.received.mu.Lock()
	defer s.received.mu.Unlock()
	return bytes.Clone(s.received.data.Bytes())
}

// RecordOverflowed reports that something was received that Options.RecordBytes had no room for.
func (s *Server) RecordOverflowed() bool {
	s.received.mu.Lock()
	defer s.received.mu.Unlock()
	return s.received.overflow
}

// Contains reports whether text is anywhere in what was received, as it is or escaped as JSON does, once or twice: a
// JSON document in a string of another one.
func (s *Server) Contains(text string) bool {
	s.received.mu.Lock()
	defer s.received.mu.Unlock()
	for range 3 {
		if bytes.Contains(s.received.data.Bytes(), []byte(text)) {
			return true
		}
		escaped := escapeJSON(text)
		if escaped == text {
			return false
		}
		text = escaped
	}
	return false
}

func escapeJSON(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return s
	}
	quoted := strings.TrimSuffix(b.String(), "\n")
	return quoted[1 : len(quoted)-1]
}
