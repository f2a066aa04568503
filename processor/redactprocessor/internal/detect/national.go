// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
	"unicode/utf8"
)

// nationalWords stand before numbers that a state gives to a person, or that are a person's with a bank, a doctor or a
// maker of devices. Without such a word their digits could be any order's or article's, whatever their check digit says.
var nationalWords = words("passport passports passeport reisepass pasaporte passaporto paspoort nino nhs insurance bsn " +
	"burgerservicenummer pesel cpf cnpj curp dni nie nif aadhaar aadhar nric tfn abn ird medicare sin itin tin ein " +
	"taxpayer steuernummer steuerid steueridentifikationsnummer idnr svnr sozialversicherungsnummer fiscale " +
	"personnummer hetu cpr ahv avs nir sociale rijksregisternummer nrn ppsn pps cnp egn amka kimlik tckn cuit cuil rut " +
	"gstin rrn hkid mbi npi dea personalausweis identity medicaid imei iccid vin mrn contribuinte " +
	"dselsnummer fodselsnummer contribuente utr cui jmbg oib emso kennitala egk krankenversicherungsnummer insee aba " +
	"kontonummer rekeningnummer pan cislo kartennummer ssnit nin bvn curp ife cedula " + joinedNumbers)

// joinedNumbers are names of such numbers in one word, as programs write them: passportNumber.
const joinedNumbers = "passportnumber passportno taxid taxnumber taxpayerid nationalid nationalidnumber " +
	"driverslicense driverlicense driverslicensenumber driverlicensenumber licensenumber licencenumber accountnumber bankaccount " +
	"bankaccountnumber routingnumber sortcode vatnumber vatid idnumber nhsnumber insurancenumber " +
	"nationalinsurancenumber medicalrecordnumber licenseplate socialinsurancenumber policynumber"

// numberWords follow the words of nationalPairs: national id, account number, tax no.
var (
	numberWords   = set("id number no nr num code card identifier file")
	nationalPairs = set("id national citizen citizens resident identity tax taxpayer ni account routing sort individual my " +
		"registration record patient license licence african sa driver drivers member policy uid fin pan permanent " +
		"employer thai personal social security health beneficiary vat steuer")
)

// linkVerbs stand between such a word and its number.
var linkVerbs = set("is was are reads")

// licenceKinds stand before the word for a licence to drive; there are others.
var licenceKinds = set("s driver drivers driving")

// foreignDocuments are words for an identity card or its number that are not written in ASCII alone.
var foreignDocuments = []string{
	"\u8eab\u4efd\u8bc1", "\u8eab\u4efd\u8bc1\u53f7", "\u8eab\u4efd\u8bc1\u53f7\u7801", "\u8eab\u5206\u8b49", "\u8eab\u5206\u8b49\u5b57\u865f",
	"\uc8fc\ubbfc\ub4f1\ub85d\ubc88\ud638", "\u30de\u30a4\u30ca\u30f3\u30d0\u30fc", "\u500b\u4eba\u756a\u53f7", "\u62a4\u7167", "\u62a4\u7167\u53f7\u7801",
	"tunnus", "\u010d\u00edslo", "num\u00e9ro national", "s\u00e9cu", "\u0418\u041d\u041d", "\u0421\u041d\u0418\u041b\u0421", "\u043f\u0430\u0441\u043f\u043e\u0440\u0442",
}

// birthWords stand before dates of birth.
var birthWords = words("birth born dob birthday birthdate geburtsdatum geboren naissance nacimiento nascimento nascita " +
	"geboortedatum dateofbirth")

// foreignBirths do so, too, and are not written in ASCII.
var foreignBirths = foreignWordList(
	"n\u00e9 le", "n\u00e9e le", "N\u00e9 le", "N\u00e9e le", "f\u00f8dt", "f\u00f6dd",
	"\u51fa\u751f\u65e5\u671f", "\u751f\u65e5", "\u751f\u5e74\u6708\u65e5", "\uc0dd\ub144\uc6d4\uc77c",
	"\u0440\u043e\u0436\u0434\u0435\u043d\u0438\u044f",
)

// Digits of the shortest and of the longest such number, and characters of those with letters.
const (
	leastNational = 8
	maxNational   = 18
	leastDocument = 6
	maxDocument   = 20
	leastDigits   = 4
)

// armed tells whether words before i announce the number of a person.
func armed(s string, i int) bool {
	if before(s, i, nationalWords) {
		return true
	}
	end := i
	for stop := max(0, i-contextGap); end > stop && !isAlnum(s[end-1]) && s[end-1] < utf8.RuneSelf; {
		if c := s[end-1]; c == ';' || c == ']' || c == '\n' && (end < 2 || s[end-2] != ':') {
			return false
		}
		end--
	}
	if end > 0 && (s[end-1] >= utf8.RuneSelf || foreignBefore(s, end)) {
		for _, word := range foreignDocuments {
			if strings.HasSuffix(s[:end], word) {
				return true
			}
		}
	}
	return announcedPair(s, end)
}

// announcedPair tells whether two words that end at end, with a verb behind them or not, announce the number of a
// person.
func announcedPair(s string, end int) bool {
	word, at := codeWordBefore(s, end)
	if linkVerbs[word] {
		word, at = codeWordBefore(s, at)
	}
	if word == "license" || word == "licence" {
		kind, _ := codeWordBefore(s, at)
		return licenceKinds[kind]
	}
	if word == "account" || word == "plate" {
		kind, _ := codeWordBefore(s, at)
		return accountOwners[kind] || word == "plate" && (kind == "license" || kind == "licence")
	}
	if !numberWords[word] {
		return false
	}
	kind, at := codeWordBefore(s, at)
	if kind == "s" { // driver's license
		kind, _ = codeWordBefore(s, at)
	}
	return (nationalPairs[kind] || nationalWords.words[kind]) && (kind != "account" || word != "id")
}

