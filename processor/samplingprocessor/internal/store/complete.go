// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"encoding/binary"
	"time"
)

// Trigger is what ended the waiting for a trace.
type Trigger string

// The triggers.
const (
	Root     Trigger = "root"     // the root is here and nothing is known to be missing
	Idle     Trigger = "idle"     // nothing came for a while, and what is missing may never come
	Max      Trigger = "max"      // the trace was open for as long as one may be
	Size     Trigger = "size"     // the trace outgrew its share of memory
	Evicted  Trigger = "evicted"  // memory was full
	Shutdown Trigger = "shutdown" // the process ends
	Late     Trigger = "late"     // an error came after the trace was dropped
)

// Waits is how long to wait for the rest of a trace.
type Waits struct {
	AfterRoot time.Duration // once the root is here and nothing is known to be missing
	Idle      time.Duration // since the last arrival, when what is missing may never come
	Max       time.Duration // since the first arrival, whatever is missing
}

// soonest is the shortest time in which an arrival can make a trace due.
func (w Waits) soonest() time.Duration { return min(w.AfterRoot, w.Idle) }

// Origin tells what it means when the parent of a span is not here.
type Origin uint8

// The origins of spans.
const (
	Unknown Origin = iota // nothing is known of the parent
	Remote                // the parent is in another process and may never come
	Local                 // the parent is in the same process: it is still open and will come
)

// The flags of a span that tell whether its parent is remote.
// See https://opentelemetry.io/docs/specs/otlp/ and the comments of opentelemetry.proto.trace.v1.SpanFlags.
const (
	flagKnown  = 0x100
	flagRemote = 0x200
)

// OriginOf reads the origin of a span's parent from its flags. entry says that the kind of the span (server,
// consumer) makes it the first of its process, for SDKs that set no flags or do not know better.
func OriginOf(flags uint32, entry bool) Origin {
	switch {
	case entry, flags&(flagKnown|flagRemote) == flagKnown|flagRemote:
		return Remote
	case flags&(flagKnown|flagRemote) == flagKnown:
		return Local
	}
	return Unknown
}

// state is what is known of a trace as far as it has come.
type state struct {
	complete bool      // the root is here, and every parent
	awaited  bool      // a log record names a span that is not here
	since    time.Time // when it became complete
	open     bool      // a parent is known to be still open in its process
}

// Complete reports whether the root of t is here and no parent is missing.
func (s *Store[N]) Complete(t *Trace[N]) bool { return s.state(t).complete }

// Refused tells the store that a request was refused. What traces lack may have been in it and comes again, so that it
// counts like an arrival for every trace that is not complete.
func (s *Store[N]) Refused(at time.Time) { s.refused = at }

// due returns when t falls due, as far as is known now, and by what trigger.
func (s *Store[N]) due(t *Trace[N]) (time.Time, Trigger) {
	st := s.state(t)
	limit, idle := t.first.Add(s.waits.Max), t.last.Add(s.waits.Idle)
	if !st.complete && s.refused.After(t.first) {
		again := s.refused.Add(s.waits.Idle)
		limit, idle = later(limit, again), later(idle, again)
	}
	at, trigger := idle, Idle
	switch {
	case st.complete && !st.awaited:
		at, trigger = st.since.Add(s.waits.AfterRoot), Root
	case st.open:
		return limit, Max
	}
	if at.After(limit) {
		return limit, Max
	}
	return at, trigger
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// state looks at every span: a trace became complete when its root came or when the last of the parents came that
// some span had been waiting for. The order in which the other spans came plays no part. A log record is written while
// its span is open: as long as there is no root it proves that more will come, and afterwards it only makes the trace
// wait until nothing more does, since a span that was not sampled may still have written records.
func (s *Store[N]) state(t *Trace[N]) state {
	if !t.looked {
		t.seen, t.looked = s.look(t), true
	}
	return t.seen
}

func (s *Store[N]) look(t *Trace[N]) state {
	arrival := s.arrivals(t)
	st := state{complete: true}
	rooted := false
	var rootAt time.Time
	for _, part := range t.Parts {
		for _, span := range part.Spans {
			if part.Logs != 0 {
				_, here := arrival.of(span.Parent)
				st.awaited = st.awaited || !here && span.Parent != [8]byte{}
				continue
			}
			if span.Parent == [8]byte{} {
				if !rooted || part.At.Before(rootAt) {
					rooted, rootAt = true, part.At
				}
				continue
			}
			at, here := arrival.of(span.Parent)
			switch {
			case !here:
				st.complete = false
				st.open = st.open || span.Origin == Local
			case at.After(part.At) && at.After(st.since):
				st.since = at
			}
		}
	}
	st.complete = st.complete && rooted
	st.open = st.open || st.awaited && !rooted
	if rootAt.After(st.since) {
		st.since = rootAt
	}
	return st
}

const (
	// maxScratch is the number of spans from which the scratch map is not kept: clearing a map takes time by its
	// capacity, and one giant trace must not slow down all that follow it.
	maxScratch = 4096
	// fewSpans are looked through faster than a map is filled.
	fewSpans = 24
)

// arrivals tells when the spans of a trace came.
type arrivals struct {
	parts []Part
	index map[uint64]int32 // part by span; nil for few spans
}

// arrivals is good until the next call.
func (s *Store[N]) arrivals(t *Trace[N]) arrivals {
	a := arrivals{parts: t.Parts}
	if t.Spans <= fewSpans {
		return a
	}
	if len(s.arrival) > maxScratch {
		s.arrival = map[uint64]int32{}
	}
	clear(s.arrival)
	for i, part := range t.Parts {
		if part.Logs != 0 {
			continue
		}
		for j := range part.Spans {
			id := binary.BigEndian.Uint64(part.Spans[j].ID[:])
			if _, ok := s.arrival[id]; !ok {
				s.arrival[id] = int32(i)
			}
		}
	}
	a.index = s.arrival
	return a
}

// of returns when the span with the given id first came.
func (a arrivals) of(id [8]byte) (time.Time, bool) {
	if a.index != nil {
		i, ok := a.index[binary.BigEndian.Uint64(id[:])]
		if !ok {
			return time.Time{}, false
		}
		return a.parts[i].At, true
	}
	for i := range a.parts {
		part := &a.parts[i]
		if part.Logs != 0 {
			continue
		}
		for j := range part.Spans {
			if part.Spans[j].ID == id {
				return part.At, true
			}
		}
	}
	return time.Time{}, false
}
