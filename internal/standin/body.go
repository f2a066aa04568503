// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// maxZstdWindow bounds what a frame may ask the decoder to hold. The format's recommendation for receivers is 8 MiB.
const maxZstdWindow = 8 << 20

// submission is a request to ingest something, its body read and inflated.
type submission struct {
	r         *http.Request
	body      []byte
	wire      int // bytes as they came
	workspace string
	project   string // of the Langsmith-Project header
}

type answer struct {
	status      int
	contentType string
	body        []byte
}

// ingest wraps the handlers that take runs: key, size and encoding are checked, counted and recorded the same way for
// all.
func (s *Server) ingest(handle func(*submission) (answer, *refusal)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sub := &submission{r: r, workspace: workspaceOf(r), project: strings.TrimSpace(r.Header.Get("Langsmith-Project"))}
		a, refused := s.take(sub, handle)
		status := a.status
		if refused != nil {
			status = refused.status
		}
		s.note(sub, status)
		if refused != nil {
			refused.write(w)
			return
		}
		w.Header().Set("Content-Type", a.contentType)
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body) // the client has gone: there is nobody left to tell
	}
}

func (s *Server) take(sub *submission, handle func(*submission) (answer, *refusal)) (answer, *refusal) {
	if refused := s.authorize(sub.r); refused != nil {
		return answer{}, refused
	}
	if refused := s.readBody(sub); refused != nil {
		return answer{}, refused
	}
	if s.opt.Record {
		s.received.add(sub)
	}
	return handle(sub)
}

func (s *Server) readBody(sub *submission) *refusal {
	wire, err := readLimited(sub.r.Body, s.opt.MaxBody)
	sub.wire = len(wire)
	if err != nil {
		return bodyRefusal(err)
	}
	inflated, refused := s.inflate(sub.r.Header.Get("Content-Encoding"), wire)
	if refused != nil {
		return refused
	}
	sub.body = inflated
	return nil
}

func (s *Server) inflate(encoding string, wire []byte) ([]byte, *refusal) {
	var r io.Reader
	switch encoding = strings.ToLower(strings.TrimSpace(encoding)); {
	case encoding == "" || encoding == "identity":
		return wire, nil
	case encoding == "gzip":
		z, err := gzip.NewReader(bytes.NewReader(wire))
		if err != nil {
			return nil, badRequest("read gzip body: %v", err)
		}
		r = z
	case encoding == "zstd" && !s.opt.DisableZstd:
		z, err := zstd.NewReader(bytes.NewReader(wire),
			zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return nil, badRequest("read zstd body: %v", err)
		}
		defer z.Close()
		r = z
	default:
		return nil, refuse(http.StatusUnsupportedMediaType, "Unsupported Content-Encoding: %q", encoding)
	}
	b, err := readLimited(r, s.opt.MaxBody)
	if err != nil {
		return nil, bodyRefusal(err)
	}
	return b, nil
}

var errTooLarge = errors.New("request body too large")

// readLimited reads all of r, or one byte past limit in order to know that there is more.
func readLimited(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return b, err
	}
	if int64(len(b)) > limit {
		return b, errTooLarge
	}
	return b, nil
}

func bodyRefusal(err error) *refusal {
	if errors.Is(err, errTooLarge) {
		return refuse(http.StatusRequestEntityTooLarge, "Payload too large")
	}
	return badRequest("read body: %v", err)
}
