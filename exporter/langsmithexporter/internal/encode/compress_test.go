// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
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
