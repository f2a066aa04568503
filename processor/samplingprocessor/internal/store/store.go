// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package store holds the traces of one shard until they are complete, and remembers for a while what became of them.
//
// Spans are held as the bytes they came in, together with what completion needs to know of each: a held byte is then
// close to a byte of memory, where decoded spans would take up to three times as much. Concatenated OTLP messages are
// one OTLP message, so that nothing needs decoding until a trace is released.
//
// A store belongs to one goroutine and has no lock. Time is a parameter.
package store

import "time"

// Key names a trace. Outlet tells pipelines apart that share a store, so that spans never leave by another pipeline
// than the one they came from.
type Key struct {
	Trace  [16]byte
	Outlet uint16
}

// Span is what completion needs to know of a span.
type Span struct {
	ID     [8]byte
	Parent [8]byte // zero: a root
	Origin Origin
}

// moment is a time since the first one that the store was told of: a third of the size of a time.
type moment int64

// Part is what one request held of one trace. It is not changed once it is added.
type Part struct {
	Data  []byte // OTLP TracesData in protobuf, or LogsData
	Spans []Span
	at    moment // of its arrival; the clocks of the spans decide nothing here
	// Logs tells that Data is log records which belong to the trace, and which pipeline they came by: its number, from
	// 1. Each of Spans is then a record's: without an id, and the span that it names as its parent.
	Logs uint16
	// Packed tells that Data is compressed, and holds the data of the following parts without data too.
	Packed bool
	// Entry is where a journal has Data; 0: nowhere. Away is how many bytes it holds alone.
	Entry uint64
	Away  int64
}

// Leave leaves the data to the journal alone, if that has it, and returns the bytes that this gives back.
func (p *Part) Leave() int64 {
	if p.Entry == 0 || p.Packed || len(p.Data) == 0 {
		return 0
	}
	freed := int64(cap(p.Data))
	p.Data, p.Away = nil, int64(len(p.Data))
	return freed
}

// Elsewhere reports whether the data of p is in a packed part before it.
func (p *Part) Elsewhere() bool { return p.Data == nil && p.Away == 0 }

// partOverhead is what a part costs beside its bytes and spans: an entry in the map of traces, the trace with its
// note, the part itself and the slice headers. Measured as about 530 bytes for traces of one small part, and less for the
// others; the rest is for what a journal notes, and for what nobody has collected yet.
const partOverhead = 768

// spanCost is the size of a Span in memory.
const spanCost = 24

// Cost is the memory that holding p takes.
func (p Part) Cost() int64 {
	return int64(cap(p.Data)) + spanCost*int64(cap(p.Spans)) + partOverhead
}

// Has reports whether the span with the given id is in p.
func (p *Part) Has(id [8]byte) bool {
	if p.Logs != 0 {
		return false
	}
	for i := range p.Spans {
		if p.Spans[i].ID == id {
			return true
		}
	}
	return false
}

// Trace is an open trace. N is what its owner notes about it.
//
// There are many that hold a single small span, so every byte counts here.
type Trace[N any] struct {
	Key    Key
	looked bool
	urgent bool
	index  int32 // in the store's checks

	Parts []Part
	Note  N
	Bytes int64 // the cost of its parts
	Away  int64 // what a journal holds alone of them
	Spans int   // log records are none

	first, last moment    // arrival of the first and the latest part
	seen        state     // as of the last look, if nothing came since
	prev, next  *Trace[N] // in the list of its class, oldest first
	part        [1]Part   // most traces come in one
}

// Store is the open traces of a shard. Make one with New.
type Store[N any] struct {
	waits   Waits
	zero    time.Time // of moments
	traces  map[Key]*Trace[N]
	checks  checks[N]
	calm    list[N]
	urgent  list[N]
	arrival map[uint64]int32 // scratch of arrivals
	shrink  func([]Part) int64
	freed   int64     // by shrinking, since it was asked for
	refused time.Time // the last time that a request was
	phantom func(*N) (id [8]byte, ok bool)
}

// New returns an empty store.
func New[N any](waits Waits) *Store[N] {
	return &Store[N]{waits: waits, traces: map[Key]*Trace[N]{}, arrival: map[uint64]int32{}}
}

// ShrinkWith makes the store shrink, with f, what it holds for longer than traces usually take. f returns the bytes that it
// gave back.
func (s *Store[N]) ShrinkWith(f func([]Part) int64) { s.shrink = f }

