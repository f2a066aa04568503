// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// geoWords stand before a coordinate.
var geoWords = words("lat latitude lng lon long longitude geo coordinates coords location position gps")

// maxDegrees is half a circle.
const maxDegrees = 180

// leastDecimals of a degree are some eleven metres.
const leastDecimals = 4

// coordinates looks for a place around the number whose first digits are [start, end): 52.52001, 13.40495. What begins
// with 0 is mostly a score, and within a degree of the equator or of Greenwich.
func (sc *Scanner) coordinates(start, end int) bool {
	s := sc.text
	if !sc.set.enabled[Geo] || end >= len(s) || s[end] != '.' || s[start] == '0' || start > 0 && (isAlnum(s[start-1]) || s[start-1] == '.') {
		return false
	}
	first, degrees := degree(s, start)
	if first == 0 || degrees > maxDegrees {
		return false
	}
	if start > 0 && s[start-1] == '-' {
		start--
	}
	if last := pairEnd(s, first); last > 0 && (start == 0 || s[start-1] != ',') {
		first = last
	} else if !before(s, start, geoWords) {
		return false
	}
	sc.add(Finding{start, first, Geo, sc.bareLevel(start, first)})
	return true
}

// pairEnd returns the end of the second number of a pair, the first of which ends at i, or 0. More than two are a vector.
func pairEnd(s string, i int) int {
	j := i
	for j < len(s) && j-i < 2 && (s[j] == ',' || s[j] == ' ' || s[j] == ';') {
		j++
	}
	if j == i {
		return 0
	}
	if j < len(s) && s[j] == '-' {
		j++
	}
	end, degrees := degree(s, j)
	if degrees > maxDegrees || end < len(s) && s[end] == ',' {
		return 0
	}
	return end
}

// degree returns the end of the number with enough decimals that begins at i, or 0, and its whole part.
func degree(s string, i int) (end, whole int) {
	point := run(s, i, aDigit)
	if point == i || point-i > 3 || point >= len(s) || s[point] != '.' {
		return 0, 0
	}
	end = run(s, point+1, aDigit)
	if end-point-1 < leastDecimals || end < len(s) && isAlnum(s[end]) {
		return 0, 0
	}
	for ; i < point; i++ {
		whole = 10*whole + int(s[i]-'0')
	}
	return end, whole
}
