// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// Digits of the codes that are sent to somebody, or that are on a card.
const (
	leastCode = 4
	maxCode   = 8
	cardCode  = 3
)

var (
	// codeWords say by themselves that the number behind them is a code.
	codeWords = set("otp totp pin passcode tan mtan")
	// codeKinds do so before the word "code", and timed before "password".
	codeKinds = set("security verification otp mfa 2fa auth pin sms time onetime access login confirmation your " +
		"authentication activation recovery backup sign authorization")
	codeVerbs = set("is was are now below here")
)

// oneTimeCode looks for words before the number m that say that it lets somebody in: "your verification code is 183899".
func (sc *Scanner) oneTimeCode(m *number) bool {
	start := m.at[0]
	if m.n == cardCode+1 && sc.onCard(start, m.end) {
		return true
	}
	return m.groups == 1 && m.n >= leastCode && m.n <= maxCode && followsWord(sc.text, start) &&
		endsWord(sc.text, m.end) && announcesCode(sc.text, start) && sc.addNumber(start, m.end, PinCode)
}

// followsWord tells whether a word, or one with a colon, and a blank stand before i.
func followsWord(s string, i int) bool {
	for i > leastCode && (s[i-1] == '(' || s[i-1] == '#') && s[i-2] == ' ' {
		i--
	}
	if i < leastCode || s[i-1] != ' ' && s[i-1] != '\n' {
		return false
	}
	return isLetter(s[i-2]) || s[i-2] == ':'
}

// announcesCode tells whether the words before i announce a code.
func announcesCode(s string, i int) bool {
	word, at := codeWordBefore(s, i)
	if codeVerbs[word] {
		word, at = codeWordBefore(s, at)
	}
	switch word {
	case "code", "codes":
		kind, _ := codeWordBefore(s, at)
		return codeKinds[kind]
	case "password":
		kind, _ := codeWordBefore(s, at)
		return kind == "time" || kind == "onetime"
	}
	return codeWords[word]
}

// codeWordBefore returns, in small letters, the word before i with nothing but a few signs in between, and where it
// begins.
func codeWordBefore(s string, i int) (word string, start int) {
	end := i
	for stop := max(0, i-leastCode); end > stop && !isAlnum(s[end-1]); {
		end--
	}
	start = runBack(s, end, maxName, aAlnum)
	return strings.ToLower(s[start:end]), start
}

// onCard looks for the check number of a card at [start, end) behind its name: CVC 739.
func (sc *Scanner) onCard(start, end int) bool {
	s, number := sc.text, start
	if strings.HasSuffix(s[:start], " is ") {
		start -= len("is ")
	}
	if n := end - number; n < cardCode || n > cardCode+1 || start < leastCode || s[start-1] != ' ' ||
		strings.IndexByte("vVcC2", s[start-2]) < 0 || !endsWord(s, end) {
		return false
	}
	switch word, _ := codeWordBefore(s, start); word {
	case "cvv", "cvc", "cvv2", "cvc2":
		return sc.addNumber(number, end, PinCode)
	}
	return false
}
