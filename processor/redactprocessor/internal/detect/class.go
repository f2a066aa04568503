// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// Triggers: what a byte of the text may wake. Zero means that the byte is of no interest by itself.
const (
	tNone  uint8 = iota
	tDigit       // 0-9
	tSep         // _ - . inside the prefix of a token
	tAt
	tAssign // : =
	tUpper  // A J: first or last letter of a prefix without a separator
	tDollar // $ of a password hash
	tProse  // B b w W k K P p C c S s N n: letters in words that announce a secret
	tEscape // \ % &: may be an encoded character
	tAngle  // >: the end of a tag of XML
	tCall   // ( before a quote
	tWord   // lead byte of a letter in a word for a password
	tHigh   // lead byte of characters that are used to hide others
)

var triggers = func() (t [256]uint8) {
	set := func(chars string, class uint8) {
		for i := range len(chars) {
			t[chars[i]] = class
		}
	}
	set("0123456789", tDigit)
	set("_-.", tSep)
	set("@", tAt)
	set(":=", tAssign)
	set("AJ", tUpper)
	set("$", tDollar)
	set(">", tAngle)
	set("BbwWkKPpCcSsNn", tProse)
	set("(", tCall)
	set("\\%&", tEscape)
	set(highBytes, tHigh)
	set("\xc3\xc5\xe3\xe5\xeb", tWord)
	return t
}()

// highBytes begin U+00AD, Greek, Cyrillic, U+061C, Arabic digits, U+180E, U+2000 to U+2FFF, the U+FE00 and U+FF00 blocks,
// mathematical letters and tag characters.
const highBytes = "\xc2\xcd\xce\xcf\xd0\xd1\xd8\xd9\xdb\xe1\xe2\xef\xf0\xf3"

// traits holds of each byte, in its lower half, which kind of trigger it is, one bit for each, and in its upper half
// the kinds that mean something before it. A byte is worth a look where both halves meet.
var traits = func() (t [256]uint64) {
	kind := uint64(1)
	trigger := func(chars string, before func(next byte) bool) {
		for i := range len(chars) {
			t[chars[i]] |= kind
		}
		for c := range t {
			if before(byte(c)) {
				t[c] |= kind << traitBits
			}
		}
		kind <<= 1
	}
	oneOf := func(chars string) func(byte) bool {
		return func(c byte) bool { return strings.IndexByte(chars, c) >= 0 }
	}
	anything := func(byte) bool { return true }
	trigger("0123456789:=", anything)
	trigger("_-.", func(c byte) bool { return alphabet[c]&aAny64 != 0 || c == '=' || c == '$' })
	trigger("@$", func(c byte) bool { return isAlnum(c) || c >= 0x80 })
	trigger("(", oneOf("\"'`\\"))
	trigger(">", func(c byte) bool { return c != '=' })
	trigger("\\&", oneOf("u#"))
	trigger("%", func(c byte) bool { return alphabet[c]&aHex != 0 })
	trigger("Bb", oneOf("EeAa"))
	trigger("Ww", oneOf("OoDd"))
	trigger("Kk", oneOf("Ee"))
	trigger("PAB", oneOf("KSBCI3Y"))
	trigger("Pp", oneOf("HhAa"))
	trigger("Nn", oneOf("Hh"))
	trigger("Cc", oneOf("Rr"))
	trigger("Ss", oneOf("Cc"))
	trigger("J", func(c byte) bool { return alphabet[c]&aURL != 0 })
	within := func(from, to byte) func(byte) bool {
		return func(c byte) bool { return c >= from && c <= to }
	}
	trigger("\xc2", oneOf("\xa0\xad"))
	trigger("\xc3", oneOf("\xb1"))
	trigger("\xc5", oneOf("\x82\x9f"))
	trigger("\xe3", oneOf("\x83"))
	trigger("\xe5", oneOf("\xaf"))
	trigger("\xeb", oneOf("\xb9"))
	trigger("\xcd", within(0x80, 0xaf))
	trigger("\xce\xcf\xd0\xd1", within(0x80, 0xbf))
	trigger("\xd8", oneOf("\x9c"))
	trigger("\xd9", within(0xa0, 0xa9))
	trigger("\xdb", within(0xb0, 0xb9))
	trigger("\xe1\xf3", oneOf("\xa0"))
	trigger("\xe2", oneOf("\x80\x81\x88"))
	trigger("\xef", oneOf("\xb8\xb9\xbb\xbc\xbd"))
	trigger("\xf0", oneOf("\x9d"))
	return t
}()

