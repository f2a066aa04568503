// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// assignment is a key with something to announce, and the sign behind it.
type assignment struct {
	key
	at    int // position of ":" or "="
	kind  Kind
	query bool // in the query of a URL
}

// value finds the value of an assignment and adds what of it is secret.
func (sc *Scanner) value(a assignment) {
	s := sc.text
	first := operatorEnd(s, a.at+1)
	v := skipBlanks(s, first)
	if v >= len(s) || (a.open && s[v] == s[a.start-1]) {
		return
	}
	q := v
	for q < len(s) && s[q] == '\\' {
		q++
	}
	inJSON := a.quote == '"'
	switch {
	case q < len(s) && isQuote(s[q]):
		sc.quoted(a, q)
	case s[v] == '\\':
	case inJSON && (s[v] == '{' || s[v] == '['):
		sc.subtree(a, v)
	case inJSON && (isDigit(s[v]) || s[v] == '-'):
		sc.number(a, v)
	default:
		sc.bare(a, v, v-first)
	}
}

// operatorEnd returns the end of an operator like := or ::= or => whose first sign stands before i.
func operatorEnd(s string, i int) int {
	colons := i
	for colons < len(s) && colons-i < maxOperator && s[colons] == ':' {
		colons++
	}
	if colons < len(s) && (s[colons] == '=' || colons == i && s[colons] == '>') {
		i = colons + 1
		if i < len(s) && s[i] == '=' {
			i++ // ===
		}
	}
	return i
}

