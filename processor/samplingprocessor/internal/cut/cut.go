// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package cut divides encoded spans among traces.
//
// A request is encoded once, whatever traces it holds, and its bytes are then given out: each trace gets the bytes of
// its spans and of the resources and scopes that these stand in. No span is decoded, moved or written anew, which for
// small spans takes a fraction of the time that encoding each trace by itself does. What it costs is a second copy of
// the bytes for as long as the cutting takes.
package cut

import (
	"errors"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// The numbers of the fields that are cut, in the messages TracesData, ResourceSpans and ScopeSpans. See
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto.
const (
	resourceSpans protowire.Number = 1
	scopeSpans    protowire.Number = 2
	spans         protowire.Number = 2
)

var (
	errMalformed = errors.New("cut spans by trace: the message is malformed")
	errCount     = errors.New("cut spans by trace: the message has another number of spans")
)

// Cutter cuts one message after the other, in the memory of those before. The zero value is ready; it belongs to one
// goroutine.
type Cutter struct {
	data []byte
	of   []int32 // the groups of the spans that are still to come

	rest      []byte // what parts repeat: the fields of resources and scopes that are not cut
	resources []frame
	scopes    []frame
	groups    []chain // of pieces
	pieces    []piece
	runs      []run
}

// frame is a resource or a scope without what stands in it: its place in rest.
type frame struct {
	from, to int
	resource int32 // of a scope
}

// chain is its first and its last link; none if it is empty.
type chain struct{ first, last int32 }

const none = -1

// piece is the spans of a group in one scope.
type piece struct {
	scope  int32
	next   int32 // of the group
	runs   chain
	size   int // of the message for the scope
	around int // of the message for the resource, in the first piece of each
}

// run is spans of one group that follow one another: their place in the data.
type run struct {
	from, to int
	next     int32 // of the piece
}

// Traces cuts an OTLP message of spans into one for each group: span i, as they stand in data, belongs to group of[i],
// or nowhere if that is negative. Spans keep their order, and a part has every resource and every scope as often as
// data, if any of its spans stands there. Nothing of data is held.
func (c *Cutter) Traces(data []byte, of []int32, groups int) ([][]byte, error) {
	c.begin(data, of, groups)
	defer func() { c.data, c.of = nil, nil }()
	f := fields{data: data}
	for f.next() {
		if f.number == resourceSpans {
			c.resource(&f)
		}
	}
	switch {
	case f.bad:
		return nil, errMalformed
	case len(c.of) > 0:
		return nil, errCount
	}
	parts := make([][]byte, groups)
	for i, g := range c.groups {
		parts[i] = c.write(g.first)
	}
	return parts, nil
}

func (c *Cutter) begin(data []byte, of []int32, groups int) {
	c.data, c.of = data, of
	c.rest, c.resources, c.scopes = c.rest[:0], c.resources[:0], c.scopes[:0]
	c.pieces, c.runs = c.pieces[:0], c.runs[:0]
	c.groups = slices.Grow(c.groups[:0], groups)
	for range groups {
		c.groups = append(c.groups, chain{none, none})
	}
}

// resource goes through the message at which parent stands.
func (c *Cutter) resource(parent *fields) {
	from := len(c.rest)
	f := parent.inside()
	for f.next() {
		if f.number != scopeSpans {
			c.rest = append(c.rest, c.data[f.from:f.to]...)
		}
	}
	c.resources = append(c.resources, frame{from: from, to: len(c.rest)})
	for f = parent.inside(); f.next(); {
		if f.number == scopeSpans {
			c.scope(&f)
		}
	}
	parent.bad = parent.bad || f.bad
}

func (c *Cutter) scope(parent *fields) {
	n, from := int32(len(c.scopes)), len(c.rest)
	f := parent.inside()
	for f.next() {
		if f.number != spans {
			c.rest = append(c.rest, c.data[f.from:f.to]...)
			continue
		}
		if len(c.of) == 0 {
			f.bad = true
			break
		}
		if g := c.of[0]; g >= 0 {
			c.give(&c.groups[g], n, f.from, f.to)
		}
		c.of = c.of[1:]
	}
	c.scopes = append(c.scopes, frame{from: from, to: len(c.rest), resource: int32(len(c.resources)) - 1})
	parent.bad = parent.bad || f.bad
}

// give adds a span, which is data[from:to], to a group.
func (c *Cutter) give(g *chain, scope int32, from, to int) {
	if g.last == none || c.pieces[g.last].scope != scope {
		c.pieces = append(c.pieces, piece{scope: scope, next: none, runs: chain{none, none}})
		at := int32(len(c.pieces)) - 1
		if g.last == none {
			g.first = at
		} else {
			c.pieces[g.last].next = at
		}
		g.last = at
	}
	p := &c.pieces[g.last]
	p.size += to - from
	if p.runs.last != none && c.runs[p.runs.last].to == from {
		c.runs[p.runs.last].to = to
		return
	}
	at := int32(len(c.runs))
	c.runs = append(c.runs, run{from: from, to: to, next: none})
	if p.runs.last == none {
		p.runs.first = at
	} else {
		c.runs[p.runs.last].next = at
	}
	p.runs.last = at
}

// write puts the pieces of a group together.
func (c *Cutter) write(first int32) []byte {
	out := make([]byte, 0, c.measure(first))
	resource := int32(none)
	for at := first; at != none; at = c.pieces[at].next {
		p := &c.pieces[at]
		s := &c.scopes[p.scope]
		if s.resource != resource {
			resource = s.resource
			out = appendHead(out, resourceSpans, p.around)
			out = append(out, c.rest[c.resources[resource].from:c.resources[resource].to]...)
		}
		out = appendHead(out, scopeSpans, p.size)
		out = append(out, c.rest[s.from:s.to]...)
		for r := p.runs.first; r != none; r = c.runs[r].next {
			out = append(out, c.data[c.runs[r].from:c.runs[r].to]...)
		}
	}
	return out
}

// measure reckons the sizes of the messages for scopes and resources, and returns that of the whole.
func (c *Cutter) measure(first int32) (size int) {
	opening := int32(none) // the first piece of the resource
	for at := first; at != none; at = c.pieces[at].next {
		p := &c.pieces[at]
		s := &c.scopes[p.scope]
		if opening == none || c.scopes[c.pieces[opening].scope].resource != s.resource {
			opening = at
			r := &c.resources[s.resource]
			p.around = r.to - r.from
		}
		p.size += s.to - s.from
		c.pieces[opening].around += headSize(scopeSpans, p.size) + p.size
	}
	for at := first; at != none; at = c.pieces[at].next {
		if n := c.pieces[at].around; n > 0 {
			size += headSize(resourceSpans, n) + n
		}
	}
	return size
}

// appendHead appends what stands before n bytes of a field.
func appendHead(b []byte, number protowire.Number, n int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, number, protowire.BytesType), uint64(n))
}