// traitBits is the width of one half of a byte's traits.
const traitBits = 32

// stride is how many bytes are looked at together.
const stride = 4

// nextTrigger returns the first position from i on whose byte may mean something before the one that follows it, or the
// end of s. Behind the last byte anything may follow.
func nextTrigger(s string, i int) int {
	for ; i+stride < len(s); i += stride {
		p := s[i : i+stride+1]
		a, b, c, d, e := traits[p[0]], traits[p[1]], traits[p[2]], traits[p[3]], traits[p[4]]
		a, b, c, d = a&(b>>traitBits), b&(c>>traitBits), c&(d>>traitBits), d&(e>>traitBits)
		if a|b|c|d == 0 {
			continue
		}
		switch {
		case a != 0:
			return i
		case b != 0:
			return i + 1
		case c != 0:
			return i + 2
		}
		return i + 3
	}
	for ; i+1 < len(s); i++ {
		if traits[s[i]]&(traits[s[i+1]]>>traitBits) != 0 {
			return i
		}
	}
	if i+1 == len(s) && triggers[s[i]] == tNone {
		i++
	}
	return i
}

// Alphabets: sets of characters that tokens are made of.
const (
	aDigit uint8 = 1 << iota
	aHexLower
	aHexUpper
	aLower // g-z
	aUpper // G-Z
	aURLSafe
	aBase64 // + /
	aDot

	aHex      = aDigit | aHexLower | aHexUpper
	aLetter   = aHexLower | aHexUpper | aLower | aUpper
	aAlnum    = aDigit | aLetter
	aURL      = aAlnum | aURLSafe
	aURLDot   = aURL | aDot
	aStd64    = aAlnum | aBase64
	aAny64    = aURL | aBase64
	aCapitals = aHexUpper | aUpper
)

var alphabet = func() (t [256]uint8) {
	for c := byte('0'); c <= '9'; c++ {
		t[c] = aDigit
	}
	for c := byte('a'); c <= 'z'; c++ {
		t[c], t[c-32] = aLower, aUpper
	}
	for c := byte('a'); c <= 'f'; c++ {
		t[c], t[c-32] = aHexLower, aHexUpper
	}
	t['_'], t['-'] = aURLSafe, aURLSafe
	t['+'], t['/'] = aBase64, aBase64
	t['.'] = aDot
	return t
}()

func isAlnum(c byte) bool { return alphabet[c]&aAlnum != 0 }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return alphabet[c]&aLetter != 0 }

func isSpace(c byte) bool { return spaces[c] }

var spaces = [256]bool{' ': true, '\t': true, '\n': true, '\r': true}

func lower(c byte) byte { return lowerCase[c] }

var lowerCase = func() (t [256]byte) {
	for c := range t {
		t[c] = byte(c)
		if c >= 'A' && c <= 'Z' {
			t[c] += 'a' - 'A'
		}
	}
	return t
}()

// run returns the end of the stretch of chars of the alphabet that begins at i.
func run(s string, i int, chars uint8) int {
	for i < len(s) && alphabet[s[i]]&chars != 0 {
		i++
	}
	return i
}

// runBack returns the start of the stretch of chars of the alphabet that ends at i, looking at most limit bytes back.
func runBack(s string, i, limit int, chars uint8) int {
	stop := max(0, i-limit)
	for i > stop && alphabet[s[i-1]]&chars != 0 {
		i--
	}
	return i
}

// escapedAt tells whether the letter at i belongs to an escape like \n or \u, so that it is not part of a word.
func escapedAt(s string, i int) bool {
	return i > 0 && s[i-1] == '\\'
}

// startsWord tells whether nothing that could be part of the same word stands before i.
func startsWord(s string, i int) bool {
	if i <= 0 || !isAlnum(s[i-1]) {
		return true
	}
	if escapedAt(s, i-1) {
		return true // the n of \n
	}
	if s[i-1] == 'm' && endsColour(s, i) {
		return true
	}
	return i >= 6 && s[i-6] == '\\' && s[i-5] == 'u'
}

