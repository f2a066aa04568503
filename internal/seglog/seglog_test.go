// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func open(t *testing.T, dir string, opts Options) *Log {
	t.Helper()
	l, err := Open(dir, opts)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	return l
}

// content reads everything that is live.
func content(t *testing.T, l *Log) map[Key]string {
	t.Helper()
	all := map[Key]string{}
	require.NoError(t, l.Each(func(key Key, value []byte) bool {
		assert.NotContains(t, all, key, "a record comes once")
		all[key] = string(value)
		return true
	}))
	return all
}

func put(key Key, value string) Put {
	return Put{Key: key, Head: []byte(value[:len(value)/2]), Body: []byte(value[len(value)/2:])}
}

// crashed copies the files as they are: what a killed process leaves.
func crashed(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(to, f.Name()), data, 0o600))
	}
	return to
}

func segmentFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	require.NoError(t, err)
	return files
}

func TestLog_holdsWhatWasWrittenAndNotDeleted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	l := open(t, dir, Options{})
	require.NoError(t, l.Write([]Put{put(1, "one"), put(2, "two"), put(3, "")}, nil))
	require.NoError(t, l.Write([]Put{put(4, "four"), put(1, "uno")}, []Key{2, 99}))
	want := map[Key]string{1: "uno", 3: "", 4: "four"}
	assert.Equal(t, want, content(t, l))
	assert.Equal(t, want, content(t, open(t, crashed(t, dir), Options{})))
	require.NoError(t, l.Close())
	next := open(t, dir, Options{})
	assert.Equal(t, want, content(t, next))
	assert.Equal(t, Report{}, next.Report())

	require.NoError(t, next.Each(func(key Key, _ []byte) bool { return key != 3 }))
	assert.NotContains(t, content(t, next), Key(3))
}

func TestLog_filesAreForTheirOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	l := open(t, dir, Options{})
	require.NoError(t, l.Write([]Put{put(1, "one")}, nil))
	info, err := os.Stat(dir)
	require.NoError(t, err)
	assert.EqualValues(t, 0o700, info.Mode().Perm())
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 2)
	for _, f := range files {
		info, err := f.Info()
		require.NoError(t, err)
		assert.EqualValues(t, 0o600, info.Mode().Perm(), f.Name())
	}
}

func TestOpen_oneAtATime(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{})
	_, err := Open(dir, Options{})
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, l.Close())
	require.NoError(t, l.Close(), "twice is no mistake")
	require.ErrorIs(t, l.Write([]Put{put(1, "one")}, nil), os.ErrClosed)
	open(t, dir, Options{})
}

func TestOpen_directoryThatCannotBeUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(file, Options{})
	require.Error(t, err)
	_, err = Open(filepath.Join(file, "below"), Options{})
	require.Error(t, err)
}

// TestLog_anyHistory compares the log with a map through random writes, tidying, crashes and restarts.
func TestLog_anyHistory(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		opts := Options{SegmentBytes: 1 + r.Int64N(2000), Synced: seed == 0, Durable: seed == 1}
		dir, want := t.TempDir(), map[Key]string{}
		l := open(t, dir, opts)
		steps := 200
		if seed < 2 {
			steps = 30 // a disk may take a while for each
		}
		for range steps {
			switch r.IntN(20) {
			case 0:
				require.NoError(t, l.Tidy())
				assert.Less(t, l.Bytes()-l.size.spare, 3*l.size.live+8*opts.SegmentBytes+3000)
				assert.LessOrEqual(t, len(l.spares.list), maxSpares)
			case 1:
				dir = crashed(t, dir)
				l = open(t, dir, opts)
			default:
				write(t, r, l, want)
			}
		}
		require.Equal(t, want, content(t, l), "seed %d", seed)
		require.Equal(t, want, content(t, open(t, crashed(t, dir), opts)), "seed %d", seed)
	}
}

// write makes one random change, to l and to want.
func write(t *testing.T, r *rand.Rand, l *Log, want map[Key]string) {
	t.Helper()
	var puts []Put
	for range r.IntN(4) {
		key := Key(r.IntN(50))
		if slices.ContainsFunc(puts, func(p Put) bool { return p.Key == key }) {
			continue
		}
		puts = append(puts, put(key, fmt.Sprintf("%d %s", r.Uint64(), bytes.Repeat([]byte("x"), r.IntN(300)))))
	}
	var deletes []Key
	for range r.IntN(4) {
		deletes = append(deletes, Key(50+r.IntN(50)), Key(r.IntN(50)))
	}
	require.NoError(t, l.Write(nil, deletes))
	for _, key := range deletes {
		delete(want, key)
	}
	require.NoError(t, l.Write(puts, nil))
	for _, p := range puts {
		want[p.Key] = string(p.Head) + string(p.Body)
	}
}

