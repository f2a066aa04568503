// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// ibanCountries are the codes of the countries with the lengths of their account numbers (SWIFT IBAN registry).
const ibanCountries = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 " +
	"ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 " +
	"LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 " +
	"QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"

var ibanLengths = func() (t [1 << 10]uint8) {
	for c := range strings.FieldsSeq(ibanCountries) {
		t[countrySlot(c)] = (c[2]-'0')*10 + c[3] - '0'
	}
	return t
}()

// ibanLength returns the length of the account numbers of the country whose code s begins with, or 0.
func ibanLength(s string) int {
	if !isLetter(s[0]) || !isLetter(s[1]) {
		return 0
	}
	return int(ibanLengths[countrySlot(s)])
}

// countrySlot folds two letters; capitals and small letters fall together.
func countrySlot(s string) int { return int(s[0]&31)<<5 | int(s[1]&31) }

// iban looks for an account number whose check digits begin at i, behind the two letters of the country.
func (sc *Scanner) iban(i int) int {
	s := sc.text
	if i < 2 || i+2 > len(s) || !isDigit(s[i]) || !sc.set.enabled[IBAN] {
		return 0
	}
	start := i - 2
	want := ibanLength(s[start:])
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
	if n < want || !endsWord(s, j) || !plausibleIBAN(s[start:j]) || !mod97(digits[:n]) {
		return 0
	}
	sc.add(Finding{start, j, IBAN, Unquoted})
	return j
}

// plausibleIBAN tells an account number from a random id whose check digits happen to be right: its letters are of one
// case, small ones are few, and its parts have four characters.
func plausibleIBAN(s string) bool {
	const group, mostSmalls = 4, 6
	_, capitals, smalls := mix(s)
	if capitals > 0 && smalls > 0 || smalls > mostSmalls {
		return false
	}
	part := 0
	for i := range len(s) {
		if isAlnum(s[i]) {
			part++
			continue
		}
		if part != group && s[i] == '-' {
			return false
		}
		part = 0
	}
	return true
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
