// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"encoding/binary"
	"math"
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

// scratch buffers hold a message until its length is known.
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

func (w *wire) tag(field, wireType int) {
	w.b = binary.AppendUvarint(w.b, uint64(field)<<3|uint64(wireType))
}

// head begins a value of n bytes.
func (w *wire) head(field, n int) {
	w.tag(field, wireBytes)
	w.b = binary.AppendUvarint(w.b, uint64(n))
}

func (w *wire) bytes(field int, v []byte) {
	w.head(field, len(v))
	w.b = append(w.b, v...)
}

func (w *wire) text(field int, v string) {
	w.head(field, len(v))
	w.b = append(w.b, v...)
}

func (w *wire) varint(field int, v uint64) {
	w.tag(field, wireVarint)
	w.b = binary.AppendUvarint(w.b, v)
}

func (w *wire) fixed64(field int, v uint64) {
	w.tag(field, wireFixed64)
	w.b = binary.LittleEndian.AppendUint64(w.b, v)
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
func (a attrs) key(prefix, name string, n int) {
	size := len(prefix) + len(name)
	a.head(a.field, headSize(fieldKey, size)+size+headSize(fieldValue, n)+n)
	a.head(fieldKey, size)
	a.b = append(a.b, prefix...)
	a.b = append(a.b, name...)
	a.head(fieldValue, n)
}

func (a attrs) str(name, v string) { a.prefixed("", name, v) }

func (a attrs) prefixed(prefix, name, v string) {
	v = valid(v)
	a.key(prefix, name, headSize(fieldString, len(v))+len(v))
	a.text(fieldString, v)
}

// json is str for text that is bytes already.
func (a attrs) json(name string, v []byte) {
	if !utf8.Valid(v) {
		a.str(name, string(v))
		return
	}
	a.key("", name, headSize(fieldString, len(v))+len(v))
	a.bytes(fieldString, v)
}

func (a attrs) bool(prefix, name string, v bool) {
	a.key(prefix, name, 2)
	n := uint64(0)
	if v {
		n = 1
	}
	a.varint(fieldBool, n)
}

func (a attrs) int(prefix, name string, v int64) {
	a.key(prefix, name, 1+uvarintSize(uint64(v)))
	a.varint(fieldInt, uint64(v))
}

func (a attrs) double(prefix, name string, v float64) {
	a.key(prefix, name, 9)
	a.fixed64(fieldDouble, math.Float64bits(v))
}

// headSize is what head appends.
func headSize(field, n int) int {
	return uvarintSize(uint64(field)<<3) + uvarintSize(uint64(n))
}

func uvarintSize(v uint64) int {
	n := 1
	for v >= 0x80 {
		v >>= 7
		n++
	}
	return n
}
