// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Where the value of one key ends in the middle of what was masked for another, the mask stays whole, and nothing is
// found in what is left of it.
func TestScan_neverCutsAMask(t *testing.T) {
	set := everything()
	for text, want := range map[string]string{
		"--token --password --api-key [REDACTED:cli_password];":         "",
		`{"a":"--password \u003c[REDACTED:email] and so on"}`:           "",
		`{"a":"curl -u \n[REDACTED:email]"}`:                            "",
		"cookie: --api-key cvv--from-literal=[REDACTED:cli_password]":   "",
		"password=[REDACTED:secret_value]@tcp(db:3306)/app":             "",
		"https://x.y/?token=@[REDACTED:ipv4]&a=b":                       "",
		"https://x.y/?token=\\u0040[REDACTED:ipv4]{":                    "",
		"--password %3D[REDACTED:secret_value] key":                     "",
		"the secret 0:[REDACTED:secret_value]":                          "",
		"x[REDACTED:secret_value]:Xy9kQ2mm@tcp(db:3306)/app":            "Xy9kQ2mm",
		"dsn = root:Xy9kQ2mm@tcp(db:3306)/app, [REDACTED:secret_value]": "Xy9kQ2mm",
	} {
		once := masked(set, text)
		assert.Equal(t, once, maskedOnce(set, once), text)
		assert.NotContains(t, once, "[REDACTED:[", text)
		assert.NotContains(t, once, "]]", text)
		if want == "" {
			assert.Equal(t, text, once)
		} else {
			assert.NotContains(t, once, want)
		}
	}
}

func TestOwnAround(t *testing.T) {
	scanner := everything().NewScanner(nil)
	const mask = "[REDACTED:email]"
	scanner.begin("say " + mask + mask + " now")
	for i := range len(scanner.text) {
		start, end := scanner.ownAround(i)
		k := (i - len("say ")) / len(mask)
		inside := i > len("say ") && k < 2 && (i-len("say "))%len(mask) != 0
		if !inside {
			assert.Zero(t, end, i)
			continue
		}
		assert.Equal(t, mask, scanner.text[start:end], i)
		assert.Equal(t, len("say ")+k*len(mask), start, i)
	}
}

// A memory of where a word stands says what a search says.
func TestNearby_saysWhatASearchSays(t *testing.T) {
	const word = `"kty`
	text := strings.Repeat("x", 50) + word + strings.Repeat("y", 30) + word + word[:3] + strings.Repeat("z", 40)
	for _, window := range []int{3, 4, 10, 60} {
		for _, step := range []int{1, 7} {
			var n nearby
			for i := 0; i < len(text); i += step {
				from, to := max(0, i-window), min(len(text), i+window)
				assert.Equal(t, strings.Contains(text[from:to], word), n.in(text, word, from, to), "%d around %d", window, i)
			}
			for i := len(text); i > 0; i -= step { // and backwards
				from, to := max(0, i-window), min(len(text), i+window)
				assert.Equal(t, strings.Contains(text[from:to], word), n.in(text, word, from, to), "%d around %d", window, i)
			}
		}
	}
}
