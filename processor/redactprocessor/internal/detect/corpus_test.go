// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// corpusRow is a text of a corpus, with what must go from it.
type corpusRow struct {
	Src   string
	TP    bool
	Value string
}

// corpus reads a file of rows, or skips the test where the corpora are not at hand.
func corpus(t *testing.T, name string) []corpusRow {
	t.Helper()
	var rows []corpusRow
	for _, line := range corpusLines(t, name) {
		var row corpusRow
		require.NoError(t, json.Unmarshal(line, &row))
		rows = append(rows, row)
	}
	return rows
}

func corpusLines(t *testing.T, name string) [][]byte {
	t.Helper()
	root := os.Getenv("OTELCOL_LANGSMITH_SHARED")
	if root == "" {
		root = "../../../../../shared"
	}
	text, err := os.ReadFile(filepath.Join(root, "corpora", name))
	if err != nil {
		t.Skipf("corpora are not at hand (set OTELCOL_LANGSMITH_SHARED): %v", err)
	}
	return bytes.Split(bytes.TrimSpace(text), []byte("\n"))
}

// longestToken is the longest run of token characters: what counts as the secret of a row without a label.
func longestToken(s string) string {
	best := ""
	for i := 0; i < len(s); i++ {
		if end := run(s, i, aAny64|aDot); end > i {
			if end-i > len(best) {
				best = s[i:end]
			}
			i = end
		}
	}
	return best
}

// adversarialSecrets are what must be gone from the rows of adversarial.jsonl, which carry no labels.
var adversarialSecrets = []string{
	"M7H4jxUDDW", "HP4kZ6", "A4dxlQYs", "Tr0ub4dor", "482913", "9fQ2mZ7xLp4Rt8Vw", "Q2m%2BZ7", "S3cr3tPw", "8f14e45f",
	"YWxhZGRpbjpvcGVuc2VzYW1l",
	"kJH3k2h4", "Zk3Xw7Lm2Pp0Rr5Tt8Uu1", "AKIAQ3EGRXJ7PLTXW2KD", "fe5f80f77d5fa3", "wJ4lrXUtnFEMI", "dBjftJeZ4",
	"eyJzdWIi", "MIIEpAIB", "R0lUSFVC",
	"6768705f4d37", "aB3_xY9", "T3BlbkFJ", "3f2c9a7e", "0123456789abcdef", "aB3dEfGh1Jk", "AbCdEfGhIjKl",
	"aBcDeFgHiJkL", "hunter2", "correct-horse",
	"Zf3D0LXC", "eyJpc3Mi", "dXNlcjpT", "N9qo8uLO", "legal winner", "JBSWY3DP",
}

func holdsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

func TestScan_adversarialCases(t *testing.T) {
	set := everything()
	positives, found, negatives, changed := 0, 0, 0, 0
	for _, row := range corpus(t, "adversarial.jsonl") {
		got := masked(set, row.Value)
		if row.TP {
			positives++
			if got != row.Value && !holdsAny(got, adversarialSecrets) {
				found++
				continue
			}
			t.Logf("missed: %s: %s", row.Src, got)
			continue
		}
		negatives++
		if got != row.Value {
			changed++
			t.Logf("changed: %s: %s", row.Src, got)
		}
	}
	t.Logf("masked %d of %d, changed %d of %d", found, positives, changed, negatives)
	assert.Equal(t, positives, found)
	assert.Zero(t, changed)
}

func TestScan_mixedCorpora(t *testing.T) {
	set := everything()
	type score struct{ positives, found, negatives, flagged int }
	for _, name := range []string{"secrets-mixed.jsonl", "secrets-gitleaks.jsonl"} {
		bySource := map[string]*score{}
		for _, row := range corpus(t, name) {
			src, _, _ := strings.Cut(row.Src, ":")
			if bySource[src] == nil {
				bySource[src] = &score{}
			}
			s := bySource[src]
			got := masked(set, row.Value)
			switch {
			case row.TP:
				s.positives++
				if got != row.Value && !strings.Contains(got, longestToken(row.Value)) {
					s.found++
				}
			default:
				s.negatives++
				if got != row.Value {
					s.flagged++
				}
			}
		}
		for src, s := range bySource {
			t.Logf("%s: found %d of %d (%.1f %%), flagged %d of %d (%.1f %%)", src, s.found, s.positives,
				100*float64(s.found)/float64(max(1, s.positives)), s.flagged, s.negatives,
				100*float64(s.flagged)/float64(max(1, s.negatives)))
		}
	}
}

// personText is a text with the personal data in it.
type personText struct {
	Text  string `json:"text"`
	Spans []struct {
		Type  string `json:"entity_type"`
		Value string `json:"entity_value"`
	} `json:"spans"`
}

// The kinds of personal data that detectors know, by the names of the corpus.
var personKinds = set("EMAIL_ADDRESS CREDIT_CARD US_SSN IP_ADDRESS IBAN_CODE PHONE_NUMBER")

func TestScan_personalCorpus(t *testing.T) {
	found, all, clean, changed := map[string]int{}, map[string]int{}, 0, 0
	detectors := everything()
	for _, line := range corpusLines(t, "pii-presidio-research.jsonl") {
		var row personText
		require.NoError(t, json.Unmarshal(line, &row))
		got := masked(detectors, row.Text)
		if len(row.Spans) == 0 {
			clean++
			if got != row.Text {
				changed++
			}
		}
		for _, s := range row.Spans {
			if !personKinds[s.Type] {
				continue
			}
			all[s.Type]++
			if !strings.Contains(got, s.Value) {
				found[s.Type]++
			} else if testing.Verbose() {
				t.Logf("missed %s %q", s.Type, s.Value)
			}
		}
	}
	for kind := range personKinds {
		t.Logf("%s: %d of %d", kind, found[kind], all[kind])
	}
	t.Logf("changed %d of %d texts without personal data", changed, clean)
	assert.Zero(t, changed)
}
