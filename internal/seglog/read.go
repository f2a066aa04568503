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
	at, ok := l.find(key)
	for ok {
		value, err := l.readAt(at)
		now, still := l.find(key)
		if still && now == at {
			return value, err
		}
		at, ok = now, still // it was moved meanwhile, and its file may have been written anew
	}
	return nil, nil
}

func (l *Log) find(key Key) (place, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, ok := l.index[key]
	return at, ok
}

func (l *Log) readAt(at place) ([]byte, error) {
	value := make([]byte, at.size)
	var err error
	for range maxOpened {
		var file *os.File
		if file, err = l.opened.file(at.segment, l.path); err != nil {
			return nil, err
		}
		if _, err = file.ReadAt(value, at.offset); !errors.Is(err, os.ErrClosed) {
			break // else others needed its place
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read a record: %w", err)
	}
	return value, nil
}
