// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run

import (
	"strings"
	"time"
)

// Dotted appends the segment of one run to its parent's dotted order: the position in the tree as LangSmith sorts by
// it. Times are cut to microseconds and never rounded. A run that seems to start before its parent, as clocks of
// several machines make it, takes the parent's time in the segment, since LangSmith refuses the whole request
// otherwise.
//
//	20060102T150405000000Z<id of the root>.20060102T150405000123Z<id of the run>
func Dotted(parent string, start time.Time, id ID) string {
	var room [segmentLength]byte
	segment := appendSegment(room[:0], parent, start, id)
	if parent == "" {
		return string(segment)
	}
	return parent + "." + string(segment)
}

// AppendDotted appends what Dotted returns.
func AppendDotted(b []byte, parent string, start time.Time, id ID) []byte {
	if parent != "" {
		b = append(append(b, parent...), '.')
	}
	return appendSegment(b, parent, start, id)
}

// appendSegment appends the last segment of what Dotted returns.
func appendSegment(b []byte, parent string, start time.Time, id ID) []byte {
	own := len(b)
	b = appendStamp(b, start)
	if last := lastStamp(parent); last > string(b[own:]) {
		b = append(b[:own], last...)
	}
	return id.Append(b)
}

const (
	stampLength   = len("20060102T150405000000Z")
	segmentLength = stampLength + idLength
)

// lastStamp returns the time of a dotted order's last segment, with its Z.
func lastStamp(dotted string) string {
	segment := dotted[strings.LastIndexByte(dotted, '.')+1:]
	if len(segment) != segmentLength {
		return ""
	}
	return segment[:stampLength]
}

// appendStamp appends the time of a segment: all digits of it, and no more.
func appendStamp(b []byte, t time.Time) []byte {
	var room [len(timeLayout)]byte
	for _, c := range AppendTime(room[:0], t) {
		if c >= '0' && c <= '9' || c == 'T' || c == 'Z' {
			b = append(b, c)
		}
	}
	return b
}
