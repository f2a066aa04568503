// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"regexp"
	"strings"
)

// custom is a pattern of the user's own, with the text that every match begins with, if there is one.
type custom struct {
	id      ID
	pattern *regexp.Regexp
	prefix  string
}

func newCustom(id ID, pattern *regexp.Regexp) custom {
	prefix, _ := pattern.LiteralPrefix()
	return custom{id: id, pattern: pattern, prefix: prefix}
}

// maxCustomMatches bounds the findings of one pattern in one text. A text with more is replaced as a whole.
const maxCustomMatches = 10_000

// scanCustom adds what the pattern matches, except inside our own tokens.
func (sc *Scanner) scanCustom(c *custom) {
	if !sc.set.enabled[c.id] || !strings.Contains(sc.text, c.prefix) {
		return
	}
	matches := c.pattern.FindAllStringIndex(sc.text, maxCustomMatches)
	if len(matches) == maxCustomMatches {
		sc.add(Finding{0, len(sc.text), Unprocessable, Unquoted})
		return
	}
	for _, m := range matches {
		if !sc.insideOwn(m[0], m[1]) {
			sc.add(Finding{m[0], m[1], c.id, sc.bareLevelOf(m[0], m[1])})
		}
	}
}

// bareLevelOf quotes the replacement of a match that is a whole number of JSON.
func (sc *Scanner) bareLevelOf(start, end int) int8 {
	if !only(sc.text[start:end], aDigit) {
		return Unquoted
	}
	return sc.bareLevel(start, end)
}

// ownWindow is as long as the longest token of ours.
const ownWindow = 2 * maxMIME

// insideOwn tells whether [start, end) is part of a token of ours.
func (sc *Scanner) insideOwn(start, end int) bool {
	for _, prefix := range ownPrefixes {
		from := max(0, start-ownWindow)
		k := strings.LastIndex(sc.text[from:min(len(sc.text), end+len(prefix))], prefix)
		if k >= 0 && sc.ownEnd(from+k) > start {
			return true
		}
	}
	return false
}
