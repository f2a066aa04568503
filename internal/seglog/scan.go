// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"
)

// scanned is what was found in a segment, beside its operations.
type scanned struct {
	readable      bool
	size          int64
	damaged, torn int64 // see Report
}

// scan calls f for every operation in a segment. It holds one frame at a time, unless something is damaged: the value of
// an operation is f's only until it returns.
func (l *Log) scan(number uint32, f func(operation)) scanned {
	file, err := os.Open(l.path(number))
	if err != nil {
		return scanned{}
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil || info.Size() > maxSegmentFile {
		return scanned{}
	}
	found := scanned{readable: true, size: info.Size()}
	if found.size <= segmentHeader { // it was begun and never written to
		return found
	}
	in := bufio.NewReader(file)
	head := make([]byte, segmentHeader)
	if _, err := io.ReadFull(in, head); err != nil {
		return scanned{}
	}
	h, whole := readHeader(head)
	switch {
	case !whole:
		return l.scanDamaged(number, f)
	case h.version != version && h.version != versionReused:
		return scanned{}
	case h.number != number: // a loss of power: the file has its new name, and what it held before
		return found
	}
	salt := h.salt
	offset := scanWhole(in, segmentHeader, found.size, salt, f)
	if offset == found.size {
		return found
	}
	rest := make([]byte, found.size-offset)
	if _, err := file.ReadAt(rest, offset); err != nil {
		found.damaged = int64(len(rest))
		return found
	}
	found.damaged, found.torn = readFrames(rest, offset, salt, f)
	if h.version == versionReused && found.torn > 0 { // most of it is what the file held before
		found.torn = unfinished(rest[int64(len(rest))-found.torn:], salt)
	}
	return found
}

// scanWhole reads frames from offset on, and returns where the first one that is not whole begins.
func scanWhole(in *bufio.Reader, offset, size int64, salt [saltSize]byte, f func(operation)) int64 {
	var frame []byte
	for {
		header, err := in.Peek(frameHeader)
		if err != nil {
			return offset
		}
		n := frameHeader + int64(binary.BigEndian.Uint32(header[saltSize:]))
		if n > size-offset {
			return offset
		}
		if n > int64(cap(frame)) {
			frame = make([]byte, n)
		}
		frame = frame[:n]
		if _, err := io.ReadFull(in, frame); err != nil {
			return offset
		}
		if _, ok := readFrame(frame, offset, salt, f); !ok {
			return offset
		}
		offset += n
	}
}

// scanDamaged reads a segment whose header is damaged, if a whole frame follows.
func (l *Log) scanDamaged(number uint32, f func(operation)) scanned {
	data, err := os.ReadFile(l.path(number))
	if err != nil || len(data) < segmentHeader+frameHeader {
		return scanned{}
	}
	salt := [saltSize]byte(data[segmentHeader:])
	if _, ok := readFrame(data[segmentHeader:], segmentHeader, salt, func(operation) {}); !ok {
		return scanned{}
	}
	found := scanned{readable: true, size: int64(len(data))}
	found.damaged, found.torn = readFrames(data[segmentHeader:], segmentHeader, salt, f)
	return found
}
