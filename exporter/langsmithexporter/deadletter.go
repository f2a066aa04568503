// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/api"
	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
)

// What became of a run that was to be kept in the dead-letter file.
const (
	letterWritten = "written"
	letterFull    = "full"
	letterFailed  = "failed"
)

// deadLetters keeps runs that were given up, one JSON line each, up to a size. A nil one keeps nothing.
type deadLetters struct {
	path string
	max  int64
	file atomic.Pointer[letterFile]
}

// letter is a line of the file. Body is what can be posted to Path as application/json; it is missing where nobody can
// tell what the run is.
type letter struct {
	Time     string          `json:"time"`
	Reason   string          `json:"reason"`
	Status   int             `json:"status,omitempty"`
	Error    string          `json:"error"`
	Exporter string          `json:"exporter"`
	Project  string          `json:"project"`
	Path     string          `json:"path,omitempty"`
	Body     json.RawMessage `json:"body,omitempty"`
	Raw      []byte          `json:"raw,omitempty"`
}

func newDeadLetters(config *DeadLetterConfig) *deadLetters {
	if config == nil {
		return nil
	}
	return &deadLetters{path: config.Path, max: int64(config.MaxBytes)}
}

// open creates the file, or goes on with the one that is there.
func (l *deadLetters) open() error {
	if l == nil {
		return nil
	}
	file, err := letterFiles.open(l.path)
	if err != nil {
		return fmt.Errorf("dead_letter::path: %w", err)
	}
	l.file.Store(file)
	return nil
}

func (l *deadLetters) close() error {
	if l == nil {
		return nil
	}
	if file := l.file.Swap(nil); file != nil {
		return letterFiles.close(file)
	}
	return nil
}

// add writes a line and says what became of it.
func (l *deadLetters) add(in letter, g group, data []byte) string {
	var err error
	if in.Path, in.Body, err = encode.Readable(g.protocol, data); err != nil {
		in.Path, in.Body, in.Raw = "", nil, data
	}
	line, err := json.Marshal(in)
	if err != nil {
		return letterFailed
	}
	file := l.file.Load()
	if file == nil {
		return letterFailed
	}
	return file.write(append(line, '\n'), l.max)
}

// newLetter describes a refusal. What is said of it comes from us, and never from what a server has answered.
func newLetter(exporter, project, reason string, now time.Time, err error) letter {
	l := letter{Time: now.UTC().Format(time.RFC3339), Reason: reason, Exporter: exporter, Project: project}
	if err != nil {
		l.Error = err.Error()
	}
	if e, ok := errors.AsType[*api.Error](err); ok {
		l.Status = e.Status
	}
	return l
}
