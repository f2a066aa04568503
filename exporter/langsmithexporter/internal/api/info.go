// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Info is what a server says about the requests that it takes.
type Info struct {
	MaxRuns     int
	MaxBytes    int // of a body, before compression
	Zstd, Gzip  bool
	NoMultipart bool // it knows /runs/batch alone
}

// DefaultInfo is what is safe to do with a server that does not say: the limits that LangSmith documents, and no
// compression of native requests.
func DefaultInfo() Info { return Info{MaxRuns: 100, MaxBytes: 20 << 20} }

const (
	// maxInfo bounds the answer: it has about a kilobyte.
	maxInfo = 64 << 10
	// The bounds of what a server may ask for keep a mistaken one from stopping or flooding us.
	leastBytes, mostBytes = 64 << 10, 64 << 20
	mostRuns              = 1000
)

// infoWire is the part of the answer that matters here.
// See https://api.smith.langchain.com/redoc#tag/info
type infoWire struct {
	Ingest *struct {
		Multipart *bool `json:"use_multipart_endpoint"`
		Runs      *int  `json:"size_limit"`
		Bytes     *int  `json:"size_limit_bytes"`
	} `json:"batch_ingest_config"`
	Flags struct {
		Zstd bool `json:"zstd_compression_enabled"`
		Gzip bool `json:"gzip_body_enabled"`
	} `json:"instance_flags"`
}

// Info asks the server what it takes.
func (c *Client) Info(ctx context.Context, now time.Time) (Info, error) {
	httpReq, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Endpoint+"/info", http.NoBody)
	if err != nil {
		return Info{}, fmt.Errorf("make request for /info: %w", err)
	}
	c.setHeaders(httpReq.Header, c.Key.Key(now))
	resp, err := c.HTTP.Do(httpReq)
	if err != nil {
		return Info{}, &Error{Verdict: Retry, Reason: networkReason(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxInfo+1))
	switch {
	case resp.StatusCode != http.StatusOK:
		return Info{}, newError(resp, verdictOf(resp.StatusCode), nil, now)
	case err != nil:
		return Info{}, &Error{Verdict: Retry, Reason: networkReason(err)}
	case len(body) > maxInfo:
		return Info{}, errors.New("read /info: too long")
	}
	return parseInfo(body)
}

func parseInfo(body []byte) (Info, error) {
	var wire infoWire
	if json.Unmarshal(body, &wire) != nil {
		return Info{}, errors.New("read /info: not what LangSmith answers")
	}
	info := DefaultInfo()
	info.Zstd, info.Gzip = wire.Flags.Zstd, wire.Flags.Gzip
	if wire.Ingest == nil {
		return info, nil
	}
	if n := wire.Ingest.Runs; n != nil && *n > 0 {
		info.MaxRuns = min(*n, mostRuns)
	}
	if n := wire.Ingest.Bytes; n != nil && *n > 0 {
		info.MaxBytes = min(max(*n, leastBytes), mostBytes)
	}
	if use := wire.Ingest.Multipart; use != nil {
		info.NoMultipart = !*use
	}
	return info, nil
}
