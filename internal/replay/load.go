// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package replay sends recorded traces as if the recorded programs ran again: with ids of their own and at today's
// time.
//
// A Recording is what one run of one program exported. Load reads them from a folder that holds a manifest; Fresh
// gives a copy with distinct ids, since several recordings share theirs; a Sender posts it over OTLP/HTTP.
package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Recording is what one run of a program exported.
type Recording struct {
	File     string // below the traces folder: <library>/<scenario>.json
	Library  string // the folder's name
	Scenario string
	Failed   []string // the recorded ids, in hex, of spans that are failures of the run

	Traces ptrace.Traces
	Logs   plog.Logs // empty when the library wrote none
}

type manifest struct {
	Fixtures []struct {
		File     string `json:"file"`
		Dialect  string `json:"dialect"`
		Scenario string `json:"scenario"`
		LogsFile string `json:"logs_file"`
		Expected []struct {
			SpanID string `json:"span_id"`
			Role   string `json:"role"`
			Error  *bool  `json:"error"`
		} `json:"expected"`
	} `json:"fixtures"`
}

// Load reads every recording that dir/manifest.json lists, in its order. A file that cannot be read fails the whole.
func Load(dir string) ([]Recording, error) {
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return nil, fmt.Errorf("read the manifest of the recordings: %w", err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("parse %s: %w", filepath.Join(dir, "manifest.json"), err)
	}
	recordings := make([]Recording, 0, len(m.Fixtures))
	for _, f := range m.Fixtures {
		r := Recording{File: f.File, Library: f.Dialect, Scenario: f.Scenario}
		for _, span := range f.Expected {
			if span.Error != nil && *span.Error && span.Role != "infra" {
				r.Failed = append(r.Failed, span.SpanID)
			}
		}
		if r.Traces, err = readTraces(filepath.Join(dir, "traces", f.File)); err != nil {
			return nil, err
		}
		if r.Logs, err = readLogs(dir, f.LogsFile); err != nil {
			return nil, err
		}
		recordings = append(recordings, r)
	}
	if len(recordings) == 0 {
		return nil, errors.New("the manifest lists no recording")
	}
	return recordings, nil
}

func readTraces(path string) (ptrace.Traces, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return ptrace.Traces{}, fmt.Errorf("read a recording: %w", err)
	}
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(repairNaN(text))
	if err != nil {
		return ptrace.Traces{}, fmt.Errorf("parse %s: %w", path, err)
	}
	return td, nil
}

func readLogs(dir, file string) (plog.Logs, error) {
	if file == "" {
		return plog.NewLogs(), nil
	}
	text, err := os.ReadFile(filepath.Join(dir, "traces", file))
	if err != nil {
		return plog.Logs{}, fmt.Errorf("read a recording's log records: %w", err)
	}
	ld, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(repairNaN(text))
	if err != nil {
		return plog.Logs{}, fmt.Errorf("parse %s: %w", file, err)
	}
	return ld, nil
}

// repairNaN gives back the NaN that JavaScript exporters write as null, which the Collector's decoder refuses.
// Protobuf, in which recordings are sent, can carry it.
func repairNaN(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte(`"doubleValue": null`), []byte(`"doubleValue": "NaN"`))
	return bytes.ReplaceAll(text, []byte(`"doubleValue":null`), []byte(`"doubleValue":"NaN"`))
}
