// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package decision is what the sampler tells about a trace that it has judged, and the exporter about what became of it.
//
// It is a package of its own so that both and whoever listens share the types without importing each other.
// A Decision never holds payload: names of rules and counts only.
package decision

import (
	"strconv"
	"time"
)

// Decision is the verdict on one trace.
type Decision struct {
	At        time.Time
	TraceID   [16]byte
	Component string // the sampling processor's id, as configured

	Kept          bool
	Rule          string  // the rule that matched
	Trigger       string  // what ended the waiting: root, learned, idle, max, size, evicted, shutdown, late
	Probability   float64 // in (0, 1]
	AdjustedCount float64 // how many traces this one stands for; 0 when dropped
	Complete      bool    // the root was here and no parent was known to be missing
	Evidence      string  // what the rules had to go by, in words: kinds and numbers

	RootSpanID [8]byte // of the root that was released; zero when dropped

	Spans      int // spans of the trace when it was judged
	Pruned     int // infrastructure spans that were left out
	Reparented int // spans that got a new parent
}

// Observer is told every decision. It is called on the sampler's goroutine and must not block.
type Observer interface {
	ObserveDecision(Decision)
}

// Count writes a number of things for people: "1 span", "2 spans".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
