// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{SegmentBytes: 100})
	for n := range Key(20) {
		require.NoError(t, l.Write([]Put{put(n, fmt.Sprint("value ", n))}, nil))
	}
	require.NoError(t, l.Write([]Put{put(3, "another"), put(4, "")}, []Key{5}))
	f := func(key Key, want string) {
		t.Helper()
		got, err := l.Read(key)
		require.NoError(t, err)
		require.NotNil(t, got)
		assert.Equal(t, want, string(got))
	}
	f(0, "value 0")
	f(3, "another")
	f(4, "")
	for _, key := range []Key{5, 99} {
		got, err := l.Read(key)
		require.NoError(t, err)
		assert.Nil(t, got)
	}
	l.opened.close(1)
	require.NoError(t, os.Remove(l.path(1)))
	_, err := l.Read(0)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestRead_whileRecordsAreMoved reads all the time what a crowded log moves on.
func TestRead_whileRecordsAreMoved(t *testing.T) {
	l := open(t, t.TempDir(), Options{SegmentBytes: 1 << 10})
	text := strings.Repeat("x", 200)
	for n := range Key(20) {
		require.NoError(t, l.Write([]Put{put(n, fmt.Sprint(n, text))}, nil))
	}
	done := make(chan error, 1)
	go func() {
		for n := range 2000 {
			if err := l.Write([]Put{put(Key(100+n), text)}, []Key{Key(99 + n)}); err != nil {
				done <- err
				return
			}
			if err := l.Tidy(); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		select {
		case err := <-done:
			require.NoError(t, err)
			return
		default:
		}
		for n := range Key(20) {
			got, err := l.Read(n)
			require.NoError(t, err)
			require.Equal(t, fmt.Sprint(n, text), string(got))
		}
	}
}

// TestRead_openFilesAreFew reads more segments than stay open, and then none that are given up.
func TestRead_openFilesAreFew(t *testing.T) {
	l := open(t, t.TempDir(), Options{SegmentBytes: 1})
	var all []Key
	for n := range Key(3 * maxOpened) {
		require.NoError(t, l.Write([]Put{put(n, fmt.Sprint(n))}, nil))
		all = append(all, n)
	}
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for n := range Key(20 * maxOpened) {
				got, err := l.Read(n % Key(len(all)))
				assert.NoError(t, err)
				assert.Equal(t, fmt.Sprint(n%Key(len(all))), string(got))
			}
		})
	}
	readers.Wait()
	require.NoError(t, l.Write(nil, all))
	require.NoError(t, l.Tidy())
	for i := range l.opened.files {
		assert.Nil(t, l.opened.files[i].file)
	}
}
