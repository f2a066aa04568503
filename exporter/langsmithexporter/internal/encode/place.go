// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// A segment of a dotted order is a time and an id.
const (
	stampLayout   = "20060102T150405" // without the six digits of the fraction and Z
	wholeSeconds  = len(stampLayout)
	stampLength   = wholeSeconds + len("000000Z")
	segmentLength = stampLength + idLength
)

// dottedOrder returns r's place in the tree. LangSmith refuses the whole request when a place does not fit the ids of
// its run, or is malformed in any part; applications may name places themselves, and paths of late spans may have been
// cut. Such a run is put below its parent, and that below the root: the tree shows it where it belongs, if not always in
// the right order.
func dottedOrder(r *run.Run) string {
	if fits(r) {
		return r.DottedOrder
	}
	root := run.Dotted("", r.Start, traceID(r))
	if r.ParentID.IsZero() {
		return root
	}
	if r.ParentID != traceID(r) {
		root = run.Dotted(root, r.Start, r.ParentID)
	}
	return run.Dotted(root, r.Start, r.ID)
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
	var text [idLength]byte
	return segment(dotted, i)[stampLength:] == string(id.Append(text[:0]))
}

func isStamp(s string) bool {
	for _, c := range []byte(s[wholeSeconds : len(s)-1]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	_, err := time.Parse(stampLayout, s[:wholeSeconds])
	return err == nil && s[len(s)-1] == 'Z'
}

// isID reports whether s is an id in the form in which ids are compared.
func isID(s string) bool {
	var text [idLength]byte
	id, ok := run.ParseID(s)
	return ok && string(id.Append(text[:0])) == s
}

// traceID is that of the root: its own id.
func traceID(r *run.Run) run.ID {
	if r.TraceID.IsZero() || r.ParentID.IsZero() {
		return r.ID
	}
	return r.TraceID
}
