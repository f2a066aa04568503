// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// pairKeys are the names under which a pair of name and value keeps its name.
var pairKeys = words("name key header field variable env param property setting id label")

// isPairValue tells whether a word is one under which such a pair keeps its value.
func isPairValue(word string) bool { return word == "value" || word == "val" || word == "Value" }

// maxPairGap is how many signs and blanks stand between the name of a pair and the word "value".
const maxPairGap = 32

// pairKind judges the value of {"name": "Authorization", "value": …}, of <add key="Password" value="…"/> and of the same
// pair on two lines of YAML or HCL by the name before it. The word "value" begins at i.
func (sc *Scanner) pairKind(i int) Kind {
	s := sc.text
	end := pairGap(s, i)
	start := runBack(s, end, maxKey, aURLDot)
	for start < end && escapedLetter(s, start) {
		start++
	}
	if start == end {
		return KindNone
	}
	label := pairGap(s, start)
	if label == start || !pairKeys.has(s[runBack(s, label, maxKey, aLetter):label]) {
		return KindNone
	}
	if kind := sc.keys.kind(s[start:end]); kind != KindQuery {
		return kind
	}
	return KindNone
}

// pairGap returns where the signs and blanks between the parts of a pair begin that end at i.
func pairGap(s string, i int) int {
	for stop := max(0, i-maxPairGap); i > stop; {
		switch c := s[i-1]; {
		case isQuote(c) || isSpace(c) || strings.IndexByte(",:=;\\", c) >= 0:
			i--
		case escapedLetter(s, i-1):
			i -= 2
		default:
			return i
		}
	}
	return i
}

// stringBefore returns the content of the quoted string before the one that begins at i, and where that content begins.
func stringBefore(s string, i int) (content string, start int) {
	j := i
	stop := max(0, i-maxKey)
	for j > stop && (s[j-1] == '"' || s[j-1] == '\\' || s[j-1] == ',' || s[j-1] == ':' || isSpace(s[j-1])) {
		j--
	}
	start = runBack(s, j, maxKey, aURLDot)
	if start == j || start == 0 || s[start-1] != '"' {
		return "", 0
	}
	return s[start:j], start
}
