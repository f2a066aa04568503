// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// timeEnd returns the end of the time that begins with the digits [i, end) before a sign, or 0: with its date as ISO 8601 writes both, or
// without. Times stand in every record, and say nothing about anybody; what is behind one in the same word is none.
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
	end = i + len(clock)
	if end+1 < len(s) && s[end] == '.' && isDigit(s[end+1]) {
		end = run(s, end+1, aDigit)
	}
	switch {
	case end < len(s) && s[end] == 'Z':
		end++
	case end < len(s) && (s[end] == '+' || s[end] == '-') && hasForm(s, end+1, "00:00"):
		end += len("+00:00")
	}
	return pick(endsWord(s, end) && (end == len(s) || s[end] != ':'), end, 0)
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
