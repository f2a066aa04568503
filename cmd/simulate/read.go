// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// readTraces reads every file, and every recording below every folder.
func readTraces(paths []string) (ptrace.Traces, error) {
	all := ptrace.NewTraces()
	for _, path := range paths {
		err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || file != path && !isRecording(file) {
				return err
			}
			return readFile(file, all)
		})
		if err != nil {
			return all, fmt.Errorf("read %s: %w", path, err)
		}
	}
	if all.SpanCount() == 0 {
		return all, errors.New("no spans: name files with traces in OTLP's JSON, or folders of them")
	}
	return all, nil
}

// isRecording leaves out what stands beside traces in a folder.
func isRecording(file string) bool {
	name := filepath.Base(file)
	return (strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".jsonl")) &&
		!strings.HasSuffix(name, ".logs.json") && name != "manifest.json"
}

func readFile(file string, into ptrace.Traces) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	decoder := json.NewDecoder(f)
	var u ptrace.JSONUnmarshaler
	for {
		var message json.RawMessage
		if err := decoder.Decode(&message); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		td, err := u.UnmarshalTraces(withoutNull(message))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		td.ResourceSpans().MoveAndAppendTo(into.ResourceSpans())
	}
}

// withoutNull writes numbers that are none the way the decoder wants them: JavaScript writes null.
func withoutNull(message []byte) []byte {
	message = bytes.ReplaceAll(message, []byte(`"doubleValue":null`), []byte(`"doubleValue":"NaN"`))
	return bytes.ReplaceAll(message, []byte(`"doubleValue": null`), []byte(`"doubleValue":"NaN"`))
}

// repeatInto appends the n-th repetition. Its traces have ids of their own; conversations go on, as they would.
func repeatInto(all, recorded ptrace.Traces, n int, every time.Duration) {
	td := ptrace.NewTraces()
	recorded.CopyTo(td)
	shift := pcommon.Timestamp(time.Duration(n) * every)
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				if n > 0 {
					span.SetTraceID(another(span.TraceID(), n))
				}
				span.SetStartTimestamp(span.StartTimestamp() + shift)
				span.SetEndTimestamp(span.EndTimestamp() + shift)
			}
		}
	}
	td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
}

func another(id pcommon.TraceID, n int) pcommon.TraceID {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(id[:], uint64(n)))
	return pcommon.TraceID(sum[:16])
}
