// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// written returns a directory with two segments: three records and a deletion in the first, one in the second.
func written(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	l := open(t, dir, Options{})
	require.NoError(t, l.Write([]Put{put(1, "one")}, nil))
	require.NoError(t, l.Write([]Put{put(2, "two")}, nil))
	require.NoError(t, l.Write([]Put{put(3, strings.Repeat("three", 10))}, nil))
	require.NoError(t, l.Write(nil, []Key{1}))
	require.NoError(t, l.Close())
	next := open(t, dir, Options{})
	require.NoError(t, next.Write([]Put{put(4, "four")}, nil))
	require.NoError(t, next.Close())
	return dir
}

func change(t *testing.T, dir string, number uint32, f func(data []byte) []byte) {
	t.Helper()
	path := filepath.Join(dir, segmentName(number))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, f(data), 0o600))
}

// TestRecover_tornAnywhere cuts the last segment off at every byte.
func TestRecover_tornAnywhere(t *testing.T) {
	dir := written(t)
	info, err := os.Stat(filepath.Join(dir, segmentName(2)))
	require.NoError(t, err)
	for size := range info.Size() {
		torn := crashed(t, dir)
		change(t, torn, 2, func(data []byte) []byte { return data[:size] })
		l, err := Open(torn, Options{})
		require.NoError(t, err)
		have := content(t, l)
		assert.Len(t, have, 2)
		assert.Equal(t, "two", have[2])
		require.NoError(t, l.Write([]Put{put(5, "five")}, nil))
		require.NoError(t, l.Close())
		again := open(t, torn, Options{})
		assert.Len(t, content(t, again), 3)
		assert.LessOrEqual(t, again.Report().Torn, max(size-segmentHeader, 0))
	}
}

// TestRecover_flippedAnywhere flips a bit of every byte of the first segment: what stands in other frames is there.
func TestRecover_flippedAnywhere(t *testing.T) {
	dir := written(t)
	info, err := os.Stat(filepath.Join(dir, segmentName(1)))
	require.NoError(t, err)
	for at := range info.Size() {
		flipped := crashed(t, dir)
		change(t, flipped, 1, func(data []byte) []byte {
			data[at] ^= 0x10
			return data
		})
		l, err := Open(flipped, Options{})
		require.NoError(t, err)
		have := content(t, l)
		require.NoError(t, l.Close())
		lost := 0
		for key, value := range map[Key]string{2: "two", 3: strings.Repeat("three", 10), 4: "four"} {
			if there, ok := have[key]; !ok {
				lost++
			} else {
				assert.Equal(t, value, there)
			}
		}
		assert.LessOrEqual(t, lost, 1, "a flipped bit at %d", at)
		if at >= segmentHeader {
			assert.Positive(t, l.Report().Damaged+l.Report().Torn)
		}
	}
}

func TestRecover_whatIsNotOursStays(t *testing.T) {
	dir := written(t)
	foreign := map[string]string{"notes.txt": "hello", "1.seg": "no number of ours", "00000002.seg.bak": "", "zzzzzzzz.seg": "x"}
	for name, text := range foreign {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, segmentName(7)), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, segmentName(9)), bytes.Repeat([]byte("garbage"), 100), 0o600))
	for _, number := range []uint32{3, math.MaxUint32} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, segmentName(number)), bytes.Repeat([]byte("x"), 100), 0o600))
	}
	l := open(t, dir, Options{})
	assert.Len(t, content(t, l), 3)
	assert.Equal(t, Report{Foreign: 5, Aside: 3}, l.Report())
	require.NoError(t, l.Write([]Put{put(10, "ten")}, []Key{2, 3, 4}))
	require.NoError(t, l.Tidy())
	for name, text := range foreign {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Equal(t, text, string(data))
	}
	assert.FileExists(t, filepath.Join(dir, segmentName(9)))
	assert.NoFileExists(t, filepath.Join(dir, segmentName(1)))
	assert.FileExists(t, filepath.Join(dir, segmentName(4)), "3 was there")
}

func TestRecover_missingSegment(t *testing.T) {
	dir := written(t)
	l := open(t, dir, Options{})
	require.NoError(t, l.Write([]Put{put(5, "five")}, nil))
	require.NoError(t, l.Close())
	require.NoError(t, os.Remove(filepath.Join(dir, segmentName(2))))
	next := open(t, dir, Options{})
	assert.Equal(t, Report{Missing: 1}, next.Report())
	assert.Len(t, content(t, next), 3)
}

func TestRecover_anotherVersionStays(t *testing.T) {
	dir := written(t)
	change(t, dir, 1, func(data []byte) []byte {
		binary.BigEndian.PutUint32(data[magicSize:], versionReused+1)
		binary.BigEndian.PutUint32(data[headerSum:], crc32.Checksum(data[:headerSum], castagnoli))
		return data
	})
	before, err := os.ReadFile(filepath.Join(dir, segmentName(1)))
	require.NoError(t, err)
	l := open(t, dir, Options{})
	assert.Equal(t, 1, l.Report().Aside)
	assert.Equal(t, map[Key]string{4: "four"}, content(t, l))
	require.NoError(t, l.Write(nil, []Key{4}))
	require.NoError(t, l.Tidy())
	after, err := os.ReadFile(filepath.Join(dir, segmentName(1)))
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

// TestRecover_recordsAreNoFrames has a record that looks like a frame which deletes another, and damages what stands
// before it: only who knows the salt can write a frame.
func TestRecover_recordsAreNoFrames(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{})
	c := &commit{}
	c.begin()
	salt := newSalt()
	copy(c.frames, salt[:])
	c.delete(1)
	c.end(frameHeader)
	require.NoError(t, l.Write([]Put{put(1, "one")}, nil))
	require.NoError(t, l.Write([]Put{put(2, string(c.frames))}, nil))
	require.NoError(t, l.Close())
	change(t, dir, 1, func(data []byte) []byte {
		data[len(data)-len(c.frames)-3] ^= 1
		return data
	})
	assert.Equal(t, map[Key]string{1: "one"}, content(t, open(t, dir, Options{})))
}

// FuzzRecover opens a directory in which a segment is anything. It must open, and serve.
func FuzzRecover(f *testing.F) {
	dir := f.TempDir()
	l, err := Open(dir, Options{})
	require.NoError(f, err)
	require.NoError(f, l.Write([]Put{put(1, "one"), put(2, "two")}, nil))
	require.NoError(f, l.Write([]Put{put(3, "three")}, []Key{2}))
	require.NoError(f, l.Close())
	data, err := os.ReadFile(filepath.Join(dir, segmentName(1)))
	require.NoError(f, err)
	f.Add(data)
	f.Add(data[:len(data)-3])
	f.Add(data[segmentHeader:])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, segmentName(1)), data, 0o600))
		l := open(t, dir, Options{SegmentBytes: 100})
		before := content(t, l)
		require.NoError(t, l.Write([]Put{put(77, "new")}, nil))
		require.NoError(t, l.Tidy())
		before[77] = "new"
		assert.Equal(t, before, content(t, l))
		assert.Equal(t, before, content(t, open(t, crashed(t, dir), Options{})))
	})
}
