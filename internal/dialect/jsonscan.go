// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"iter"
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/jsontext"
)

// JSON arrives as text and leaves as text: it is checked once and then cut into pieces, which stay slices of the
// attribute. Decoding into values would lose integers beyond 2^53, the order of members and most of the speed.

// maxDepth is deeper than any message or tool schema on record. What is nested deeper is shown as text.
const maxDepth = 128

// isJSON reports whether s is one JSON value (RFC 8259) and valid UTF-8, with nothing but white space around it.
func isJSON(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	i := validValue(s, skipSpace(s, 0), 0)
	return i >= 0 && skipSpace(s, i) == len(s)
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// validValue returns the index behind the value that starts at i, or -1.
func validValue(s string, i, depth int) int {
	if i >= len(s) || depth > maxDepth {
		return -1
	}
	switch c := s[i]; {
	case c == '"':
		return validString(s, i)
	case c == '{':
		return validObject(s, i, depth)
	case c == '[':
		return validArray(s, i, depth)
	case c == '-' || isDigit(c):
		return validNumber(s, i)
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(s[i:], word) {
			return i + len(word)
		}
	}
	return -1
}

func validObject(s string, i, depth int) int {
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == '}' {
		return i + 1
	}
	for i < len(s) && s[i] == '"' {
		i = validString(s, i)
		if i < 0 {
			return -1
		}
		i = skipSpace(s, i)
		if i >= len(s) || s[i] != ':' {
			return -1
		}
		next, done := validNext(s, validValue(s, skipSpace(s, i+1), depth+1), '}')
		if done || next < 0 {
			return next
		}
		i = next
	}
	return -1
}

func validArray(s string, i, depth int) int {
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == ']' {
		return i + 1
	}
	for {
		next, done := validNext(s, validValue(s, i, depth+1), ']')
		if done || next < 0 {
			return next
		}
		i = next
	}
}

// validNext steps over what follows a member: a comma, or the end of the container.
func validNext(s string, i int, end byte) (next int, done bool) {
	if i < 0 {
		return -1, false
	}
	i = skipSpace(s, i)
	switch {
	case i >= len(s):
		return -1, false
	case s[i] == end:
		return i + 1, true
	case s[i] == ',':
		return skipSpace(s, i+1), false
	}
	return -1, false
}

func validString(s string, i int) int {
	for i++; i < len(s); i = skipPlain(s, i) {
		for stop := min(i+shortString, len(s)); i < stop; {
			switch c := s[i]; {
			case c == '"':
				return i + 1
			case c < ' ':
				return -1
			case c == '\\':
				if i = escapeEnd(s, i+1); i < 0 {
					return -1
				}
			default:
				i++
			}
		}
	}
	return -1
}

// escapeEnd returns the index behind the escape whose letter stands at i, or -1.
func escapeEnd(s string, i int) int {
	if i >= len(s) {
		return -1
	}
	switch s[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		if isHex4(s, i+1) {
			return i + len("u0000")
		}
	}
	return -1
}

// skipPlain steps over eight bytes at a time, as long as none of them ends a string, begins an escape or is a control
// character.
func skipPlain(s string, i int) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	for ; i+8 <= len(s); i += 8 {
		word := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		quote, escape := word^(ones*'"'), word^(ones*'\\')
		// A byte that is below another sets its highest bit, unless it was set before.
		hits := (word - ones*' ') &^ word
		hits |= (quote - ones) &^ quote
		hits |= (escape - ones) &^ escape
		if hits &= highs; hits != 0 {
			return i + bits.TrailingZeros64(hits)/8
		}
	}
	return i
}

