// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// card looks for a payment card among the groups of a number.
func (sc *Scanner) card(m *number) bool {
	if m.groups == 1 && m.at[0] > 0 && sc.text[m.at[0]-1] == '+' {
		return false // an international telephone number
	}
	if m.n < shortCard {
		return false
	}
	for a := range m.groups {
		last := a
		if m.size(a) == cardGroup {
			last = min(m.groups, a+maxCardGroups) - 1
		}
		for b := a; b <= last; b++ {
			if m.isCard(a, b) && !sc.isLongID(m, a, b) && !sc.isArticle(m, a, b) && !sc.inDump(m, a, b) ||
				a == b && sc.isShortCard(m, a) {
				sc.addNumber(m.at[a], m.stop[b], Card)
				return true
			}
		}
	}
	return false
}

// isLongID tells whether the groups a to b are 19 digits in one, as cards seldom have and ids of messages often, one in
// ten of them with a check digit that fits. A word for a card before them says otherwise.
func (sc *Scanner) isLongID(m *number, a, b int) bool {
	return a == b && m.size(a) > longestUsual && !before(sc.text, m.at[a], cardWords)
}

// isArticle tells whether the groups a to b are 13 digits in one that are the number of an article: a word before them
// says so, or their last digit is that of one (GS1). Cards of 13 digits are no longer issued, so that in doubt it is none.
func (sc *Scanner) isArticle(m *number, a, b int) bool {
	if a != b || m.size(a) != leastCard {
		return false
	}
	sum := 0
	for i, d := range m.part(a, a) {
		sum += int(d-'0') * (1 + i%2*2)
	}
	return (sum%10 == 0 || before(sc.text, m.at[a], articleWords)) && !before(sc.text, m.at[a], cardWords)
}

var articleWords = words("ean gtin upc barcode barcodes sku skus isbn article articles item items product products " +
	"asin artikel artikelnummer art ref reference code order")

// longestUsual is the length of nearly all cards.
const longestUsual = 16

// shortCard is the length of the shortest Maestro cards. Order numbers are as long, so a word must say that it is one.
const shortCard = 12

var cardWords = words("card cards credit debit maestro")

func (sc *Scanner) isShortCard(m *number, g int) bool {
	digits := m.part(g, g)
	if len(digits) != shortCard {
		return false
	}
	two := string(digits[:2])
	return (two == "50" || two >= "56" && two <= "69") && luhn(digits) && before(sc.text, m.at[g], cardWords)
}

// leastCard is how many digits the shortest cards have but for Maestro's.
const leastCard = 13

// cardGroup is how many digits the first of several groups has.
const cardGroup = 4

// maxCardGroups is how many groups a card number is written in: 4-4-4-4-3.
const maxCardGroups = 5

// isCard tells whether groups a to b are a card: the usual grouping, an issuer's range with its length, and the check
// digit.
func (m *number) isCard(a, b int) bool {
	if a < b && m.size(a) != cardGroup {
		return false
	}
	digits := m.part(a, b)
	if len(digits) < leastCard || len(digits) > 19 || !issued(string(digits)) {
		return false
	}
	if a < b {
		sep := m.sep[a+1]
		if !m.uniform(a, b, sep) || sep == '/' {
			return false
		}
		for g := a + 1; g <= b; g++ {
			if n := m.size(g); n != 4 && n != 6 && (g < b || n < 3 || n > 6) {
				return false
			}
		}
	}
	return luhn(digits)
}

// inDump tells whether one of four hexadecimal digits, with a letter among them, stands beside the groups a to b, as in
// tables of characters.
func (sc *Scanner) inDump(m *number, a, b int) bool {
	const size = cardGroup
	s, start, end := sc.text, m.at[a], m.stop[b]
	if a == b {
		return false
	}
	word := func(from, to int) bool {
		return from >= 0 && to <= len(s) && only(s[from:to], aHex) && !only(s[from:to], aDigit)
	}
	return start > size && isSpace(s[start-1]) && startsWord(s, start-1-size) && word(start-1-size, start-1) ||
		end < len(s) && isSpace(s[end]) && word(end+1, end+1+size) && endsWord(s, end+1+size)
}

// maxTrack is the length of the first track of a card's stripe.
const maxTrack = 79

