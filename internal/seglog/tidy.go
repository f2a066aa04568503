// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"bytes"
	"errors"
	"fmt"
	"os"
)

// moveBytes is how much of a segment is moved at once: for so long others wait.
const moveBytes = 256 << 10

// Tidy gives up the oldest segments, as far as nothing in them is live; where garbage takes more room than what is
// live, or the log is nearly full, it moves what is. It is called now and then.
func (l *Log) Tidy() error {
	l.tidying.Lock()
	defer l.tidying.Unlock()
	l.ageSpares()
	for range l.count() {
		s, crowded := l.oldest()
		switch {
		case s == nil, s.live > 0 && !crowded:
			return nil
		case s.live > 0:
			if err := l.move(s); err != nil {
				return fmt.Errorf("move records: %w", err)
			}
		}
		if err := l.giveUp(); err != nil {
			return fmt.Errorf("give up a segment: %w", err)
		}
	}
	return nil
}

func (l *Log) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.segments)
}

// oldest returns a copy of the oldest segment that is no longer written to, or nil, and whether it is worth moving what
// is live in it.
func (l *Log) oldest() (*segment, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.segments) < 2 {
		return nil, false
	}
	s := *l.segments[0]
	unit := l.opts.SegmentBytes
	return &s, l.size.total > 2*l.size.live+4*unit || l.opts.MaxBytes > 0 && l.size.total > l.opts.MaxBytes-2*unit
}

// move writes what is live in s once more.
func (l *Log) move(s *segment) error {
	var batch []operation
	var err error
	size := 0
	found := l.scan(s.number, func(op operation) {
		if err != nil || op.delete || !l.isLive(op, s.number) {
			return
		}
		op.value = bytes.Clone(op.value)
		batch = append(batch, op)
		if size += len(op.value); size >= moveBytes {
			err = l.moveBatch(s.number, batch)
			batch, size = nil, 0
		}
	})
	if !found.readable {
		return errors.New("a segment can no longer be read")
	}
	if err == nil && len(batch) > 0 {
		err = l.moveBatch(s.number, batch)
	}
	return err
}

func (l *Log) isLive(op operation, segment uint32) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.isAt(op, segment)
}

// moveBatch writes those of batch that are still live.
func (l *Log) moveBatch(number uint32, batch []operation) error {
	l.mu.Lock()
	c := l.next
	undo := len(c.frames)
	c.begin()
	from := len(c.frames)
	for _, op := range batch {
		if !l.isAt(op, number) {
			continue
		}
		c.put(&Put{Key: op.key, Body: op.value})
		last := &c.puts[len(c.puts)-1]
		last.moved, last.before = true, l.index[op.key]
	}
	if len(c.frames) == from {
		c.frames, c.starts = c.frames[:undo], c.starts[:len(c.starts)-1]
		l.mu.Unlock()
		return nil
	}
	c.end(from)
	l.mu.Unlock()
	return l.commit(c)
}

// giveUp removes the oldest segment, of which nothing is live. Its records must not come back, so that one that cannot
// be removed stays the oldest, and what deletes them stays behind it.
func (l *Log) giveUp() error {
	l.mu.Lock()
	s := *l.segments[0]
	c := l.next
	l.mu.Unlock()
	if s.live > 0 {
		return errors.New("a record in it could not be moved")
	}
	_ = l.commit(c) // what has taken the place of its records, if that can be written
	if l.opts.Synced && !l.opts.Durable {
		if err := l.Sync(); err != nil {
			return err
		}
	}
	l.opened.close(s.number)
	if !l.keep(s) {
		if err := os.Remove(l.path(s.number)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.segments = l.segments[1:]
	l.size.total -= s.bytes
	return nil
}
