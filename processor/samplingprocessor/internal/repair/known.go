// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repair

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
)

// errKnown says no more, since what is read is of no use to anybody.
var errKnown = errors.New("read the shape of a trace: it is damaged")

// The bits of a trace and of a span as they are written.
const (
	bitOff, bitNewRoot, bitSealed = 1, 2, 4
	bitKept, bitCaller            = 1, 2
)

// fewKnown is the number of spans up to which a trace is worth writing again for every span that comes late.
const fewKnown = 256

// growth is the part by which a larger one has to grow.
const growth = 8

// Grown reports whether k is worth writing again, so that a restart knows of it, or of most of it where it is large: when it
// has grown by an eighth, or takes nothing more.
func (k *Known) Grown(opts Options) bool {
	n := len(k.spans)
	if k.sealed {
		return k.written == 0
	}
	return n > k.written && (n <= fewKnown || n-k.written >= k.written/growth || k.full(opts))
}

// After reports whether k is of a later time than o, which is of the same trace: states of it may be read in any order.
func (k *Known) After(o *Known) bool {
	if k.sealed || o.sealed {
		return k.sealed
	}
	return cmp.Or(cmp.Compare(k.kept, o.kept), cmp.Compare(len(k.spans), len(o.spans))) > 0
}

// AppendBinary appends k to b, for ParseKnown to read.
func (k *Known) AppendBinary(b []byte) []byte {
	k.written = len(k.spans)
	b = binary.AppendUvarint(b, k.states.threshold.Unsigned())
	b = append(b, bits(k.states.off, k.newRoot, k.sealed))
	b = binary.AppendVarint(b, int64(k.root))
	b = binary.AppendUvarint(b, uint64(len(k.spans)))
	for i := range k.spans {
		s := &k.spans[i]
		b = append(b, s.id[:]...)
		b = binary.BigEndian.AppendUint64(b, s.start)
		b = append(b, bits(s.kept, s.caller, false))
		b = binary.AppendVarint(b, int64(s.parent))
	}
	return b
}

func bits(set ...bool) (b byte) {
	for i, on := range set {
		if on {
			b |= 1 << i
		}
	}
	return b
}

// spanBytes is the least that a span takes as AppendBinary writes it.
const spanBytes = 8 + 8 + 1 + 1

// ParseKnown reads what AppendBinary wrote. What it returns is a tree, whatever data is.
func ParseKnown(data []byte) (*Known, error) {
	r := reader{data: data}
	threshold, err := sampling.UnsignedToThreshold(r.uvarint())
	if err != nil {
		return nil, errKnown
	}
	flags := r.byte()
	k := &Known{
		states:  traceStates{threshold: threshold, off: flags&bitOff != 0},
		newRoot: flags&bitNewRoot != 0, sealed: flags&bitSealed != 0,
	}
	k.root = r.index()
	n := r.uvarint()
	if r.bad || n > uint64(len(r.data)/spanBytes) {
		return nil, errKnown
	}
	k.spans, k.written = make([]knownSpan, n), int(n)
	for i := range k.spans {
		s := &k.spans[i]
		copy(s.id[:], r.take(8))
		s.start = r.uint64()
		flags := r.byte()
		s.kept, s.caller = flags&bitKept != 0, flags&bitCaller != 0
		s.parent = r.index()
		if s.kept {
			k.kept++
		}
	}
	if n > fewKnown {
		k.unsure = int(n) / growth
	}
	if r.bad || len(r.data) > 0 || !k.isTree() {
		return nil, errKnown
	}
	return k, nil
}

// isTree reports whether every span leads up to the root, by spans that were kept.
func (k *Known) isTree() bool {
	n := int32(len(k.spans))
	if k.root < 0 || k.root >= n || k.spans[k.root].parent != -1 || !k.spans[k.root].kept {
		return false
	}
	good := make([]bool, n)
	good[k.root] = true
	var path []int32
	for i := range n {
		path = path[:0]
		for at := i; !good[at]; at = k.spans[at].parent {
			if p := k.spans[at].parent; p < 0 || p >= n || !k.spans[p].kept || len(path) > int(n) {
				return false
			}
			path = append(path, at)
		}
		for _, at := range path {
			good[at] = true
		}
	}
	return true
}

// sortIDs fills byID. Numbers are compared several times as fast as ids behind an index.
func (k *Known) sortIDs() {
	type entry struct {
		id uint64
		at int32
	}
	entries := make([]entry, len(k.spans))
	for i := range k.spans {
		entries[i] = entry{id: binary.BigEndian.Uint64(k.spans[i].id[:]), at: int32(i)}
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.id, b.id) })
	k.byID = make([]int32, len(entries))
	for i := range entries {
		k.byID[i] = entries[i].at
	}
}

// reader reads numbers until there is nothing left, and notes when there was too little.
type reader struct {
	data []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.data) {
		r.bad, r.data = true, nil
		return make([]byte, n)
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) byte() byte     { return r.take(1)[0] }
func (r *reader) uint64() uint64 { return binary.BigEndian.Uint64(r.take(8)) }

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data)
	r.skip(n)
	return v
}

// index reads the index of a span, or -1.
func (r *reader) index() int32 {
	v, n := binary.Varint(r.data)
	r.skip(n)
	if v < -1 || v > 1<<31-1 {
		r.bad = true
		return -1
	}
	return int32(v)
}

func (r *reader) skip(n int) {
	if n <= 0 {
		r.bad, r.data = true, nil
		return
	}
	r.data = r.data[n:]
}
