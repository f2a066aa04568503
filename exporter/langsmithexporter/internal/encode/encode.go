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
	// Multipart is forms of JSON to /runs/multipart, which hold the runs as they are.
	Multipart Protocol = 2
	// Feedback is JSON to /feedback, one judgement at a time, whatever the protocol of the runs.
	Feedback Protocol = 3
)

// protocolNames are the names in the configuration, where runs are concerned.
var protocolNames = map[Protocol]string{OTLP: "otlp", Multipart: "multipart", Feedback: "feedback"}

// String is the protocol's name in the configuration.
func (p Protocol) String() string {
	if name, ok := protocolNames[p]; ok {
		return name
	}
	return fmt.Sprintf("protocol %d", uint8(p))
}

// ParseProtocol reads a protocol's name.
func ParseProtocol(name string) (Protocol, error) {
	for _, p := range []Protocol{OTLP, Multipart} {
		if name == p.String() {
			return p, nil
		}
	}
	return 0, fmt.Errorf("must be %s or %s, is %q", OTLP, Multipart, name)
}

// The paths below an endpoint to which bodies go (assumptions 1 and 2).
const (
	PathOTLP      = "/otel/v1/traces"
	PathMultipart = "/runs/multipart"
	PathBatch     = "/runs/batch"
	PathFeedback  = "/feedback"
)

// Place is where a run stands: what its bytes need beside the run itself.
type Place struct {
	TraceID [16]byte // the OpenTelemetry trace id
	Service string   // service.name of the trace's resource, or empty
	Project string   // the LangSmith project that the run goes to
}

// Encoder writes runs in one protocol.
type Encoder interface {
	Form
	// Append appends r as a chunk to b. When it fails, b is as it was.
	Append(b []byte, r *run.Run, at Place) ([]byte, error)
}

// Form knows what can be done with chunks of one protocol.
type Form interface {
	// Shorten returns the run in chunk in about limit bytes, for a server that finds it too large: without files, then media,
	// then with shorter strings, and if that does not help, without inputs and outputs. A tree with a run that says less is
	// worth more than one whose children hang in the air. It reports whether the result is any smaller.
	Shorten(chunk []byte, limit int) ([]byte, bool)
	// Body puts chunks of one project into a request. It fails when a chunk is not what Append has written.
	Body(chunks [][]byte) (Body, error)
}

// Body is what one request carries.
type Body struct {
	Path        string // below the endpoint
	ContentType string
	Parts       [][]byte // to be sent one after the other
	Size        int      // of all parts
	Encoding    Compression
	Plain       int // size before compression; zero when there was none
}

// For returns the encoder of runs for p.
func For(p Protocol) (Encoder, error) {
	switch p {
	case OTLP:
		return otlp{}, nil
	case Multipart:
		return multipart{}, nil
	}
	return nil, fmt.Errorf("%s is not known to this version", p)
}

// FormOf returns what can be done with chunks of p.
func FormOf(p Protocol) (Form, error) {
	if p == Feedback {
		return feedback{}, nil
	}
	return For(p)
}

// Fallback returns the encoder that reads the chunks of p for servers that do not know p's endpoint, if there is one.
func Fallback(p Protocol) (Form, bool) {
	if p == Multipart {
		return batch{}, true
	}
	return nil, false
}

// About is the size that a run is going to have, as far as that can be told without writing it.
func About(r *run.Run) int {
	return len(r.Inputs) + len(r.Outputs) + len(r.Error) + usualSize
}

// usualSize is more than most runs take beside their content.
const usualSize = 8 << 10

func sizeOf(chunks [][]byte) int {
	n := 0
	for _, c := range chunks {
		n += len(c)
	}
	return n
}