// Freed returns how many bytes shrinking has given back since the last call. They are no longer in the Bytes of the
// traces.
func (s *Store[N]) Freed() int64 {
	freed := s.freed
	s.freed = 0
	return freed
}

// settle shrinks a trace that is looked at and has to go on waiting.
func (s *Store[N]) settle(t *Trace[N]) {
	if s.shrink == nil {
		return
	}
	freed := s.shrink(t.Parts)
	t.Bytes -= freed
	s.freed += freed
	t.Away = 0
	for i := range t.Parts {
		t.Away += t.Parts[i].Away
	}
}

// Len returns the number of open traces.
func (s *Store[N]) Len() int { return len(s.traces) }

// moment and time turn one into the other.
func (s *Store[N]) moment(t time.Time) moment {
	if s.zero.IsZero() {
		s.zero = t
	}
	return moment(t.Sub(s.zero))
}

func (s *Store[N]) time(m moment) time.Time { return s.zero.Add(time.Duration(m)) }

// Add puts a part that came at the given time to its trace, which it opens if needed.
func (s *Store[N]) Add(key Key, part Part, at time.Time) *Trace[N] {
	part.at = s.moment(at)
	t, ok := s.traces[key]
	if !ok {
		t = &Trace[N]{Key: key, first: part.at}
		t.Parts = t.part[:0]
		s.traces[key] = t
		s.checks.push(t, at.Add(min(s.waits.soonest(), s.waits.Max)))
		s.calm.push(t)
	}
	t.Parts = append(t.Parts, part)
	t.Bytes += part.Cost()
	t.Away += part.Away
	if part.Logs == 0 {
		t.Spans += len(part.Spans)
	}
	t.last = part.at
	t.looked = false
	s.checks.notLater(t, at.Add(s.waits.soonest()))
	return t
}

// Get returns the open trace of key, or nil.
func (s *Store[N]) Get(key Key) *Trace[N] { return s.traces[key] }

// Next returns when Due is worth asking again.
func (s *Store[N]) Next() (time.Time, bool) {
	if len(s.checks.heap) == 0 {
		return time.Time{}, false
	}
	return s.checks.next(), true
}

// Due removes and returns a trace that has nothing more to wait for, and why. It returns nil when there is none. A
// span that arrives never re-arms anything: the trace is looked at when its check comes up, and put back when it is
// not yet due.
func (s *Store[N]) Due(now time.Time) (*Trace[N], Trigger) {
	for len(s.checks.heap) > 0 {
		t := s.checks.heap[0].trace
		if s.checks.next().After(now) {
			return nil, ""
		}
		at, trigger := s.due(t)
		if !at.After(now) {
			s.Remove(t)
			return t, trigger
		}
		if at.Sub(now) >= s.waits.soonest()/2 { // it stays for a while
			s.settle(t)
		}
		s.checks.set(t, at)
	}
	return nil, ""
}

// MarkUrgent makes t one of those that are evicted last.
func (s *Store[N]) MarkUrgent(t *Trace[N]) {
	if !t.urgent {
		s.calm.remove(t)
		t.urgent = true
		s.urgent.push(t)
	}
}

// Oldest returns the oldest open trace among the calm or the urgent ones, or nil.
func (s *Store[N]) Oldest(urgent bool) *Trace[N] {
	if urgent {
		return s.urgent.head
	}
	return s.calm.head
}

// Newer returns the next younger trace of the same class, or nil.
func (t *Trace[N]) Newer() *Trace[N] { return t.next }

// Remove takes t out of the store.
func (s *Store[N]) Remove(t *Trace[N]) {
	delete(s.traces, t.Key)
	s.checks.remove(t)
	if t.urgent {
		s.urgent.remove(t)
	} else {
		s.calm.remove(t)
	}
}

// list is a doubly linked list through the traces themselves, oldest first.
type list[N any] struct{ head, tail *Trace[N] }

func (l *list[N]) push(t *Trace[N]) {
	t.prev, t.next = l.tail, nil
	if l.tail == nil {
		l.head = t
	} else {
		l.tail.next = t
	}
	l.tail = t
}

func (l *list[N]) remove(t *Trace[N]) {
	if t.prev == nil {
		l.head = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		l.tail = t.prev
	} else {
		t.next.prev = t.prev
	}
	t.prev, t.next = nil, nil
}
