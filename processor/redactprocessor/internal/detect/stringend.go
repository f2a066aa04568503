// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// sure returns how many of the open strings are strings of JSON for sure: quotes in other texts may be any signs.
func (j *jsonState) sure() int {
	depth := min(j.depth, maxDepth)
	for depth > 0 && !j.json[depth-1] {
		depth--
	}
	return depth
}

// stringEnd returns where the string of JSON that is open at j.pos ends, before the quote that closes it and the
// backslashes that belong to it, or to when it is open there.
func (j *jsonState) stringEnd(to int) int {
	depth := j.sure()
	for i := j.pos; i < to && depth > 0; i++ {
		if j.text[i] != '"' {
			continue
		}
		if level := quoteLevel(j.text, i); level < depth {
			return i - (1<<level - 1)
		}
	}
	return to
}

// keepStrings ends findings with the string of JSON that they begin in, where more than further strings of a list follows
// in them: a rule that takes a whole line, or looks for a quote, sees no end of it there. They must be in order.
func (sc *Scanner) keepStrings() {
	var j jsonState
	for i := range sc.findings {
		if f := &sc.findings[i]; f.Level == Unquoted {
			if end := sc.keepString(&j, f.Start, f.End); end < f.End {
				f.End = end
				sc.keepOwn(f)
			}
		}
	}
}

// keepString returns end, or the end of the string that start stands in where [start, end) leaves it.
func (sc *Scanner) keepString(j *jsonState, start, end int) int {
	if start >= end || strings.IndexByte(sc.text[start:end], '"') < 0 || !sc.isJSON() {
		return end
	}
	if j.at(sc.text, start); j.leaves(end) {
		return j.stringEnd(end)
	}
	return end
}

// leaves tells whether something else than strings that follow each other stands between the end of the string that is
// open at j.pos and to, or no string is open there.
func (j jsonState) leaves(to int) bool {
	depth := j.sure()
	for ; j.pos < to; j.pos++ {
		switch c := j.text[j.pos]; {
		case c == '"':
			j.quote(quoteLevel(j.text, j.pos))
		case j.depth < depth && strings.IndexByte("{}[]:", c) >= 0:
			return true
		}
	}
	return j.depth < depth
}

// closes tells whether the quote at q, behind backslashes or not, ends the string of JSON in which i stands, as behind a
// prompt: {"ask":"Password: "}.
func (sc *Scanner) closes(i, q int) bool {
	s := sc.text
	for q < len(s) && s[q] == '\\' {
		q++
	}
	if q >= len(s) || s[q] != '"' || !sc.isJSON() {
		return false
	}
	sc.json.at(s, i)
	return quoteLevel(s, q) < sc.json.sure()
}
