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
	s, start := sc.text, m.at[0]
	if m.groups != 1 || m.n < leastCode || m.n > maxCode || start < leastCode || !endsWord(s, m.end) ||
		s[start-1] != ' ' && s[start-1] != '\n' || !isLetter(s[start-2]) && s[start-2] != ':' && s[start-2] != 'A' {
		return false
	}
	word, at := codeWordBefore(s, start)
	if codeVerbs[word] {
		word, at = codeWordBefore(s, at)
	}
	switch {
	case codeWords[word]:
	case word == "code" || word == "codes":
		if kind, _ := codeWordBefore(s, at); !codeKinds[kind] {
			return false
		}
	case word == "password":
		if kind, _ := codeWordBefore(s, at); kind != "time" && kind != "onetime" {
			return false
		}
	default:
		return false
	}
	return sc.addNumber(start, m.end, PinCode)
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
	s := sc.text
	if n := end - start; n < cardCode || n > cardCode+1 || start < leastCode || s[start-1] != ' ' ||
		strings.IndexByte("vVcC2", s[start-2]) < 0 || !endsWord(s, end) {
		return false
	}
	switch word, _ := codeWordBefore(s, start); word {
	case "cvv", "cvc", "cvv2", "cvc2":
		return sc.addNumber(start, end, PinCode)
	}
	return false
}
