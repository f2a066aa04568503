// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package jsontext

import "unicode/utf8"

// Valid reports whether s is one JSON value (RFC 8259) and valid UTF-8, with nothing but white space around it, and not
// nested deeper than maxDepth.
func Valid[T Text](s T, maxDepth int) bool {
	i := validValue(s, SkipSpace(s, 0), maxDepth)
	return i >= 0 && SkipSpace(s, i) == len(s)
}

// Text is how JSON is held.
type Text interface{ ~string | ~[]byte }

func validUTF8[T Text](s T) bool {
	switch s := any(s).(type) {
	case string:
		return utf8.ValidString(s)
	case []byte:
		return utf8.Valid(s)
	}
	return utf8.ValidString(string(s))
}

// SkipSpace returns the index of what follows the white space at i.
func SkipSpace[T Text](s T, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// validValue returns the index behind the value that starts at i, or -1.
func validValue[T Text](s T, i, depth int) int {
	if i >= len(s) || depth < 0 {
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
		if hasPrefix(s[i:], word) {
			return i + len(word)
		}
	}
	return -1
}

func validObject[T Text](s T, i, depth int) int {
	i = SkipSpace(s, i+1)
	if i < len(s) && s[i] == '}' {
		return i + 1
	}
	for i < len(s) && s[i] == '"' {
		i = validString(s, i)
		if i < 0 {
			return -1
		}
		i = SkipSpace(s, i)
		if i >= len(s) || s[i] != ':' {
			return -1
		}
		next, done := validNext(s, validValue(s, SkipSpace(s, i+1), depth-1), '}')
		if done || next < 0 {
			return next
		}
		i = next
	}
	return -1
}

func validArray[T Text](s T, i, depth int) int {
	i = SkipSpace(s, i+1)
	if i < len(s) && s[i] == ']' {
		return i + 1
	}
	for {
		next, done := validNext(s, validValue(s, i, depth-1), ']')
		if done || next < 0 {
			return next
		}
		i = next
	}
}

// validNext steps over what follows a member: a comma, or the end of the container.
func validNext[T Text](s T, i int, end byte) (next int, done bool) {
	if i < 0 {
		return -1, false
	}
	i = SkipSpace(s, i)
	switch {
	case i >= len(s):
		return -1, false
	case s[i] == end:
		return i + 1, true
	case s[i] == ',':
		return SkipSpace(s, i+1), false
	}
	return -1, false
}

// validString looks at UTF-8 only in strings that have any of it: elsewhere, JSON is ASCII.
func validString[T Text](s T, start int) int {
	beyondASCII := uint64(0)
	for i := start + 1; i < len(s); {
		for ; i+wordSize <= len(s); i += wordSize {
			word := wordAt(s, i)
			beyondASCII |= word
			if mask := delimiters(word) | controls(word); mask != 0 {
				i += first(mask)
				break
			}
		}
		for stop := min(i+denseString, len(s)); i < stop; {
			switch c := s[i]; {
			case c == '"':
				if beyondASCII&highs != 0 && !validUTF8(s[start:i]) {
					return -1
				}
				return i + 1
			case c < ' ':
				return -1
			case c == '\\':
				if i = escapeEnd(s, i+1); i < 0 {
					return -1
				}
			default:
				beyondASCII |= uint64(c)
				i++
			}
		}
	}
	return -1
}

// denseString is how many bytes are looked at one by one behind an escape, as they come in swarms, before eight at a time
// are again.
const denseString = 16

// escapeEnd returns the index behind the escape whose letter stands at i, or -1.
func escapeEnd[T Text](s T, i int) int {
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

func isHex4[T Text](s T, i int) bool {
	if i+4 > len(s) {
		return false
	}
	for j := range 4 {
		c := s[i+j]
		if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func validNumber[T Text](s T, i int) int {
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
func digits[T Text](s T, i int) int {
	start := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

func hasPrefix[T Text](s T, prefix string) bool {
	return len(s) >= len(prefix) && string(s[:len(prefix)]) == prefix
}
