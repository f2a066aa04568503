// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
)

// Report is what was found when a log was opened, beside what could be read.
type Report struct {
	Torn    int64 // bytes of frames that were not finished, as a crash leaves them
	Damaged int64 // bytes between whole frames that are none
	Missing int   // segments of which later ones are there
	Aside   int   // segments that cannot be read, or are of another version: they stay as they are
	Foreign int   // other files, which stay too
}

// maxSegmentFile is the largest file that is taken for a segment: what is read is held in memory for as long.
const maxSegmentFile = 2 * maxFrame

// Report returns what was found when the log was opened.
func (l *Log) Report() Report { return l.found }

// recover finds out which records are live.
func (l *Log) recover() error {
	numbers, err := l.list()
	if err != nil {
		return err
	}
	gap := 0
	for i, number := range numbers {
		if i > 0 {
			gap += int(number - numbers[i-1] - 1)
		}
		if !l.recoverSegment(number) {
			l.found.Aside++
			continue
		}
		l.found.Missing += gap
		gap = 0
	}
	return nil
}

// list returns the numbers of the segments that are there, in their order.
func (l *Log) list() ([]uint32, error) {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return nil, fmt.Errorf("read the directory: %w", err)
	}
	var numbers []uint32
	for _, e := range entries {
		number, ok := segmentNumber(e.Name())
		switch {
		case ok && e.Type().IsRegular():
			numbers = append(numbers, number)
		case e.Name() != lockName:
			l.found.Foreign++
		}
	}
	slices.SortFunc(numbers, cmp.Compare[uint32])
	return numbers, nil
}

// recoverSegment adds what is live in a segment, and takes away what it deletes. It reports whether it can be read.
func (l *Log) recoverSegment(number uint32) bool {
	data, salt, ok := l.load(number)
	if !ok {
		return false
	}
	s := &segment{number: number, bytes: int64(len(data))}
	l.segments = append(l.segments, s)
	l.size.total += s.bytes
	if len(data) <= segmentHeader {
		return true
	}
	damaged, torn := readFrames(data, salt, func(op operation) {
		l.forget(op.key)
		if !op.delete {
			l.index[op.key] = place{segment: number, offset: op.offset, size: uint32(len(op.value))}
			l.size.live += recordBytes(len(op.value))
			s.live++
		}
	})
	l.found.Damaged += damaged
	l.found.Torn += torn
	return true
}

// load reads a segment. One whose header is damaged is read all the same if a whole frame follows; what has nothing
// but a part of a header was begun and never written to.
func (l *Log) load(number uint32) (data []byte, salt [saltSize]byte, ok bool) {
	info, err := os.Stat(l.path(number))
	if err != nil || info.Size() > maxSegmentFile {
		return nil, salt, false
	}
	if data, err = os.ReadFile(l.path(number)); err != nil {
		return nil, salt, false
	}
	if len(data) <= segmentHeader {
		return data, salt, true
	}
	v, salt, whole := readHeader(data)
	if whole {
		return data, salt, v == version
	}
	if len(data) < segmentHeader+frameHeader {
		return nil, salt, false
	}
	salt = [saltSize]byte(data[segmentHeader:])
	_, ok = readFrame(data[segmentHeader:], segmentHeader, salt, func(operation) {})
	return data, salt, ok
}

// Each calls f with every live record, oldest segment first, and deletes those for which it returns false. The value
// is f's only until it returns. Nothing may be written meanwhile.
func (l *Log) Each(f func(key Key, value []byte) (keep bool)) error {
	var unwanted []Key
	for _, s := range l.segments {
		if s.live == 0 {
			continue
		}
		data, salt, ok := l.load(s.number)
		if !ok {
			return errors.New("a segment can no longer be read")
		}
		readFrames(data, salt, func(op operation) {
			if !op.delete && l.isAt(op, s.number) && !f(op.key, op.value) {
				unwanted = append(unwanted, op.key)
			}
		})
	}
	if len(unwanted) == 0 {
		return nil
	}
	return l.Write(nil, unwanted)
}

// isAt reports whether op wrote what is live of its key.
func (l *Log) isAt(op operation, segment uint32) bool {
	at, ok := l.index[op.key]
	return ok && at == place{segment: segment, offset: op.offset, size: uint32(len(op.value))}
}
