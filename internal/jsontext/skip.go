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

// StringEnd returns the index behind the string that starts at i, in a valid text.
func StringEnd(s string, i int) int {
	for i++; ; {
		i = nextDelimiter(s, i)
		for stop := i + denseString; i < stop; i++ {
			switch s[i] {
			case '"':
				return i + 1
			case '\\':
				i++
			}
		}
	}
}

// shortString is how many bytes are looked at, eight at a time, before a search for the end pays off.
const shortString = 24

// nextDelimiter returns where to look for escapes: at the first of them or, in long texts, right before the next quote.
func nextDelimiter(s string, i int) int {
	for stop := i + shortString; i < stop && i+wordSize <= len(s); i += wordSize {
		if mask := delimiters(wordAt(s, i)); mask != 0 {
			return i + first(mask)
		}
	}
	end := i + strings.IndexByte(s[i:], '"')
	for end > i && s[end-1] == '\\' {
		end--
	}
	return end
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
