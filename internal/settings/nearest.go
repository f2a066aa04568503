// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package settings

// maxDistance is how many edits a typing mistake may have: more, and the suggestion is a guess.
const maxDistance = 2

// nearest returns the word closest to key, or nothing when none is close.
func nearest(key string, words []string) string {
	best, bestDistance := "", maxDistance+1
	for _, w := range words {
		if d := distance(key, w); d < bestDistance {
			best, bestDistance = w, d
		}
	}
	return best
}

// distance counts the insertions, deletions and substitutions between a and b (Levenshtein), a row at a time.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j+1]+1, row[j]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
