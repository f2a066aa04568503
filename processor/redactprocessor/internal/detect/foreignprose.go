// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
	"unicode/utf8"
)

// cyrillic is the lead byte of the first letter of the Russian word for a password.
const cyrillic = 0xd0

// foreignWordAt is a word for a password in running text that is not written in ASCII alone; back is how far the letter
// that wakes it stands from its start.
type foreignWordAt struct {
	back int
	word string
}

// foreignWords holds them by the lead byte of that letter.
var foreignWords = [256][]foreignWordAt{
	0xc3:     {{8, "contrase\u00f1a"}},
	0xc5:     {{3, "has\u0142o"}, {0, "\u015fifre"}},
	0xe3:     {{0, "\u30d1\u30b9\u30ef\u30fc\u30c9"}},
	0xe5:     {{0, "\u5bc6\u7801"}, {0, "\u5bc6\u78bc"}},
	0xeb:     {{0, "\ube44\ubc00\ubc88\ud638"}},
	cyrillic: {{0, "\u043f\u0430\u0440\u043e\u043b\u044c"}, {0, "\u041f\u0430\u0440\u043e\u043b\u044c"}},
}

// foreignJoints stand between such a word and the password, whatever else does.
var foreignJoints = [...]string{
	": ", "\uff1a", " es ", " jest ", " to ", "\u306f", "\u662f", "\u4e3a", "\u70ba", "\ub294 ", "\uc740 ", " \u2014 ", " - ",
}

// foreignWord looks at the letter at i of a word that may announce a password, and returns where to read on.
func (sc *Scanner) foreignWord(i int) int {
	s := sc.text
	for k := range foreignWords[s[i]] {
		w := &foreignWords[s[i]][k]
		start := i - w.back
		if start < 0 || i+2 >= len(s) || s[i+1] != w.word[w.back+1] || s[i+2] != w.word[w.back+2] {
			continue
		}
		if hasFold(s[start:], w.word) {
			sc.announcedForeign(start + len(w.word))
			break
		}
	}
	return i + 1
}

// announcedForeign adds the password behind the word for one that ends at i: the first word in ASCII behind a verb or a
// colon. It must look like one, since sentences about passwords go on with words and numbers, too.
func (sc *Scanner) announcedForeign(i int) {
	s := sc.text
	start := jointEnd(s, i)
	if start == 0 {
		return
	}
	for k := 0; k < len(foreignQuotes) && start < len(s) && !isAlnum(s[start]); k++ {
		start += len(s[start:]) - len(strings.TrimPrefix(s[start:], foreignQuotes[k]))
	}
	end := start
	for end < len(s) && s[end] > ' ' && s[end] < utf8.RuneSelf && !proseStops[s[end]] && end-start < maxBare {
		end++
	}
	for end > start && proseSigns[s[end-1]] {
		end--
	}
	if text := s[start:end]; len(text) >= leastWord && looksPassword(text) && !sc.isPlaceholder(text) {
		sc.add(Finding{start, end, ProsePassword, Unquoted})
	}
}

// foreignQuotes may stand before the password, each once and in this order.
var foreignQuotes = [...]string{" ", "\u300c", "\u300e", "\u201c", "\u201e", "\u00ab", "\"", "'", "`"}

// jointEnd returns where the first verb or colon behind i ends, within the sentence, or 0.
func jointEnd(s string, i int) int {
	for end := min(len(s), i+maxOwner); i < end && !sentenceStops[s[i]]; i++ {
		for _, joint := range jointsBy[s[i]] {
			if strings.HasPrefix(s[i:], joint) {
				return i + len(joint)
			}
		}
	}
	return 0
}

// sentenceStops end a sentence, or what can be one.
var sentenceStops = chars(".;,\n\\\"'={}(")

// jointsBy holds foreignJoints by their first byte.
var jointsBy = func() (t [256][]string) {
	for _, joint := range foreignJoints {
		t[joint[0]] = append(t[joint[0]], joint)
	}
	return t
}()
