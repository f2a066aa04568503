// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	t0    = time.Unix(1_800_000_000, 0)
	waits = Waits{AfterRoot: 10 * time.Second, Idle: 30 * time.Second, Max: 10 * time.Minute}
)

func after(seconds float64) time.Time { return t0.Add(time.Duration(seconds * float64(time.Second))) }

func key(n int) Key { return Key{Trace: [16]byte{14: byte(n >> 8), 15: byte(n)}} }

// arrival is a part and when it comes.
type arrival struct {
	Part
	at time.Time
}

func part(seconds float64, spans ...Span) arrival { return arrival{Part{Spans: spans}, after(seconds)} }

func (s *Store[N]) add(key Key, a arrival) *Trace[N] { return s.Add(key, a.Part, a.at) }

func sp(id, parent byte, origin Origin) Span {
	return Span{ID: [8]byte{id}, Parent: [8]byte{parent}, Origin: origin}
}

func ExampleStore() {
	s := New[string](Waits{AfterRoot: 10 * time.Second, Idle: 30 * time.Second, Max: 10 * time.Minute})
	now := time.Unix(0, 0)
	t := s.Add(Key{Trace: [16]byte{1}}, Part{Spans: []Span{{ID: [8]byte{1}}}}, now)
	t.Note = "what the owner knows of it"

	due, _ := s.Due(now.Add(9 * time.Second))
	fmt.Println(due == nil)
	due, trigger := s.Due(now.Add(10 * time.Second))
	fmt.Println(due.Note, trigger)
	// Output:
	// true
	// what the owner knows of it root
}

func TestDue(t *testing.T) {
	f := func(name string, trigger Trigger, seconds float64, parts ...arrival) {
		t.Helper()
		s := New[int](waits)
		for _, p := range parts {
			s.add(key(1), p)
		}
		early, _ := s.Due(after(seconds - 0.001))
		assert.Nil(t, early, name)
		got, why := s.Due(after(seconds))
		if assert.NotNil(t, got, name) {
			assert.Equal(t, trigger, why, name)
		}
		assert.Zero(t, s.Len(), name)
	}
	f("root", Root, 10, part(0, sp(1, 0, Unknown)))
	f("root late", Root, 30, part(0, sp(2, 1, Local)), part(20, sp(1, 0, Unknown)))
	f("the first of two roots counts", Root, 10, part(0, sp(1, 0, Unknown)), part(5, sp(2, 0, Unknown)))
	f("a parent that came after its child", Root, 17,
		part(0, sp(1, 0, Unknown)), part(3, sp(3, 2, Local)), part(7, sp(2, 1, Local)))
	f("a copy of a span does not put it off", Root, 10,
		part(0, sp(1, 0, Unknown), sp(2, 1, Local)), part(8, sp(1, 0, Unknown)))
	f("remote", Idle, 30, part(0, sp(2, 1, Remote)))
	f("unknown", Idle, 35, part(0, sp(2, 1, Unknown)), part(5, sp(3, 2, Local)))
	f("local", Max, 600, part(0, sp(2, 1, Local)))
	f("local beside remote", Max, 600, part(0, sp(2, 1, Local), sp(3, 9, Remote)))
	f("a cycle", Idle, 30, part(0, sp(1, 2, Local), sp(2, 1, Local)))
	f("max is the end", Max, 600, part(0, sp(2, 1, Unknown)), part(25, sp(2, 1, Unknown)), part(590, sp(2, 1, Unknown)))
	f("nothing in it", Idle, 30, part(0))
}

func TestDue_refusedRequestsMayHoldWhatIsMissing(t *testing.T) {
	f := func(trigger Trigger, seconds, refused float64, parts ...arrival) {
		t.Helper()
		s := New[int](waits)
		for _, p := range parts {
			s.add(key(1), p)
		}
		s.Refused(after(refused))
		early, _ := s.Due(after(seconds - 0.001))
		assert.Nil(t, early)
		got, why := s.Due(after(seconds))
		assert.NotNil(t, got)
		assert.Equal(t, trigger, why)
	}
	f(Root, 10, 8, part(0, sp(1, 0, Unknown)))
	f(Idle, 55, 25, part(0, sp(2, 1, Remote)))
	f(Idle, 30, -5, part(0, sp(2, 1, Remote)))
	f(Max, 600, 500, part(0, sp(2, 1, Local)))
	f(Max, 625, 595, part(0, sp(2, 1, Local)))
}

func TestOriginOf(t *testing.T) {
	f := func(flags uint32, entry bool, want Origin) {
		t.Helper()
		assert.Equal(t, want, OriginOf(flags, entry))
	}
	f(0, false, Unknown)
	f(0x01, false, Unknown)
	f(0x200, false, Unknown)
	f(0x101, false, Local)
	f(0x301, false, Remote)
	f(0x101, true, Remote)
	f(0, true, Remote)
}

func TestStore_countsWhatItHolds(t *testing.T) {
	s := New[int](waits)
	p := Part{Data: make([]byte, 100, 128), Spans: []Span{sp(1, 0, Unknown)}}
	tr := s.Add(key(1), p, t0)
	s.Add(key(1), p, t0)
	assert.EqualValues(t, 2*(128+24+partOverhead), tr.Bytes)
	assert.Equal(t, 2, tr.Spans)
	assert.True(t, s.Complete(tr))
}

