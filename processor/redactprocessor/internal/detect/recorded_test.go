// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recordedTexts calls f with every string, and every key, of the recordings whose file name passes the filter.
func recordedTexts(t testing.TB, filter func(name string) bool, f func(file, text string)) {
	t.Helper()
	files, err := filepath.Glob("../../../../testdata/traces/*/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		if !filter(filepath.Base(file)) {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var value any
		require.NoError(t, json.Unmarshal(text, &value), file)
		eachText(value, func(s string) { f(file, s) })
	}
}

func eachText(value any, f func(string)) {
	switch v := value.(type) {
	case string:
		f(v)
	case []any:
		for _, item := range v {
			eachText(item, f)
		}
	case map[string]any:
		for key, item := range v {
			f(key)
			eachText(item, f)
		}
	}
}

// What agents really send has nothing to find in it, unless it was planted.
func TestScan_recordingsStayAsTheyAre(t *testing.T) {
	set := New(Options{})
	clean := func(name string) bool { return !strings.Contains(name, "pii") && !strings.HasPrefix(name, "redacted") }
	recordedTexts(t, clean, func(file, text string) {
		for _, found := range set.NewScanner(nil).Scan(text) {
			assert.Fail(t, "found something", "%s: %s in %s", file, set.Detectors()[found.ID].ID,
				text[max(0, found.Start-60):min(len(text), found.End+60)])
		}
	})
}
