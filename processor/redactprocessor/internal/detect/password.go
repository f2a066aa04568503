// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// looksPassword tells a password from the next word of a sentence: it has a digit or a sign where words have none.
func looksPassword(s string) bool {
	digits, seen := 0, uint8(0)
	for i := range len(s) {
		seen |= passwordBytes[s[i]]
		digits += int(passwordBytes[s[i]] & passwordDigit)
	}
	if seen&passwordNever != 0 || strings.HasPrefix(s, "http") {
		return false
	}
	signs, letters := seen&passwordSign != 0, digits < len(s)
	return digits > 0 && (signs || letters) && len(s) >= 6 || signs && letters
}

const (
	passwordDigit uint8 = 1 << iota
	passwordSign        // stands in no word
	passwordNever       // stands in no password that is told from words
)

var passwordBytes = func() (t [256]uint8) {
	for _, c := range []byte("0123456789") {
		t[c] = passwordDigit
	}
	for _, c := range []byte("!@#$%^&*+=~?") {
		t[c] = passwordSign
	}
	t['('] = passwordNever
	return t
}()

// isStrong tells whether s is a password that is made of more than a word and a number, and no path, version or size.
func isStrong(s string) bool {
	if len(s) < leastStrong || pathSigns.in(s) {
		return false
	}
	digits, capitals, smalls := mix(s)
	signs := len(s) - digits - capitals - smalls
	return digits > 0 && capitals+smalls >= 3 && (signs > strings.Count(s, "-") || capitals > 0 && smalls > 0 || !wordy(s))
}

// leastStrong is the length of the shortest password that needs no verb before it.
const leastStrong = 8

// pathSigns stand in paths, versions and sizes.
var pathSigns = chars("/.,")
