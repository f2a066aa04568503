// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// labelsFile holds what two readers said of each text of the corpora: "<hash> <first><second> [<offset>+<length> …]" a
// line. Both knew the text alone: not its source, not its label, not what any tool makes of it. A reader says S (a secret
// that must go), P (personal data that is masked by default), N (nothing), or U (cannot be told); offsets are of the
// secrets, in bytes. The texts themselves belong to other projects and stay out of this repository.
const labelsFile = "testdata/labels.txt"

// label is what the two readers said of a text.
type label struct {
	readers string
	secrets [][2]int // start and end of each
}

// labelHash names a text without telling what is in it.
func labelHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// labels reads what was said of each text, by its hash.
func labels(t *testing.T) map[string]label {
	t.Helper()
	all := map[string]label{}
	for _, line := range samples(t, labelsFile) {
		words := strings.Fields(line)
		require.Len(t, words[0], 12, line)
		require.NotContains(t, all, words[0], "listed twice")
		require.Len(t, words[1], 2, line)
		said := label{readers: words[1]}
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

// contradicts tells whether both readers disagree with what a corpus says of the text: no secret in a positive, or
// something that must go in a negative. Where they differ among themselves the corpus has the say.
func (l label) contradicts(row corpusRow) bool {
	if row.TP {
		return l.readers != "" && !strings.Contains(l.readers, "S")
	}
	return l.readers != "" && !strings.ContainsAny(l.readers, "NU")
}

// masks are what stands in place of what was found. They name a detector, and with it what a weak password may be.
var masks = regexp.MustCompile(`\[REDACTED:[a-z0-9_]+\]`)

// gone tells whether nothing is left of the secrets that the readers saw, or, in a text that nobody labelled, of the
// longest run of token characters. A secret that is also a part of what stands beside it ("pyne" of "pyne-user") is
// gone when there are as many fewer of it as there were secrets; a long one must be gone everywhere.
func (l label) gone(text, masked string) bool {
	masked = masks.ReplaceAllString(masked, " ")
	spans := map[string]int{}
	for _, s := range l.secrets {
		spans[text[s[0]:s[1]]]++
	}
	for secret, n := range spans {
		stay := strings.Count(text, secret) - n
		if len(secret) >= leastStrong {
			stay = 0
		}
		if strings.Count(masked, secret) > stay {
			return false
		}
	}
	return len(l.secrets) > 0 || !strings.Contains(masked, longestToken(text))
}
