// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/corpus"
)

// root is the way to the top of the repository.
const root = "../../../.."

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

// besideSecret are the rows whose longest run of letters, digits and "_-./+" is not the secret but stands beside it, and
// must stay: whoever reads the masked text needs to know which host, which key.
var besideSecret = map[string]string{
	"adv:tool args escaped password": "the name of the key, arguments",
	"adv:url userinfo":               "the host and the port",
	"adv:jdbc password param":        "the name of the driver and of the database",
	"adv:curl -u":                    "the address that is called",
	"adv:azure SAS sig":              "the host and the path of the blob",
	"adv:env assignment short pw":    "the name of the variable",
}

// The rows carry no labels, so a secret counts as masked by two rules at once: nothing is left of what is known to be the
// secret, and the longest run of token characters is gone, as the scores count. The rows of besideSecret are those whose
// longest run is no secret, and must not be counted by that rule.
func TestScan_adversarialCases(t *testing.T) {
	set := New(Options{}) // as it comes
	positives, masks, negatives, changed := 0, 0, 0, 0
	for _, row := range corpus.Rows(t, root, "adversarial.jsonl") {
		got := masked(set, row.Value)
		if !row.TP {
			negatives++
			if !assert.Equal(t, row.Value, got, row.Src) {
				changed++
			}
			continue
		}
		positives++
		ok := assert.NotEqual(t, row.Value, got, row.Src)
		ok = assert.False(t, holdsAny(got, adversarialSecrets), "%s: by its label: %s", row.Src, got) && ok
		beside := besideSecret[row.Src] != ""
		ok = assert.Equal(t, beside, strings.Contains(got, corpus.LongestToken(row.Value)), "%s: by its longest run: %s", row.Src, got) && ok
		if ok {
			masks++
		}
	}
	t.Logf("masked %d of %d, changed %d of %d", masks, positives, changed, negatives)
	assert.Equal(t, positives, masks)
	assert.Zero(t, changed)
}
