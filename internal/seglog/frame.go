// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"hash/crc32"
)

// A frame is the salt of its segment, the length of what follows, its checksum (CRC-32C over length and content), and
// the content: operations, one after the other. The salt is random and nobody outside knows it, so that the next whole
// frame can be found behind a damaged one, and nothing that stands within a record can be taken for a frame, or was left
// by the segment that had the file before.
const (
	saltSize    = 8
	frameHeader = saltSize + 4 + 4

	opPut     = 1 // key, length, value
	opDelete  = 2 // key
	putHeader = 1 + 8 + 4
	deleteLen = 1 + 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func newSalt() (salt [saltSize]byte) {
	_, _ = rand.Read(salt[:]) // never fails
	return salt
}

// recordBytes is what a record with a value of n bytes takes in the log.
func recordBytes(n int) int64 { return int64(putHeader + n) }

func frameSize(puts []Put, deletes []Key) int64 {
	size := int64(frameHeader + deleteLen*len(deletes))
	for i := range puts {
		size += recordBytes(len(puts[i].Head) + len(puts[i].Body))
	}
	return size
}

// begin opens a frame at the end of c. Its salt is known when it is known which segment it goes to.
func (c *commit) begin() {
	c.starts = append(c.starts, len(c.frames))
	c.frames = append(c.frames, make([]byte, frameHeader)...)
}

// end closes the frame whose content begins at from.
func (c *commit) end(from int) {
	content := c.frames[from:]
	binary.BigEndian.PutUint32(c.frames[from-8:], uint32(len(content)))
	binary.BigEndian.PutUint32(c.frames[from-4:], checksum(uint32(len(content)), content))
}

func checksum(length uint32, content []byte) uint32 {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], length)
	return crc32.Update(crc32.Checksum(b[:], castagnoli), castagnoli, content)
}

func (c *commit) put(p *Put) {
	size := len(p.Head) + len(p.Body)
	c.frames = append(c.frames, opPut)
	c.frames = binary.BigEndian.AppendUint64(c.frames, p.Key)
	c.frames = binary.BigEndian.AppendUint32(c.frames, uint32(size))
	c.puts = append(c.puts, placed{key: p.Key, at: place{offset: int64(len(c.frames)), size: uint32(size)}})
	c.frames = append(c.frames, p.Head...)
	c.frames = append(c.frames, p.Body...)
}

func (c *commit) delete(key Key) {
	c.frames = append(c.frames, opDelete)
	c.frames = binary.BigEndian.AppendUint64(c.frames, key)
}

// operation is one of a frame.
type operation struct {
	key    Key
	delete bool
	offset int64 // of the value in the segment
	value  []byte
}

// readFrames calls f for every operation of the whole frames in data, which stands at offset in its segment. It returns
// how many bytes between frames could not be read, and how many at the end: a frame that was not finished.
func readFrames(data []byte, offset int64, salt [saltSize]byte, f func(operation)) (damaged, torn int64) {
	for len(data) > 0 {
		size, ok := readFrame(data, offset, salt, f)
		if ok {
			data = data[size:]
			offset += int64(size)
			continue
		}
		skip := bytes.Index(data[1:], salt[:])
		if skip < 0 {
			return damaged, int64(len(data))
		}
		damaged += int64(skip + 1)
		offset += int64(skip + 1)
		data = data[skip+1:]
	}
	return damaged, 0
}

// unfinished is how many bytes of data are the beginning of a frame.
func unfinished(data []byte, salt [saltSize]byte) int64 {
	n := min(len(data), saltSize)
	switch {
	case !bytes.Equal(data[:n], salt[:n]):
		return 0
	case len(data) < frameHeader:
		return int64(len(data))
	}
	return min(int64(len(data)), frameHeader+int64(binary.BigEndian.Uint32(data[saltSize:])))
}

// readFrame reads the frame at the start of data, and returns its size.
func readFrame(data []byte, offset int64, salt [saltSize]byte, f func(operation)) (size int, ok bool) {
	if len(data) < frameHeader || [saltSize]byte(data) != salt {
		return 0, false
	}
	length := binary.BigEndian.Uint32(data[saltSize:])
	if int64(length) > int64(len(data)-frameHeader) {
		return 0, false
	}
	content := data[frameHeader : frameHeader+int(length)]
	if checksum(length, content) != binary.BigEndian.Uint32(data[saltSize+4:]) {
		return 0, false
	}
	readOperations(content, offset+frameHeader, f)
	return frameHeader + len(content), true
}

// readOperations reads content whose checksum is right. What is not understood all the same ends it.
func readOperations(content []byte, offset int64, f func(operation)) {
	for len(content) >= deleteLen {
		op := operation{key: binary.BigEndian.Uint64(content[1:]), delete: content[0] == opDelete}
		n := deleteLen
		if !op.delete {
			if content[0] != opPut || len(content) < putHeader {
				return
			}
			size := int64(binary.BigEndian.Uint32(content[deleteLen:]))
			if size > int64(len(content)-putHeader) {
				return
			}
			n = putHeader + int(size)
			op.offset, op.value = offset+putHeader, content[putHeader:n:n]
		}
		f(op)
		content = content[n:]
		offset += int64(n)
	}
}
