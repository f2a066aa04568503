// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// labelsText holds what two readers said of each text of the corpora: "<hash> <first><second> [<offset>+<length> …]" a
// line. Both knew the text alone: not its source, not its label, not what any tool makes of it. A reader says S (a secret
// that must go), P (personal data that is masked by default), N (nothing), or U (cannot be told); offsets are of the
// secrets, in bytes.
//
//go:embed labels.txt
var labelsText string

// Label is what the two readers said of a text.
type Label struct {
	Readers string
	secrets [][2]int // start and end of each
}

// Hash names a text without telling what is in it.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// Labels reads what was said of each text, by its hash.
func Labels(t testing.TB) map[string]Label {
	t.Helper()
	all := map[string]Label{}
	for line := range strings.Lines(labelsText) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "## ") {
			continue
		}
		words := strings.Fields(line)
		require.Len(t, words[0], 12, line)
		require.NotContains(t, all, words[0], "listed twice")
		require.Len(t, words[1], 2, line)
		said := Label{Readers: words[1]}
		for _, word := range words[2:] {
			from, length, _ := strings.Cut(word, "+")
			start, err := strconv.Atoi(from)
			require.NoError(t, err, line)
			n, err := strconv.Atoi(length)
			require.NoError(t, err, line)
			said.secrets = append(said.secrets, [2]int{start, start + n})
		}
		all[words[0]] = said
	}
	return all
}

// Contradicts tells whether both readers disagree with what a corpus says of the text: no secret in a positive, or
// something that must go in a negative. Where they differ among themselves the corpus has the say.
func (l Label) Contradicts(row Row) bool {
	if row.TP {
		return l.Readers != "" && !strings.Contains(l.Readers, "S")
	}
	return l.Readers != "" && !strings.ContainsAny(l.Readers, "NU")
}

// Secrets returns what the readers saw in the text.
func (l Label) Secrets(text string) []string {
	var secrets []string
	for _, s := range l.secrets {
		secrets = append(secrets, text[s[0]:s[1]])
	}
	return secrets
}

// leastLong is the length from which on a secret is no part of anything else.
const leastLong = 8

// Gone tells whether nothing is left of the secrets that the readers saw, or, in a text that nobody labelled, of the
// longest run of token characters. A secret that is also a part of what stands beside it ("pyne" of "pyne-user") is
// gone when there are as many fewer of it as there were secrets; a long one must be gone everywhere.
func (l Label) Gone(text, masked string) bool {
	masked = Unmasked(masked)
	count := map[string]int{}
	for _, secret := range l.Secrets(text) {
		count[secret]++
	}
	for secret, n := range count {
		stay := strings.Count(text, secret) - n
		if len(secret) >= leastLong {
			stay = 0
		}
		if strings.Count(masked, secret) > stay {
			return false
		}
	}
	return len(count) > 0 || !strings.Contains(masked, LongestToken(text))
}
