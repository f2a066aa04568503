// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"regexp"
	"strings"
)

// custom is a pattern of the user's own, with texts one of which every match contains. Without any, nothing is known of
// its matches.
type custom struct {
	id      ID
	pattern *regexp.Regexp
	needed  []needle
}

func newCustom(id ID, pattern *regexp.Regexp) custom {
	return custom{id: id, pattern: pattern, needed: neededBy(pattern.String())}
}

// mayMatch tells whether the pattern can match in text at all.
func (c *custom) mayMatch(text string) bool {
	for _, n := range c.needed {
		if n.in(text) {
			return true
		}
	}
	return len(c.needed) == 0
}

// maxCustomMatches bounds the findings of one pattern in one text. A text with more is replaced as a whole.
const maxCustomMatches = 10_000

// scanCustom adds what the pattern matches, except inside our own tokens.
func (sc *Scanner) scanCustom(c *custom) {
	if !sc.set.enabled[c.id] || !c.mayMatch(sc.text) {
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
