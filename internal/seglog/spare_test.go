// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// spareFiles are the names of the files that wait for a segment.
func spareFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"+spareSuffix))
	require.NoError(t, err)
	return files
}

// churn writes and deletes records from first on until a few segments have been filled. One record of each ten stays.
func churn(t *testing.T, l *Log, first Key) {
	t.Helper()
	for key := first; key < first+100; key++ {
		require.NoError(t, l.Write([]Put{put(key, fmt.Sprintf("%500d", key))}, nil))
		if key%10 != 0 {
			require.NoError(t, l.Write(nil, []Key{key}))
		}
	}
}

func TestSpares_areWrittenAnew(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{SegmentBytes: 5000})
	var files []os.FileInfo
	begun := 0
	for round := range Key(20) {
		churn(t, l, round*100)
		require.NoError(t, l.Tidy())
		for key := round * 100; key < round*100+100; key += 10 {
			require.NoError(t, l.Write(nil, []Key{key}))
		}
		for _, name := range append(segmentFiles(t, dir), spareFiles(t, dir)...) {
			info, err := os.Stat(name)
			require.NoError(t, err)
			if !slices.ContainsFunc(files, func(f os.FileInfo) bool { return os.SameFile(f, info) }) {
				files = append(files, info)
			}
		}
		begun = int(l.segments[len(l.segments)-1].number)
	}
	assert.Greater(t, begun, 200)
	assert.Less(t, len(files), begun/2, "most segments stand in the file of another")
	assert.Len(t, content(t, open(t, crashed(t, dir), Options{})), len(l.index))
}

// TestSpares_stayWhereTheLogIsFull fills a log to its bound, where room for a record is only what the garbage leaves.
func TestSpares_stayWhereTheLogIsFull(t *testing.T) {
	dir := t.TempDir()
	const most, live = 80_000, 80 // records of 500 bytes
	l := open(t, dir, Options{MaxBytes: most, SegmentBytes: 5000})
	begun, reused := uint32(0), 0
	for key := range Key(5000) {
		var old []Key
		if key >= live {
			old = []Key{key - live}
		}
		require.NoError(t, l.Write([]Put{put(key, fmt.Sprintf("%500d", key))}, old))
		require.LessOrEqual(t, l.Bytes(), int64(most))
		if key%25 == 0 {
			require.NoError(t, l.Tidy())
		}
		last := l.segments[len(l.segments)-1].number
		if last == begun {
			continue
		}
		begun = last
		data, err := os.ReadFile(l.path(last))
		require.NoError(t, err)
		if h, ok := readHeader(data); ok && h.version == versionReused {
			reused++
		}
	}
	assert.Greater(t, begun, uint32(100))
	assert.Greater(t, reused, int(begun)/10*9, "of %d segments", begun)
}

// TestSpares_holdNothing has a segment in a file that held much more, kills the process, and damages what it wrote.
func TestSpares_holdNothing(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{SegmentBytes: 5000})
	churn(t, l, 1)
	for key := Key(10); key <= 100; key += 10 {
		require.NoError(t, l.Write(nil, []Key{key}))
	}
	require.NoError(t, l.Tidy())
	require.NotEmpty(t, spareFiles(t, dir))
	require.NoError(t, l.begin())
	require.NoError(t, l.Write([]Put{put(1000, "what is there")}, nil))
	last := l.segments[len(l.segments)-1]
	require.Greater(t, l.size.tail, last.bytes)

	again := open(t, crashed(t, dir), Options{})
	assert.Equal(t, map[Key]string{1000: "what is there"}, content(t, again))
	assert.Zero(t, again.Report(), "nothing is torn, damaged or foreign")
	assert.Empty(t, spareFiles(t, again.dir))

	torn := crashed(t, dir)
	change(t, torn, last.number, func(data []byte) []byte {
		data[last.bytes-1] ^= 1
		return data
	})
	again = open(t, torn, Options{})
	assert.Empty(t, content(t, again))
	assert.Equal(t, Report{Torn: last.bytes - segmentHeader}, again.Report())
}

// TestSpares_nameBeforeHeader is what a loss of power may leave: the file has its new name, and its old content.
func TestSpares_nameBeforeHeader(t *testing.T) {
	dir := written(t)
	require.NoError(t, os.Rename(filepath.Join(dir, segmentName(1)), filepath.Join(dir, segmentName(9))))
	l := open(t, dir, Options{})
	want := map[Key]string{4: "four"} // which is in another one
	assert.Equal(t, want, content(t, l))
	require.NoError(t, l.Write([]Put{put(1, "new")}, nil))
	want[1] = "new"
	assert.Equal(t, want, content(t, open(t, crashed(t, dir), Options{})))
}

func TestSpares_goWhenNobodyNeedsThem(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{SegmentBytes: 5000})
	churn(t, l, 1)
	require.NoError(t, l.Tidy())
	require.NotEmpty(t, spareFiles(t, dir))
	assert.LessOrEqual(t, len(spareFiles(t, dir)), maxSpares)
	total := int64(0)
	for _, name := range append(segmentFiles(t, dir), spareFiles(t, dir)...) {
		info, err := os.Stat(name)
		require.NoError(t, err)
		total += info.Size()
		assert.EqualValues(t, 0o600, info.Mode().Perm())
	}
	assert.Equal(t, total, l.Bytes())
	for range maxSpares {
		require.NoError(t, l.Tidy())
	}
	assert.Empty(t, spareFiles(t, dir))
	churn(t, l, 1001)
	require.NoError(t, l.Tidy())
	require.NoError(t, l.Close())
	assert.Empty(t, spareFiles(t, dir))
}

// TestRead_whileFilesAreWrittenAnew reads records that others delete and whose files are used again: what is read is whole or
// nothing.
func TestRead_whileFilesAreWrittenAnew(t *testing.T) {
	l := open(t, t.TempDir(), Options{SegmentBytes: 2000})
	var all sync.WaitGroup
	done := make(chan struct{})
	for reader := range 2 {
		all.Go(func() {
			for key := Key(reader); ; key = (key + 2) % 3000 {
				select {
				case <-done:
					return
				default:
				}
				got, err := l.Read(key)
				assert.NoError(t, err)
				if got != nil {
					assert.Equal(t, fmt.Sprintf("%300d", key), string(got))
				}
			}
		})
	}
	for key := range Key(3000) {
		require.NoError(t, l.Write([]Put{put(key, fmt.Sprintf("%300d", key))}, nil))
		if key >= 5 {
			require.NoError(t, l.Write(nil, []Key{key - 5}))
		}
		if key%20 == 0 {
			require.NoError(t, l.Tidy())
		}
	}
	close(done)
	all.Wait()
}
