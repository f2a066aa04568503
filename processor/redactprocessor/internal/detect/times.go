// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// timeEnd returns the end of the time that begins with the digits [i, end) before a sign, or 0: with its date as ISO
// 8601 writes both, or without. Times stand in every record, and say nothing about anybody; what is behind one in the
// same word is none.
func timeEnd(s string, i, end int) int {
	const date, clock = "0000-00-00T", "00:00:00"
	if i > 0 && (isAlnum(s[i-1]) || s[i-1] == ':') {
		return 0
	}
	switch {
	case s[end] == '-' && end-i == len("0000") && hasForm(s, i, date):
		i += len(date)
	case s[end] != ':' || end-i != len("00"):
		return 0
	}
	if !hasForm(s, i, clock) {
		return 0
	}
	end = offsetEnd(s, i+len(clock))
	return pick(endsWord(s, end) && (end == len(s) || s[end] != ':'), end, 0)
}

// mayBeTime is a first look at the sign behind the digits that end at end, before timeEnd.
func mayBeTime(s string, end int) bool { return end < len(s) && (s[end] == '-' || s[end] == ':') }

// offsetEnd returns the end of the fraction of a second and of the time zone at i, where there are any.
func offsetEnd(s string, i int) int {
	if i+1 < len(s) && s[i] == '.' && isDigit(s[i+1]) {
		i = run(s, i+1, aDigit)
	}
	switch {
	case i < len(s) && s[i] == 'Z':
		i++
	case i < len(s) && (s[i] == '+' || s[i] == '-') && hasForm(s, i+1, "00:00"):
		i += len("+00:00")
	}
	return i
}

// hasForm tells whether the form stands at i, in which 0 is any digit.
func hasForm(s string, i int, form string) bool {
	if i+len(form) > len(s) {
		return false
	}
	for k, c := range []byte(form) {
		if s[i+k] != c && (c != '0' || !isDigit(s[i+k])) {
			return false
		}
	}
	return true
}

// isTime tells whether s is a time with its date and nothing else.
func isTime(s string) bool {
	const year = len("2026")
	return len(s) > year && s[year] == '-' && only(s[:year], aDigit) && timeEnd(s, 0, year) == len(s)
}
