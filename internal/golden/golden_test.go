// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package golden_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/golden"
)

// recorder notes failures in the place of the test.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Errorf(string, ...any) { r.failed = true }

func (r *recorder) Helper() {}

func TestEqual(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	require.NoError(t, os.WriteFile(path, []byte("one"), 0o600))
	r := &recorder{TB: t}
	golden.Equal(r, path, []byte("one"))
	assert.False(t, r.failed)
	golden.Equal(r, path, []byte("two"))
	assert.True(t, r.failed)
}
