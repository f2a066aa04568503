// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// ibanLengths by country (SWIFT IBAN registry).
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
	"CH": 21, "CR": 22,
	"CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27,
	"GB": 22, "GE": 22,
	"GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27,
	"JO": 30, "KW": 30,
	"KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22,
	"MK": 19, "MR": 27,
	"MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22,
	"SA": 24, "SC": 31,
	"SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22,
	"VG": 24, "XK": 20,
}

// iban looks for an account number whose check digits begin at i, behind the two letters of the country.
func (sc *Scanner) iban(i int) int {
	s := sc.text
	if i < 2 || i+2 > len(s) || !isDigit(s[i]) || !sc.set.enabled[IBAN] {
		return 0
	}
	start := i - 2
	country := [2]byte{s[start] &^ 0x20, s[start+1] &^ 0x20} // capitals; what is no letter is no country either
	want := ibanLengths[string(country[:])]
	if want == 0 || !startsWord(s, start) {
		return 0
	}
	var digits [34]byte
	n, j := 0, start
	for j < len(s) && n < want {
		switch {
		case isAlnum(s[j]):
			digits[n] = s[j] &^ 0x20
			if isDigit(s[j]) {
				digits[n] = s[j]
			}
			n++
		case (s[j] == ' ' || s[j] == '-') && j > start && j+1 < len(s) && isAlnum(s[j+1]):
		default:
			return 0
		}
		j++
	}
	if n < want || !endsWord(s, j) || !mod97(digits[:n]) {
		return 0
	}
	sc.add(Finding{start, j, IBAN, Unquoted})
	return j
}

// mod97 checks an IBAN (ISO 7064, MOD 97-10): the first four characters go to the end, letters count from 10.
func mod97(iban []byte) bool {
	rest := 0
	for k := range iban {
		c := iban[(k+4)%len(iban)]
		if isDigit(c) {
			rest = (rest*10 + int(c-'0')) % 97
			continue
		}
		if c < 'A' || c > 'Z' {
			return false
		}
		rest = (rest*100 + int(c-'A') + 10) % 97
	}
	return rest == 1
}
