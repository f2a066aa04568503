// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newPacker(t testing.TB) *Packer {
	t.Helper()
	p, err := NewPacker()
	require.NoError(t, err)
	return p
}

// dataOf is what a reader of parts sees.
func dataOf(t *testing.T, p *Packer, parts []Part) (spans, logs []byte) {
	t.Helper()
	for _, part := range parts {
		data, err := p.Unpack(part)
		require.NoError(t, err)
		if part.Logs == 0 {
			spans = append(spans, data...)
		} else {
			logs = append(logs, data...)
		}
	}
	return spans, logs
}

func TestPack_losesNothingAndGivesBackWhatItSays(t *testing.T) {
	p := newPacker(t)
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		parts := make([]Part, 1+r.IntN(20))
		for i := range parts {
			parts[i].Data = []byte(strings.Repeat(fmt.Sprint("part ", r.IntN(5), " of many; "), r.IntN(2000)))
			if r.IntN(4) == 0 {
				parts[i].Logs = 1
			}
		}
		wantSpans, wantLogs := dataOf(t, p, parts)
		before := costOf(parts)
		freed := p.Pack(parts)
		assert.Equal(t, before-freed, costOf(parts), "seed %d", seed)
		spans, logs := dataOf(t, p, parts)
		require.True(t, bytes.Equal(wantSpans, spans), "seed %d", seed)
		require.True(t, bytes.Equal(wantLogs, logs), "seed %d", seed)
		assert.GreaterOrEqual(t, p.Pack(parts), int64(0), "what is packed stays packed")
	}
}

func costOf(parts []Part) (cost int64) {
	for _, part := range parts {
		cost += part.Cost()
	}
	return cost
}

func TestPack_leavesAloneWhatIsNotWorthIt(t *testing.T) {
	p := newPacker(t)
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	parts := []Part{{Data: noise}}
	assert.Zero(t, p.Pack(parts))
	assert.False(t, parts[0].Packed)
	small := []Part{{Data: bytes.Repeat([]byte("x"), minPack-1)}}
	assert.Zero(t, p.Pack(small))
}

func TestPack_boundsTheWorkOfOneCall(t *testing.T) {
	p := newPacker(t)
	parts := make([]Part, 10)
	for i := range parts {
		parts[i].Data = bytes.Repeat([]byte("abcdefgh"), maxFrame/8)
	}
	p.Pack(parts)
	packed := 0
	for _, part := range parts {
		if part.Packed {
			packed++
		}
	}
	assert.Equal(t, maxPack/maxFrame, packed)
}

func TestUnpack_damagedDataIsAnError(t *testing.T) {
	_, err := newPacker(t).Unpack(Part{Data: []byte("no frame"), Packed: true})
	assert.ErrorContains(t, err, "decompress")
}

func TestDecided_takeAndShrink(t *testing.T) {
	d := NewDecided[int](10 * (Overhead + 10))
	for n := range 10 {
		d.Put(key(n), n, 10)
	}
	v, ok := d.Take(key(3))
	assert.True(t, ok)
	assert.Equal(t, 3, v)
	_, ok = d.Take(key(3))
	assert.False(t, ok)
	assert.EqualValues(t, 2*(Overhead+10), d.Shrink(Overhead+11))
	assert.Nil(t, d.Get(key(0)), "the oldest go first")
	assert.Equal(t, 7, d.Len())
	assert.EqualValues(t, 7*(Overhead+10), d.Shrink(1<<40))
	assert.Zero(t, d.Bytes())
}

func BenchmarkPack(b *testing.B) {
	p := newPacker(b)
	history := strings.Repeat("the tool said that it had looked at everything there was to look at; ", 50)
	var master []Part
	size := 0
	for n := range 20 {
		data := []byte(strings.Repeat(history, 1+n) + fmt.Sprint(n))
		master = append(master, Part{Data: data})
		size += len(data)
	}
	parts := make([]Part, len(master))
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		copy(parts, master)
		p.Pack(parts)
	}
}
