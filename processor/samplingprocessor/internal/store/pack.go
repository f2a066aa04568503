// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

const (
	// maxFrame is how much is compressed at once. Agents repeat the whole conversation at every step, so that a frame
	// should span several; one that is larger costs memory while it is worked on.
	maxFrame = 1 << 20
	// maxPack bounds the work of one call: some milliseconds, for which everything else waits.
	maxPack = 4 * maxFrame
	// minPack is what is worth compressing: below it a frame gains little.
	minPack = 4 << 10
)

// Packer compresses parts. It belongs to one goroutine.
type Packer struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
	raw []byte // scratch
	out []byte // scratch
}

// NewPacker returns a packer. It holds some megabytes once it has been used.
func NewPacker() (*Packer, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(maxFrame), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("make an encoder: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("make a decoder: %w", err)
	}
	return &Packer{enc: enc, dec: dec}, nil
}

// Pack compresses the data of parts that are not packed yet, as far as it is worth it and one call may take, and
// returns the bytes that this gave back. A packed part holds the data of those that follow it, up to the next.
func (p *Packer) Pack(parts []Part) (freed int64) {
	work := 0
	for i := 0; i < len(parts) && work < maxPack; {
		next, size := frameFrom(parts, i)
		if size >= minPack {
			freed += p.packFrame(parts[i:next], size)
			work += size
		}
		i = max(next, i+1)
	}
	return freed
}

// frameFrom returns where the frame that begins with parts[i] ends, and how many bytes it would hold. Log records and
// spans do not share one.
func frameFrom(parts []Part, i int) (next, size int) {
	for next = i; next < len(parts); next++ {
		part := &parts[next]
		if part.Packed || part.Away > 0 || part.Logs != parts[i].Logs || size > 0 && size+len(part.Data) > maxFrame {
			return next, size
		}
		size += len(part.Data)
	}
	return next, size
}

func (p *Packer) packFrame(parts []Part, size int) (freed int64) {
	raw := parts[0].Data
	if len(parts) > 1 {
		p.raw = p.raw[:0]
		for i := range parts {
			p.raw = append(p.raw, parts[i].Data...)
		}
		raw = p.raw
	}
	p.out = p.enc.EncodeAll(raw, p.out[:0])
	if len(p.out) > size-size/8 {
		return 0 // not worth the time to read it again
	}
	for i := range parts {
		freed += int64(cap(parts[i].Data))
		parts[i].Data = nil
	}
	parts[0].Data, parts[0].Packed = append(make([]byte, 0, len(p.out)), p.out...), true
	p.trim()
	return freed - int64(len(p.out))
}

// trim gives up the scratch that one large part has left behind.
func (p *Packer) trim() {
	if cap(p.out) > 2*maxFrame {
		p.out = nil
	}
	if cap(p.raw) > 2*maxFrame {
		p.raw = nil
	}
}

// Unpack returns the data of a part, which for one that is packed is that of all that it stands for: concatenated
// OTLP messages are one message.
func (p *Packer) Unpack(part Part) ([]byte, error) {
	if !part.Packed {
		return part.Data, nil
	}
	data, err := p.dec.DecodeAll(part.Data, nil)
	if err != nil {
		return nil, fmt.Errorf("decompress a part of a trace: %w", err)
	}
	return data, nil
}
