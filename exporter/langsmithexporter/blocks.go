// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import "sync"

const (
	// blockBytes is the size from which a block of encoded runs is closed. A run that waits keeps its block in memory,
	// so that a block is small beside a request, and yet one piece of memory instead of a hundred.
	blockBytes = 64 << 10
	// giantBytes is the size from which a run stays in the buffer that it was written into, which is no longer used then:
	// copies of a giant are what makes a batch take many times its size.
	giantBytes = 256 << 10
	// maxBuffer is the largest buffer that is used again.
	maxBuffer = 1 << 20
)

var buffers = sync.Pool{New: func() any { return &blocks{} }}

// blocks collects encoded runs. They are written into one buffer, which is used again, and get memory of their own by
// the block: runs are small, and memory for each of them would cost more than writing them.
type blocks struct {
	buffer []byte
	chunks []chunk
	open   int // the first chunk that still stands in the buffer
}

// newBlocks returns blocks that go on where chunks end.
func newBlocks(chunks []chunk) *blocks {
	b := buffers.Get().(*blocks)
	b.chunks, b.open = chunks, len(chunks)
	return b
}

// room makes room for a run of about n bytes.
func (b *blocks) room(n int) {
	if n >= giantBytes {
		b.seal()
		b.buffer = make([]byte, 0, n)
	}
}

// add takes the run that has been appended to buffer.
func (b *blocks) add(g group, buffer []byte) {
	b.chunks = append(b.chunks, chunk{group: g, data: buffer[len(b.buffer):]})
	if b.buffer = buffer; len(buffer) >= blockBytes {
		b.seal()
	}
}

// seal gives the chunks in the buffer, which stand there one after the other, memory of their own.
func (b *blocks) seal() {
	block := b.buffer
	if len(block) >= giantBytes && cap(block)-len(block) < len(block)/4 {
		b.buffer = nil
	} else {
		block = make([]byte, len(b.buffer)) // no larger than need be, as bytes.Clone would make it
		copy(block, b.buffer)
	}
	for i := b.open; i < len(b.chunks); i++ {
		n := len(b.chunks[i].data)
		b.chunks[i].data, block = block[:n:n], block[n:]
	}
	b.buffer, b.open = b.buffer[:0], len(b.chunks)
}

// finish returns all chunks. The blocks must not be used any more.
func (b *blocks) finish() []chunk {
	b.seal()
	chunks := b.chunks
	b.chunks = nil
	if cap(b.buffer) > maxBuffer {
		b.buffer = nil
	}
	buffers.Put(b)
	return chunks
}