func isHex4(s string, i int) bool {
	if i+4 > len(s) {
		return false
	}
	for _, c := range []byte(s[i : i+4]) {
		if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func validNumber(s string, i int) int {
	if s[i] == '-' {
		i++
	}
	switch {
	case i < len(s) && s[i] == '0':
		i++
	default:
		if i = digits(s, i); i < 0 {
			return -1
		}
	}
	if i < len(s) && s[i] == '.' {
		if i = digits(s, i+1); i < 0 {
			return -1
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		return digits(s, i)
	}
	return i
}

// digits steps over at least one digit.
func digits(s string, i int) int {
	start := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

// valueEnd returns the index behind the value that starts at i. The text is known to be valid.
func valueEnd(s string, i int) int {
	switch s[i] {
	case '"':
		return stringEnd(s, i)
	case '{', '[':
		depth := 0
		for ; ; i++ {
			switch s[i] {
			case '"':
				i = stringEnd(s, i) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
	}
	for i < len(s) && strings.IndexByte(",]} \t\n\r", s[i]) < 0 {
		i++
	}
	return i
}

// stringEnd returns the index behind the string that starts at i. Most strings are short or full of escapes, and those
// that are neither are long.
func stringEnd(s string, i int) int {
	for i++; ; {
		for stop := i + shortString; i < stop; i++ {
			switch s[i] {
			case '"':
				return i + 1
			case '\\':
				i++
			}
		}
		start := i
		i += strings.IndexByte(s[i:], '"') + 1
		if !isEscaped(s[start:i]) {
			return i
		}
	}
}

// shortString is how many bytes are looked at one by one before a search for the end pays off.
const shortString = 24

// isEscaped reports whether the last byte of s belongs to an escape.
func isEscaped(s string) bool {
	last := len(s) - 1
	i := last
	for i > 0 && s[i-1] == '\\' {
		i--
	}
	return (last-i)%2 == 1
}

// elements yields the raw items of a valid JSON array; of anything else, nothing.
func elements(raw string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if raw == "" || raw[0] != '[' {
			return
		}
		for i := skipSpace(raw, 1); raw[i] != ']'; i = skipSpace(raw, i) {
			end := valueEnd(raw, i)
			if !yield(raw[i:end]) {
				return
			}
			if i = skipSpace(raw, end); raw[i] == ',' {
				i++
			}
		}
	}
}

// members yields the names and raw values of a valid JSON object; of anything else, nothing.
func members(raw string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if raw == "" || raw[0] != '{' {
			return
		}
		for i := skipSpace(raw, 1); raw[i] != '}'; i = skipSpace(raw, i) {
			end := stringEnd(raw, i)
			name := unquote(raw[i:end])
			i = skipSpace(raw, skipSpace(raw, end)+1)
			end = valueEnd(raw, i)
			if !yield(name, raw[i:end]) {
				return
			}
			if i = skipSpace(raw, end); raw[i] == ',' {
				i++
			}
		}
	}
}

// member returns the raw value of the first of the names that the object has, and is not null.
func member(raw string, names ...string) string {
	best, found := len(names), ""
	for k, v := range members(raw) {
		for i, name := range names[:best] {
			if k == name && v != "null" {
				best, found = i, v
				break
			}
		}
		if best == 0 {
			break
		}
	}
	return found
}

// memberText is member for texts: empty when the value is not a string.
func memberText(raw string, names ...string) string {
	if m := member(raw, names...); isString(m) {
		return unquote(m)
	}
	return ""
}

func isObject(raw string) bool { return raw != "" && raw[0] == '{' }
func isArray(raw string) bool  { return raw != "" && raw[0] == '[' }
func isString(raw string) bool { return raw != "" && raw[0] == '"' }

// unquote returns the text of a valid JSON string.
func unquote(raw string) string {
	if len(raw) < 2 || raw[0] != '"' {
		return raw
	}
	return jsontext.Unquote(raw)
}

// parse returns s as raw JSON when it is an object, an array or a quoted text, with up to two levels of quoting taken
// off where JSON comes out; else "". Numbers and words stay text: a user may well have typed them.
func parse(s string) string {
	raw := trimSpace(s)
	if raw == "" || raw[0] != '{' && raw[0] != '[' && raw[0] != '"' || !isJSON(raw) {
		return ""
	}
	for range maxUnwrap {
		if raw[0] != '"' {
			break
		}
		inner := trimSpace(unquote(raw))
		if inner == "" || inner[0] != '{' && inner[0] != '[' && inner[0] != '"' || !isJSON(inner) {
			break
		}
		raw = inner
	}
	return raw
}

// trimSpace is strings.TrimSpace with a short way for texts that have no space around them.
func trimSpace(s string) string {
	if s == "" || isPlain(s[0]) && isPlain(s[len(s)-1]) {
		return s
	}
	return strings.TrimSpace(s)
}

func isPlain(c byte) bool { return c > ' ' && c < utf8.RuneSelf }

// maxUnwrap is how often JSON is found quoted inside JSON in recorded traces.
const maxUnwrap = 2
