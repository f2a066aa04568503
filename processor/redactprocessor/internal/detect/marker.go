// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// The forms of what a redaction leaves in a text. A second pass recognises them and goes on behind them.
const (
	MaskPrefix  = "[REDACTED:"
	HashPrefix  = "hash:"
	MediaPrefix = "[media:"
	// ContentPrefix and CutPrefix begin notes of a length: [content:12B], [truncated:12B].
	ContentPrefix = "[content:"
	CutPrefix     = "[truncated:"
)

var ownPrefixes = [...]string{MaskPrefix, HashPrefix, MediaPrefix, ContentPrefix, CutPrefix}

// ownBy holds them by the letter before their colon.
var ownBy = func() (t [256]string) {
	for _, prefix := range ownPrefixes {
		t[prefix[len(prefix)-2]] = prefix
	}
	return t
}()

// ownStarts are the first bytes of all of them, and that of a mask without its bracket.
var ownStarts = chars("[hR")

// Lengths of the parts of a hash token, in hexadecimal digits.
const (
	HashDigits  = 24
	CheckDigits = 8
	maxKeyID    = 32
)

// ownToken returns the end of what an earlier redaction wrote around the ":" at i, or 0 when it is something else.
func (sc *Scanner) ownToken(i int) int {
	if i == 0 {
		return 0
	}
	prefix := ownBy[sc.text[i-1]]
	start := i + 1 - len(prefix)
	if prefix == "" || start < 0 || sc.text[start:i+1] != prefix {
		return 0
	}
	return sc.ownEnd(start)
}

// ownEnd returns the end of a mask, hash or media token of ours that begins at i, or 0.
func (sc *Scanner) ownEnd(i int) int {
	if i >= len(sc.text) || !ownStarts[sc.text[i]] {
		return 0
	}
	n := sc.ownLength(sc.text[i:])
	if n == 0 {
		return 0
	}
	return i + n
}

// ownBehind returns the end of the token of ours in brackets that stands behind the blanks at i, or 0.
func (sc *Scanner) ownBehind(i int) int {
	if i = skipBlanks(sc.text, i); i >= len(sc.text) || sc.text[i] != MaskPrefix[0] {
		return 0
	}
	return sc.ownEnd(i)
}

// ownLength returns the length of the token of ours at the start of s, or 0.
func (sc *Scanner) ownLength(s string) int {
	if s[0] == 'h' {
		return sc.hashLength(s)
	}
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case MaskPrefix[1]:
		return sc.maskLength(s)
	case MediaPrefix[1]:
		return mediaLength(s)
	case ContentPrefix[1]:
		return noteLength(s, ContentPrefix)
	case CutPrefix[1]:
		return noteLength(s, CutPrefix)
	}
	return 0
}

// isOwn tells whether s is one of our tokens and nothing else.
func (sc *Scanner) isOwn(s string) bool {
	if s == "" || !ownStarts[s[0]] {
		return false
	}
	if s[0] == MaskPrefix[1] { // the brackets of an array were cut off
		return strings.HasPrefix(s, MaskPrefix[1:]) && sc.maskLength("["+s+"]") == len(s)+2
	}
	return sc.ownLength(s) == len(s)
}

// ownWindow is as long as the longest token of ours, and usualWindow as nearly all of them.
const (
	ownWindow   = 2 * maxMIME
	usualWindow = len(MaskPrefix) + maxKey + 1
)

// ownAround returns where the token of ours begins and ends that i stands in the middle of. An end of 0 says that it does
// in none.
func (sc *Scanner) ownAround(i int) (start, end int) {
	s := sc.text
	for k := i - 1; k >= max(0, i-usualWindow) && ownBytes[s[k]]; k-- {
		if s[k] != '[' && s[k] != HashPrefix[0] {
			continue
		}
		if end = sc.ownEnd(k); end > i {
			return k, end
		}
		if s[k] == '[' {
			break
		}
	}
	return 0, 0
}

// ownBytes are what tokens of ours are made of, but for the last one.
var ownBytes = func() (t [256]bool) {
	for c := range t {
		t[c] = alphabet[c] != 0 || c == ':' || c == ' ' || c == '['
	}
	return t
}()