// track looks for the first track of a card's stripe, whose number begins at i: %B4111111111111111^DOE/JANE^2701….
func (sc *Scanner) track(i int) bool {
	s := sc.text
	sc.num.parse(s, i)
	m := &sc.num
	if m.groups != 1 || m.end >= len(s) || s[m.end] != '^' || !m.isCard(0, 0) {
		return false
	}
	line := s[m.end:min(len(s), i+maxTrack)]
	end := m.end + len(line)
	if n := strings.IndexAny(line, "?\n\"\\"); n >= 0 {
		end = m.end + n
	}
	sc.add(Finding{i, end, Card, Unquoted})
	return true
}

// issued tells whether an issuer gives out numbers with this beginning and length. Lengths that also fit times in
// milliseconds are accepted for the few issuers that have them.
func issued(d string) bool {
	n := len(d)
	two, four := d[:2], d[:4]
	switch {
	case d[0] == '4':
		return n == 13 || n == 16 || n == 19
	case two >= "51" && two <= "55", four >= "2221" && four <= "2720":
		return n == 16
	case two == "34" || two == "37":
		return n == 15
	case two == "36" || two == "38" || two == "39" || d[:3] >= "300" && d[:3] <= "305":
		return n == 14 || n == 16 || n == 19
	case four == "6011" || two == "65" || d[:3] >= "644" && d[:3] <= "649" || two == "62" || two == "81":
		return n >= 16
	case two == "35":
		return n == 16
	case four >= "2200" && four <= "2204": // of Russia
		return n == 16
	case four == "2131" || four == "1800":
		return n == 15
	case two == "50" || two >= "56" && two <= "69":
		return n == 16 || n == 18 || n == 19
	}
	return false
}

// luhn checks the last digit (ISO/IEC 7812-1, annex B).
func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

var ssnWords = words("ssn social security")

// ssn looks for three groups of 3, 2 and 4 digits.
func (sc *Scanner) ssn(m *number) bool {
	for a := 0; a+2 < m.groups; a++ {
		if m.size(a) != 3 || m.size(a+1) != 2 || m.size(a+2) != 4 || m.sep[a+1] != m.sep[a+2] {
			continue
		}
		if m.groups != 3 && m.sep[a+1] != '-' || m.sep[a+1] != '-' && !before(sc.text, m.at[a], ssnWords) {
			continue
		}
		if a+3 == m.groups && !endsWord(sc.text, m.end) {
			continue // a code with a letter behind it
		}
		d := string(m.part(a, a+2))
		if d[:3] == "000" || d[:3] == "666" || d[3:5] == "00" || d[5:] == "0000" {
			continue
		}
		sc.add(Finding{m.at[a], m.stop[a+2], SSN, Unquoted})
		return true
	}
	return m.groups == 1 && m.n == 9 && sc.set.enabled[SSN] && before(sc.text, m.at[0], ssnWords) &&
		sc.addNumber(m.at[0], m.end, SSN)
}

var phoneWords = words("phone phones tel telephone mobile cell fax call whatsapp sms handy telefon telefono ph " +
	"cep gsm telepono telefone telefoon cellphone phonenumber mobilenumber dial answering")

// foreignPhones are words for a telephone in other alphabets.
var foreignPhones = foreignWordList(
	"\u624b\u673a", "\u624b\u673a\u53f7", "\u7535\u8bdd", "\u96fb\u8a71", "\u96fb\u8a71\u756a\u53f7", "\u643a\u5e2f",
	"\uc804\ud654", "\uc804\ud654\ubc88\ud638", "\ud734\ub300\ud3f0",
	"\u0442\u0435\u043b\u0435\u0444\u043e\u043d", "\u0442\u0435\u043b",
	"\u0422\u0435\u043b\u0435\u0444\u043e\u043d", "\u0422\u0435\u043b",
)

// foreignList are words that are not written in ASCII alone, and the bytes that they end in.
type foreignList struct {
	words []string
	last  [256]bool
}

func foreignWordList(words ...string) *foreignList {
	l := &foreignList{words: words}
	for _, word := range words {
		l.last[word[len(word)-1]] = true
	}
	return l
}

