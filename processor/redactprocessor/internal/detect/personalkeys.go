// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"maps"
	"slices"
	"strings"
)

// personalWords are the words at the end of a key that announce a number or a date of a person by themselves. In a text
// the number looks for its word, and not the word for its number, so that clean keys cost nothing there.
var personalWords = func() map[string]Kind {
	m := map[string]Kind{}
	add := func(kind Kind, list map[string]bool) {
		for word := range list {
			m[word] = kind
		}
	}
	add(KindNational, nationalWords.words)
	add(KindNational, rfcWords.words)
	add(KindBirth, birthWords.words)
	add(KindPhone, set("phone phones telephone mobile fax tel cellphone phonenumber mobilenumber telephonenumber "+
		"telefon telefono telefone telefoon telefonnummer rufnummer handynummer msisdn whatsapp"))
	add(KindSSN, set("ssn socialsecuritynumber"))
	m["sortcode"] = KindSortCode
	for _, word := range [...]string{"identity", "insurance", "contribuinte"} { // alone they mean much else
		delete(m, word)
	}
	return m
}()

// Pairs of words at the end of a key that announce as much: the numbers of what, and the ids of what.
var (
	keyNumbers   = set("number num no nr card")
	numberOwners = set("id national citizen citizens resident identity tax taxpayer account routing individual my " +
		"registration license licence driver drivers member policy permanent personal social security health insurance " +
		"beneficiary vat record plate")
	idOwners = set("national citizen citizens resident identity tax taxpayer personal driver drivers social health " +
		"vat passport")
	recordOwners  = set("medical health patient")
	accountOwners = set("bank checking savings giro")
)

// personalPairs are the last words of such pairs.
var personalPairs = set("number num no nr card id code date account license licence plate")

// personalKind judges a key that ends in the words last two of which are last and before.
func personalKind(words []string, last, before string) Kind {
	if kind := personalWords[last]; kind != KindNone {
		return kind
	}
	switch {
	case !personalPairs[last] || before == "":
		return KindNone
	case keyNumbers[last]:
		return numberKind(words, before)
	case last == "id" && idOwners[before],
		last == "plate" && (before == "license" || before == "licence" || before == "number"),
		last == "account" && accountOwners[before],
		(last == "license" || last == "licence") && licenceKinds[before]:
		return KindNational
	case last == "date" && (before == "birth" || before == "birthday"):
		return KindBirth
	}
	return KindNone
}

// numberKind judges a key that ends in a word for a number, by the word before it.
func numberKind(words []string, before string) Kind {
	if before == "record" && !recordOwners[wordBeforeLast(words[:len(words)-1])] {
		return KindNone
	}
	if kind := personalWords[before]; kind != KindNone {
		return kind
	}
	return pick(numberOwners[before], KindNational, KindNone)
}

// personalHints are the words by which keys of this kind are recognised before they are split.
var personalHints = slices.Concat(
	slices.Collect(maps.Keys(personalWords)), slices.Collect(maps.Keys(numberOwners)),
	slices.Collect(maps.Keys(idOwners)), slices.Collect(maps.Keys(accountOwners)), []string{"sort", "birth"})

// isPersonal tells whether text has the form of what a key for a person's number or date announces.
func isPersonal(kind Kind, text string) bool {
	text = strings.TrimSpace(text)
	if len(text) < leastDocument || len(text) > maxPersonal {
		return false
	}
	switch kind {
	case KindBirth:
		return isBirthday(text)
	case KindPhone:
		return isPhone(text)
	case KindSSN:
		return isSocial(text)
	case KindSortCode:
		return isSortCode(text)
	}
	return isDocument(text)
}

// maxPersonal is the length of the longest of them, a time behind a date of birth included.
const maxPersonal = 32

// documentSigns and phoneSigns stand between their digits.
var (
	documentSigns = chars(" -./()")
	phoneSigns    = chars(" -./()+x")
)

