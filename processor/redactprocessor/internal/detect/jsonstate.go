// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "math/bits"

// maxDepth is how many strings within strings are told apart. Each level doubles the backslashes, so that six levels
// already make 63 of them before a quote.
const maxDepth = 8

// jsonState follows, from quote to quote, how many strings of JSON within strings of JSON are open.
//
// The number of backslashes before a quote tells its level: a quote that delimits strings of the outermost document
// has none, one of a document inside a string has one, then three, seven and so on. Backslashes that belong to the
// content come in multiples of the next power of two, so the level is the number of trailing one bits.
type jsonState struct {
	text  string
	pos   int
	depth int
	json  [maxDepth + 1]bool // whether the text at this depth looks like JSON
}

// quoteLevel returns the level of the quote at i.
func quoteLevel(s string, i int) int {
	n := 0
	for n < i && s[i-1-n] == '\\' {
		n++
	}
	return bits.TrailingZeros(^uint(n))
}

// begins tells whether a JSON object or array begins at i, behind white space that may be escaped.
func begins(s string, i int) bool {
	for i < len(s) {
		switch c := s[i]; {
		case isSpace(c):
			i++
		case c == '\\' && i+1 < len(s) && (s[i+1] == 'n' || s[i+1] == 't' || s[i+1] == 'r' || s[i+1] == '\\'):
			i++
		case (c == 'n' || c == 't' || c == 'r') && escapedAt(s, i):
			i++
		default:
			return c == '{' || c == '['
		}
	}
	return false
}

// isJSON tells whether the text looks like JSON as a whole.
func (sc *Scanner) isJSON() bool {
	if sc.whole == unknown {
		sc.whole = pick(begins(sc.text, 0), isJSON, isOther)
	}
	return sc.whole == isJSON
}

// wholeText is what a text as a whole looks like.
type wholeText uint8

const (
	unknown wholeText = iota
	isJSON
	isOther
)

// at returns the level at which a value at position i must be quoted, or Unquoted when i is in running text.
func (j *jsonState) at(text string, i int) int8 {
	if j.text != text || j.pos > i {
		*j = jsonState{text: text}
		j.json[0] = begins(text, 0)
	}
	for ; j.pos < i; j.pos++ {
		if text[j.pos] == '"' {
			j.quote(quoteLevel(text, j.pos))
		}
	}
	if j.depth > maxDepth || !j.json[j.depth] {
		return Unquoted
	}
	return int8(j.depth)
}

func (j *jsonState) quote(level int) {
	switch {
	case level < j.depth:
		j.depth = level // the end of a string, and of all that was left open inside it
	case level == j.depth && level < maxDepth:
		j.depth = level + 1
		j.json[j.depth] = begins(j.text, j.pos+1)
	}
}
