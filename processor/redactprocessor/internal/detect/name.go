// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
	"unicode"
)

// Bounds of the name of a person: characters, and words.
const (
	leastName    = 2
	maxNameSize  = 64
	maxNameWords = 6
)

// isName tells whether s, which stands under a key for the name of a person, is one and not a type, an id or a path:
// words that begin with capitals, or with letters that have none.
func isName(s string) bool {
	s = strings.TrimSpace(s)
	if len(s) < leastName || len(s) > maxNameSize || isKeyword(s) || strings.Count(s, " ") >= maxNameWords {
		return false
	}
	for i, r := range s {
		switch {
		case unicode.IsLetter(r):
			if i == 0 && unicode.IsLower(r) {
				return false
			}
		case unicode.IsMark(r), r == ' ', r == '-', r == '\'', r == '.', r == ',', r == '\u2019', r == '\u00b7':
		default:
			return false
		}
	}
	return true
}

// personObjects are keys of JSON below which an object or a list of objects describes people.
var personObjects = words("user users customer customers patient patients person persons people contact contacts " +
	"employee employees cardholder borrower student students passenger passengers guest guests traveler traveller applicant " +
	"beneficiary payee payer buyer recipient recipients subscriber attendee attendees sender receiver holder " +
	"accountholder")

// maxMember is how far before a member the beginning of its object is looked for.
const maxMember = 512

// namesPerson tells whether the key k before the ":" at i is "name" in an object that describes somebody. The value is
// looked at first: hardly any name of a tool or of a field begins with a capital.
func (sc *Scanner) namesPerson(k *key, i int) bool {
	s := sc.text
	if s[k.start:k.end] != "name" || s[i] != ':' {
		return false
	}
	v := skipBlanks(s, i+1)
	for v < len(s) && (s[v] == '\\' || s[v] == '"') {
		v++
	}
	if v >= len(s) || s[v] < 0x80 && !isCapital(s[v]) {
		return false
	}
	end := parentEnd(s, k.start)
	for end > 0 && (s[end-1] == '"' || s[end-1] == '\\') {
		end--
	}
	start := runBack(s, end, maxKey, aURLDot)
	return personObjects.has(s[start+strings.LastIndexAny(s[start:end], "_.-")+1 : end])
}

// parentEnd returns the position of the ":" before the object, or the list of objects, in which i stands, or 0.
func parentEnd(s string, i int) int {
	depth := 0
	for stop := max(0, i-maxMember); i > stop; i-- {
		switch s[i-1] {
		case '}', ']':
			depth++
		case '{', '[':
			depth--
		case ':':
			if depth < 0 {
				return i - 1
			}
		case ',':
			depth = max(depth, 0) // another object of the list stands before this one
		}
	}
	return 0
}
