// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
	"unicode"
)

// Bounds of the name of a person: characters, and words.
const (
	leastName    = 2
	maxNameSize  = 64
	maxNameWords = 6
)

// isName tells whether s, which stands under a key for the name of a person, is one and not a type, an id or a path:
// words that begin with capitals, or with letters that have none.
func isName(s string) bool {
	s = strings.TrimSpace(s)
	if len(s) < leastName || len(s) > maxNameSize || isKeyword(s) || strings.Count(s, " ") >= maxNameWords {
		return false
	}
	for i, r := range s {
		switch {
		case unicode.IsLetter(r):
			if i == 0 && unicode.IsLower(r) {
				return false
			}
		case unicode.IsMark(r), r == ' ', r == '-', r == '\'', r == '.', r == ',', r == '\u2019', r == '\u00b7':
		default:
			return false
		}
	}
	return true
}
