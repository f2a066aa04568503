// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Compression is how a body is compressed, by its name in HTTP.
type Compression string

// The compressions that LangSmith's API may read.
const (
	None Compression = ""
	Gzip Compression = "gzip"
	Zstd Compression = "zstd"
)

// zstdWindow bounds what the reader of a body has to hold. The format's recommendation for readers is 8 MiB, and more
// than one prompt's worth of it saves little.
const zstdWindow = 1 << 20

type compressor interface {
	io.WriteCloser
	Reset(w io.Writer)
}

// Compressor compresses bodies in one way. It may be used by many at once.
type Compressor struct {
	how  Compression
	pool sync.Pool
}

// NewCompressor makes one of some level, which is that of gzip, 1 to 9; zstd has its own scale of which the nearest is
// taken.
func NewCompressor(how Compression, level int) (*Compressor, error) {
	c := &Compressor{how: how}
	if _, err := c.make(level); err != nil {
		return nil, fmt.Errorf("compress with %s: %w", how, err)
	}
	c.pool.New = func() any {
		w, err := c.make(level)
		if err != nil {
			return nil
		}
		return w
	}
	return c, nil
}

func (c *Compressor) make(level int) (compressor, error) {
	switch c.how {
	case Gzip:
		return gzip.NewWriterLevel(io.Discard, level)
	case Zstd:
		return zstd.NewWriter(io.Discard, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(zstdWindow),
			zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(level)))
	}
	return nil, fmt.Errorf("no way of compressing is called %q", c.how)
}

// Compress returns b with its parts in compressed form.
func (c *Compressor) Compress(b Body) (Body, error) {
	w, ok := c.pool.Get().(compressor)
	if !ok {
		return Body{}, fmt.Errorf("compress with %s: no compressor", c.how)
	}
	defer c.pool.Put(w)
	var out bytes.Buffer
	out.Grow(b.Size/typicalRatio + 1<<10)
	w.Reset(&out)
	for _, p := range b.Parts {
		if _, err := w.Write(p); err != nil {
			return Body{}, fmt.Errorf("compress with %s: %w", c.how, err)
		}
	}
	if err := w.Close(); err != nil {
		return Body{}, fmt.Errorf("compress with %s: %w", c.how, err)
	}
	w.Reset(io.Discard) // holds the buffer otherwise
	b.Encoding, b.Plain = c.how, b.Size
	b.Parts, b.Size = [][]byte{out.Bytes()}, out.Len()
	return b, nil
}

// typicalRatio is how much smaller traces of agents become, at the least: histories repeat themselves.
const typicalRatio = 4
