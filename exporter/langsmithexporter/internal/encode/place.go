// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// A segment of a dotted order is a time and an id.
const (
	stampLayout   = "00000000T000000000000Z" // with zeros for digits
	stampLength   = len(stampLayout)
	segmentLength = stampLength + idLength
)

// appendDottedOrder appends r's place in the tree. LangSmith refuses the whole request when a place does not fit the ids
// of its run, or is malformed in any part; applications may name places themselves, and paths of late spans may have
// been cut. Such a run is put below its parent, and that below the root: the tree shows it where it belongs, if not
// always in the right order.
func appendDottedOrder(b []byte, r *run.Run) []byte {
	if fits(r) {
		return append(b, r.DottedOrder...)
	}
	root := run.Dotted("", r.Start, traceID(r))
	if r.ParentID.IsZero() {
		return append(b, root...)
	}
	if r.ParentID != traceID(r) {
		root = run.Dotted(root, r.Start, r.ParentID)
	}
	return run.AppendDotted(b, root, r.Start, r.ID)
}

// fits holds the place of r against LangSmith's rules (assumption 9).
func fits(r *run.Run) bool {
	segments := (len(r.DottedOrder) + 1) / (segmentLength + 1)
	if len(r.DottedOrder) != segments*(segmentLength+1)-1 || segments == 0 {
		return false
	}
	if r.ParentID.IsZero() != (segments == 1) {
		return false
	}
	last := ""
	for i := range segments {
		s := segment(r.DottedOrder, i)
		if stamp := s[:stampLength]; stamp < last || !isStamp(stamp) {
			return false
		}
		last = s[:stampLength]
		if !isID(s[stampLength:]) || (i > 0 && r.DottedOrder[i*(segmentLength+1)-1] != '.') {
			return false
		}
	}
	return isIn(r.DottedOrder, 0, traceID(r)) && isIn(r.DottedOrder, segments-1, r.ID) &&
		(segments == 1 || isIn(r.DottedOrder, segments-2, r.ParentID))
}

func segment(dotted string, i int) string {
	return dotted[i*(segmentLength+1):][:segmentLength]
}

// isIn reports whether id stands in segment i.
func isIn(dotted string, i int, id run.ID) bool {
	text := idText(id)
	return segment(dotted, i)[stampLength:] == string(text[:])
}

// isStamp reports whether s, of stampLength, is a time. The time package takes five times as long to say the same.
func isStamp(s string) bool {
	for i, c := range []byte(s) {
		want := stampLayout[i]
		if isDigit := c >= '0' && c <= '9'; isDigit != (want == '0') || !isDigit && c != want {
			return false
		}
	}
	year, month, day := 100*twoDigits(s, 0)+twoDigits(s, 2), twoDigits(s, 4), twoDigits(s, 6)
	hour, minute, second := twoDigits(s, 9), twoDigits(s, 11), twoDigits(s, 13)
	return month >= 1 && month <= 12 && day >= 1 && (day <= 28 || day <= daysIn(year, month)) &&
		hour < 24 && minute < 60 && second < 60
}

func twoDigits(s string, at int) int { return 10*int(s[at]-'0') + int(s[at+1]-'0') }

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// isID reports whether s is an id in the form in which ids are compared.
func isID(s string) bool {
	for i, c := range []byte(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) == idLength
}

func idText(id run.ID) (text [idLength]byte) {
	id.Append(text[:0])
	return text
}

// traceID is that of the root: its own id.
func traceID(r *run.Run) run.ID {
	if r.TraceID.IsZero() || r.ParentID.IsZero() {
		return r.ID
	}
	return r.TraceID
}
