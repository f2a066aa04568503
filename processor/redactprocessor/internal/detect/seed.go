// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// Words of a seed phrase (BIP-39) have three to eight letters, and there are twelve to twenty-four of them. Sentences have
// shorter words between them, so that no list of the 2048 words is needed.
const (
	leastSeedWords = 12
	maxSeedWords   = 24
	leastSeedWord  = 3
	maxSeedWord    = 8
	seedGap        = 6 // signs, blanks and numbers between two words
	maxSeedLead    = 24
)

// seedPhrase adds the words of a wallet that follow at i, and tells whether there are enough of them.
func (sc *Scanner) seedPhrase(i int) bool {
	if sc.lastEnd() > i+maxSeedLead {
		return true // the words before it have gone as a phrase
	}
	start, end := seedWords(sc.text, i)
	if end == 0 || sc.isOwn(sc.text[start:end]) {
		return false
	}
	sc.add(Finding{start, end, Mnemonic, Unquoted})
	return true
}

// seedWords returns where the words of a wallet begin and end that stand at i or a few signs behind it. An end of 0 says
// that there are none.
func seedWords(s string, i int) (start, end int) {
	words, at := 0, i
	for words < maxSeedWords {
		next := seedWordAt(s, at, words > 0)
		stop := run(s, next, aHexLower|aLower)
		if n := stop - next; n < leastSeedWord || n > maxSeedWord || stop < len(s) && isAlnum(s[stop]) || namesMember(s, stop) {
			break
		}
		if words == 0 {
			start = next
		}
		words++
		at, end = stop, stop
	}
	if words < leastSeedWords {
		return 0, 0
	}
	return start, end
}

// namesMember tells whether the word that ends at i is the name of a member of JSON.
func namesMember(s string, i int) bool {
	for i < len(s) && s[i] == '\\' {
		i++
	}
	return i+1 < len(s) && s[i] == '"' && s[i+1] == ':'
}

// seedWordAt returns where the next word begins: behind blanks, commas, line breaks, quotes, and the number of the word.
func seedWordAt(s string, i int, inside bool) int {
	gap, signs := maxSeedLead, ",\\\"'`:=["
	if inside {
		gap, signs = seedGap, ",\\\"'`"
	}
	j := i
	for j < len(s) && j-i < gap {
		c := s[j]
		numbered := j > i && (c == '.' || c == ')' || c == '-') && (isDigit(s[j-1]) || isSpace(s[j-1]))
		if !numbered && !isSpace(c) && !isDigit(c) && !escapedLetter(s, j) && strings.IndexByte(signs, c) < 0 {
			break
		}
		j++
	}
	return j
}

// seedVerbs may stand between the word that announces a seed phrase and the phrase.
var seedVerbs = [...]string{" is", " was", " words", " here", " below", " with"}

// announcedSeed looks for the words of a wallet behind "recovery phrase" and the like, whose last word is [start, end).
func (sc *Scanner) announcedSeed(start, end int) int {
	kind, _ := codeWordBefore(sc.text, start)
	if !phraseKinds[kind] {
		return start + 1
	}
	for _, verb := range seedVerbs {
		if hasFold(sc.text[end:], verb) {
			end += len(verb)
			break
		}
	}
	sc.seedPhrase(end)
	return start + 1
}
