// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// months are their names and abbreviations in English, German, French and Spanish.
var months = words("jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august " +
	"september october november december januar februar mai juni juli oktober dezember janvier mars avril juin juillet " +
	"octobre novembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")

// bornIn looks for a date of birth with the name of its month, of which m is the year: July 30, 1985 or 30 July 1985.
func (sc *Scanner) bornIn(m *number) bool {
	s, year := sc.text, m.at[0]
	if !sc.set.enabled[BirthDate] || m.groups != 1 || m.n != 4 || m.digits[0] != '1' && m.digits[0] != '2' || year < 8 ||
		s[year-1] != ' ' && s[year-1] != '-' {
		return false
	}
	first, at := dateWord(s, year)
	second, start := dateWord(s, at)
	if !isMonth(first) && !isMonth(second) || !isDay(first) && !isDay(second) || !before(s, start, birthWords) {
		return false
	}
	sc.add(Finding{start, m.end, BirthDate, Unquoted})
	return true
}

// dateWord returns the word before i, with signs and blanks in between, and where it begins.
func dateWord(s string, i int) (word string, start int) {
	end := i
	for stop := max(0, i-leastSequence); end > stop && !isAlnum(s[end-1]); {
		end--
	}
	start = runBack(s, end, len("september"), aAlnum)
	return s[start:end], start
}

func isMonth(word string) bool { return months.has(word) }

// isDay tells whether word is the day of a month: 3, 03, 3rd.
func isDay(word string) bool {
	digits := run(word, 0, aDigit)
	return digits > 0 && digits <= 2 && len(word)-digits <= 2
}
