// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"fmt"
	"os"
	"sync"
)

// maxOpened is how many files of segments stay open to be read: 512 MiB of the log, if segments have their usual size.
const maxOpened = 32

// opened are the files that were opened last: to open one takes longer than to read a record of it.
type opened struct {
	mu    sync.Mutex
	files [maxOpened]reader
	next  int
}

// reader is an open file of a segment.
type reader struct {
	number uint32
	file   *os.File
}

// file returns the file of a segment. It may be closed meanwhile, when others are opened or the segment is given up.
func (o *opened) file(number uint32, path func(uint32) string) (*os.File, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.files {
		if r := &o.files[i]; r.file != nil && r.number == number {
			return r.file, nil
		}
	}
	file, err := os.Open(path(number))
	if err != nil {
		return nil, fmt.Errorf("open a segment: %w", err)
	}
	o.files[o.next].close()
	o.files[o.next] = reader{number: number, file: file}
	o.next = (o.next + 1) % maxOpened
	return file, nil
}

// close closes the file of a segment, before it gets another name.
func (o *opened) close(number uint32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.files {
		if o.files[i].number == number {
			o.files[i].close()
		}
	}
}

func (o *opened) closeAll() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.files {
		o.files[i].close()
	}
}

func (r *reader) close() {
	if r.file != nil {
		_ = r.file.Close()
	}
	*r = reader{}
}