// maxNoteDigits bounds the number in a note: no text is longer.
const maxNoteDigits = 12

// noteLength returns the length of the note of a length at the start of s, or 0.
func noteLength(s, prefix string) int {
	if !strings.HasPrefix(s, prefix) {
		return 0
	}
	end := run(s[:min(len(s), len(prefix)+maxNoteDigits)], len(prefix), aDigit)
	if end == len(prefix) || !strings.HasPrefix(s[end:], "B]") {
		return 0
	}
	return end + len("B]")
}

// maskLength returns the length of the mask at the start of s. Only the name of a detector that exists makes a mask.
func (sc *Scanner) maskLength(s string) int {
	if !strings.HasPrefix(s, MaskPrefix) {
		return 0
	}
	end := strings.IndexByte(s[:min(len(s), len(MaskPrefix)+maxKey)], ']')
	if end <= len(MaskPrefix) {
		return 0
	}
	name := s[len(MaskPrefix):end]
	known := &sc.maskNames[(len(name)^int(name[0]))%maskSlots]
	if name != *known {
		if !sc.set.knows(name) {
			return 0
		}
		*known = strings.Clone(name)
	}
	return end + 1
}

// maskSlots is how many names of detectors in masks are remembered: few have many in one text.
const maskSlots = 16

// foreign are names that other redactors put into masks of the same form.
var foreign = set("password passwd secret token api_key email phone phone_number name person credit_card address " +
	"ip ip_address url pii")

// knows tells whether id is the name of a detector, built in or custom, or one that others use.
func (s *Set) knows(id string) bool {
	if _, ok := Lookup(id); ok || foreign[id] {
		return true
	}
	for _, d := range s.detectors[len(Catalog()):] {
		if d.ID == id {
			return true
		}
	}
	return false
}

// hashLength returns the length of the hash token at the start of s, if it is one of our own making.
func (sc *Scanner) hashLength(s string) int {
	n := HashTokenLength(s)
	if n == 0 || sc.set.inert == nil || !sc.set.inert(s[:n]) {
		return 0
	}
	return n
}

// HashTokenLength returns the length of what has the form of a hash token at the start of s, or 0.
func HashTokenLength(s string) int {
	if !strings.HasPrefix(s, HashPrefix) {
		return 0
	}
	id := len(HashPrefix)
	i := run(s[:min(len(s), id+maxKeyID+1)], id, aURL)
	if i == id || i >= len(s) || s[i] != ':' {
		return 0
	}
	i++
	end := i + HashDigits + 1 + CheckDigits
	if len(s) < end || s[i+HashDigits] != '.' || !only(s[i:i+HashDigits], aDigit|aHexLower) ||
		!only(s[i+HashDigits+1:end], aDigit|aHexLower) || !endsWord(s, end) {
		return 0
	}
	return end
}

// mediaLength returns the length of the media note at the start of s: [media:image/png 1234B sha256:0123456789abcdef].
func mediaLength(s string) int {
	if !strings.HasPrefix(s, MediaPrefix) {
		return 0
	}
	rest := s[len(MediaPrefix):]
	kind := run(rest[:min(len(rest), maxMIME)], 0, aURLDot|aBase64)
	rest = rest[kind:]
	if kind == 0 || !strings.HasPrefix(rest, " ") {
		return 0
	}
	size := run(rest[:min(len(rest), 21)], 1, aDigit)
	const sum = "B sha256:"
	if size == 1 || !strings.HasPrefix(rest[size:], sum) {
		return 0
	}
	hex := size + len(sum)
	end := run(rest[:min(len(rest), hex+MediaDigits)], hex, aDigit|aHexLower)
	if end != hex+MediaDigits || end >= len(rest) || rest[end] != ']' {
		return 0
	}
	return len(s) - len(rest) + end + 1
}

// MediaDigits is how many hexadecimal digits of the SHA-256 stand in a media note.
const MediaDigits = 16

// maxMIME bounds the name of a media type (RFC 6838 allows 127 characters for each part).
const maxMIME = 127
