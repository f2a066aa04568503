// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package jsontext

import "strings"

// ValueEnd returns the index behind the value that starts at i. The text is known to be valid.
func ValueEnd(s string, i int) int {
	switch s[i] {
	case '"':
		return StringEnd(s, i)
	case '{', '[':
		return containerEnd(s, i)
	}
	for i < len(s) && roles[s[i]]&endsScalar == 0 {
		i++
	}
	return i
}

func containerEnd(s string, i int) int {
	depth := 0
	for {
		switch roles[s[i]] & structure {
		case quotes:
			i = StringEnd(s, i)
			continue
		case opens:
			depth++
		case closes:
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
}

// StringEnd returns the index behind the string that starts at i, in a valid text. Most strings are short or full of
// escapes, and those that are neither are long.
func StringEnd(s string, i int) int {
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

// role is what a byte is outside of strings.
type role uint8

const (
	quotes role = iota + 1
	opens
	closes
	structure  role = 3
	endsScalar role = 4
)

var roles = func() (all [256]role) {
	for c, r := range map[byte]role{
		'"': quotes, '{': opens, '[': opens, '}': closes | endsScalar, ']': closes | endsScalar,
		',': endsScalar, ' ': endsScalar, '\n': endsScalar, '\t': endsScalar, '\r': endsScalar,
	} {
		all[c] = r
	}
	return all
}()
