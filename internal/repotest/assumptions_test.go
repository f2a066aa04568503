// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repotest

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	assumptionRow  = regexp.MustCompile(`(?m)^\| (\d+) \|`)
	assumptionUsed = regexp.MustCompile(`\bassumptions? (\d+)(?:,? and (\d+))?`)
)

// What is assumed about LangSmith stands in one list, and each line of it has its place in the code.
func TestAssumptions_areThoseOfTheCode(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs", "assumptions.md"))
	require.NoError(t, err)
	listed := map[string]bool{}
	for i, row := range assumptionRow.FindAllSubmatch(page, -1) {
		assert.Equal(t, strconv.Itoa(i+1), string(row[1]), "docs/assumptions.md: numbers follow each other")
		listed[string(row[1])] = true
	}
	used := map[string]bool{}
	for _, f := range goFiles(t) {
		for _, line := range f.lines {
			for _, match := range assumptionUsed.FindAllStringSubmatch(line, -1) {
				for _, number := range match[1:] {
					if number == "" {
						continue
					}
					used[number] = true
					assert.True(t, listed[number], "%s: there is no assumption %s in docs/assumptions.md", f.path, number)
				}
			}
		}
	}
	for number := range listed {
		assert.True(t, used[number], "docs/assumptions.md: no code refers to assumption %s", number)
	}
}
