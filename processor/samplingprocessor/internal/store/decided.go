// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package store

// Decided remembers what became of the latest traces, so that late spans follow their trace. The least recently used
// one is forgotten when the bytes run out.
//
// There are many more entries than open traces, and the garbage collector would visit each of them in every cycle if they
// pointed at one another. They stand in blocks instead and name one another by number, and so does the map. What it costs
// is that the blocks stay, for entries to come, when some are forgotten.
type Decided[V any] struct {
	maxBytes int64
	bytes    int64
	numbers  map[Key]number
	blocks   []*[blockSize]entry[V]
	used     number // entries of the blocks that have been in use
	free     number // the first of those that no longer are: chained by older
	newest   number
	oldest   number
	forgot   func(V) // nil: nobody wants to know
}

// Overhead is what an entry of Decided costs beside its value: the entry, and its share of the map.
const Overhead = 160

const blockSize = 256

// number names an entry: 1 is the first. 0 is none.
type number uint32

type entry[V any] struct {
	value        V
	cost         int64
	newer, older number
	key          Key
}

// NewDecided returns an empty memory of at most maxBytes.
func NewDecided[V any](maxBytes int64) *Decided[V] {
	return &Decided[V]{maxBytes: maxBytes, numbers: map[Key]number{}}
}

// OnForget has f called with every value that is forgotten, or not even remembered. One that is taken is not.
func (d *Decided[V]) OnForget(f func(V)) { d.forgot = f }

// Bytes returns the memory that the entries take.
func (d *Decided[V]) Bytes() int64 { return d.bytes }

// Max returns the memory that the entries may take.
func (d *Decided[V]) Max() int64 { return d.maxBytes }

// Len returns the number of entries.
func (d *Decided[V]) Len() int { return len(d.numbers) }

// Get returns what is remembered of key, or nil. It may be changed there, until the next Put, Take or Shrink.
func (d *Decided[V]) Get(key Key) *V {
	n := d.numbers[key]
	if n == 0 {
		return nil
	}
	d.unlink(n)
	d.link(n)
	return &d.at(n).value
}

// Has reports whether something is remembered of key, which stays as old as it is.
func (d *Decided[V]) Has(key Key) bool { return d.numbers[key] != 0 }

// Fits reports whether a value that takes cost bytes is remembered if it is put.
func (d *Decided[V]) Fits(cost int64) bool { return cost+Overhead <= d.maxBytes }

// Put remembers value, which takes cost bytes, and forgets older ones for it. A value that is larger than everything
// allowed is not remembered at all.
func (d *Decided[V]) Put(key Key, value V, cost int64) {
	if n := d.numbers[key]; n != 0 {
		d.forget(n)
	}
	if !d.Fits(cost) {
		d.tell(value)
		return
	}
	cost += Overhead
	for d.bytes+cost > d.maxBytes {
		d.forget(d.oldest)
	}
	n := d.take()
	*d.at(n) = entry[V]{key: key, value: value, cost: cost}
	d.numbers[key] = n
	d.bytes += cost
	d.link(n)
}

// Take returns what is remembered of key and forgets it.
func (d *Decided[V]) Take(key Key) (value V, ok bool) {
	n := d.numbers[key]
	if n == 0 {
		return value, false
	}
	return d.remove(n), true
}

// Shrink forgets the least recently used entries until n bytes are given back or none is left, and returns how many
// were.
func (d *Decided[V]) Shrink(n int64) int64 {
	before := d.bytes
	for before-d.bytes < n && d.oldest != 0 {
		d.forget(d.oldest)
	}
	return before - d.bytes
}

func (d *Decided[V]) forget(n number) { d.tell(d.remove(n)) }

func (d *Decided[V]) tell(value V) {
	if d.forgot != nil {
		d.forgot(value)
	}
}

func (d *Decided[V]) at(n number) *entry[V] { return &d.blocks[(n-1)/blockSize][(n-1)%blockSize] }

// take returns an entry that is not in use.
func (d *Decided[V]) take() number {
	if n := d.free; n != 0 {
		d.free = d.at(n).older
		return n
	}
	if int(d.used) == len(d.blocks)*blockSize {
		d.blocks = append(d.blocks, new([blockSize]entry[V]))
	}
	d.used++
	return d.used
}

func (d *Decided[V]) remove(n number) V {
	e := d.at(n)
	value := e.value
	delete(d.numbers, e.key)
	d.bytes -= e.cost
	d.unlink(n)
	*e = entry[V]{older: d.free} // points at nothing any more
	d.free = n
	return value
}

func (d *Decided[V]) link(n number) {
	e := d.at(n)
	e.older, e.newer = d.newest, 0
	if d.newest == 0 {
		d.oldest = n
	} else {
		d.at(d.newest).newer = n
	}
	d.newest = n
}

func (d *Decided[V]) unlink(n number) {
	e := d.at(n)
	if e.newer == 0 {
		d.newest = e.older
	} else {
		d.at(e.newer).older = e.older
	}
	if e.older == 0 {
		d.oldest = e.newer
	} else {
		d.at(e.older).newer = e.newer
	}
}
