// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package pdatatest loads recorded traces for tests.
//
// The recordings are OTLP/JSON as JavaScript SDKs send it. A number that is NaN stands in it as null, which the
// Collector's decoder rejects; it is read as the NaN that protobuf would have carried. Compressed files are not
// supported.
package pdatatest

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// nullDouble is how JSON.stringify writes NaN.
var nullDouble = regexp.MustCompile(`"doubleValue"\s*:\s*null`)

// LoadTraces reads the traces of an OTLP/JSON file and fails the test if it cannot.
func LoadTraces(t testing.TB, path string) ptrace.Traces {
	t.Helper()
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(read(t, path))
	require.NoError(t, err, path)
	return td
}

// LoadLogs reads the log records of an OTLP/JSON file and fails the test if it cannot.
func LoadLogs(t testing.TB, path string) plog.Logs {
	t.Helper()
	ld, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(read(t, path))
	require.NoError(t, err, path)
	return ld
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return nullDouble.ReplaceAll(text, []byte(`"doubleValue":"NaN"`))
}

// Shared returns the folder that holds data which may not be part of this repository (OTELCOL_LANGSMITH_SHARED, or
// "shared" beside the repository), and skips the test where there is none.
func Shared(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("OTELCOL_LANGSMITH_SHARED")
	if dir == "" {
		dir = filepath.Join(Repository(t), "..", "shared")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no shared test data at %s: set OTELCOL_LANGSMITH_SHARED to run this test", dir)
	}
	return dir
}

// Repository returns the root folder of the repository: the one that holds go.mod above the working directory.
func Repository(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for !isModule(dir) {
		up := filepath.Dir(dir)
		require.NotEqual(t, up, dir, "no go.mod above the working directory")
		dir = up
	}
	return dir
}

// isModule looks for this module's go.mod, since components may be modules of their own one day.
func isModule(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && bytes.Contains(text, []byte("module github.com/otelcol-langsmith/otelcol-langsmith\n"))
}
