// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package golden compares what a test has made with a file that somebody has read and committed.
//
// With -update, the file is written anew; the difference is then there to be read in the commit.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write golden files anew")

// Equal compares got with the file at path.
func Equal(t testing.TB, path string, got []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, got, 0o600))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write the file")
	assert.Equal(t, string(want), string(got), "%s: run the test with -update, then read the difference", path)
}