// before tells whether one of the words stands right before i.
func (l *foreignList) before(s string, i int) bool {
	const colon = "\uff1a"
	for stop := max(0, i-contextGap); i > stop && (s[i-1] == ' ' || s[i-1] == ':'); {
		i--
	}
	if strings.HasSuffix(s[:i], colon) {
		i -= len(colon)
	}
	if i == 0 || !l.last[s[i-1]] {
		return false
	}
	for _, word := range l.words {
		if strings.HasSuffix(s[:i], word) {
			return true
		}
	}
	return false
}

// phoneLabels stand behind a number in signatures and address books: "781 1704 office".
var phoneLabels = words("office fax mobile cell phone tel")

// labelled tells whether a label of a telephone number stands behind i.
func labelled(s string, i int) bool {
	start := i
	for start < len(s) && start-i < 2 && (s[start] == ' ' || s[start] == '-' || s[start] == '(') {
		start++
	}
	end := run(s, start, aLetter)
	return start > i && end-start <= len("mobile") && phoneLabels.has(s[start:end])
}

// phone looks for a telephone number: international, in a national form with separators, or behind a word that says so.
func (sc *Scanner) phone(m *number) bool {
	s := sc.text
	start := m.opening(s)
	plus := start > 0 && s[start-1] == '+'
	switch {
	case plus && (start < 2 || !isAlnum(s[start-2])) && m.n >= 8 && m.hasCountry():
		sc.add(Finding{start - 1, m.phoneEnd(s), Phone, Unquoted})
	case m.n > 15:
		return false
	case m.groups > 1 && (m.uniform(0, m.groups-1, '/') || m.dated(s)):
		return false // a row of figures
	case northAmerican(m), dialledForm(m), nationalForm(m) && !before(s, start, numberedThings), frenchForm(m),
		m.paren && m.areaInParentheses() && !divided(s, start):
		sc.add(Finding{start, m.phoneEnd(s), Phone, Unquoted})
	case sc.called(m, start):
		if plus {
			start--
		}
		if start == m.at[0] && m.groups == 1 {
			return sc.addNumber(start, m.end, Phone)
		}
		sc.add(Finding{start, m.phoneEnd(s), Phone, Unquoted})
	default:
		return false
	}
	return true
}

// hasCountry tells whether the digits begin with the code of a country: none begins with 0, and no area of North
// America, which has the 1 and ten more digits, with 0 or 1.
func (m *number) hasCountry() bool {
	const northAmerica = 11
	return m.digits[0] > '1' || m.digits[0] == '1' && m.digits[1] > '1' && m.n >= northAmerica &&
		(m.n == northAmerica || m.groups > 1)
}

// opening returns where the number begins, with a parenthesis around its first group.
func (m *number) opening(s string) int {
	start := m.at[0]
	if start == 0 || s[start-1] != '(' {
		return start
	}
	m.paren = m.paren || m.stop[0] < len(s) && s[m.stop[0]] == ')'
	return start - 1
}

// called tells whether a word beside the number that begins at start says that it is one of a telephone.
func (sc *Scanner) called(m *number, start int) bool {
	s := sc.text
	said := before(s, start, phoneWords) || m.groups > 1 && labelled(s, m.end) || foreignPhones.before(s, start)
	return said && !isDate(m)
}

// phoneEnd includes an extension written as x123 or ext. 123.
func (m *number) phoneEnd(s string) int {
	i := m.end
	for i < len(s) && s[i] == ' ' && i-m.end < 2 {
		i++
	}
	for _, word := range [...]string{"extension", "ext.", "ext", "x"} {
		if !hasFold(s[i:], word) {
			continue
		}
		j := i + len(word)
		for j < len(s) && s[j] == ' ' && j-i < len(word)+2 {
			j++
		}
		if end := run(s, j, aDigit); end > j && end-j <= 6 && endsWord(s, end) {
			return end
		}
	}
	return m.end
}

// northAmerican tells whether the number is 3-3-4 with area and exchange codes that exist, with or without 1 before it.
func northAmerican(m *number) bool {
	a := 0
	if m.groups == 4 && (string(m.part(0, 0)) == "1" || string(m.part(0, 0)) == "001") {
		a = 1
	}
	if m.groups-a != 3 || m.size(a) != 3 || m.size(a+1) != 3 || m.size(a+2) != 4 {
		return false
	}
	if m.digits[m.first[a]] < '2' || m.digits[m.first[a+1]] < '2' {
		return false
	}
	return m.paren || a == 1 || m.sep[a+2] == '-' || m.sep[a+2] == '.' || !m.round(a)
}