// leastPlain is how many digits the number of a person has that is nothing but digits.
const leastPlain = 7

// isDocument tells whether s is the number of a document or of an account: digits and capitals in groups, and no
// decimal number, no date and no address.
func isDocument(s string) bool {
	digits, capitals, signs := 0, 0, 0
	for i := range len(s) {
		switch a := alphabet[s[i]]; {
		case a&aDigit != 0:
			digits++
		case a&aCapitals != 0:
			capitals++
		case documentSigns[s[i]]:
			signs++
		default:
			return false
		}
	}
	switch {
	case digits < leastDigits || digits+capitals < leastDocument || digits == len(s) && digits < leastPlain:
		return false
	case capitals == 0 && signs > 0 && (strings.Count(s, ".") == signs && signs != 2 || fullDate(s)):
		return false
	}
	return true
}

// isSocial tells whether s is nine digits in one, or in groups of three, two and four.
func isSocial(s string) bool {
	digits := 0
	for i := range len(s) {
		switch {
		case isDigit(s[i]):
			digits++
		case digits != 3 && digits != 5 || s[i] != '-' && s[i] != ' ' && s[i] != '.':
			return false
		}
	}
	return digits == len("078051120")
}

// isSortCode tells whether s is six digits, in one or in pairs.
func isSortCode(s string) bool {
	pairs := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == ' ' })
	joined := strings.Join(pairs, "")
	return len(joined) == leastDocument && only(joined, aDigit) &&
		(len(pairs) == 1 || len(pairs) == 3 && len(pairs[0]) == 2 && len(pairs[1]) == 2)
}

// Digits of the shortest and of the longest number of a telephone.
const (
	leastPhone = 7
	maxPhone   = 15
)

// isPhone tells whether s is digits in groups, as many as a telephone's number has.
func isPhone(s string) bool {
	digits, dotted := 0, 0
	for i := range len(s) {
		switch {
		case isDigit(s[i]):
			digits++
		case !phoneSigns[s[i]] || s[i] == '+' && i > 1:
			return false
		case s[i] == '.':
			dotted++
		}
	}
	return digits >= leastPhone && digits <= maxPhone+leastDigits && dotted != 1 && (dotted != 3 || digits > 12) &&
		!fullDate(s)
}

// isBirthday tells whether s is a date, with its month as a number or by its name, and a time behind it or not.
func isBirthday(s string) bool {
	if end := dateEnd(s); end > 0 {
		return end == len(s) || s[end] == 'T' || s[end] == ' ' && len(s) > end+1 && isDigit(s[end+1])
	}
	if len(s) == leastNational && only(s, aDigit) {
		return strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20")
	}
	named, numbers := false, 0
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(" -.,/", r) }) {
		switch {
		case isDay(word) || len(word) == 4 && only(word, aDigit):
			numbers++
		case isMonth(word) && !named:
			named = true
		default:
			return false
		}
	}
	return named && numbers == 2
}

// fullDate tells whether s is nothing but a date with four digits for the year.
func fullDate(s string) bool {
	return len(s) >= leastNational && dateEnd(s) == len(s) && len(s) <= len("2006-01-02") && !shortYear(s)
}

// shortYear tells whether the groups of digits in s are all of two.
func shortYear(s string) bool { return len(s) == len("20-00-00") && !isDigit(s[2]) && !isDigit(s[5]) }

// dateEnd returns the end of the date in figures at the beginning of s, or 0.
func dateEnd(s string) int {
	var m number
	if !isDigit(s[0]) {
		return 0
	}
	m.parse(s, 0)
	if m.groups > 3 && m.sep[3] == ' ' && m.sep[1] != ' ' {
		m.groups, m.end = 3, m.stop[2] // a time follows
	}
	if m.groups != 3 || m.sep[1] != m.sep[2] || !isDate(&m) && (m.size(0) > 2 || m.size(1) > 2 || m.size(2) != 2) {
		return 0
	}
	return m.end
}
