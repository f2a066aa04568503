// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/corpus"
)

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

// tallies are the rows counted by source, and over all.
type tallies map[string]*tally

func (c tallies) count(set *Set, row corpus.Row, said corpus.Label) (ok bool) {
	for _, src := range []string{row.Src, "all"} {
		if c[src] == nil {
			c[src] = &tally{}
		}
		ok = c[src].count(set, row, said)
	}
	return ok
}

// count adds a row and tells whether it came out as the corpus says.
func (c *tally) count(set *Set, row corpus.Row, said corpus.Label) bool {
	got := masked(set, row.Value)
	if !row.TP {
		c.negatives++
		if got != row.Value {
			c.flagged++
		}
		return got == row.Value
	}
	c.positives++
	if !said.Gone(row.Value, got) {
		return false
	}
	c.found++
	c.collateral += outside(set, row.Value, corpus.LongestToken(row.Value))
	return true
}

// outside counts the bytes of text that findings cover beside the token.
func outside(set *Set, text, token string) int {
	n, from := 0, strings.Index(text, token)
	to := from + len(token)
	for _, f := range set.NewScanner(nil).Scan(text) {
		n += f.End - f.Start - max(0, min(f.End, to)-max(f.Start, from))
	}
	return n
}

// ambiguous are texts that a corpus lists on both sides.
func ambiguous(rows []corpus.Row) map[string]bool {
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

// The figures of the corpora: raw, by their own labels and the longest run of token characters of each positive; and
// curated, without the rows whose label both blind readers contradict (see package corpus), by the secrets that they saw.
// What is left out is the same whether it came out well or not, and is counted too. `make score-redaction` prints them.
func TestScore_secrets(t *testing.T) {
	set, said, misses := everything(), corpus.Labels(t), missesFile(t)
	rows := corpus.Rows(t, root, corpus.Secrets[:]...)
	both, raw, curated, left := ambiguous(rows), tallies{}, tallies{}, tallies{}
	for _, row := range rows {
		if row.Src == "gitleaks" && both[row.Src+row.Value] {
			continue
		}
		raw.count(set, row, corpus.Label{})
		l := said[corpus.Hash(row.Value)]
		if l.Contradicts(row) {
			left.count(set, row, corpus.Label{})
			continue
		}
		if !curated.count(set, row, l) {
			require.NoError(t, misses.Encode(map[string]any{"readers": l.Readers, "row": row, "got": masked(set, row.Value)}))
		}
	}
	for _, part := range []struct {
		name string
		of   tallies
	}{{"raw", raw}, {"curated", curated}, {"left out", left}} {
		for _, src := range slices.Sorted(maps.Keys(part.of)) {
			t.Logf("%-8s %-12s %v", part.name, src, part.of[src])
		}
	}
	total := curated["all"]
	assert.GreaterOrEqual(t, 100*total.found, 90*total.positives, "secrets found, in percent")
	assert.LessOrEqual(t, 100*total.flagged, 5*total.negatives, "false alarms, in percent")
}

// By the blind readers alone, whatever the corpora say: what both call a secret must be gone, and where both see nothing
// nothing may change. Texts that stand in several corpora count once.
func TestScore_readers(t *testing.T) {
	set, said := everything(), corpus.Labels(t)
	rows := corpus.Rows(t, root, corpus.Secrets[:]...)
	var all tally
	agreed, read := 0, 0
	for _, row := range rows {
		l, ok := said[corpus.Hash(row.Value)]
		if !ok {
			continue
		}
		delete(said, corpus.Hash(row.Value))
		read++
		if l.Readers[0] == l.Readers[1] {
			agreed++
		}
		if l.Readers == "SS" || l.Readers == "NN" {
			all.count(set, corpus.Row{TP: l.Readers == "SS", Value: row.Value}, l)
		}
	}
	t.Logf("%d texts, of which both readers say the same of %d; %v", read, agreed, &all)
	assert.Empty(t, said, "labels of texts that are in no corpus")
	assert.GreaterOrEqual(t, 100*all.found, 90*all.positives, "secrets found, in percent")
	assert.LessOrEqual(t, 100*all.flagged, 5*all.negatives, "false alarms, in percent")
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
	for _, line := range corpus.Lines(t, root, "pii-presidio-research.jsonl") {
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
	for _, kind := range slices.Sorted(maps.Keys(personTargets)) {
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
