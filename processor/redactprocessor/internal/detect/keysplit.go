// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// splitKey returns the last words of key in their order, from the first one of them on, out of low, which is key in
// small letters. Words end at punctuation, at spaces, at capitals (accessToken, APIKey) and between letters and digits.
func splitKey(key, low string) (words [maxKeyWords]string, first int) {
	first = maxKeyWords
	for end := len(key); end > 0 && first > 0; {
		start := wordStart(key, end)
		if start == end {
			end--
			continue
		}
		first--
		words[first] = low[start:end]
		end = start
	}
	return words, first
}

// afterCapitals tells whether the word [start, end) stands behind one in capitals, and does not begin with the last of them:
// PRIVATEkey, but not APIKey.
func afterCapitals(key string, start, end int) bool {
	if start < 2 || !isCapital(key[start-2]) {
		return false
	}
	return key[start:end] == "key" || key[start:end] == "token"
}

// wordStart returns where the word that ends at end begins, or end when no word ends there.
func wordStart(key string, end int) int {
	i := end
	switch c := key[end-1]; {
	case isDigit(c):
		for i > 0 && isDigit(key[i-1]) {
			i--
		}
	case isCapital(c):
		for i > 0 && isCapital(key[i-1]) {
			i--
		}
	case c >= 'a' && c <= 'z':
		for i > 0 && key[i-1] >= 'a' && key[i-1] <= 'z' {
			i--
		}
		if i > 0 && isCapital(key[i-1]) && !afterCapitals(key, i, end) {
			if i--; i > 0 && key[i] == 'D' && key[i-1] == '-' {
				i++ // -Dkey=value of Java
			}
		}
	}
	return i
}

func isCapital(c byte) bool { return c >= 'A' && c <= 'Z' }