func skipBlanks(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// quoted handles a value that stands in quotes, the first of which is at q.
func (sc *Scanner) quoted(a assignment, q int) {
	start, end := q+1, closing(sc.text, q)
	text := sc.text[start:end]
	if a.kind == KindSecret && strings.HasPrefix(text, "{") && isSchema(text) {
		return
	}
	sc.under(a.kind, start, end)
}

// closing returns where the content of the string that begins with the quote at q ends: before its own closing quote,
// before that of a string around it, or with the text.
func closing(s string, q int) int {
	quote, level := s[q], quoteLevel(s, q)
	for i := q + 1; i < len(s); i++ {
		if s[i] != quote && s[i] != '"' {
			continue
		}
		if l := quoteLevel(s, i); l <= level || (quote != '"' && s[i] == '"') {
			return max(q+1, i-(1<<min(l, maxDepth)-1))
		}
	}
	return len(s)
}

// subtree takes the whole object or array at v. Under a common word like "token" its members are judged by their own
// keys.
func (sc *Scanner) subtree(a assignment, v int) {
	s := sc.text
	if a.kind != KindSecret && a.kind != KindAuth && a.kind != KindCookie {
		return
	}
	if s[v] == '{' && isSchema(s[v:]) {
		return
	}
	end := subtreeEnd(s, v, a.level)
	if inner := strings.Trim(s[v:end], "{}[], \\\""); inner == "" || isKeyword(inner) || sc.isOwn(inner) {
		return
	}
	sc.add(Finding{v, end, kindID(a.kind), int8(min(a.level, maxDepth))})
}

// subtreeEnd returns the end of the object or array at v, whose strings are quoted at the given level.
func subtreeEnd(s string, v, level int) int {
	depth, inString := 0, false
	for i := v; i < len(s); i++ {
		switch s[i] {
		case '"':
			l := quoteLevel(s, i)
			if l < level {
				return max(v+1, i-(1<<l-1)) // the string around it ends: it was cut off
			}
			if l == level {
				inString = !inString
			}
		case '{', '[':
			if !inString {
				depth++
			}
		case '}', ']':
			if inString {
				continue
			}
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// schemaWindow is how much of an object is looked at to tell the description of a field from the field. Schemas put
// the type first.
const schemaWindow = 160

var schemaTypes = []string{"string", "object", "array", "number", "integer", "boolean", "null"}

// isSchema tells whether the object at the beginning of s describes a value, as in the JSON schema of a tool, instead
// of holding it.
func isSchema(s string) bool {
	s = s[:min(len(s), schemaWindow)]
	_, after, found := strings.Cut(s, `"type`)
	if !found {
		return false
	}
	after = strings.TrimLeft(after, "\\\": ")
	after = strings.TrimLeft(after, "[")
	after = strings.TrimLeft(after, "\\\" ")
	for _, t := range schemaTypes {
		if strings.HasPrefix(after, t) {
			return true
		}
	}
	return false
}

// number takes a number under a key of JSON.
func (sc *Scanner) number(a assignment, v int) {
	s := sc.text
	end := v
	for end < len(s) && (isDigit(s[end]) || strings.IndexByte("+-.eE", s[end]) >= 0) {
		end++
	}
	if !secretNumber(a.kind, s[v:end]) {
		return
	}
	sc.add(Finding{v, end, kindID(a.kind), int8(min(a.level, maxDepth))})
}

func secretNumber(kind Kind, number string) bool {
	if kind == KindPin {
		return len(number) >= 3 && len(number) <= 8 && only(number, aDigit)
	}
	// Short numbers under such keys are counts and flags.
	return (kind == KindSecret || kind == KindAuth) && len(number) >= leastSecretNumber
}

// leastSecretNumber is the shortest number that is taken for a secret.
const leastSecretNumber = 4

// bare handles a value without quotes that begins at v, behind gap spaces.
func (sc *Scanner) bare(a assignment, v, gap int) {
	s := sc.text
	if sc.ownEnd(v) > 0 {
		return
	}
	switch a.kind {
	case KindAuth, KindCookie, KindSeed:
		if v >= sc.lineSeen {
			sc.lineSeen = lineEnd(s, v)
			sc.under(a.kind, v, sc.lineSeen)
		}
		return
	}
	end := sc.bareEnd(v, a.query)
	text := s[v:end]
	if a.kind == KindSecret && (isCode(s, v, end, gap) || isProse(s, v, end, gap) || a.quote != 0 && isKeyword(text)) {
		return
	}
	if a.query && a.kind == KindSecret {
		if sc.isPlaceholder(text) {
			return
		}
		sc.add(Finding{v, end, URLSecret, Unquoted})
		return
	}
	sc.under(a.kind, v, end)
	if n := len(sc.findings); a.query && n > 0 && sc.findings[n-1].Start == v {
		sc.findings[n-1].ID = URLSecret
	}
}

// lineEnd returns where a value that fills the rest of its line ends.
func lineEnd(s string, i int) int {
	for i < len(s) && s[i] != '\n' && s[i] != '\r' && s[i] != '"' && s[i] != '\'' && s[i] != '`' && s[i] != '\\' {
		i++
	}
	return i
}

// bareEnd is bareEnd with a memory: values of keys that follow each other without end share their last byte.
func (sc *Scanner) bareEnd(i int, query bool) int {
	m := &sc.bares
	if m.scan != sc.scan || query != (m.chars > 0) || i < m.start || i > m.end || i-m.start > maxBare/2 {
		*m = memo{scan: sc.scan, start: i, end: bareEnd(sc.text, i, query)}
		if query {
			m.chars = 1
		}
	}
	return m.end
}

// bareEnd returns where a value without quotes ends.
func bareEnd(s string, i int, query bool) int {
	start := i
	for ; i < len(s); i++ {
		switch s[i] {
		case ' ', '\t', '\n', '\r', '"', '\'', '`', '\\', '<', '>', ';', ',', '|':
			return i
		case ')', ']', '}':
			if query || i+1 >= len(s) || !isAlnum(s[i+1]) {
				return i
			}
		case '&':
			if query || nextPair(s, i+1) {
				return i
			}
		case '#':
			if query {
				return i
			}
		}
		if i-start > maxBare {
			return i
		}
	}
	return i
}

// maxBare bounds a value without quotes: what is longer is no password, and tokens end at other characters.
const maxBare = 4096

// nextPair tells whether a form's next "name=" begins at i.
func nextPair(s string, i int) bool {
	end := run(s[:min(len(s), i+maxKey)], i, aURLDot)
	return end > i && end < len(s) && s[end] == '='
}
