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
	for _, prefix := range ownPrefixes {
		start := i + 1 - len(prefix)
		if start >= 0 && sc.text[start] == prefix[0] && sc.text[i-1] == prefix[len(prefix)-2] && strings.HasPrefix(sc.text[start:], prefix) {
			return sc.ownEnd(start)
		}
	}
	return 0
}

// ownEnd returns the end of a mask, hash or media token of ours that begins at i, or 0.
func (sc *Scanner) ownEnd(i int) int {
	if i >= len(sc.text) || !ownStarts[sc.text[i]] {
		return 0
	}
	s := sc.text[i:]
	n := 0
	switch {
	case strings.HasPrefix(s, MaskPrefix):
		n = sc.maskLength(s)
	case strings.HasPrefix(s, HashPrefix):
		n = sc.hashLength(s)
	case strings.HasPrefix(s, MediaPrefix):
		n = mediaLength(s)
	case strings.HasPrefix(s, ContentPrefix):
		n = noteLength(s, ContentPrefix)
	case strings.HasPrefix(s, CutPrefix):
		n = noteLength(s, CutPrefix)
	}
	if n == 0 {
		return 0
	}
	return i + n
}

// isOwn tells whether s is one of our tokens and nothing else.
func (sc *Scanner) isOwn(s string) bool {
	if s == "" || !ownStarts[s[0]] {
		return false
	}
	switch {
	case strings.HasPrefix(s, "REDACTED:"): // the brackets of an array were cut off
		return sc.maskLength("["+s+"]") == len(s)+2
	case strings.HasPrefix(s, MaskPrefix):
		return sc.maskLength(s) == len(s)
	case strings.HasPrefix(s, HashPrefix):
		return sc.hashLength(s) == len(s)
	case strings.HasPrefix(s, MediaPrefix):
		return mediaLength(s) == len(s)
	case strings.HasPrefix(s, ContentPrefix):
		return noteLength(s, ContentPrefix) == len(s)
	case strings.HasPrefix(s, CutPrefix):
		return noteLength(s, CutPrefix) == len(s)
	}
	return false
}

// maxNoteDigits bounds the number in a note: no text is longer.
const maxNoteDigits = 12

// noteLength returns the length of the note of a length at the start of s, or 0.
func noteLength(s, prefix string) int {
	end := run(s[:min(len(s), len(prefix)+maxNoteDigits)], len(prefix), aDigit)
	if end == len(prefix) || !strings.HasPrefix(s[end:], "B]") {
		return 0
	}
	return end + len("B]")
}

// maskLength returns the length of the mask at the start of s. Only the name of a detector that exists makes a mask.
func (sc *Scanner) maskLength(s string) int {
	end := strings.IndexByte(s[:min(len(s), len(MaskPrefix)+maxKey)], ']')
	if end < 0 {
		return 0
	}
	if name := s[len(MaskPrefix):end]; name != sc.maskName {
		if !sc.set.knows(name) {
			return 0
		}
		sc.maskName = strings.Clone(name)
	}
	return end + 1
}

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
