// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// Bounds of a number with separators: longer than any card, phone number or account.
const (
	maxDigits = 40
	maxGroups = 12
)

// leastNumber is how many digits the shortest thing of interest has (IP addresses apart).
const leastNumber = 7

// number is a sequence of groups of digits with single separators between them.
type number struct {
	digits [maxDigits]byte
	n      int             // digits in all
	first  [maxGroups]int  // index of the first digit of each group
	at     [maxGroups]int  // where each group begins in the text
	stop   [maxGroups]int  // where it ends
	sep    [maxGroups]byte // what stands before each group; ' ' also for ") " and " ("
	groups int
	paren  bool // a group stands in parentheses
	end    int
}

// digit looks at what begins with, or contains, the digit at i, and returns where to read on.
func (sc *Scanner) digit(i int) int {
	s := sc.text
	if i < sc.longRun {
		return run(s, i, aAlnum)
	}
	end := run(s, i, aDigit)
	if mayBeTime(s, end) {
		if next := timeEnd(s, i, end); next > 0 {
			return next
		}
	}
	if i > 0 && isAlnum(s[i-1]) && !escapedAt(s, i-1) || end < len(s) && isLetter(s[end]) && s[end] != 'x' {
		return sc.inWord(i)
	}
	if besideBlank(s, i, end) && sc.streetAt(i, end) {
		return sc.skip(i)
	}
	if end-i <= cardCode {
		if sc.coordinates(i, end) {
			return sc.skip(i)
		}
		if sc.isShort(i, end) {
			return end
		}
	}
	if next := sc.digitsFirst(i); next > 0 {
		return next
	}
	if end-i > 19 && sc.encodedDigits(i, end) {
		return sc.skip(i)
	}
	sc.num.parse(s, i)
	sc.num.leaveWord(s)
	if sc.withinSecret(i, sc.num.end) {
		return sc.num.end
	}
	return sc.numeric(&sc.num)
}

// besideBlank tells whether a blank stands before or behind [start, end).
func besideBlank(s string, start, end int) bool {
	return start > 0 && s[start-1] == ' ' || end < len(s) && s[end] == ' '
}

// withinSecret tells whether [start, end) lies in the value of a key that was found last. No kind of number says more
// about it than the key does.
func (sc *Scanner) withinSecret(start, end int) bool {
	n := len(sc.findings)
	if n == 0 || sc.findings[n-1].ID != SecretValue && sc.findings[n-1].ID != URLSecret {
		return false
	}
	return sc.findings[n-1].Start <= start && end <= sc.findings[n-1].End
}

// isShort tells whether the few digits at [start, end) are of no interest to what reads longer numbers.
func (sc *Scanner) isShort(start, end int) bool {
	return end-start == cardCode && sc.onCard(start, end) || !numberGoesOn(sc.text, end)
}

// digitsFirst looks for tokens that may begin with a digit at i, and returns where to read on, or 0.
func (sc *Scanner) digitsFirst(i int) int {
	s := sc.text
	switch {
	case s[i] == '1' && strings.HasPrefix(s[i:], googleRefresh):
		return sc.googleRefresh(i)
	case i+36 <= len(s) && s[i+8] == '-' && isUUID(s[i:i+36]):
		sc.inContext(i, i+36)
		return i + 36
	}
	return 0
}

// numberGoesOn tells whether another group of digits follows the one that ends at i.
func numberGoesOn(s string, i int) bool {
	if i >= len(s) {
		return false
	}
	switch s[i] {
	case ' ', '-', '.', ')', '/', '(':
		return true
	}
	return s[i] >= 0x80
}

// parse reads the number that begins at i.
func (m *number) parse(s string, i int) {
	gap := byte(0)
	m.n, m.groups, m.paren = 0, 0, false
	for m.groups < maxGroups {
		end := run(s, i, aDigit)
		m.first[m.groups], m.at[m.groups], m.stop[m.groups], m.sep[m.groups] = m.n, i, end, gap
		for k := i; k < end && m.n < maxDigits; k++ { // few of them: quicker than a copy
			m.digits[m.n] = s[k]
			m.n++
		}
		m.groups++
		m.end = end
		if end-i > maxDigits-m.n {
			return
		}
		next, sep := m.nextGroup(s, end)
		if next == 0 {
			return
		}
		i, gap = next, sep
	}
}

