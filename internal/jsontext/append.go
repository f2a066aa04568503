// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package jsontext writes JSON (RFC 8259) into buffers that are appended to. What is spliced together from pieces of
// JSON that arrived as text needs no more than this: no values are built, nothing is allocated beside the buffer.
package jsontext

import "unicode/utf8"

// AppendString appends s as a JSON string. Bytes that are not UTF-8 become the replacement character.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := plain(s, 0); i < len(s); i = plain(s, i) {
		if c := s[i]; c < utf8.RuneSelf {
			b = appendEscape(append(b, s[from:i]...), c)
			i++
			from = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if r == utf8.RuneError && size == 1 {
			b = append(append(b, s[from:i-1]...), "\ufffd"...)
			from = i
		}
	}
	return append(append(b, s[from:]...), '"')
}

// Quote returns s as a JSON string.
func Quote(s string) string {
	if plain(s, 0) == len(s) {
		return `"` + s + `"`
	}
	var room [512]byte
	b := room[:0]
	if need := len(s) + len(s)/8; need > len(room) {
		b = make([]byte, 0, need)
	}
	return string(AppendString(b, s))
}

// AppendName appends the name of a member, after a comma unless it is the object's first.
func AppendName(b []byte, name string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(AppendString(b, name), ':')
}

// AppendComma separates the items of an array.
func AppendComma(b []byte) []byte {
	if b[len(b)-1] != '[' {
		b = append(b, ',')
	}
	return b
}

func appendEscape(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// plain returns the index of the first byte from i on that does not stand in a JSON string as it is: a quote, a
// backslash, a control character, or part of a character beyond ASCII, which may be broken. Long texts are taken eight
// bytes at a time.
func plain(s string, i int) int {
	for ; i+wordSize <= len(s); i += wordSize {
		word := wordAt(s, i)
		if mask := delimiters(word) | controls(word) | word&highs; mask != 0 {
			return i + first(mask)
		}
	}
	for i < len(s) && s[i] >= ' ' && s[i] != '"' && s[i] != '\\' && s[i] < utf8.RuneSelf {
		i++
	}
	return i
}