func TestStore_oldestAndUrgent(t *testing.T) {
	s := New[int](waits)
	var all []*Trace[int]
	for n := range 4 {
		all = append(all, s.add(key(n), part(float64(n), sp(1, 0, Unknown))))
	}
	s.MarkUrgent(all[0])
	s.MarkUrgent(all[2])
	s.MarkUrgent(all[0])
	assert.Same(t, all[1], s.Oldest(false))
	assert.Same(t, all[3], all[1].Newer())
	assert.Same(t, all[0], s.Oldest(true))
	s.Remove(all[0])
	s.Remove(all[1])
	assert.Same(t, all[3], s.Oldest(false))
	assert.Same(t, all[2], s.Oldest(true))
	s.Remove(all[2])
	s.Remove(all[3])
	assert.Nil(t, s.Oldest(true))
	assert.Nil(t, s.Oldest(false))
	_, ok := s.Next()
	assert.False(t, ok)
}

// TestStore_neverMissesADeadline compares with asking every open trace at every step.
func TestStore_neverMissesADeadline(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 0))
		s := New[int](waits)
		now := t0
		for range 300 {
			now = now.Add(time.Duration(r.IntN(8000)) * time.Millisecond)
			for tr, _ := s.Due(now); tr != nil; tr, _ = s.Due(now) {
				at, _ := s.due(tr)
				require.False(t, at.After(now), "too early")
			}
			for _, tr := range s.traces {
				at, _ := s.due(tr)
				require.True(t, at.After(now), "missed")
				require.False(t, s.checks.zero.Add(s.checks.heap[tr.index].at).After(at), "looked at too late")
			}
			s.Add(key(r.IntN(10)), Part{Spans: []Span{sp(byte(1+r.IntN(5)), byte(r.IntN(6)), Origin(r.IntN(3)))}}, now)
		}
	}
}

func TestDecided_forgetsTheLeastRecentlyUsed(t *testing.T) {
	d := NewDecided[int](3 * (Overhead + 10))
	for n := range 3 {
		d.Put(key(n), n, 10)
	}
	require.NotNil(t, d.Get(key(0)))
	d.Put(key(3), 3, 10)
	assert.Nil(t, d.Get(key(1)))
	got := d.Get(key(0))
	require.NotNil(t, got)
	assert.Zero(t, *got)
	assert.Equal(t, 3, d.Len())
	assert.EqualValues(t, 3*(Overhead+10), d.Bytes())

	d.Put(key(0), 9, 20)
	got = d.Get(key(0))
	require.NotNil(t, got)
	assert.Equal(t, 9, *got)
	assert.LessOrEqual(t, d.Bytes(), int64(3*(Overhead+10)))
	d.Put(key(5), 5, 1<<20)
	assert.Nil(t, d.Get(key(5)), "larger than everything allowed")
}

func BenchmarkStore_add(b *testing.B) {
	s := New[int](waits)
	parts := make([]arrival, 8)
	for i := range parts {
		parts[i] = part(0, sp(byte(i+1), byte(i), Unknown))
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		now := t0.Add(time.Duration(n) * time.Microsecond)
		parts[n%8].at = now
		s.add(key(n/8), parts[n%8])
		s.Due(now)
		n++
	}
}

// TestDecided_againstAList puts, reads, takes and shrinks at random, and does the same with a list, the latest first.
func TestDecided_againstAList(t *testing.T) {
	type item struct {
		key  Key
		cost int64
		v    int
	}
	const room = 40 * (Overhead + 20)
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 5))
		d, forgotten := NewDecided[int](room), 0
		d.OnForget(func(int) { forgotten++ })
		var list []item
		lost, bytes := 0, int64(0)
		drop := func(i int) {
			bytes -= list[i].cost
			list = slices.Delete(list, i, i+1)
		}
		for v := range 3000 {
			k := key(r.IntN(100))
			at := slices.IndexFunc(list, func(i item) bool { return i.key == k })
			switch r.IntN(8) {
			case 0:
				got, ok := d.Take(k)
				assert.Equal(t, at >= 0, ok)
				if ok {
					assert.Equal(t, list[at].v, got)
					drop(at)
				}
			case 1, 2:
				got := d.Get(k)
				require.Equal(t, at >= 0, got != nil)
				if got != nil {
					assert.Equal(t, list[at].v, *got)
					it := list[at]
					list = slices.Insert(slices.Delete(list, at, at+1), 0, it)
				}
			case 3:
				want := int64(r.IntN(1000))
				before := bytes
				for before-bytes < want && len(list) > 0 {
					drop(len(list) - 1)
					lost++
				}
				assert.Equal(t, before-bytes, d.Shrink(want))
			default:
				if at >= 0 {
					drop(at)
					lost++
				}
				cost := int64(r.IntN(60))
				for bytes+cost+Overhead > room {
					drop(len(list) - 1)
					lost++
				}
				list = slices.Insert(list, 0, item{k, cost + Overhead, v})
				bytes += cost + Overhead
				d.Put(k, v, cost)
			}
			require.Equal(t, bytes, d.Bytes())
			require.Equal(t, len(list), d.Len())
			require.Equal(t, lost, forgotten)
		}
		for _, i := range list {
			require.True(t, d.Has(i.key))
		}
	}
}
