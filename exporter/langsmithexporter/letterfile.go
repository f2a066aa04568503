// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"
)

// letterMode lets nobody else read what LangSmith has refused: it is what people have written.
const letterMode fs.FileMode = 0o600

// letterFiles are the open dead-letter files of this process. The exporter is made once for traces and once for logs, and
// several exporters may name the same file: all of them write by one owner, so that lines stay whole and the size is that
// of the file.
var letterFiles letterRegistry

type letterRegistry struct {
	mu    sync.Mutex
	files []*letterFile
}

// letterFile is a file with those who write to it.
type letterFile struct {
	info  os.FileInfo // which file it is, whatever the path is called
	users int         // the registry's

	mu   sync.Mutex
	file *os.File
	size int64
}

func (r *letterRegistry) open(path string) (*letterFile, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	file, info, err := openLetters(path)
	if err != nil {
		return nil, err
	}
	for _, known := range r.files {
		if os.SameFile(known.info, info) {
			known.users++
			return known, file.Close()
		}
	}
	opened := &letterFile{info: info, users: 1, file: file, size: info.Size()}
	r.files = append(r.files, opened)
	return opened, nil
}

func openLetters(path string) (*os.File, os.FileInfo, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, letterMode)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("is not a regular file")
	}
	if err == nil && info.Mode().Perm() != letterMode {
		err = file.Chmod(letterMode)
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, info, nil
}

// close closes the file when its last user does.
func (r *letterRegistry) close(f *letterFile) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f.users--; f.users > 0 {
		return nil
	}
	r.files = slices.DeleteFunc(r.files, func(other *letterFile) bool { return other == f })
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.file.Close()
}

// write appends a line, unless the file would become larger than most bytes, and says what became of it. A line that the
// file has no room for is left out; a smaller one may still find some.
func (f *letterFile) write(line []byte, most int64) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.size+int64(len(line)) > most {
		return letterFull
	}
	if _, err := f.file.Write(line); err != nil {
		_ = f.file.Truncate(f.size) // half a line would spoil the next one
		return letterFailed
	}
	f.size += int64(len(line))
	return letterWritten
}
