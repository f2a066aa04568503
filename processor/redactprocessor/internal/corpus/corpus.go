// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package corpus reads, for tests, the texts by which detection is measured, and what two blind readers said of them.
// The texts belong to other projects and stay out of this repository; what was said of them is in it.
package corpus

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Secrets are the files with secrets in them.
var Secrets = [...]string{"secrets-mixed.jsonl", "secrets-gitleaks.jsonl"}

// Row is a text of a corpus. TP says that something in it must go.
type Row struct {
	Src, Rule string
	TP        bool
	Value     string
}

// Rows reads files of rows, or skips the test where the corpora are not at hand. root is the way from the test's folder to
// the top of the repository.
func Rows(t testing.TB, root string, files ...string) []Row {
	t.Helper()
	var rows []Row
	for _, file := range files {
		for _, line := range Lines(t, root, file) {
			var row Row
			require.NoError(t, json.Unmarshal(line, &row))
			rows = append(rows, row)
		}
	}
	return rows
}

// Lines reads the lines of a file.
func Lines(t testing.TB, root, file string) [][]byte {
	t.Helper()
	shared := os.Getenv("OTELCOL_LANGSMITH_SHARED")
	if shared == "" {
		shared = filepath.Join(root, "..", "shared")
	}
	text, err := os.ReadFile(filepath.Join(shared, "corpora", file))
	if err != nil {
		t.Skipf("corpora are not at hand (set OTELCOL_LANGSMITH_SHARED): %v", err)
	}
	return bytes.Split(bytes.TrimSpace(text), []byte("\n"))
}

var tokens = regexp.MustCompile(`[A-Za-z0-9_./+-]+`)

// LongestToken is the longest run of token characters: what counts as the secret of a row without a label.
func LongestToken(text string) string {
	best := ""
	for _, token := range tokens.FindAllString(text, -1) {
		if len(token) > len(best) {
			best = token
		}
	}
	return best
}

// masks are what stands in place of what was found. They name a detector, and with it what a weak password may be.
var masks = regexp.MustCompile(`\[REDACTED:[a-z0-9_]+\]`)

// Unmasked is text without the masks in it.
func Unmasked(text string) string {
	if !strings.Contains(text, "[REDACTED:") {
		return text
	}
	return masks.ReplaceAllString(text, " ")
}
