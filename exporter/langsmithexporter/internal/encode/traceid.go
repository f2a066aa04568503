// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
)

// TraceID returns the OpenTelemetry trace id of the run in a chunk. It reads no content.
func TraceID(p Protocol, chunk []byte) (id [16]byte, ok bool) {
	switch p {
	case OTLP:
		for _, field := range [...]byte{fieldResourceSpans, fieldScopeSpans, fieldSpan, fieldTraceID} {
			chunk = within(chunk, field)
		}
		return id, copy(id[:], chunk) == len(id)
	case Multipart:
		return traceIDOfForm(chunk)
	}
	return id, false
}

// within returns the first field of a message that has that number, if it and all before it have a length.
func within(message []byte, field byte) []byte {
	for len(message) > 1 {
		n, size := binary.Uvarint(message[1:])
		if size <= 0 || n > uint64(len(message)-1-size) || message[0]&7 != lengthDelimited {
			return nil
		}
		value := message[1+size:][:n]
		if message[0]>>3 == field {
			return value
		}
		message = message[1+size+int(n):]
	}
	return nil
}

// lengthDelimited is the wire type of protobuf for what has a length.
const lengthDelimited = 2

// traceIDOfForm looks for the metadata in the part that has it, which no content can imitate.
func traceIDOfForm(chunk []byte) (id [16]byte, ok bool) {
	parts, err := readParts(chunk)
	if err != nil {
		return id, false
	}
	for _, p := range parts {
		if p.field != ".extra" {
			continue
		}
		_, digits, found := bytes.Cut(p.body, []byte(`"OTEL_TRACE_ID":"`))
		if !found || len(digits) < 2*len(id) {
			return id, false
		}
		_, err := hex.Decode(id[:], digits[:2*len(id)])
		return id, err == nil
	}
	return id, false
}
