// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// nationalWords stand before numbers that a state gives to a person. Without such a word their digits could be any
// order's or article's, whatever their check digit says.
var nationalWords = set("passport passeport reisepass pasaporte nino nhs insurance bsn pesel cpf cnpj curp rfc dni nie " +
	"nif aadhaar aadhar nric tfn medicare sin itin tin taxpayer steuernummer steuerid fiscale personnummer cpr ahv avs " +
	"personalausweis identity hkid medicaid npi licence")

// birthWords stand before dates of birth.
var birthWords = set("birth born dob birthday birthdate geburtsdatum geboren naissance nacimiento")

// Digits of the shortest and of the longest such number, and characters of those with letters.
const (
	leastNational = 8
	maxNational   = 14
	leastPassport = 6
)

// national looks for a number that a word before it arms.
func (sc *Scanner) national(m *number) bool {
	if !sc.set.enabled[NationalID] || m.n < leastNational || m.n > maxNational || isDate(m) ||
		!before(sc.text, m.at[0], nationalWords) {
		return false
	}
	if m.groups == 1 {
		return sc.addNumber(m.at[0], m.end, NationalID)
	}
	sc.add(Finding{m.at[0], m.end, NationalID, Unquoted})
	return true
}

// birthDate looks for a date that a word before it arms.
func (sc *Scanner) birthDate(m *number) bool {
	if !sc.set.enabled[BirthDate] || !isDate(m) || m.n > leastNational || !before(sc.text, m.at[0], birthWords) {
		return false
	}
	sc.add(Finding{m.at[0], m.end, BirthDate, Unquoted})
	return true
}

// document looks for the number of a passport or of an identity card with letters in it, around the run [start, end).
func (sc *Scanner) document(start, end int) bool {
	s := sc.text[start:end]
	if !sc.set.enabled[NationalID] || len(s) < leastPassport || len(s) > maxNational || !only(s, aDigit|aCapitals) {
		return false
	}
	if digits, _, _ := mix(s); digits < leastPassport-1 || !before(sc.text, start, nationalWords) {
		return false
	}
	sc.add(Finding{start, end, NationalID, Unquoted})
	return true
}
