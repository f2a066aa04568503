// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "unicode/utf8"

// foreignKeys are words for a password that are not written in ASCII alone.
var foreignKeys = []string{
	"contrase\u00f1a", "has\u0142o", "l\u00f6senord", "\u015fifre", "\u015eifre", "jelsz\u00f3", "m\u1eadt kh\u1ea9u",
	"\u043f\u0430\u0440\u043e\u043b\u044c", "\u041f\u0430\u0440\u043e\u043b\u044c",
	"\u5bc6\u7801", "\u5bc6\u78bc", "\u53e3\u4ee4", "\u30d1\u30b9\u30ef\u30fc\u30c9", "\u6697\u8a3c\u756a\u53f7",
	"\ube44\ubc00\ubc88\ud638", "\ube44\ubc88", "\ud328\uc2a4\uc6cc\ub4dc", "\uc554\ud638", "\u03ba\u03c9\u03b4\u03b9\u03ba\u03cc\u03c2",
	"\u05e1\u05d9\u05e1\u05de\u05d4", "\u0643\u0644\u0645\u0629 \u0627\u0644\u0645\u0631\u0648\u0631",
}

// foreignTail is how far from its end the last letter stands that is not ASCII, in all of foreignKeys.
const foreignTail = 7

// foreignBefore tells whether a word with letters that are not ASCII may end at i.
func foreignBefore(s string, i int) bool {
	for k := i - 1; k >= max(0, i-foreignTail); k-- {
		if s[k] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// foreignKind judges the word before the sign at i.
func foreignKind(s string, i int) Kind {
	end := operatorStart(s, i)
	if end > 0 && isQuote(s[end-1]) {
		end--
	}
	if end == 0 {
		return KindNone
	}
	for _, word := range foreignKeysBy[lower(s[end-1])] {
		if end >= len(word) && hasFold(s[end-len(word):end], word) {
			return KindSecret
		}
	}
	return KindNone
}

// foreignKeysBy holds foreignKeys by their last byte.
var foreignKeysBy = func() (t [256][]string) {
	for _, word := range foreignKeys {
		last := word[len(word)-1]
		t[last] = append(t[last], word)
	}
	return t
}()
