// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "unicode/utf8"

// invisible tells whether r takes no room: joiners, marks of direction, variation selectors, tags.
func invisible(r rune) bool {
	switch {
	case r == 0xad, r == 0x34f, r == 0x61c, r == 0x180e, r == 0xfeff:
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0x300 && r <= 0x36f:
		return true
	}
	return false
}

// lookalikes are letters of other scripts that are drawn like Latin ones.
var lookalikes = map[rune]rune{
	'а': 'a', 'е': 'e', 'о': 'o', 'р': 'p', 'с': 'c', 'у': 'y', 'х': 'x', 'і': 'i', 'ј': 'j', 'ѕ': 's',
	'ԁ': 'd', 'һ': 'h', 'ԛ': 'q',
	'ԝ': 'w', 'к': 'k', 'А': 'A', 'В': 'B', 'Е': 'E', 'К': 'K', 'М': 'M', 'Н': 'H', 'О': 'O', 'Р': 'P',
	'С': 'C', 'Т': 'T', 'Х': 'X',
	'У': 'Y', 'І': 'I', 'Ј': 'J', 'Ѕ': 'S', 'ο': 'o', 'α': 'a', 'ν': 'v', 'ρ': 'p', 'τ': 't', 'ι': 'i',
	'κ': 'k', 'υ': 'u', 'Α': 'A',
	'Β': 'B', 'Ε': 'E', 'Ζ': 'Z', 'Η': 'H', 'Ι': 'I', 'Κ': 'K', 'Μ': 'M', 'Ν': 'N', 'Ο': 'O', 'Ρ': 'P',
	'Τ': 'T', 'Υ': 'Y', 'Χ': 'X',
}

// plain returns the ASCII character that r stands for, -1 when nobody sees r, else r itself.
func plain(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case invisible(r):
		return -1
	case r >= 0xff01 && r <= 0xff5e: // full-width forms
		return r - 0xff01 + '!'
	case r == 0xa0, r >= 0x2000 && r <= 0x200a, r == 0x202f, r == 0x205f, r == 0x3000:
		return ' '
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0xfe63:
		return '-'
	case r == 0x2024, r == 0xfe52, r == 0x3002, r == 0xff61:
		return '.'
	case r >= 0x660 && r <= 0x669: // Arabic-Indic digits
		return r - 0x660 + '0'
	case r >= 0x6f0 && r <= 0x6f9:
		return r - 0x6f0 + '0'
	case r >= 0x1d7ce && r <= 0x1d7ff: // mathematical digits, five alphabets of ten
		return (r-0x1d7ce)%10 + '0'
	case r >= 0x1d400 && r <= 0x1d6a3: // mathematical letters, alphabets of 52
		return mathematical(r)
	case r >= 0xe0020 && r <= 0xe007e: // tags
		return r - 0xe0000
	}
	if latin, ok := lookalikes[r]; ok {
		return latin
	}
	return r
}

func mathematical(r rune) rune {
	k := (r - 0x1d400) % 52
	if k < 26 {
		return 'A' + k
	}
	return 'a' + k - 26
}

// suspicious tells whether the character of the given size at i may hide a token: it changes in the view, and stands
// where a plain one would be part of a word, or is a digit. Ordinary text in other scripts is none of that.
func suspicious(s string, i, size int, r rune) bool {
	p := plain(r)
	if p == r {
		return false
	}
	if p > 0 && (isDigit(byte(p)) || p == '@' || r > 0xffff) {
		return true
	}
	left := i > 0 && s[i-1] < utf8.RuneSelf && isAlnum(s[i-1])
	right := i+size < len(s) && s[i+size] < utf8.RuneSelf && isAlnum(s[i+size])
	switch {
	case p == '-', p == ' ', p == '.', p == -1 && decorates(r):
		return left && right
	}
	return left || right
}

// decorates tells whether r, which takes no room, belongs to the character before it in ordinary text: an accent, or
// how an emoji is drawn.
func decorates(r rune) bool { return r >= 0x300 && r <= 0x36f || r >= 0xfe00 && r <= 0xfe0f }

// tagged tells whether the tag at [i, i+n) stands between two letters or digits, where it hides what it interrupts. A row
// of them is a text that nobody sees.
func tagged(s string, i, n int, r rune) bool {
	return r >= 0xe0000 && r <= 0xe007f && i > 0 && i+n < len(s) && isAlnum(s[i-1]) && isAlnum(s[i+n])
}