func headSize(number protowire.Number, n int) int {
	return protowire.SizeTag(number) + protowire.SizeVarint(uint64(n))
}

// fields goes through the fields of a message, which is data from at on.
type fields struct {
	data []byte
	at   int
	bad  bool // data ended within a field

	number   protowire.Number
	from, to int // of the field
	value    int // where its value begins, if it is a message
}

// inside returns the fields of the message at which f stands.
func (f *fields) inside() fields { return fields{data: f.data[:f.to], at: f.value} }

func (f *fields) next() bool {
	if f.at >= len(f.data) || f.bad {
		return false
	}
	number, kind, tag := protowire.ConsumeTag(f.data[f.at:])
	if tag < 0 {
		f.bad = true
		return false
	}
	f.number, f.from, f.value = number, f.at, f.at+tag
	if kind == protowire.BytesType {
		n, length := protowire.ConsumeVarint(f.data[f.value:])
		if length < 0 || n > uint64(len(f.data)-f.value-length) {
			f.bad = true
			return false
		}
		f.value += length
		f.to = f.value + int(n)
	} else {
		n := protowire.ConsumeFieldValue(number, kind, f.data[f.value:])
		if n < 0 {
			f.bad = true
			return false
		}
		f.value, f.to = f.value+n, f.value+n
	}
	f.at = f.to
	return true
}
