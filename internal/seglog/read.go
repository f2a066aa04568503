// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"errors"
	"fmt"
	"os"
)

// Read returns a copy of the value of a record, or nil when there is none.
func (l *Log) Read(key Key) ([]byte, error) {
	var last place
	for {
		at, ok := l.find(key)
		if !ok {
			return nil, nil
		}
		value, err := l.readAt(at)
		if err == nil || at == last || !errors.Is(err, os.ErrNotExist) {
			return value, err
		}
		last = at // it may have been moved, and its segment given up, since it was found
	}
}

func (l *Log) find(key Key) (place, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, ok := l.index[key]
	return at, ok
}

func (l *Log) readAt(at place) ([]byte, error) {
	file, err := os.Open(l.path(at.segment))
	if err != nil {
		return nil, fmt.Errorf("open a segment: %w", err)
	}
	defer func() { _ = file.Close() }()
	value := make([]byte, at.size)
	if _, err := file.ReadAt(value, at.offset); err != nil {
		return nil, fmt.Errorf("read a record: %w", err)
	}
	return value, nil
}