// TestTidy_anOldRecordDoesNotHoldTheRest has one record that stays while others come and go.
func TestTidy_anOldRecordDoesNotHoldTheRest(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{SegmentBytes: 10_000})
	require.NoError(t, l.Write([]Put{put(0, "for a long time")}, nil))
	for key := Key(1); key < 2000; key++ {
		require.NoError(t, l.Write([]Put{{Key: key, Body: make([]byte, 1000)}}, nil))
		require.NoError(t, l.Write(nil, []Key{key}))
		require.NoError(t, l.Tidy())
		require.Less(t, l.Bytes(), int64(80_000))
	}
	assert.LessOrEqual(t, len(segmentFiles(t, dir)), 8)
	assert.Equal(t, map[Key]string{0: "for a long time"}, content(t, open(t, crashed(t, dir), Options{})))
}

func TestLog_isBounded(t *testing.T) {
	const most = 1 << 20
	dir := t.TempDir()
	l := open(t, dir, Options{MaxBytes: most})
	key := Key(0)
	fill := func() {
		for {
			key++
			err := l.Write([]Put{{Key: key, Body: make([]byte, 5000)}}, nil)
			if err != nil {
				require.ErrorIs(t, err, ErrFull)
				assert.False(t, l.Room(5000))
				return
			}
			require.LessOrEqual(t, l.Bytes(), int64(most))
		}
	}
	fill()
	assert.Greater(t, key, Key(100), "most of it can be used")
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 { // delete some here and there, and fill it again
		for live := range maps.Clone(l.index) {
			if r.IntN(5) == 0 {
				require.NoError(t, l.Write(nil, []Key{live}), "deletions find room in a full log")
			}
		}
		fill()
	}
	assert.Len(t, content(t, open(t, crashed(t, dir), Options{})), len(l.index))
}

func TestWrite_tooLarge(t *testing.T) {
	l := open(t, t.TempDir(), Options{})
	huge := make([]byte, maxFrame/4+1) // never touched, and so no memory
	require.ErrorIs(t, l.Write([]Put{{Body: huge}, {Body: huge}, {Body: huge}, {Body: huge}}, nil), ErrTooLarge)
}

// TestLog_manyAtTheSameTime writes, deletes and tidies from many goroutines.
func TestLog_manyAtTheSameTime(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{SegmentBytes: 20_000, Synced: true})
	var all sync.WaitGroup
	for worker := range Key(8) {
		all.Go(func() {
			for n := range Key(300) {
				key := worker<<32 | n
				assert.NoError(t, l.Write([]Put{put(key, fmt.Sprintf("%200d", key))}, nil))
				if n%10 != 0 {
					assert.NoError(t, l.Write(nil, []Key{key}))
				}
				if n%50 == 0 {
					assert.NoError(t, l.Tidy())
				}
			}
		})
	}
	all.Wait()
	require.NoError(t, l.Sync())
	for _, log := range []*Log{l, open(t, crashed(t, dir), Options{})} {
		have := content(t, log)
		assert.Len(t, have, 8*30)
		for key, value := range have {
			assert.Equal(t, fmt.Sprintf("%200d", key), value)
		}
	}
}

// TestLog_failedWriteLeavesNothing closes the file under the log, which is then like a disk that fails.
func TestLog_failedWriteLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{})
	require.NoError(t, l.Write([]Put{put(1, "one"), put(2, "two")}, nil))
	good := l.out.file
	require.NoError(t, good.Close())
	require.Error(t, l.Write([]Put{put(3, "three")}, []Key{1}))
	assert.Equal(t, map[Key]string{2: "two"}, content(t, l))
	assert.Zero(t, l.size.pending)

	var err error
	l.out.file, err = os.OpenFile(l.path(1), os.O_WRONLY, 0o600)
	require.NoError(t, err)
	require.NoError(t, l.Write([]Put{put(4, "four")}, nil), "it goes on in a new segment")
	assert.Equal(t, map[Key]string{2: "two", 4: "four"}, content(t, l))
	assert.Len(t, segmentFiles(t, dir), 2)
}

func BenchmarkWrite(b *testing.B) {
	for _, size := range []int{1 << 10, 10 << 10, 100 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			l, err := Open(b.TempDir(), Options{})
			require.NoError(b, err)
			body := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			key := Key(0)
			for b.Loop() {
				key++
				if err := l.Write([]Put{{Key: key, Body: body}}, nil); err != nil {
					b.Fatal(err)
				}
				if key%100 == 0 {
					var done []Key
					for k := key - 99; k <= key; k++ {
						done = append(done, k)
					}
					_ = l.Write(nil, done)
					_ = l.Tidy()
				}
			}
			require.NoError(b, l.Close())
		})
	}
}
