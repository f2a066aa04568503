// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// Codes by which an account is recovered come in lists, below "recovery codes:", with a dash or a blank in them.
const (
	leastRecovery = 6
	maxRecovery   = 29
	maxRecoveries = 32
	recoveryGap   = 12 // signs, blanks and numbers between two codes
)

// recoveryCodes adds the codes of the list that begins at i.
func (sc *Scanner) recoveryCodes(i int) {
	s := sc.text
	last := ""
	for n, at := 0, i; n < maxRecoveries; n++ {
		start, end := codeAt(s, at)
		if end == 0 || !isRecoveryCode(s[start:end]) && !alike(last, s[start:end]) || sc.ownEnd(start) > 0 {
			return
		}
		sc.addNumber(start, end, RecoveryCode)
		last, at = s[start:end], end
	}
}

// alike tells whether two codes have their dashes at the same places: one of a list may happen to have no digit.
func alike(a, b string) bool {
	dash := strings.IndexByte(a, '-')
	return dash > 0 && len(a) == len(b) && b[dash] == '-'
}

// codeAt returns where the next code of a list begins and ends, behind the signs, and the number of its line, that stand at
// i. An end of 0 says that there is none.
func codeAt(s string, i int) (start, end int) {
	start = i
	for start < len(s) && start-i < recoveryGap {
		switch number := run(s, start, aDigit); {
		case escapedLetter(s, start) || !isAlnum(s[start]) && strings.IndexByte("{}<>=:", s[start]) < 0:
			start++
		case number > start && number-start <= 2 && number+1 < len(s) && (s[number] == '.' || s[number] == ')'):
			start = number + 1
		default:
			end = run(s, start, aURL)
			if digits := run(s, start, aDigit); digits == end && end-start == 4 && end+5 <= len(s) && s[end] == ' ' &&
				run(s, end+1, aDigit) == end+5 {
				end += 5 // 1234 5678
			}
			return start, end
		}
	}
	return 0, 0
}

// isRecoveryCode tells whether s is one code: digits, alone or among letters, in one or several parts.
func isRecoveryCode(s string) bool {
	if len(s) < leastRecovery || len(s) > maxRecovery || strings.Count(s, "-") > 5 {
		return false
	}
	digits, _, _ := mix(s)
	return digits >= 2 && !wordy(s)
}

// bicCountries are those of banks whose accounts have no IBAN; the others are in ibanCountries.
var bicCountries = set("AG AM AR AU BB BD BM BO BS BW CA CL CM CN CO CU EC ET FJ GH HK ID IN JM JP KE KH KR KY LK MA MM " +
	"MN MO MX MY NA NG NI NP NZ PA PE PH PR PY RU SG SN TH TT TW TZ UG US UY UZ VN ZA ZM ZW")

// isBIC tells whether s is the code of a bank: four letters, the country, two characters for the place and three for the
// branch (ISO 9362).
func isBIC(s string) bool {
	const short, long = 8, 11
	s = strings.TrimSpace(s)
	return (len(s) == short || len(s) == long) && only(s, aCapitals|aDigit) && only(s[:6], aCapitals) &&
		(bicCountries[s[4:6]] || ibanLength(s[4:]) > 0)
}