// round tells whether one of the groups from a on ends in 00: three such numbers with spaces between them are a row
// of a table.
func (m *number) round(a int) bool {
	for g := a; g < m.groups; g++ {
		if d := m.part(g, g); d[len(d)-1] == '0' && d[len(d)-2] == '0' {
			return true
		}
	}
	return false
}

// areaInParentheses tells whether the number reads (71) 4233-6306.
func (m *number) areaInParentheses() bool {
	return m.n >= 8 && m.groups >= 2 && m.groups <= 4 && m.size(0) <= 4 && m.size(m.groups-1) >= 3 && m.size(1) >= 2
}

// divided tells whether the number at i stands behind a sign of division, or is divided by what stands in parentheses.
func divided(s string, i int) bool {
	return i > 0 && s[i-1] == '/' || strings.HasPrefix(s[run(s, i, aDigit):], "/(")
}

// dated tells whether the last group is a year in parentheses, as behind the pages of a journal.
func (m *number) dated(s string) bool {
	year := string(m.part(m.groups-1, m.groups-1))
	return len(year) == len("2006") && (year[:2] == "19" || year[:2] == "20") && s[m.at[m.groups-1]-1] == '('
}

// numberedThings have numbers that look like a telephone's.
var numberedThings = words("case lot order ticket invoice part sku serial ref reference model version batch item article")

// nationalForm tells whether the number has the trunk 0 and the grouping of numbers outside North America: 07700
// 900123.
func nationalForm(m *number) bool {
	if m.digits[0] != '0' || m.digits[1] == '0' || m.n < 10 || m.n > 12 || m.groups < 2 || m.groups > 4 || isDate(m) {
		return false
	}
	zeros := 0
	for g := range m.groups {
		if m.size(g) < 2 || m.sep[g] == '.' {
			return false
		}
		if m.digits[m.first[g]] == '0' {
			zeros++
		}
	}
	if m.groups > 2 && zeros == m.groups {
		return false // characters by their numbers: 0399 0308 0301
	}
	return m.size(0) >= 2 && m.size(m.groups-1) >= 3 || m.size(0) >= 3 && m.size(1) >= 3
}

// dialledForm tells whether the number is one of another country as it is dialled: 0044 20 7183 8750.
func dialledForm(m *number) bool {
	if m.groups < 3 || m.groups > 5 || m.n < 11 || m.n > maxPhone || m.digits[0] != '0' || m.digits[1] != '0' ||
		m.digits[2] < '2' || m.size(0) < 4 || m.size(0) > 5 {
		return false
	}
	for g := 1; g < m.groups; g++ {
		if m.sep[g] == '.' || m.sep[g] == '/' || m.size(g) < 2 || m.digits[m.first[g]] == '0' {
			return false
		}
	}
	return true
}

// frenchForm tells whether the number is five pairs of digits with the trunk 0: 01 42 68 53 00. Rows of small numbers
// have more than one 0 in front.
func frenchForm(m *number) bool {
	if m.groups != 5 || m.n != 10 || m.digits[0] != '0' || m.digits[1] == '0' || !m.uniform(0, 4, m.sep[1]) {
		return false
	}
	zeros := 0
	for g := range m.groups {
		if m.size(g) != 2 {
			return false
		}
		if m.digits[m.first[g]] == '0' {
			zeros++
		}
	}
	return zeros <= 2
}

// addNumber adds a finding for digits that may stand as a number of JSON.
func (sc *Scanner) addNumber(start, end int, id ID) bool {
	level := Unquoted
	if only(sc.text[start:end], aDigit) {
		level = sc.bareLevel(start, end)
	}
	sc.add(Finding{start, end, id, level})
	return true
}

// bareLevel returns the level at which a replacement for the number must be quoted, when it stands as a value of JSON.
func (sc *Scanner) bareLevel(start, end int) int8 {
	s := sc.text
	i := start
	for i > 0 && isSpace(s[i-1]) {
		i--
	}
	if i == 0 || strings.IndexByte(":,[nrt", s[i-1]) < 0 {
		return Unquoted
	}
	j := end
	for j < len(s) && isSpace(s[j]) {
		j++
	}
	if j < len(s) && strings.IndexByte(",}]\\", s[j]) < 0 {
		return Unquoted
	}
	return sc.json.at(s, start)
}
