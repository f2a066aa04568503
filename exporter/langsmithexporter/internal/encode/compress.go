// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
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
	out := blocks{next: min(max(b.Size/typicalRatio, minBlock), maxBlock)}
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
	b.Parts, b.Size = out.parts, sizeOf(out.parts)
	return b, nil
}

const (
	// typicalRatio is how much smaller traces of agents become: histories repeat themselves.
	typicalRatio = 8
	// A block of compressed data is large enough to be few, and small enough that its unused end costs nothing.
	minBlock, maxBlock = 1 << 10, 256 << 10
)

// blocks collects what is written without ever copying it to a larger place: a body that compresses badly would be in
// memory three times for a moment.
type blocks struct {
	parts [][]byte
	next  int // size of the next block
}

// Write never fails.
func (b *blocks) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		last := len(b.parts) - 1
		if last < 0 || len(b.parts[last]) == cap(b.parts[last]) {
			b.parts = append(b.parts, make([]byte, 0, b.next))
			b.next, last = maxBlock, last+1
		}
		block := b.parts[last]
		room := min(cap(block)-len(block), len(p))
		b.parts[last], p = append(block, p[:room]...), p[room:]
	}
	return n, nil
}
