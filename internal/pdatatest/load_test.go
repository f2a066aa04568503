// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package pdatatest_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
)

func TestLoadTraces_readsNullAsNaN(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.json")
	text := `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"n","value":{"doubleValue": null}}]}]}]}]}`
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	span := pdatatest.LoadTraces(t, path).ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	n, ok := span.Attributes().Get("n")
	require.True(t, ok)
	assert.True(t, math.IsNaN(n.Double()))
}

func TestFixtures_areAllReadable(t *testing.T) {
	for _, f := range pdatatest.Fixtures(t) {
		assert.Positive(t, pdatatest.LoadTraces(t, f.Path).SpanCount(), f.File)
		if logs := filepath.Join(filepath.Dir(filepath.Dir(f.Path)), f.LogsFile); f.LogsFile != "" {
			assert.Positive(t, pdatatest.LoadLogs(t, logs).LogRecordCount(), f.LogsFile)
		}
	}
}

func TestShared_isSkippedWhereAbsent(t *testing.T) {
	t.Setenv("OTELCOL_LANGSMITH_SHARED", filepath.Join(t.TempDir(), "nowhere"))
	skipped := t.Run("skip", func(t *testing.T) { pdatatest.Shared(t) })
	assert.True(t, skipped, "a skipped test passes")
}
