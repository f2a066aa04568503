// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run

import (
	"strings"
	"time"
)

// dottedTime is a segment's time without its fraction, which follows as six digits.
const dottedTime = "20060102T150405"

// Dotted appends the segment of one run to its parent's dotted order: the position in the tree as LangSmith sorts by
// it. Times are cut to microseconds and never rounded. A run that seems to start before its parent, as clocks of
// several machines make it, takes the parent's time in the segment, since LangSmith refuses the whole request
// otherwise.
//
//	20060102T150405000000Z<id of the root>.20060102T150405000123Z<id of the run>
func Dotted(parent string, start time.Time, id ID) string {
	return string(AppendDotted(make([]byte, 0, len(parent)+len(".")+segmentLength), parent, start, id))
}

// AppendDotted appends what Dotted returns.
func AppendDotted(b []byte, parent string, start time.Time, id ID) []byte {
	if parent != "" {
		b = append(append(b, parent...), '.')
	}
	own := len(b)
	start = start.UTC().Truncate(time.Microsecond)
	b = start.AppendFormat(b, dottedTime)
	b = appendMicros(b, start.Nanosecond()/1000)
	b = append(b, 'Z')
	if last := lastTime(parent); last > string(b[own:]) {
		b = append(b[:own], last...)
	}
	return id.Append(b)
}

// segmentLength is the length of a time with its fraction and Z, and of an id.
const segmentLength = len(dottedTime) + len("000000Z") + len("00000000-0000-0000-0000-000000000000")

// lastTime returns the time of a dotted order's last segment, with its Z.
func lastTime(dotted string) string {
	segment := dotted[strings.LastIndexByte(dotted, '.')+1:]
	if len(segment) != segmentLength {
		return ""
	}
	return segment[:len(dottedTime)+len("000000Z")]
}

func appendMicros(b []byte, micros int) []byte {
	for unit := 100_000; unit > 0; unit /= 10 {
		b = append(b, byte('0'+micros/unit%10))
	}
	return b
}
