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

// wire is protobuf to which more is appended. Writing the few messages by hand takes two thirds of the time of building
// them first, and a fifth of the allocations, on a path that every span goes.
type wire []byte

// scratch buffers hold what must not stay: a field until its length is known, a trace until its runs are cut apart.
var scratch = sync.Pool{New: func() any { b := make([]byte, 0, 16<<10); return &b }}

// maxScratch is the largest buffer that is used again: rare giants would stay in memory for ever.
const maxScratch = 1 << 20

func getScratch() *[]byte {
	b, ok := scratch.Get().(*[]byte)
	if !ok {
		return new([]byte)
	}
	*b = (*b)[:0]
	return b
}

func putScratch(b *[]byte) {
	if cap(*b) <= maxScratch {
		scratch.Put(b)
	}
}

// tag is how a field begins. No field in use has a number that takes a second byte.
func tag(field, wireType int) byte { return byte(field<<3 | wireType) }

// head appends what stands before a value of n bytes.
func (w wire) head(field, n int) wire {
	w = append(w, tag(field, wireBytes))
	if n < 0x80 {
		return append(w, byte(n))
	}
	return binary.AppendUvarint(w, uint64(n))
}

// usualLength is the room that is left for the length of a message that is being written: that of most spans, so that
// they need not be moved when their length is known.
const usualLength = 2

// open begins a message inside of another, which ends where close is called with the start that open has returned.
func (w wire) open(field int) (_ wire, start int) {
	w = append(w, tag(field, wireBytes), 0, 0)
	return w, len(w) - usualLength
}

// close writes the length of the message before it.
func (w wire) close(start int) wire {
	content := w[start+usualLength:]
	n, size := len(content), uvarintSize(uint64(len(content)))
	if size > usualLength {
		w = append(w, "345"[:size-usualLength]...)
	}
	if size != usualLength {
		copy(w[start+size:], content)
		w = w[:start+size+n]
	}
	binary.PutUvarint(w[start:start+size], uint64(n))
	return w
}

func (w wire) bytes(field int, v []byte) wire { return append(w.head(field, len(v)), v...) }

func (w wire) text(field int, v string) wire { return append(w.head(field, len(v)), v...) }

func (w wire) varint(field int, v uint64) wire {
	return binary.AppendUvarint(append(w, tag(field, wireVarint)), v)
}

func (w wire) fixed64(field int, v uint64) wire {
	return binary.LittleEndian.AppendUint64(append(w, tag(field, wireFixed64)), v)
}

// time leaves out what OTLP cannot express.
func (w wire) time(field int, t time.Time) wire {
	if nanos := t.UnixNano(); !t.IsZero() && nanos > 0 {
		return w.fixed64(field, uint64(nanos))
	}
	return w
}

// attribute begins an attribute in some field, whose AnyValue has n bytes. The name comes in two parts, so that no prefix
// is ever copied.
func (w wire) attribute(field int, prefix, name string, n int) wire {
	key := len(prefix) + len(name)
	if size := 2 + key + 2 + n; size < 0x80 { // all lengths take one byte: most attributes
		w = append(w, tag(field, wireBytes), byte(size), tag(fieldKey, wireBytes), byte(key))
		w = append(append(w, prefix...), name...)
		return append(w, tag(fieldValue, wireBytes), byte(n))
	}
	w = w.head(field, headSize(key)+key+headSize(n)+n).head(fieldKey, key)
	return append(append(w, prefix...), name...).head(fieldValue, n)
}

// str writes an attribute of any message. All others are of spans.
func (w wire) str(field int, name, v string) wire {
	v = valid(v)
	return w.attribute(field, "", name, headSize(len(v))+len(v)).text(fieldString, v)
}

func (w wire) prefixed(prefix, name, v string) wire {
	v = valid(v)
	return w.attribute(fieldSpanAttr, prefix, name, headSize(len(v))+len(v)).text(fieldString, v)
}

// json is str for text that is bytes already.
func (w wire) json(name string, v []byte) wire {
	if !utf8.Valid(v) {
		v = bytes.ToValidUTF8(v, []byte("\uFFFD"))
	}
	return w.attribute(fieldSpanAttr, "", name, headSize(len(v))+len(v)).bytes(fieldString, v)
}

func (w wire) bool(prefix, name string, v bool) wire {
	n := uint64(0)
	if v {
		n = 1
	}
	return w.attribute(fieldSpanAttr, prefix, name, 2).varint(fieldBool, n)
}

func (w wire) int(prefix, name string, v int64) wire {
	return w.attribute(fieldSpanAttr, prefix, name, 1+uvarintSize(uint64(v))).varint(fieldInt, uint64(v))
}

func (w wire) double(prefix, name string, v float64) wire {
	return w.attribute(fieldSpanAttr, prefix, name, 9).fixed64(fieldDouble, math.Float64bits(v))
}

// headSize is what head appends.
func headSize(n int) int { return 1 + uvarintSize(uint64(n)) }

func uvarintSize(v uint64) int { return max(1, (bits.Len64(v)+6)/7) }
