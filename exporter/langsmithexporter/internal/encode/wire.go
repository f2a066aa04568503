// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"sync"
	"time"
	"unicode/utf8"
)

// Field numbers of OTLP's messages, and how their values are written.
// See https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
const (
	fieldResourceSpans = 1 // of TracesData
	fieldResource      = 1 // of ResourceSpans
	fieldScopeSpans    = 2
	fieldResourceAttr  = 1 // of Resource
	fieldScope         = 1 // of ScopeSpans
	fieldSpan          = 2
	fieldScopeName     = 1 // of InstrumentationScope

	fieldTraceID  = 1 // of Span
	fieldSpanID   = 2
	fieldParentID = 4
	fieldName     = 5
	fieldKind     = 6
	fieldStart    = 7
	fieldEnd      = 8
	fieldSpanAttr = 9
	fieldEvent    = 11
	fieldStatus   = 15

	fieldEventTime = 1 // of Event
	fieldEventName = 2
	fieldEventAttr = 3
	fieldCode      = 3 // of Status

	fieldKey   = 1 // of KeyValue
	fieldValue = 2

	fieldString = 1 // of AnyValue
	fieldBool   = 2
	fieldInt    = 3
	fieldDouble = 4
)

const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
)

// wire appends protobuf to a buffer. Writing the few messages by hand takes two thirds of the time of building them
// first, and a fifth of the allocations, on a path that every span goes.
type wire struct{ b []byte }

// scratch buffers hold what must not stay: a field until its length is known, a trace until its runs are cut apart.
var scratch = sync.Pool{New: func() any { return &wire{b: make([]byte, 0, 16<<10)} }}

// maxScratch is the largest buffer that is used again: rare giants would stay in memory for ever.
const maxScratch = 1 << 20

func getScratch() *wire {
	w, ok := scratch.Get().(*wire)
	if !ok {
		return &wire{}
	}
	w.b = w.b[:0]
	return w
}

func putScratch(w *wire) {
	if cap(w.b) <= maxScratch {
		scratch.Put(w)
	}
}

// tag is how a field begins. No field in use has a number that takes a second byte.
func tag(field, wireType int) byte { return byte(field<<3 | wireType) }

// appendHead appends what stands before a value of n bytes.
func appendHead(b []byte, field, n int) []byte {
	b = append(b, tag(field, wireBytes))
	if n < 0x80 {
		return append(b, byte(n))
	}
	return binary.AppendUvarint(b, uint64(n))
}

// usualLength is the room that is left for the length of a message that is being written: that of most spans, so that
// they need not be moved when their length is known.
const usualLength = 2

// open begins a message inside of another, which ends where close is called with what open has returned.
func (w *wire) open(field int) (start int) {
	w.b = append(w.b, tag(field, wireBytes), 0, 0)
	return len(w.b) - usualLength
}

// close writes the length of the message before it.
func (w *wire) close(start int) {
	content := w.b[start+usualLength:]
	n, size := len(content), uvarintSize(uint64(len(content)))
	if size > usualLength {
		w.b = append(w.b, "345"[:size-usualLength]...)
	}
	if size != usualLength {
		copy(w.b[start+size:], content)
		w.b = w.b[:start+size+n]
	}
	binary.PutUvarint(w.b[start:start+size], uint64(n))
}

func (w *wire) bytes(field int, v []byte) { w.b = append(appendHead(w.b, field, len(v)), v...) }

func (w *wire) text(field int, v string) { w.b = append(appendHead(w.b, field, len(v)), v...) }

func (w *wire) varint(field int, v uint64) {
	w.b = binary.AppendUvarint(append(w.b, tag(field, wireVarint)), v)
}

func (w *wire) fixed64(field int, v uint64) {
	w.b = binary.LittleEndian.AppendUint64(append(w.b, tag(field, wireFixed64)), v)
}

// time leaves out what OTLP cannot express.
func (w *wire) time(field int, t time.Time) {
	if nanos := t.UnixNano(); !t.IsZero() && nanos > 0 {
		w.fixed64(field, uint64(nanos))
	}
}

// attrs writes attributes into one field of a message.
type attrs struct {
	*wire
	field int
}

// key begins an attribute whose AnyValue has n bytes. The name comes in two parts, so that no prefix is ever copied.
func (a attrs) key(prefix, name string, n int) []byte {
	size := len(prefix) + len(name)
	b := appendHead(a.b, a.field, headSize(size)+size+headSize(n)+n)
	b = appendHead(b, fieldKey, size)
	b = append(b, prefix...)
	b = append(b, name...)
	return appendHead(b, fieldValue, n)
}

func (a attrs) str(name, v string) { a.prefixed("", name, v) }

func (a attrs) prefixed(prefix, name, v string) {
	v = valid(v)
	key := len(prefix) + len(name)
	if size := 2 + key + 2 + 2 + len(v); size < 0x80 { // all lengths take one byte: most attributes
		b := a.b
		b = append(b, tag(a.field, wireBytes), byte(size), tag(fieldKey, wireBytes), byte(key))
		b = append(append(b, prefix...), name...)
		b = append(b, tag(fieldValue, wireBytes), byte(2+len(v)), tag(fieldString, wireBytes), byte(len(v)))
		b = append(b, v...)
		a.b = b
		return
	}
	a.b = append(appendHead(a.key(prefix, name, headSize(len(v))+len(v)), fieldString, len(v)), v...)
}

// json is str for text that is bytes already.
func (a attrs) json(name string, v []byte) {
	if !utf8.Valid(v) {
		v = bytes.ToValidUTF8(v, []byte("\uFFFD"))
	}
	a.b = append(appendHead(a.key("", name, headSize(len(v))+len(v)), fieldString, len(v)), v...)
}

func (a attrs) bool(prefix, name string, v bool) {
	a.b = a.key(prefix, name, 2)
	n := uint64(0)
	if v {
		n = 1
	}
	a.varint(fieldBool, n)
}

func (a attrs) int(prefix, name string, v int64) {
	a.b = a.key(prefix, name, 1+uvarintSize(uint64(v)))
	a.varint(fieldInt, uint64(v))
}

func (a attrs) double(prefix, name string, v float64) {
	a.b = a.key(prefix, name, 9)
	a.fixed64(fieldDouble, math.Float64bits(v))
}

// headSize is what appendHead appends.
func headSize(n int) int { return 1 + uvarintSize(uint64(n)) }

func uvarintSize(v uint64) int { return max(1, (bits.Len64(v)+6)/7) }
