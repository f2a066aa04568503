// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
)

// commit is what is written in one call: the frames of those who wrote at the same time.
type commit struct {
	frames []byte
	starts []int // of the frames
	puts   []placed
	done   bool
	err    error
}

// placed is a record within a commit.
type placed struct {
	key    Key
	at     place // relative to the commit
	moved  bool
	before place // of what is moved
}

// Write writes records and deletes others, all or nothing. When it fails nothing is written, but what is deleted or was
// to be replaced is forgotten all the same, until the log is opened anew.
func (l *Log) Write(puts []Put, deletes []Key) error {
	size := frameSize(puts, deletes)
	if size > maxFrame {
		return ErrTooLarge
	}
	if len(puts) > 0 {
		if err := l.makeRoom(size); err != nil {
			return err
		}
	}
	l.mu.Lock()
	if len(puts) > 0 && !l.room(size) {
		l.mu.Unlock()
		return ErrFull
	}
	c := l.next
	c.begin()
	from := len(c.frames)
	for i := range puts {
		l.forget(puts[i].Key)
		c.put(&puts[i])
		l.size.pending += recordBytes(len(puts[i].Head) + len(puts[i].Body))
	}
	for _, key := range deletes {
		c.delete(key)
		l.forget(key)
	}
	c.end(from)
	l.mu.Unlock()
	return l.commit(c)
}

// makeRoom gives up garbage when n bytes more would be too many on the disk.
func (l *Log) makeRoom(n int64) error {
	crowded := func() bool { return l.opts.MaxBytes > 0 && l.bytesWith(n)+segmentHeader > l.opts.MaxBytes }
	if l.dropSpares(crowded); !crowded() {
		return nil
	}
	if err := l.Tidy(); err != nil {
		return err
	}
	if l.dropSpares(crowded); crowded() {
		return ErrFull
	}
	return nil
}

// forget takes a record out of the index, before its deletion or what takes its place is written: from now on nobody
// moves it behind that.
func (l *Log) forget(key Key) {
	if at, ok := l.index[key]; ok {
		delete(l.index, key)
		l.size.live -= recordBytes(int(at.size))
		l.segmentOf(at).live--
	}
}

// segmentOf finds the segment of a live record: those are there.
func (l *Log) segmentOf(at place) *segment {
	i, _ := slices.BinarySearchFunc(l.segments, at.segment, func(s *segment, number uint32) int {
		return cmp.Compare(s.number, number)
	})
	return l.segments[i]
}

// commit returns when c is written: by the caller, or by another one who came first and took it along.
func (l *Log) commit(c *commit) error {
	l.io.Lock()
	defer l.io.Unlock()
	if !c.done {
		l.mu.Lock()
		l.next, l.spare = l.spare, nil
		if l.next == nil {
			l.next = &commit{}
		}
		l.mu.Unlock()
		c.err = l.flush(c)
		c.done = true
		l.recycle(c)
	}
	return c.err
}

// recycle keeps the buffers of a commit for another one. The commit itself belongs to those who wait for it.
func (l *Log) recycle(c *commit) {
	if l.spare == nil && cap(c.frames) <= keptBuffer {
		l.spare = &commit{frames: c.frames[:0], starts: c.starts[:0], puts: c.puts[:0]}
	}
	c.frames, c.starts, c.puts = nil, nil, nil
}

// flush writes c and makes its records known.
func (l *Log) flush(c *commit) error {
	if len(c.frames) == 0 {
		return nil
	}
	err := l.append(c)
	l.mu.Lock()
	defer l.mu.Unlock()
	last := l.segments[len(l.segments)-1]
	for _, p := range c.puts {
		if !p.moved {
			l.size.pending -= recordBytes(int(p.at.size))
		}
		if err != nil {
			continue
		}
		if p.moved {
			if l.index[p.key] != p.before {
				continue // deleted since, and the deletion stands behind
			}
			l.segmentOf(p.before).live--
		} else {
			l.forget(p.key)
			l.size.live += recordBytes(int(p.at.size))
		}
		p.at.segment = last.number
		p.at.offset += last.bytes
		l.index[p.key] = p.at
		last.live++
	}
	if err == nil {
		last.bytes += int64(len(c.frames))
		l.size.total += int64(len(c.frames))
	}
	return err
}

// append writes the frames of c to the last segment.
func (l *Log) append(c *commit) error {
	if l.out.closed {
		return os.ErrClosed
	}
	if l.written() >= l.opts.SegmentBytes || l.out.torn {
		if err := l.begin(); err != nil {
			return asFull(err)
		}
	}
	for _, at := range c.starts {
		copy(c.frames[at:], l.out.salt[:])
	}
	_, err := l.out.file.Write(c.frames)
	if err == nil && l.opts.Durable {
		err = l.out.file.Sync()
	}
	if err != nil {
		l.undo()
		return asFull(fmt.Errorf("write: %w", err))
	}
	return nil
}

// written is the size of the last segment, as far as it is whole.
func (l *Log) written() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.segments[len(l.segments)-1].bytes
}

// undo takes back what a failed write has left. Where that fails too, the torn frame ends the segment.
func (l *Log) undo() {
	size := l.written()
	_, err := l.out.file.Seek(size, 0)
	l.out.torn = l.out.file.Truncate(size) != nil || err != nil
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.out.torn {
		l.size.tail = 0
	}
}

func asFull(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return errors.Join(ErrFull, err)
	}
	return err
}