// leaveWord takes the last group away when it is the beginning of a longer word, such as a trace id's behind the
// version of a traceparent.
func (m *number) leaveWord(s string) {
	last := m.groups - 1
	if last == 0 || m.size(last) <= leastNumber || m.end == len(s) || !isLetter(s[m.end]) {
		return
	}
	m.groups, m.n, m.end = last, m.first[last], m.stop[last-1]
}

// nextGroup returns where the group behind the separator at i begins, or 0.
func (m *number) nextGroup(s string, i int) (next int, sep byte) {
	if i >= len(s) {
		return 0, 0
	}
	sep = s[i]
	paren := false
	switch sep {
	case ')', '(':
		paren = true
		i++
		if i < len(s) && (s[i] == ' ' || s[i] == '-') {
			i++
		}
		sep = ' '
	case ' ', '-', '.', '/':
		i++
		if i < len(s) && s[i] == '(' {
			paren = true
			i++
			sep = ' '
		}
	default:
		return 0, 0
	}
	if i < len(s) && isDigit(s[i]) {
		m.paren = m.paren || paren
		return i, sep
	}
	return 0, 0
}

// size returns how many digits group g has.
func (m *number) size(g int) int { return m.stop[g] - m.at[g] }

// part returns the digits of groups a to b.
func (m *number) part(a, b int) []byte {
	last := m.n
	if b+1 < m.groups {
		last = m.first[b+1]
	}
	return m.digits[m.first[a]:last]
}

// uniform tells whether all separators between groups a and b are sep.
func (m *number) uniform(a, b int, sep byte) bool {
	for g := a + 1; g <= b; g++ {
		if m.sep[g] != sep {
			return false
		}
	}
	return true
}

// numeric asks each kind of number in turn and returns where to read on.
func (sc *Scanner) numeric(m *number) int {
	s := sc.text
	sc.numberInTable(m)
	if m.groups >= 4 && sc.ipv4(m) || m.n <= maxCode && sc.isAnnounced(m) || m.n < leastNumber {
		return m.end
	}
	start := m.at[0]
	if m.end < len(s) && isAlnum(s[m.end]) && m.groups == 1 || start > 1 && s[start-1] == '.' && isDigit(s[start-2]) {
		return m.end
	}
	if sc.birthDate(m) || isDate(m) && m.n <= 8 || isFraction(s, m) {
		return m.end
	}
	_ = sc.card(m) || sc.ssn(m) || sc.national(m) || sc.phone(m)
	return m.end
}

// isAnnounced looks at numbers of a few digits, which mean something behind certain words only.
func (sc *Scanner) isAnnounced(m *number) bool {
	return sc.oneTimeCode(m) || sc.bornIn(m) ||
		m.n == leastDocument && (m.groups > 1 && sc.national(m) || sc.sortCode(m))
}

// isDate tells whether the number is a date in one of the usual orders.
func isDate(m *number) bool {
	if m.groups != 3 {
		return false
	}
	a, b, c := m.size(0), m.size(1), m.size(2)
	return a == 4 && b <= 2 && c <= 2 || a <= 2 && b <= 2 && c == 4
}

// isFraction tells whether the number is one with decimals, such as a vector's or a coordinate.
func isFraction(s string, m *number) bool {
	if m.groups == 2 && m.sep[1] == '.' {
		return true
	}
	start := m.at[0]
	return start > 0 && s[start-1] == '.' && (start < 2 || !isLetter(s[start-2]))
}

// before tells whether one of the words stands within a few characters before i, with nothing but punctuation in
// between.
func before(s string, i int, list *wordSet) bool {
	j := i
	for stop := max(0, i-contextGap); j > stop && !isLetter(s[j-1]); j-- {
		if s[j-1] == ';' || s[j-1] == ']' || s[j-1] == '\n' && (j < 2 || s[j-2] != ':') {
			return false
		}
	}
	for range contextWords {
		end := j
		start := runBack(s, end, maxKey, aLetter)
		if start < end && escapedLetter(s, start) {
			start++
		}
		if start < end && list.has(s[start:end]) {
			return true
		}
		j = start
		for j > max(0, start-2) && !isLetter(s[j-1]) {
			j--
		}
		if j == start || start == end {
			return false
		}
	}
	return false
}

// How far a word may stand before the number that it explains: punctuation, and then words.
const (
	contextGap   = 10
	contextWords = 3
)
