// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package store

// Decided remembers what became of the latest traces, so that late spans follow their trace. The least recently used
// one is forgotten when the bytes run out.
type Decided[V any] struct {
	maxBytes int64
	bytes    int64
	entries  map[Key]*entry[V]
	newest   *entry[V]
	oldest   *entry[V]
	forgot   func(V) // nil: nobody wants to know
}

// Overhead is what an entry of Decided costs beside its value: the entry, and its share of the map.
const Overhead = 160

type entry[V any] struct {
	key          Key
	value        V
	cost         int64
	newer, older *entry[V]
}

// NewDecided returns an empty memory of at most maxBytes.
func NewDecided[V any](maxBytes int64) *Decided[V] {
	return &Decided[V]{maxBytes: maxBytes, entries: map[Key]*entry[V]{}}
}

// OnForget has f called with every value that is forgotten, or not even remembered. One that is taken is not.
func (d *Decided[V]) OnForget(f func(V)) { d.forgot = f }

// Bytes returns the memory that the entries take.
func (d *Decided[V]) Bytes() int64 { return d.bytes }

// Max returns the memory that the entries may take.
func (d *Decided[V]) Max() int64 { return d.maxBytes }

// Len returns the number of entries.
func (d *Decided[V]) Len() int { return len(d.entries) }

// Get returns what is remembered of key.
func (d *Decided[V]) Get(key Key) (V, bool) {
	e, ok := d.entries[key]
	if !ok {
		var none V
		return none, false
	}
	d.unlink(e)
	d.link(e)
	return e.value, true
}

// Has reports whether something is remembered of key, which stays as old as it is.
func (d *Decided[V]) Has(key Key) bool {
	_, ok := d.entries[key]
	return ok
}

// Put remembers value, which takes cost bytes, and forgets older ones for it. A value that is larger than everything
// allowed is not remembered at all.
func (d *Decided[V]) Put(key Key, value V, cost int64) {
	cost += Overhead
	if e, ok := d.entries[key]; ok {
		d.forget(e)
	}
	if cost > d.maxBytes {
		d.tell(value)
		return
	}
	for d.bytes+cost > d.maxBytes {
		d.forget(d.oldest)
	}
	e := &entry[V]{key: key, value: value, cost: cost}
	d.entries[key] = e
	d.bytes += cost
	d.link(e)
}

// Take returns what is remembered of key and forgets it.
func (d *Decided[V]) Take(key Key) (V, bool) {
	e, ok := d.entries[key]
	if !ok {
		var none V
		return none, false
	}
	d.remove(e)
	return e.value, true
}

// Shrink forgets the least recently used entries until n bytes are given back or none is left, and returns how many
// were.
func (d *Decided[V]) Shrink(n int64) int64 {
	before := d.bytes
	for before-d.bytes < n && d.oldest != nil {
		d.forget(d.oldest)
	}
	return before - d.bytes
}

func (d *Decided[V]) forget(e *entry[V]) {
	d.remove(e)
	d.tell(e.value)
}

func (d *Decided[V]) tell(value V) {
	if d.forgot != nil {
		d.forgot(value)
	}
}

func (d *Decided[V]) remove(e *entry[V]) {
	delete(d.entries, e.key)
	d.bytes -= e.cost
	d.unlink(e)
}

func (d *Decided[V]) link(e *entry[V]) {
	e.older, e.newer = d.newest, nil
	if d.newest == nil {
		d.oldest = e
	} else {
		d.newest.newer = e
	}
	d.newest = e
}

func (d *Decided[V]) unlink(e *entry[V]) {
	if e.newer == nil {
		d.newest = e.older
	} else {
		e.newer.older = e.older
	}
	if e.older == nil {
		d.oldest = e.newer
	} else {
		e.older.newer = e.newer
	}
}
