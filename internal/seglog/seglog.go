// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package seglog keeps records in a directory: a log of segments to which is only ever appended.
//
// A record has a number as its key. Records of one Write, and the keys that it deletes, stand in one frame with a
// checksum: after a crash all of them are there or none is. What is written at the same time goes to the system in one
// call. Segments are given up whole and in their order, so that no deletion is forgotten before what it deletes; live
// records of the oldest one are written again at the end when there is too much garbage behind them. So the
// log takes at most about twice the bytes of what is live, or MaxBytes, and a record is moved once for each time that the
// log has passed over it. The files of segments that were just given up are written anew for the next ones: to write over
// what the system still has in memory takes a quarter of the time that new pages do.
//
// What was written survives the process as soon as Write returns, and a loss of power once it is synced.
package seglog

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
)

var (
	// ErrFull is returned when there is no room for records: deletions always find some.
	ErrFull = errors.New("the log is full")
	// ErrLocked is returned when another Log has the directory open.
	ErrLocked = errors.New("the directory is in use by another instance")
	// ErrTooLarge is returned for a Write that no segment can hold.
	ErrTooLarge = errors.New("too large for one entry of the log")
)

// Key names a record.
type Key = uint64

// Put is a record to be written. Its value is Head followed by Body, which saves the caller a copy.
type Put struct {
	Key        Key
	Head, Body []byte
}

// Options are what a log depends on. The zero value is a log without bounds.
type Options struct {
	// MaxBytes bounds the files; 0 for no bound.
	MaxBytes int64
	// SegmentBytes is the size from which a new segment is begun; 0 for defaultSegment.
	SegmentBytes int64
	// Durable makes every Write return only when a loss of power would not undo it.
	Durable bool
	// Synced tells that Sync is called now and then: nothing is given up before what replaces it is synced.
	Synced bool
}

const (
	defaultSegment = 16 << 20
	// segmentsOfMax is how many segments there are room for at least: one is rewritten while the others stay.
	segmentsOfMax = 16
	// maxFrame is what one Write may hold. Segments hold little more than one frame beyond their size.
	maxFrame = 1 << 30
	// keptBuffer is the size up to which a buffer is used again.
	keptBuffer = 1 << 20
)

// Log is an open log. Its methods may be called at the same time.
type Log struct {
	dir   string
	opts  Options
	lock  *os.File
	found Report

	mu       sync.Mutex // guards what follows
	index    map[Key]place
	segments []*segment // oldest first; the last one is written to
	spares   spares
	size     sizes
	next     *commit

	io    sync.Mutex // held by who writes; taken before mu
	out   output
	spare *commit

	tidying sync.Mutex // taken before io

	opened opened // to be read
}

// sizes are in bytes.
type sizes struct {
	total   int64 // of all segments
	live    int64 // of records that are not deleted
	pending int64 // of records that are on their way into the log
	spare   int64 // of the spares
	tail    int64 // the size of the last segment's file before it was written anew
}

// output is the last segment.
type output struct {
	file   *os.File
	salt   [saltSize]byte
	torn   bool // the last write failed and could not be undone: begin a new segment
	closed bool
}

// place is where the value of a record stands.
type place struct {
	offset  int64
	segment uint32
	size    uint32
}

// segment is a file of the log.
type segment struct {
	number uint32
	bytes  int64
	live   int // records
}

// Open opens the log in dir, which is made if it does not exist. What cannot be read in there is reported and stops
// nothing.
func Open(dir string, opts Options) (*Log, error) {
	if opts.SegmentBytes <= 0 {
		opts.SegmentBytes = defaultSegment
	}
	if opts.MaxBytes > 0 {
		opts.SegmentBytes = min(opts.SegmentBytes, max(opts.MaxBytes/segmentsOfMax, 1))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory: %w", err)
	}
	lock, err := lockFile(filepath.Join(dir, lockName))
	if err != nil {
		return nil, err
	}
	l := &Log{dir: dir, opts: opts, lock: lock, index: map[Key]place{}, next: &commit{}, spare: &commit{}}
	if err = l.recover(); err == nil {
		err = l.begin()
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return l, nil
}

// Bytes returns the size of all files.
func (l *Log) Bytes() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := l.segments[len(l.segments)-1]
	return l.size.total + l.size.spare + max(0, l.size.tail-last.bytes)
}

// bytesWith is what the files take once n bytes more are written: none more where they go over what is there.
func (l *Log) bytesWith(n int64) int64 {
	all := l.Bytes()
	l.mu.Lock()
	defer l.mu.Unlock()
	last, over := l.segments[len(l.segments)-1], int64(0)
	switch spares := len(l.spares.list); {
	case last.bytes < l.opts.SegmentBytes:
		over = max(0, l.size.tail-last.bytes)
	case spares > 0:
		over = l.spares.list[spares-1].bytes
	}
	return all + max(0, n-over)
}

// Room reports whether records of about n bytes would find room.
func (l *Log) Room(n int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.room(n)
}

func (l *Log) room(n int64) bool { return l.size.live+l.size.pending+n <= l.Capacity() }

// Capacity is how many bytes of records there is room for. A quarter of MaxBytes is left to garbage and to what is
// moved: with less, records would be moved for little.
func (l *Log) Capacity() int64 {
	if l.opts.MaxBytes == 0 {
		return math.MaxInt64
	}
	return l.opts.MaxBytes/4*3 - l.opts.SegmentBytes
}

// Sync makes everything that was written survive a loss of power.
func (l *Log) Sync() error {
	l.io.Lock()
	defer l.io.Unlock()
	if l.out.closed {
		return nil
	}
	if err := l.out.file.Sync(); err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	return nil
}

// Close closes the log. What was written is synced, if it is from time to time.
func (l *Log) Close() error {
	var err error
	if l.opts.Synced {
		err = l.Sync()
	}
	l.io.Lock()
	defer l.io.Unlock()
	if l.out.closed {
		return nil
	}
	l.out.closed = true
	l.trim()
	l.dropSpares(always)
	l.opened.closeAll()
	return errors.Join(err, l.out.file.Close(), l.lock.Close())
}
