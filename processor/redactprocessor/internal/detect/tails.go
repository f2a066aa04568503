// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"maps"
	"slices"
)

// wordTails holds the last letters of every word that a key which announces something may end in. Four words in five
// are passed over by them, without being split or looked up.
var wordTails = func() (t tailSet) {
	for _, words := range [...][]string{
		slices.Collect(maps.Keys(keyWords)), slices.Collect(maps.Keys(vendorWords)), slices.Collect(maps.Keys(vendorParts)),
		slices.Collect(maps.Keys(personalWords)), slices.Collect(maps.Keys(personalPairs)),
		slices.Collect(maps.Keys(fillers.words)), foreignKeys, joinedIDs,
		{defaultWord, "value", "val", "holder"},
	} {
		for _, word := range words {
			t.add(word, false)
		}
	}
	for _, word := range append([]string{"api"}, joined...) {
		t.add(word, true)
	}
	return t
}()

// tailBits makes a tailSet of 2 KiB, which stay in the nearest cache.
const tailBits = 14

// tailSet is a set of the ends of words: their last four letters, or all of shorter ones.
type tailSet [1 << tailBits / 64]uint64

// maxTail is how many letters of a word are looked at.
const maxTail = 4

// Marks of ends that have fewer letters: of words that must begin there, and of those that may stand at the end of a
// longer one.
const (
	shortWord  = 1 << 20
	shortTail  = 1 << 21
	letterBits = 5
)

// add puts a word into the set. A joined one may stand at the end of a longer word.
func (t *tailSet) add(word string, joined bool) {
	tail, n := uint32(0), 0
	for k := len(word); n < maxTail && k > 0 && isLetter(word[k-1]); k-- {
		tail |= uint32(word[k-1]&31) << (letterBits * n)
		n++
	}
	if n < maxTail {
		tail |= pick[uint32](joined, shortTail, shortWord)
	}
	t.set(tail)
}

func (t *tailSet) set(tail uint32) {
	slot := tailSlot(tail)
	t[slot>>6] |= 1 << (slot & 63)
}

// mayEnd tells whether one of the words may end at end of s, right behind a letter.
func (t *tailSet) mayEnd(s string, end int) bool {
	if end < maxTail {
		return true // few keys stand there
	}
	b := s[end-maxTail : end]
	two := uint32(b[3]&31) | uint32(b[2]&31)<<letterBits
	three := two | uint32(b[1]&31)<<(2*letterBits)
	if t.has(three|uint32(b[0]&31)<<(3*letterBits)) || t.has(three|shortTail) {
		return true
	}
	return t.has(three|shortWord) && beginsWord(s, end-3) || t.has(two|shortWord) && beginsWord(s, end-2) ||
		endsInID(b[2:]) || !isLetter(b[2])
}

// beginsWord tells whether the letter at i may be the first one of a word of a key.
func beginsWord(s string, i int) bool {
	return i == 0 || !isLetter(s[i-1]) || isCapital(s[i]) || isCapital(s[i-1])
}

func (t *tailSet) has(tail uint32) bool {
	slot := tailSlot(tail)
	return t[slot>>6]&(1<<(slot&63)) != 0
}

// tailSlot spreads tails. Capitals and small letters fall together.
func tailSlot(tail uint32) uint32 { return tail * 0x9e3779b1 >> (32 - tailBits) }

// mayEnd tells whether the key that ends at end in s may announce something, by its last letters.
func mayEnd(s string, end int) bool {
	if c := s[end-1]; !isLetter(c) {
		return isDigit(c) || c == ']'
	}
	return wordTails.mayEnd(s, end)
}
