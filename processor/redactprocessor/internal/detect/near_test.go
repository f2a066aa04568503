// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maskedSpans is maskedOnce, with where the masks stand.
func maskedSpans(s *Set, text string) (string, []Span) {
	var spans []Span
	grown := 0
	for _, f := range s.NewScanner(nil).Scan(text) {
		quotes := 0
		if f.Level != Unquoted {
			quotes = 2 << f.Level
		}
		size := len(MaskPrefix+s.Detectors()[f.ID].ID+"]") + quotes
		spans = append(spans, Span{f.Start + grown, f.Start + grown + size})
		grown += size - (f.End - f.Start)
	}
	return maskedOnce(s, text), spans
}

// What is found around replacements is what is found in the whole text, wherever in a long one they stand.
func TestScanNear_findsWhatScanFinds(t *testing.T) {
	set := everything()
	filler := strings.Repeat("The quick brown fox jumps over the lazy dog, and nobody minds at all. ", 2*reach/70)
	files, err := filepath.Glob("testdata/*/match.txt")
	require.NoError(t, err)
	for _, file := range files {
		for _, line := range samples(t, file) {
			text, spans := maskedSpans(set, line+"\n"+filler+"\n"+line+"\n"+filler)
			assert.Equal(t, slices.Clone(set.NewScanner(nil).Scan(text)), slices.Clone(set.NewScanner(nil).ScanNear(text, spans)), line)
		}
	}
}

// The decoded view is read around replacements, too, wherever they stand in it.
func TestScanNear_readsTheViewAroundReplacements(t *testing.T) {
	set := everything()
	filler := strings.Repeat("The qui%63k brown fox jumps over the lazy dog. ", 2*reach/45)
	files, err := filepath.Glob("testdata/*/match.txt")
	require.NoError(t, err)
	for _, file := range files {
		for _, line := range samples(t, file) {
			line = strings.ReplaceAll(line, "a", "%61")
			text, spans := maskedSpans(set, filler+line+"\n"+filler+line+"\n"+filler)
			assert.Equal(t, slices.Clone(set.NewScanner(nil).Scan(text)), slices.Clone(set.NewScanner(nil).ScanNear(text, spans)), line)
		}
	}
}
