// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// streetKinds are words for streets, of several languages.
var streetKinds = words("street st avenue ave av road rd boulevard blvd lane ln drive dr court ct place pl square sq " +
	"terrace parkway pkwy highway hwy circle cir way close crescent cres grove gardens mews alley flat flats cove trail " +
	"rue via calle rua piazza corso viale ulica ul calea straat strasse platz allee weg plaza paseo avenida avinguda " +
	"forks creek union cliffs turnpike row hill park point")

// streetEnds are the ends of street names that are written in one word.
var streetEnds = []string{
	"street", "strasse", "straße", "gasse", "platz", "weg", "allee", "straat", "laan", "gracht", "gata",
	"gatan", "gate", "vägen", "vej", "veien", "vegen", "gade", "katu", "tie", "kuja", "stræti", "stígur", "utca",
}

// streetEndsBy holds them by their last letter.
var streetEndsBy = func() (t [256][]string) {
	for _, end := range streetEnds {
		last := end[len(end)-1]
		t[last] = append(t[last], end)
	}
	return t
}()

// units are words before the number of a flat or of a box.
var units = words("apt apartment suite unit box psc flat appt")

// Bounds of an address: digits of a house number, and words of a street's name, its kind included.
const (
	maxHouseNumber = 6
	maxStreetWords = 5
)

// streetAt looks for an address around the number [start, end): "221 Baker Street", "583 Magrethevej 298", "Apt. 12".
func (sc *Scanner) streetAt(start, end int) bool {
	if !sc.set.enabled[StreetAddress] || end-start > maxHouseNumber || start > 0 && sc.text[start-1] == '.' {
		return false
	}
	stop := sc.streetAhead(end)
	if stop == 0 {
		if start = sc.streetBehind(start, end); start < 0 {
			return false
		}
		stop = end
	}
	sc.add(Finding{start, stop, StreetAddress, Unquoted})
	return true
}

// streetAhead returns the end of the street whose house number ends at i, or 0.
func (sc *Scanner) streetAhead(i int) int {
	s := sc.text
	named := false
	for words := range maxStreetWords {
		if i >= len(s) || s[i] != ' ' {
			return 0
		}
		i++
		if digits := run(s, i, aDigit); digits > i {
			if digits-i > maxHouseNumber || !endsWord(s, digits) {
				return 0
			}
			if named {
				return digits // the number of the house behind the name of its street
			}
			if words > 0 {
				return 0
			}
			i = digits
			continue
		}
		word := nameAt(s, i)
		if word == "" || isMonth(word) {
			return 0
		}
		i += len(word)
		if named && isStreetName(word) {
			return i
		}
		named = true
		if i < len(s) && s[i] == '.' {
			i++
		}
	}
	return 0
}

// streetBehind returns where the address begins whose last number is [i, end), or -1.
func (sc *Scanner) streetBehind(i, end int) int {
	s := sc.text
	at, word := nameBefore(s, i)
	if word == "" || !endsWord(s, end) || isMonth(word) {
		return -1
	}
	if !isCapitalised(word) {
		if isLower(word) && units.has(word) {
			return at
		}
		return -1
	}
	if word = lowered(word); units.has(word) || isStreetName(word) {
		return at
	}
	before, kind := nameBefore(s, at)
	switch {
	case kind != "" && streetKinds.has(lowered(kind)): // Via Franscini 71
		return before
	case end-i >= 4 && endsLine(s, end) && (at == 0 || s[at-1] == '\n' || at > 1 && s[at-2] == '\n'): // Finland 80896
		return at
	case end-i <= 3 && placeWords[kind]: // lives at Golfskálinn 78
		return at
	}
	return -1
}

// placeWords stand before the name of a place.
var placeWords = set("at on to in is of address")

func endsLine(s string, i int) bool {
	return i >= len(s) || s[i] == '\n' || s[i] == '\\' || s[i] == ',' || s[i] == '"'
}

// isStreetName tells whether a word says that it is a street.
func isStreetName(word string) bool {
	word = lowered(word)
	if streetKinds.has(word) {
		return true
	}
	for _, end := range streetEndsBy[lower(word[len(word)-1])] {
		if start := len(word) - len(end); start > 2 && hasFold(word[start:], end) {
			return true
		}
	}
	return false
}

// lowered returns a word with letters that are not ASCII in small letters. Those that are count as such in either case.
func lowered(word string) string {
	for i := range len(word) {
		if word[i] >= utf8.RuneSelf {
			return strings.ToLower(word)
		}
	}
	return word
}

// isLower tells whether no letter of the word is a capital of ASCII.
func isLower(word string) bool {
	for i := range len(word) {
		if alphabet[word[i]]&aCapitals != 0 {
			return false
		}
	}
	return true
}

// maxName is the length of the longest word of a street's name that is read.
const maxName = 40

// nameAt returns the capitalised word at i, or "".
func nameAt(s string, i int) string {
	if !isCapitalised(s[i:]) {
		return ""
	}
	end := i
	for end < len(s) && end-i < maxName && isNameByte(s[end]) {
		end++
	}
	return s[i:end]
}

func isCapitalised(s string) bool {
	if s == "" || s[0] < utf8.RuneSelf {
		return s != "" && s[0] >= 'A' && s[0] <= 'Z'
	}
	first, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(first)
}

// nameBefore returns the word that stands before the blank that ends at i, and where it begins.
func nameBefore(s string, i int) (start int, word string) {
	end := i
	for end > 0 && i-end < 2 && (s[end-1] == ' ' || s[end-1] == '.') {
		end--
	}
	if end == i {
		return 0, ""
	}
	start = end
	for start > 0 && end-start < maxName && isNameByte(s[start-1]) {
		start--
	}
	return start, s[start:end]
}

func isNameByte(c byte) bool { return isLetter(c) || c >= utf8.RuneSelf || c == '-' || c == '\'' }