// maxColour is the length of the longest sequence of a terminal that sets a colour: 38;2;255;255;255m.
const maxColour = 20

// endsColour tells whether the "m" before i ends a sequence by which terminals set colours: ESC [ 93 m, the ESC of which
// may be escaped.
func endsColour(s string, i int) bool {
	j := i - 1
	for stop := max(0, i-maxColour); j > stop && (isDigit(s[j-1]) || s[j-1] == ';'); {
		j--
	}
	return j > 1 && s[j-1] == '[' && (s[j-2] == 0x1b || strings.HasSuffix(s[:j-1], "u001b") || strings.HasSuffix(s[:j-1], "u001B") ||
		strings.HasSuffix(s[:j-1], "x1b") || strings.HasSuffix(s[:j-1], "033"))
}

// endsWord tells whether nothing that could be part of the same word stands at i.
func endsWord(s string, i int) bool {
	return i >= len(s) || !isAlnum(s[i])
}

// hasFold tells whether s begins with the lower-case word, whatever its own case.
func hasFold(s, word string) bool {
	if len(s) < len(word) {
		return false
	}
	for i := range len(word) {
		if lower(s[i]) != word[i] {
			return false
		}
	}
	return true
}

// wordSet is a set of words in small letters, with a first look by length and first letter.
type wordSet struct {
	words   map[string]bool
	lengths [32]uint32 // by first letter
}

func words(list string) *wordSet {
	w := &wordSet{words: set(list)}
	for word := range w.words {
		w.lengths[word[0]&31] |= 1 << len(word)
	}
	return w
}

// has tells whether word, in whatever case, is in the set.
func (w *wordSet) has(word string) bool {
	n := len(word)
	return n > 0 && n < 32 && w.lengths[word[0]&31]&(1<<n) != 0 && folded(w.words, word)
}

// folded returns what m holds under word in small letters. Words longer than a key are in none of our lists.
func folded[V any](m map[string]V, word string) (v V) {
	var low [maxKey]byte
	if len(word) > len(low) {
		return v
	}
	for i := range len(word) {
		low[i] = lower(word[i])
	}
	return m[string(low[:len(word)])]
}

// mix counts kinds of characters in s: digits, capitals and small letters.
func mix(s string) (digits, capitals, smalls int) {
	const mask = 1<<mixBits - 1
	sum := uint64(0)
	for i := range min(len(s), mask) {
		sum += mixes[s[i]]
	}
	return int(sum & mask), int(sum >> mixBits & mask), int(sum >> (2 * mixBits) & mask)
}

// mixBits is the width of each of the three counts of mix. What is longer than they can count is judged by its beginning.
const mixBits = 21

// mixes adds one to the count of a byte's kind.
var mixes = func() (t [256]uint64) {
	for c := range t {
		switch a := alphabet[c]; {
		case a&aDigit != 0:
			t[c] = 1
		case a&aCapitals != 0:
			t[c] = 1 << mixBits
		case a&aLetter != 0:
			t[c] = 1 << (2 * mixBits)
		}
	}
	return t
}()

// only tells whether every byte of s is in the alphabet.
func only(s string, chars uint8) bool { return run(s, 0, chars) == len(s) }

// varied tells whether s has at least n different bytes.
func varied(s string, n int) bool {
	var seen [4]uint64
	for i := 0; i < len(s) && n > 0; i++ {
		w, b := s[i]>>6, uint64(1)<<(s[i]&63)
		if seen[w]&b == 0 {
			seen[w] |= b
			n--
		}
	}
	return n <= 0
}

// charSet is a set of bytes.
type charSet [256]bool

func chars(list string) *charSet {
	var c charSet
	for i := range len(list) {
		c[list[i]] = true
	}
	return &c
}

// in tells whether s holds a byte of the set.
func (c *charSet) in(s string) bool {
	for i := range len(s) {
		if c[s[i]] {
			return true
		}
	}
	return false
}

// trim returns s without those of its first and last bytes that are in the set.
func (c *charSet) trim(s string) string {
	for len(s) > 0 && c[s[0]] {
		s = s[1:]
	}
	return c.trimRight(s)
}

func (c *charSet) trimRight(s string) string {
	for len(s) > 0 && c[s[len(s)-1]] {
		s = s[:len(s)-1]
	}
	return s
}
