// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package api speaks HTTP with LangSmith's ingest endpoints: one request, one verdict.
//
// It knows nothing of runs and never retries, except once with a key that has just been replaced. What LangSmith
// answers is told as one of a few verdicts, so that nobody above decides by numbers; the text of an answer never leaves
// the package, since servers like to quote what they were sent.
package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// maxAnswer is how much of an answer is looked at: the documented error texts have some hundred bytes.
	maxAnswer = 4 << 10
	// maxDrain is how much more is read so that the connection can be used again; beyond it a new connection is cheaper.
	maxDrain = 256 << 10
)

// Client posts to one endpoint with one key. Its fields do not change once it is in use.
type Client struct {
	HTTP      *http.Client
	Endpoint  string // without a slash at its end
	Key       KeySource
	Workspace string // X-Tenant-Id, or empty
	UserAgent string
}

// KeySource gives the API key, or nothing where none is needed.
type KeySource interface {
	Key(now time.Time) string
	// Renew looks for a newer key at once.
	Renew(now time.Time)
}

// StaticKey is a key that never changes.
type StaticKey string

// Key returns k.
func (k StaticKey) Key(time.Time) string { return string(k) }

// Renew has nothing to offer.
func (StaticKey) Renew(time.Time) {}

// Request is one POST.
type Request struct {
	Path        string
	ContentType string
	Parts       [][]byte // the body, in pieces
	Size        int      // of all parts
	Encoding    string   // Content-Encoding, or empty
	Plain       int      // size before compression, or zero
	Project     string   // Langsmith-Project, or empty
}

// Answer is what came back.
type Answer struct {
	Status int    // zero when nothing came back
	Body   []byte // the beginning of the answer to a successful request
}

// NoRedirects makes client report redirections instead of following them: a POST would become a GET, and the key would
// go to a host that nobody configured.
func NoRedirects(client *http.Client) {
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
}

// Post sends req. An error of the server or of the network is an *Error.
func (c *Client) Post(ctx context.Context, now time.Time, req Request) (Answer, error) {
	key := c.Key.Key(now)
	answer, err := c.post(ctx, key, now, req)
	var e *Error
	if !errors.As(err, &e) || e.Verdict != Unauthorized {
		return answer, err
	}
	c.Key.Renew(now)
	if newer := c.Key.Key(now); newer != key {
		return c.post(ctx, newer, now, req)
	}
	return answer, err
}

func (c *Client) post(ctx context.Context, key string, now time.Time, req Request) (Answer, error) {
	httpReq, err := c.newRequest(ctx, key, req)
	if err != nil {
		return Answer{}, err
	}
	resp, err := c.HTTP.Do(httpReq)
	if err != nil {
		return Answer{}, &Error{Verdict: Retry, Reason: networkReason(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	// An unread body keeps the connection out of the pool, and a throttled client would pay a TLS handshake per attempt.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxDrain))
	if verdict := verdictOf(resp.StatusCode); verdict != Accepted {
		return Answer{Status: resp.StatusCode}, newError(resp, verdict, body, now)
	}
	return Answer{Status: resp.StatusCode, Body: body}, nil
}

func (c *Client) newRequest(ctx context.Context, key string, req Request) (*http.Request, error) {
	httpReq, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Endpoint+req.Path, newBody(req.Parts))
	if err != nil {
		return nil, fmt.Errorf("make request for %s: %w", req.Path, err)
	}
	httpReq.ContentLength = int64(req.Size)
	httpReq.GetBody = func() (io.ReadCloser, error) { return newBody(req.Parts), nil }
	h := httpReq.Header
	h.Set("Content-Type", req.ContentType)
	if req.Encoding != "" {
		h.Set("Content-Encoding", req.Encoding)
	}
	if req.Plain > 0 {
		h.Set("X-Pre-Compressed-Size", strconv.Itoa(req.Plain))
	}
	if headerSafe(req.Project) {
		h.Set("Langsmith-Project", req.Project)
	}
	c.setHeaders(h, key)
	return httpReq, nil
}

func (c *Client) setHeaders(h http.Header, key string) {
	if c.UserAgent != "" {
		h.Set("User-Agent", c.UserAgent)
	}
	if key != "" {
		h.Set("X-Api-Key", key)
	}
	if c.Workspace != "" {
		h.Set("X-Tenant-Id", c.Workspace)
	}
}

// headerSafe reports whether s arrives in a header as it is. Other names go by their attribute on each run alone.
func headerSafe(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

// newBody reads parts without copying them into one piece first.
func newBody(parts [][]byte) io.ReadCloser {
	buffers := make(net.Buffers, len(parts)) // a copy: reading consumes it
	copy(buffers, parts)
	return io.NopCloser(&buffers)
}

// networkReason tells the kind of failure and leaves out addresses and proxy URLs, which may hold credentials.
func networkReason(err error) string {
	var timeout interface{ Timeout() bool }
	var dns *net.DNSError
	var op *net.OpError
	var u *url.Error
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.As(err, &dns):
		return "host not found"
	case errors.As(err, &op):
		return op.Op + " failed"
	case errors.As(err, &u) && errors.Is(u.Err, io.EOF):
		return "connection closed"
	}
	return "connection failed"
}
