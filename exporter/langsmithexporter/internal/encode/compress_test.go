// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func inflate(t testing.TB, how Compression, data []byte) []byte {
	t.Helper()
	var r io.Reader
	switch how {
	case Gzip:
		z, err := gzip.NewReader(bytes.NewReader(data))
		require.NoError(t, err)
		r = z
	case Zstd:
		z, err := zstd.NewReader(bytes.NewReader(data))
		require.NoError(t, err)
		defer z.Close()
		r = z
	default:
		return data
	}
	plain, err := io.ReadAll(r)
	require.NoError(t, err)
	return plain
}

func ExampleCompressor() {
	c, _ := NewCompressor(Gzip, 1)
	body, _ := c.Compress(Body{Parts: [][]byte{bytes.Repeat([]byte("again "), 1000)}, Size: 6000})
	fmt.Println(body.Encoding, body.Plain, body.Size < 100)
	// Output: gzip 6000 true
}

// What cannot be compressed is in memory twice at the most, as it was and as it is sent.
func TestCompress_memoryIsBounded(t *testing.T) {
	random := rand.NewChaCha8([32]byte{})
	noise := make([]byte, 8<<20)
	_, _ = random.Read(noise)
	for _, how := range []Compression{Gzip, Zstd} {
		c, err := NewCompressor(how, 1)
		require.NoError(t, err)
		_, err = c.Compress(Body{Parts: [][]byte{noise}, Size: len(noise)}) // the compressor's own memory is kept
		require.NoError(t, err)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		small, err := c.Compress(Body{Parts: [][]byte{noise}, Size: len(noise)})
		runtime.ReadMemStats(&after)
		require.NoError(t, err)
		assert.Equal(t, noise, inflate(t, how, bytes.Join(small.Parts, nil)))
		if how == Gzip { // zstd's encoder may have been given back meanwhile
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(len(noise)*5/4))
		}
	}
}
