// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A segment begins with a magic number, the version, its number, its salt, and a checksum over these.
const (
	magic         = "seglog\r\n" // the line end is what a transfer as text would change
	version       = 1
	versionReused = 2 // the same, in a file that held more
	magicSize     = 8
	headerSum     = magicSize + 4 + 4 + saltSize
	segmentHeader = headerSum + 4

	suffix   = ".seg"
	lockName = "lock"
)

func (l *Log) path(number uint32) string { return filepath.Join(l.dir, segmentName(number)) }

func segmentName(number uint32) string { return fmt.Sprintf("%08x%s", number, suffix) }

// segmentNumber is the reverse of segmentName.
func segmentNumber(name string) (uint32, bool) {
	number, err := strconv.ParseUint(strings.TrimSuffix(name, suffix), 16, 32)
	return uint32(number), err == nil && name == segmentName(uint32(number))
}

func appendHeader(b []byte, version, number uint32, salt [saltSize]byte) []byte {
	b = append(b, magic...)
	b = binary.BigEndian.AppendUint32(b, version)
	b = binary.BigEndian.AppendUint32(b, number)
	b = append(b, salt[:]...)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// header is what stands before the frames.
type header struct {
	version, number uint32
	salt            [saltSize]byte
}

// readHeader returns the header of a segment, if it is whole.
func readHeader(data []byte) (h header, ok bool) {
	if len(data) < segmentHeader || string(data[:magicSize]) != magic {
		return h, false
	}
	if crc32.Checksum(data[:headerSum], castagnoli) != binary.BigEndian.Uint32(data[headerSum:]) {
		return h, false
	}
	h.version, h.number = binary.BigEndian.Uint32(data[magicSize:]), binary.BigEndian.Uint32(data[magicSize+4:])
	copy(h.salt[:], data[headerSum-saltSize:])
	return h, true
}

// begin makes a new segment the last one. It is called with io held, or before the log is known to anybody.
func (l *Log) begin() error {
	number, err := l.nextNumber()
	if err != nil {
		return err
	}
	salt := newSalt()
	file, tail, err := l.create(number, salt)
	for ; errors.Is(err, os.ErrExist) && number < math.MaxUint32; file, tail, err = l.create(number, salt) {
		number++ // one that could not be read
	}
	if err != nil {
		return fmt.Errorf("begin a segment: %w", err)
	}
	if l.out.file != nil {
		l.trim()
		err = errors.Join(l.finish(), l.out.file.Close())
	}
	l.out.file, l.out.salt, l.out.torn = file, salt, false
	l.mu.Lock()
	defer l.mu.Unlock()
	l.segments = append(l.segments, &segment{number: number, bytes: segmentHeader})
	l.size.total += segmentHeader
	l.size.tail = tail
	return err
}

// nextNumber is the one after the last segment.
func (l *Log) nextNumber() (uint32, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.segments) == 0 {
		return 1, nil
	}
	last := l.segments[len(l.segments)-1].number
	if last == math.MaxUint32 {
		return 0, errors.New("the numbers of segments are used up")
	}
	return last + 1, nil
}

// create makes the file of a segment, out of a spare one if there is one. It returns its size, too, which is 0 if it is new.
func (l *Log) create(number uint32, salt [saltSize]byte) (*os.File, int64, error) {
	if _, err := os.Lstat(l.path(number)); err == nil {
		return nil, 0, os.ErrExist
	}
	if s, ok := l.takeSpare(); ok {
		if file, err := l.reuse(s, number, salt); err == nil {
			return file, s.bytes, nil
		}
	}
	file, err := os.OpenFile(l.path(number), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, 0, err
	}
	if err := l.writeHeader(file, version, number, salt); err != nil {
		return nil, 0, errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	if l.opts.Durable || l.opts.Synced {
		err = syncDir(l.dir)
	}
	return file, 0, err
}

func (l *Log) writeHeader(file *os.File, version, number uint32, salt [saltSize]byte) error {
	_, err := file.Write(appendHeader(nil, version, number, salt))
	if err == nil && (l.opts.Durable || l.opts.Synced) {
		err = file.Sync()
	}
	return err
}

// finish syncs the segment that is no longer written to: Sync only ever syncs the last one.
func (l *Log) finish() error {
	if !l.opts.Synced {
		return nil
	}
	return l.out.file.Sync()
}

// syncDir makes names of files survive a loss of power, where a directory can be synced.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync() // some file systems do not know it, and need none
	return d.Close()
}
