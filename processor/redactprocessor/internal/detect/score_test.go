// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// curatedFile lists the rows whose label does not say what it seems to, by their hash: "<hash> <reason>" a line, below
// a title. The rows themselves belong to other projects and stay out of this repository.
const curatedFile = "testdata/curated.txt"

// hash names a row without telling what is in it.
func (r corpusRow) hash() string {
	sum := sha256.Sum256([]byte(r.Src + "\x00" + r.Value))
	return hex.EncodeToString(sum[:6])
}

// curatedRows reads the reason by the hash of each row that the curated figure leaves out.
func curatedRows(t *testing.T) map[string]string {
	t.Helper()
	reasons := map[string]string{}
	for _, line := range samples(t, curatedFile) {
		hash, reason, _ := strings.Cut(line, " ")
		require.Len(t, hash, 12, line)
		require.NotEmpty(t, reason, "every row has a reason")
		require.NotContains(t, reasons, hash, "listed twice")
		reasons[hash] = reason
	}
	return reasons
}

// tally counts the rows of one source.
type tally struct {
	positives, found, negatives, flagged, collateral int
}

func (c *tally) String() string {
	percent := func(n, of int) float64 { return 100 * float64(n) / float64(max(1, of)) }
	return fmt.Sprintf("found %4d of %4d (%5.1f %%)  flagged %3d of %3d (%4.1f %%)  bytes changed outside %d",
		c.found, c.positives, percent(c.found, c.positives), c.flagged, c.negatives, percent(c.flagged, c.negatives),
		c.collateral)
}

// count adds a row and tells whether it came out as its label says.
func (c *tally) count(set *Set, row corpusRow) bool {
	got := masked(set, row.Value)
	if !row.TP {
		c.negatives++
		if got != row.Value {
			c.flagged++
		}
		return got == row.Value
	}
	c.positives++
	token := longestToken(row.Value)
	if strings.Contains(got, token) {
		return false
	}
	c.found++
	c.collateral += outside(set, row.Value, token)
	return true
}

// outside counts the bytes of text that findings cover beside the token.
func outside(set *Set, text, token string) int {
	n, from := 0, strings.Index(text, token)
	to := from + len(token)
	for _, f := range set.NewScanner().Scan(text) {
		n += f.End - f.Start - max(0, min(f.End, to)-max(f.Start, from))
	}
	return n
}

// ambiguous are texts that a corpus lists on both sides.
func ambiguous(rows []corpusRow) map[string]bool {
	sides, both := map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		key := row.Src + row.Value
		if side, seen := sides[key]; seen && side != row.TP {
			both[key] = true
		}
		sides[key] = row.TP
	}
	return both
}

// SCORE_MISSES names a file to which the rows that came out wrong are written, to see what is missing.
func missesFile(t *testing.T) *json.Encoder {
	t.Helper()
	path := os.Getenv("SCORE_MISSES")
	if path == "" {
		path = os.DevNull
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	return json.NewEncoder(file)
}

// The figures of a corpus, as it is and without the rows of curatedFile. `make score-redaction` prints them, and those of
// the rows that are left out: they were picked among the ones that came out wrong, so that the curated figures are kinder
// than those of rows that nobody has looked at.
func TestScore_secrets(t *testing.T) {
	set, reasons, misses := everything(), curatedRows(t), missesFile(t)
	rows := append(corpus(t, "secrets-mixed.jsonl"), corpus(t, "secrets-gitleaks.jsonl")...)
	both, raw, curated := ambiguous(rows), map[string]*tally{}, map[string]*tally{}
	var all, left, total tally // as they are, what the curated figures leave out, and the rest
	for _, row := range rows {
		contradicted := both[row.Src+row.Value]
		if contradicted && row.Src == "gitleaks" {
			continue
		}
		if raw[row.Src] == nil {
			raw[row.Src], curated[row.Src] = &tally{}, &tally{}
		}
		raw[row.Src].count(set, row)
		all.count(set, row)
		if reason := reasons[row.hash()]; contradicted || reason != "" {
			left.count(set, row)
			changed := masked(set, row.Value) != row.Value
			assert.True(t, changed || !strings.HasPrefix(reason, "other-run:"), "%s is not masked at all", row.hash())
			continue
		}
		total.count(set, row)
		if !curated[row.Src].count(set, row) {
			require.NoError(t, misses.Encode(map[string]any{"hash": row.hash(), "row": row, "got": masked(set, row.Value)}))
		}
	}
	for _, src := range slices.Sorted(mapKeys(raw)) {
		t.Logf("%-12s raw      %v", src, raw[src])
		t.Logf("%-12s curated  %v", src, curated[src])
	}
	t.Logf("%-12s raw      %v", "all", &all)
	t.Logf("%-12s curated  %v", "all", &total)
	t.Logf("%-12s left out %v", "all", &left)
	assert.GreaterOrEqual(t, 100*total.found, 90*total.positives, "secrets found, in percent")
	assert.LessOrEqual(t, 100*total.flagged, 5*total.negatives, "false alarms, in percent")
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
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

// personTargets is the share of each kind that must be gone, in percent, by the names of the corpus.
var personTargets = map[string]int{
	"EMAIL_ADDRESS": 100, "CREDIT_CARD": 100, "US_SSN": 100, "IP_ADDRESS": 100, "IBAN_CODE": 100, "PHONE_NUMBER": 90,
	"STREET_ADDRESS": 70,
}

func TestScore_personal(t *testing.T) {
	found, all, clean, changed := map[string]int{}, map[string]int{}, 0, 0
	detectors, misses := everything(), missesFile(t)
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
			if personTargets[s.Type] == 0 {
				continue
			}
			all[s.Type]++
			if !strings.Contains(got, s.Value) {
				found[s.Type]++
			} else {
				require.NoError(t, misses.Encode(map[string]any{s.Type: s.Value, "got": got}))
			}
		}
	}
	for _, kind := range slices.Sorted(mapKeys(personTargets)) {
		t.Logf("%-14s %d of %d", kind, found[kind], all[kind])
		assert.GreaterOrEqual(t, 100*found[kind], personTargets[kind]*all[kind], kind)
	}
	t.Logf("changed %d of %d texts without personal data", changed, clean)
	assert.Zero(t, changed)
}

// Numbers of 9 to 12 digits without a word that explains them are ids, counts and times.
func TestScore_bareNumbers(t *testing.T) {
	set, random := everything(), rand.New(rand.NewPCG(1, 2))
	const rows = 20_000
	changed := 0
	for i := range rows {
		digits := make([]byte, 9+i%4)
		for k := range digits {
			digits[k] = byte('0' + random.IntN(10))
		}
		text := fmt.Sprintf([]string{"%s", "order %s was shipped", `{"ref":%s}`, `{"ref":"%s"}`}[i/4%4], digits)
		if masked(set, text) != text {
			changed++
		}
	}
	t.Logf("changed %d of %d bare numbers", changed, rows)
	assert.LessOrEqual(t, 100*changed, rows)
}
