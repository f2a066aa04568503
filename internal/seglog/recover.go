// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
		case spareName(e.Name()):
			_ = os.Remove(filepath.Join(l.dir, e.Name())) // one that stays is overwritten, or is in nobody's way
		case e.Name() != lockName:
			l.found.Foreign++
		}
	}
	slices.SortFunc(numbers, cmp.Compare[uint32])
	return numbers, nil
}

// recoverSegment adds what is live in a segment, and takes away what it deletes. It reports whether it can be read.
func (l *Log) recoverSegment(number uint32) bool {
	s := &segment{number: number}
	l.segments = append(l.segments, s)
	found := l.scan(number, func(op operation) {
		l.forget(op.key)
		if !op.delete {
			l.index[op.key] = place{segment: number, offset: op.offset, size: uint32(len(op.value))}
			l.size.live += recordBytes(len(op.value))
			s.live++
		}
	})
	if !found.readable {
		l.segments = l.segments[:len(l.segments)-1]
		return false
	}
	s.bytes = found.size
	l.size.total += s.bytes
	l.found.Damaged += found.damaged
	l.found.Torn += found.torn
	return true
}

// Each calls f with every live record, oldest segment first, and deletes those for which it returns false. The value
// is f's only until it returns. Nothing may be written meanwhile.
func (l *Log) Each(f func(key Key, value []byte) (keep bool)) error {
	var unwanted []Key
	for _, s := range l.segments {
		if s.live == 0 {
			continue
		}
		found := l.scan(s.number, func(op operation) {
			if !op.delete && l.isAt(op, s.number) && !f(op.key, op.value) {
				unwanted = append(unwanted, op.key)
			}
		})
		if !found.readable {
			return errors.New("a segment can no longer be read")
		}
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