// national looks for a number that a word before it arms.
func (sc *Scanner) national(m *number) bool {
	if !sc.set.enabled[NationalID] || m.n < leastDocument || m.n > maxNational || isDate(m) {
		return false
	}
	start, end := documentAround(sc.text, m)
	if start != m.at[0] && !armed(sc.text, start) {
		start = m.at[0] // the letters before it may be those of the word: Steuer-ID 86…
	}
	if m.n < leastNational && m.groups < 2 && start == m.at[0] || !armed(sc.text, start) {
		return false
	}
	if m.groups == 1 && end-start == m.n {
		return sc.addNumber(start, end, NationalID)
	}
	sc.add(Finding{start, end, NationalID, Unquoted})
	return true
}

// sortCode looks for six digits behind the words for the code of a bank.
func (sc *Scanner) sortCode(m *number) bool {
	if m.groups > 1 || !followsWord(sc.text, m.at[0]) {
		return false
	}
	word, at := codeWordBefore(sc.text, m.at[0])
	if linkVerbs[word] {
		word, at = codeWordBefore(sc.text, at)
	}
	if word == "code" {
		word, _ = codeWordBefore(sc.text, at)
		return word == "sort" && sc.addNumber(m.at[0], m.end, NationalID)
	}
	return word == "sortcode" && sc.addNumber(m.at[0], m.end, NationalID)
}

// documentAround adds the letters that stand beside the digits of a document: AB 12 34 56 C, 12345678-Z.
func documentAround(s string, m *number) (start, end int) {
	start, end = m.at[0], m.end
	if start > 1 && (s[start-1] == ' ' || s[start-1] == '-') {
		letters := runBack(s, start-1, 3, aCapitals)
		if n := start - 1 - letters; n > 0 && n <= 2 && startsWord(s, letters) {
			start = letters
		}
	}
	if next := run(s, end, aCapitals); next > end && next-end <= 2 && endsWord(s, next) {
		return start, next
	}
	if end+1 < len(s) && (s[end] == ' ' || s[end] == '-') && alphabet[s[end+1]]&aCapitals != 0 && endsWord(s, end+2) {
		end += 2
	}
	return start, end
}

// birthDate looks for a date that a word before it arms.
func (sc *Scanner) birthDate(m *number) bool {
	if !sc.set.enabled[BirthDate] || !isDate(m) || m.n > leastNational ||
		!before(sc.text, m.at[0], birthWords) && !foreignBirths.before(sc.text, m.at[0]) {
		return false
	}
	sc.add(Finding{m.at[0], m.end, BirthDate, Unquoted})
	return true
}

// document looks for the number of a passport, of an identity card or of a device with letters in it, around the run
// [start, end).
func (sc *Scanner) document(start, end int) bool {
	s := sc.text[start:end]
	if !sc.set.enabled[NationalID] || len(s) < leastDocument || len(s) > maxDocument || !only(s, aDigit|aCapitals|aURLSafe) {
		return false
	}
	if digits, _, _ := mix(s); digits < leastDigits ||
		!armed(sc.text, start) && (!isRFC(s) || !before(sc.text, start, rfcWords)) {
		return false
	}
	if strings.HasPrefix(sc.text[end:], "(") && end+2 < len(sc.text) && sc.text[end+2] == ')' {
		end += len("(3)") // Hong Kong
	}
	sc.add(Finding{start, end, NationalID, Unquoted})
	return true
}

// rfcWords is what Mexicans call their number of taxes, and everybody else the standards of the Internet.
var rfcWords = words("rfc")

// isRFC tells whether s has the form of it: letters of the name, the date of birth, and three more characters.
func isRFC(s string) bool {
	const rest = 9
	name := len(s) - rest
	return name >= 3 && name <= 4 && only(s[:name], aCapitals) && only(s[name:name+leastDocument], aDigit)
}

// The lines of the zone of a passport or card that machines read (ICAO 9303) have one of these lengths.
const (
	shortZone, middleZone, longZone = 30, 36, 44
	leastFillers                    = 2
)

// machineZone looks for the zone of a document that machines read, a line of which holds the run [start, end), and for
// the line with the names before it.
func (sc *Scanner) machineZone(start, end int) bool {
	s := sc.text
	if end >= len(s) || s[end] != '<' || !sc.set.enabled[NationalID] {
		return false
	}
	from, to := zoneStart(s, start), zoneEnd(s, end)
	n := to - from
	if n != shortZone && n != middleZone && n != longZone || strings.Count(s[from:to], "<") < leastFillers {
		return false
	}
	if from > 0 && s[from-1] == '\n' {
		if above := zoneStart(s, from-1); from-1-above == n {
			from = above
		}
	}
	sc.add(Finding{from, to, NationalID, Unquoted})
	return true
}

func zoneStart(s string, i int) int {
	for stop := max(0, i-longZone-1); i > stop && isZone(s[i-1]); {
		i--
	}
	return i
}

func zoneEnd(s string, i int) int {
	for stop := min(len(s), i+longZone+1); i < stop && isZone(s[i]); {
		i++
	}
	return i
}

func isZone(c byte) bool { return c == '<' || alphabet[c]&(aDigit|aCapitals) != 0 }
