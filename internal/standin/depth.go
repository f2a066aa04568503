// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import "encoding/binary"

// maxDepth bounds the nesting of a message. pdata unmarshals recursively, and some 18 MB of nested arrays exhaust the
// stack, which no recover can catch; so the nesting is measured before. Nobody nests a thousand arrays on purpose.
const maxDepth = 1000

// message is a protobuf message of OTLP on the way to an attribute's value, the only place where messages nest
// without end.
type message int

const (
	noMessage message = iota
	tracesData
	resourceSpans
	scopeSpans
	oneSpan
	attributed1 // a message whose attributes are field 1, and so on
	attributed3
	attributed4
	keyValue
	anyValue
	arrayValue
	keyValueList
)

// members are the fields that are messages, by number.
// See https://github.com/open-telemetry/opentelemetry-proto/blob/v1.7.0/opentelemetry/proto/trace/v1/trace.proto
var members = [...]map[uint64]message{
	tracesData:    {1: resourceSpans},
	resourceSpans: {1: attributed1, 2: scopeSpans},
	scopeSpans:    {1: attributed3, 2: oneSpan},
	oneSpan:       {9: keyValue, 11: attributed3, 13: attributed4},
	attributed1:   {1: keyValue},
	attributed3:   {3: keyValue},
	attributed4:   {4: keyValue},
	keyValue:      {2: anyValue},
	anyValue:      {5: arrayValue, 6: keyValueList},
	arrayValue:    {1: anyValue},
	keyValueList:  {1: keyValue},
}

type nesting struct {
	kind message
	end  int
}

// tooDeep reports whether b, as TracesData, nests deeper than maxDepth. It says nothing about what is malformed:
// unmarshalling will.
func tooDeep(b []byte) bool {
	stack := []nesting{{tracesData, len(b)}}
	for pos := 0; len(stack) > 0; {
		top := stack[len(stack)-1]
		if pos >= top.end {
			stack = stack[:len(stack)-1]
			continue
		}
		field, length, next := readField(b[:top.end], pos)
		if next < 0 {
			return false
		}
		pos = next
		if child := members[top.kind][field]; child != noMessage && length > 0 {
			stack = append(stack, nesting{child, pos})
			pos -= length
		}
		if len(stack) > maxDepth {
			return true
		}
	}
	return false
}

// readField returns the number of the field at pos, the length of its content when it has one, and where it ends; -1
// when it is malformed.
func readField(b []byte, pos int) (field uint64, length, next int) {
	tag, n := binary.Uvarint(b[pos:])
	if n <= 0 {
		return 0, 0, -1
	}
	pos += n
	switch tag & 7 {
	case 0:
		_, n := binary.Uvarint(b[pos:])
		if n <= 0 {
			return 0, 0, -1
		}
		next = pos + n
	case 1:
		next = pos + 8
	case 5:
		next = pos + 4
	case 2:
		size, n := binary.Uvarint(b[pos:])
		if n <= 0 || size > uint64(len(b)-pos-n) {
			return 0, 0, -1
		}
		length = int(size)
		next = pos + n + length
	default:
		return 0, 0, -1
	}
	return tag >> 3, length, next
}
