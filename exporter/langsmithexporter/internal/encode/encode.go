// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package encode writes runs in the terms that LangSmith's ingest API understands.
//
// Every run becomes one chunk: bytes that stand by themselves. A body is some chunks, one after the other, so that
// merging and splitting requests never decodes anything and the size of a body is the sum of the sizes of its chunks.
// What is written depends on the run and its place alone: the same run gives the same bytes, today and after a restart.
package encode

import (
	"fmt"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Protocol names a wire format. It is stored with queued runs, so that the numbers never change their meaning.
type Protocol uint8

// The protocols.
const (
	// OTLP is protobuf to /otel/v1/traces: the server makes the runs.
	OTLP Protocol = 1
)

// String is the protocol's name in the configuration.
func (p Protocol) String() string {
	if p == OTLP {
		return "otlp"
	}
	return fmt.Sprintf("protocol %d", uint8(p))
}

// ParseProtocol reads a protocol's name.
func ParseProtocol(name string) (Protocol, error) {
	switch name {
	case "otlp":
		return OTLP, nil
	case "multipart":
		return 0, fmt.Errorf("%q is not built in yet: use %q", name, OTLP)
	}
	return 0, fmt.Errorf("must be %q, is %q", OTLP, name)
}

// Place is where a run stands: what its bytes need beside the run itself.
type Place struct {
	TraceID [16]byte // the OpenTelemetry trace id
	Service string   // service.name of the trace's resource, or empty
	Project string   // the LangSmith project that the run goes to
}

// Encoder writes one protocol.
type Encoder interface {
	// Encode returns r as a chunk.
	Encode(r *run.Run, at Place) ([]byte, error)
	// Shorten returns the run in chunk without its inputs and outputs, for a server that finds it too large: a tree with a
	// run that says less is worth more than one whose children hang in the air. It reports whether the result is any
	// smaller.
	Shorten(chunk []byte) ([]byte, bool)
	// Body puts chunks of one project into a request.
	Body(chunks [][]byte) Body
}

// Body is what one request carries.
type Body struct {
	Path        string // below the endpoint
	ContentType string
	Parts       [][]byte // to be sent one after the other
	Size        int      // of all parts
}

// For returns the encoder of p.
func For(p Protocol) (Encoder, error) {
	if p == OTLP {
		return otlp{}, nil
	}
	return nil, fmt.Errorf("%s is not known to this version", p)
}

func sizeOf(chunks [][]byte) int {
	n := 0
	for _, c := range chunks {
		n += len(c)
	}
	return n
}
