// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"os"
	"path/filepath"
	"strings"
)

const (
	// maxSpares is how many files are kept for the segments that come before the next Tidy: 256 MiB, if these have their usual
	// size.
	maxSpares   = 16
	spareSuffix = ".old"
)

// spares are files to be written anew, whose segments are given up.
type spares struct {
	list []spare
	aged uint32 // the number of the last segment at the last Tidy
}

// spare is a file that was a segment's, and has another name since.
type spare struct {
	path  string
	bytes int64
}

func spareName(name string) bool {
	stem, ok := strings.CutSuffix(name, spareSuffix)
	if !ok {
		return false
	}
	_, ok = segmentNumber(stem + suffix)
	return ok
}

// keep makes the file of a segment that is given up a spare one. It reports whether it has: then the segment is gone. No file
// is more than before, and where MaxBytes is near, spares are the first to go.
func (l *Log) keep(s segment) bool {
	l.mu.Lock()
	enough := len(l.spares.list) >= maxSpares
	l.mu.Unlock()
	path := strings.TrimSuffix(l.path(s.number), suffix) + spareSuffix
	if enough || os.Rename(l.path(s.number), path) != nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spares.list = append(l.spares.list, spare{path: path, bytes: s.bytes})
	l.size.spare += s.bytes
	return true
}

func (l *Log) takeSpare() (s spare, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.spares.list) == 0 {
		return spare{}, false
	}
	s = l.spares.list[len(l.spares.list)-1] // what was used last is in memory
	l.spares.list = l.spares.list[:len(l.spares.list)-1]
	l.size.spare -= s.bytes
	return s, true
}

// reuse makes s the file of a segment. It has the new header before it has the name: the frames that are in it are no longer
// any. What cannot be reused is removed.
func (l *Log) reuse(s spare, number uint32, salt [saltSize]byte) (*os.File, error) {
	file, err := os.OpenFile(s.path, os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err = l.writeHeader(file, versionReused, number, salt); err == nil {
		err = os.Rename(s.path, l.path(number))
	}
	if err == nil && (l.opts.Durable || l.opts.Synced) {
		err = syncDir(filepath.Dir(s.path))
	}
	if err != nil {
		_ = file.Close()
		_ = os.Remove(s.path)
		return nil, err
	}
	return file, nil
}

// trim cuts off what the file of the last segment held before it was written anew. Were it not cut off, it would be in
// nobody's way.
func (l *Log) trim() {
	l.mu.Lock()
	written, tail := l.segments[len(l.segments)-1].bytes, l.size.tail
	l.size.tail = 0
	l.mu.Unlock()
	if tail > written {
		_ = l.out.file.Truncate(written)
	}
}

// ageSpares removes one of the spares if no segment was begun since the last time: who writes little needs none.
func (l *Log) ageSpares() {
	l.mu.Lock()
	last := l.segments[len(l.segments)-1].number
	idle := last == l.spares.aged
	l.spares.aged = last
	l.mu.Unlock()
	if !idle {
		return
	}
	if s, ok := l.takeSpare(); ok {
		_ = os.Remove(s.path)
	}
}

// dropSpares gives the bytes of spare files back, as long as there is need.
func (l *Log) dropSpares(need func() bool) {
	for need() {
		s, ok := l.takeSpare()
		if !ok {
			return
		}
		_ = os.Remove(s.path)
	}
}

func always() bool { return true }
