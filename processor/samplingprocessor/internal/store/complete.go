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
	Learned  Trigger = "learned"  // all that is missing is a parent of which is known that it never comes
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
	since    moment // when it became complete
	complete bool   // the root is here, and every parent
	settled  bool   // all that is missing is a parent that never comes
	awaited  bool   // a log record names a span that is not here
	open     bool   // a parent is known to be still open in its process
}

// Complete reports whether the root of t is here and no parent is missing.
func (s *Store[N]) Complete(t *Trace[N]) bool { return s.state(t).complete }

// Refused tells the store that a request was refused. What traces lack may have been in it and comes again, so that it
// counts like an arrival for every trace that is not complete.
func (s *Store[N]) Refused(at time.Time) { s.refused = at }

// WaitedInVain reports whether t was judged for the given trigger as what it lacked did not come. A trace of which
// something came till the end goes on, and a request that was refused may have held what did not come.
func (s *Store[N]) WaitedInVain(t *Trace[N], trigger Trigger, now time.Time) bool {
	if s.refused.After(s.time(t.first)) {
		return false
	}
	switch trigger {
	case Idle, Learned:
		return true
	case Max:
		return now.Sub(s.time(t.last)) >= s.waits.Max/2
	}
	return false
}

// LearnFrom makes the store ask what is noted of a trace for the id of a parent that never comes.
func (s *Store[N]) LearnFrom(phantom func(*N) (id [8]byte, ok bool)) { s.phantom = phantom }

// phantomOf returns the parent for which t need not wait; zero for none.
func (s *Store[N]) phantomOf(t *Trace[N]) [8]byte {
	if s.phantom == nil {
		return [8]byte{}
	}
	id, ok := s.phantom(&t.Note)
	if !ok {
		return [8]byte{}
	}
	return id
}

// due returns when t falls due, as far as is known now, and by what trigger.
func (s *Store[N]) due(t *Trace[N]) (time.Time, Trigger) {
	st := s.state(t)
	first, last := s.time(t.first), s.time(t.last)
	limit, idle := first.Add(s.waits.Max), last.Add(s.waits.Idle)
	if !st.complete && s.refused.After(first) {
		again := s.refused.Add(s.waits.Idle)
		limit, idle = later(limit, again), later(idle, again)
	}
	at, trigger := idle, Idle
	switch {
	case st.complete && !st.awaited:
		at, trigger = s.time(st.since).Add(s.waits.AfterRoot), Root
	case st.settled && !st.awaited: // no root tells that this was all
		at, trigger = last.Add(s.waits.AfterRoot), Learned
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
	l := look{arrival: s.arrivals(t.Parts, t.Spans), phantom: s.phantomOf(t), complete: true, settled: true, since: t.first, rootAt: t.first}
	for i := range t.Parts {
		part := &t.Parts[i]
		for j := range part.Spans {
			if part.Logs != 0 {
				l.record(&part.Spans[j])
			} else {
				l.span(&part.Spans[j], part.at)
			}
		}
	}
	l.complete = l.complete && l.rooted
	l.settled = l.settled && !l.complete && l.rooted
	l.open = l.open || l.awaited && !l.rooted
	l.since = max(l.since, l.rootAt)
	return state{complete: l.complete, settled: l.settled, awaited: l.awaited, since: l.since, open: l.open}
}

// look is the state of a trace while it is looked at.
type look struct {
	arrival arrivals
	phantom [8]byte // a parent for which nobody waits; zero: none

	complete, settled, awaited, open bool

	rooted        bool // the root is here, or what stands below a phantom
	rootAt, since moment
}

// record looks at a log record.
func (l *look) record(r *Span) {
	_, here := l.arrival.of(r.Parent)
	l.awaited = l.awaited || !here && r.Parent != [8]byte{}
}

func (l *look) span(s *Span, came moment) {
	if s.Parent == [8]byte{} {
		l.root(came)
		return
	}
	at, here := l.arrival.of(s.Parent)
	switch {
	case !here && s.Parent == l.phantom:
		l.complete = false
		l.root(came)
	case !here:
		l.complete, l.settled = false, false
		l.open = l.open || s.Origin == Local
	case at > came && at > l.since:
		l.since = at
	}
}

func (l *look) root(came moment) {
	if !l.rooted || came < l.rootAt {
		l.rooted, l.rootAt = true, came
	}
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
func (s *Store[N]) arrivals(parts []Part, spans int) arrivals {
	a := arrivals{parts: parts}
	if spans <= fewSpans {
		return a
	}
	if len(s.arrival) > maxScratch {
		s.arrival = map[uint64]int32{}
	}
	clear(s.arrival)
	for i, part := range parts {
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
func (a arrivals) of(id [8]byte) (moment, bool) {
	if a.index != nil {
		i, ok := a.index[binary.BigEndian.Uint64(id[:])]
		if !ok {
			return 0, false
		}
		return a.parts[i].at, true
	}
	for i := range a.parts {
		part := &a.parts[i]
		if part.Logs != 0 {
			continue
		}
		for j := range part.Spans {
			if part.Spans[j].ID == id {
				return part.at, true
			}
		}
	}
	return 0, false
}
