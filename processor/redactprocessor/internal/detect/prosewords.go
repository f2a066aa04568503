// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// secretWords are words for a secret that are woken by a "w" or a "k".
var secretWords = []wakingWord{
	{4, "password"},
	{4, "passwort"},
	{4, "passwd"},
	{6, "chpasswd"},
	{6, "htpasswd"},
	{4, "kennwort"},
	{5, "wachtwoord"},
	{1, "pwd"},
	{5, "userpwd"},
	{2, "token"},
	{0, "key"},
	{4, "passkey"},
}

// otherWords are those that other letters wake.
var otherWords = []wakingWord{
	{0, "bearer"},
	{0, "basic"},
	{0, "by "},
	{0, "by\t"},
	{0, "by\n"},
	{0, "by\r"},
	{0, "pin"},
	{0, "phrase"},
	{4, "passphrase"},
	{0, "parola"},
	{0, "passe"},
	{2, "senha"},
	{2, "secret"},
	{3, "passcode"},
}

// wakingWords are secretWords by the letter that wakes them and the one before it, either one in whatever case.
var wakingWords = func() (t [32][32][]wakingWord) {
	for _, w := range secretWords {
		wakes := &t[w.word[w.back]&31]
		for before := range wakes {
			if w.back == 0 || int(w.word[w.back-1]&31) == before {
				wakes[before] = append(wakes[before], w)
			}
		}
	}
	return t
}()

// wakingWord is a word and how far from its start the letter stands that wakes it.
type wakingWord struct {
	back int
	word string
}

// wakingGrams are the letters that wake the words, with the letter before and the two behind them, where the words have
// any. Nearly all letters that could wake a word are passed over by them.
var wakingGrams = func() (t tailSet) {
	for _, w := range append(otherWords, secretWords...) {
		for around := range uint32(1 << letterBits) {
			for behind := range uint32(1 << letterBits) {
				gram, letters := [4]uint32{around, 0, behind, behind}, w.word[max(0, w.back-1):]
				from := pick(w.back > 0, 0, 1)
				for k := 0; k < len(letters) && from+k < len(gram); k++ {
					gram[from+k] = uint32(letters[k] & 31)
				}
				t.set(gram[3] | gram[2]<<letterBits | gram[1]<<(2*letterBits) | gram[0]<<(3*letterBits))
			}
		}
	}
	return t
}()

// mayBeProse is a first look at the letter at i, before prose.
func mayBeProse(s string, i int) bool {
	if i == 0 || i+2 >= len(s) {
		return i+1 < len(s) // none ends with the letter that wakes it
	}
	b := s[i-1 : i+3]
	return wakingGrams.has(uint32(b[3]&31) | uint32(b[2]&31)<<letterBits |
		uint32(b[1]&31)<<(2*letterBits) | uint32(b[0]&31)<<(3*letterBits))
}
