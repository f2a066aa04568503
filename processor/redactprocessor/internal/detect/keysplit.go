// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// splitKey appends the last words of key to words, in their order and in small letters. Words end at punctuation, at
// spaces, at capitals (accessToken, APIKey) and between letters and digits.
func splitKey(key string, words []string) []string {
	end := len(key)
	for end > 0 && len(words) < maxKeyWords {
		start := wordStart(key, end)
		if start == end {
			end--
			continue
		}
		words = append(words, lowered(key[start:end]))
		end = start
	}
	for i, j := 0, len(words)-1; i < j; i, j = i+1, j-1 {
		words[i], words[j] = words[j], words[i]
	}
	return words
}

// wordStart returns where the word that ends at end begins, or end when no word ends there.
func wordStart(key string, end int) int {
	i := end
	switch c := key[end-1]; {
	case isDigit(c):
		for i > 0 && isDigit(key[i-1]) {
			i--
		}
	case c >= 'A' && c <= 'Z':
		for i > 0 && key[i-1] >= 'A' && key[i-1] <= 'Z' {
			i--
		}
	case c >= 'a' && c <= 'z':
		for i > 0 && key[i-1] >= 'a' && key[i-1] <= 'z' {
			i--
		}
		if i > 0 && key[i-1] >= 'A' && key[i-1] <= 'Z' {
			if i--; i > 0 && key[i] == 'D' && key[i-1] == '-' {
				i++ // -Dkey=value of Java
			}
		}
	}
	return i
}

// lowered returns s in small letters; it copies only what has capitals.
func lowered(s string) string {
	return strings.ToLower(s)
}
