// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTimeEnd(t *testing.T) {
	for _, text := range []string{
		"2026-03-14T12:34:56", "2026-03-14T12:34:56Z", "2026-03-14T12:34:56.789123Z", "2026-03-14T12:34:56+02:00",
		"2026-03-14T12:34:56.7-05:00", "12:34:56", "12:34:56.789Z",
	} {
		for _, around := range []string{"%", `"`, " ", "\n", "[", "/", ")"} {
			s := around + text + around
			assert.Equal(t, len(around)+len(text), timeEnd(s, len(around), run(s, len(around), aDigit)), s)
		}
		assert.Equal(t, len(text), timeEnd(text, 0, run(text, 0, aDigit)), text)
	}
	for _, text := range []string{
		"2026-03-14", "2026-03-14T12:34", "2026-03-14T12:34:56ab", "2026-03-14T12:34:56:78", "00:11:22:33:44:55", "12:34", "12:34:5",
		"078-05-1120", "1234-5678-9012-3456", "2026-03-14T12:34:56Zx",
	} {
		assert.Zero(t, timeEnd(text, 0, run(text, 0, aDigit)), text)
	}
	for _, text := range []string{"a12:34:56", "fe80::12:34:56", "v2026-03-14T12:34:56"} {
		i := len(text) - len("12:34:56")
		assert.Zero(t, timeEnd(text, i-pick(text[0] == 'v', len("2026-03-14T"), 0), i+2), text)
	}
}

// What stands right beside a time is found as without it.
func TestScan_readsOnBehindATime(t *testing.T) {
	set := everything()
	for text, want := range map[string]string{
		"2026-03-14T12:34:56Z jane@acme.com":                   "jane@acme.com",
		`{"at":"2026-03-14T12:34:56.1Z","ssn":"078-05-1120"}`:  "078-05-1120",
		"12:34:56 4111 1111 1111 1111":                         "4111 1111 1111 1111",
		"2026-03-14T12:34:56,8.8.8.8,12:34:56":                 "8.8.8.8",
		"2026-03-14T12:34:56Z|+14155552671|12:34:56.7":         "+14155552671",
		`{"dob":"1984-03-12T00:00:00Z","at":"12:34:56"}`:       "1984-03-12T00:00:00Z",
		"password=12:34:56 2026-03-14T12:34:56":                "12:34:56 ",
		"2026-03-14T12:34:56.123456789+00:00 PIN is 4829 here": "4829",
	} {
		assert.NotContains(t, masked(set, text), want, text)
	}
}
