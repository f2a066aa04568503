// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package jsontext

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Unquote returns the text of raw, a valid JSON string with its quotes. Halves of characters that stand alone become
// the replacement character. A text without escapes is a part of raw.
func Unquote(raw string) string {
	raw = raw[1 : len(raw)-1]
	i := strings.IndexByte(raw, '\\')
	if i < 0 {
		return raw
	}
	var b strings.Builder
	b.Grow(len(raw))
	var room [utf8.UTFMax]byte
	for ; i >= 0; i = strings.IndexByte(raw, '\\') {
		b.WriteString(raw[:i])
		var character []byte
		character, raw = appendUnescaped(room[:0], raw[i+1:])
		b.Write(character)
	}
	b.WriteString(raw)
	return b.String()
}

// appendUnescaped appends what the escape stands for whose letter begins s, and returns the rest of s.
func appendUnescaped(b []byte, s string) (_ []byte, rest string) {
	if s[0] == 'u' {
		return appendUnit(b, s)
	}
	c := s[0]
	if i := strings.IndexByte("bfnrt", c); i >= 0 {
		c = "\b\f\n\r\t"[i]
	}
	return append(b, c), s[1:]
}

// appendUnit reads uXXXX, or two of them where together they are one character.
func appendUnit(b []byte, s string) (_ []byte, rest string) {
	r, rest := hex4(s[1:]), s[len("u0000"):]
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(b, r), rest
	}
	if len(rest) >= len(`\u0000`) && rest[:2] == `\u` {
		if pair := utf16.DecodeRune(r, hex4(rest[2:])); pair != utf8.RuneError {
			return utf8.AppendRune(b, pair), rest[len(`\u0000`):]
		}
	}
	return utf8.AppendRune(b, utf8.RuneError), rest
}

func hex4(s string) rune {
	var r rune
	for _, c := range []byte(s[:4]) {
		switch {
		case c >= 'a':
			c -= 'a' - 10
		case c >= 'A':
			c -= 'A' - 10
		default:
			c -= '0'
		}
		r = r<<4 | rune(c)
	}
	return r
}
