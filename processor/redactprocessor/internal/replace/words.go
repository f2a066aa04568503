// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replace

import (
	"math/bits"
	"slices"
	"strings"
)

// Words finds whole words in texts. Its cost does not depend on how many there are, but on the bytes of the text. It
// belongs to one goroutine at a time.
type Words struct {
	list   []string
	number map[string]int
	starts [1 << 16 / 64]uint64 // the first two bytes of all words, as a set
	// lengths of the words that begin with the same bytes, longest first, as words may begin with shorter ones.
	lengths map[[LeastWord]byte][]int
	edits   []Edit
}

// LeastWord is the length of the shortest word that is looked for: shorter ones are found in ordinary words.
const LeastWord = 6

// fewWords is up to how many each is looked for by itself, which is faster where none is found.
const fewWords = 8

// Reset forgets all words.
func (w *Words) Reset() {
	for _, old := range w.list {
		w.starts[start(old)/64] = 0
	}
	clear(w.list)
	w.list = w.list[:0]
	clear(w.number)
	clear(w.lengths)
}

// Len returns how many words there are.
func (w *Words) Len() int { return len(w.list) }

// Word returns the word number i, by the order in which they were added.
func (w *Words) Word(i int) string { return w.list[i] }

// Add adds a word of at least LeastWord bytes, and tells whether it is a new one.
func (w *Words) Add(word string) bool {
	if len(word) < LeastWord {
		return false
	}
	if _, known := w.number[word]; known {
		return false
	}
	if w.number == nil {
		w.number, w.lengths = map[string]int{}, map[[LeastWord]byte][]int{}
	}
	w.number[word] = len(w.list)
	w.list = append(w.list, word)
	key := [LeastWord]byte([]byte(word))
	if lengths := w.lengths[key]; !slices.Contains(lengths, len(word)) {
		lengths = append(lengths, len(word))
		slices.SortFunc(lengths, func(a, b int) int { return b - a })
		w.lengths[key] = lengths
	}
	w.starts[start(word)/64] |= 1 << (start(word) % 64)
	return true
}

// Find returns the number of a word that was added.
func (w *Words) Find(word string) (int, bool) {
	n, ok := w.number[word]
	return n, ok
}

func start(word string) int { return int(word[0]) | int(word[1])<<8 }

// Replace returns text with what instead says for each word that stands in it, unless it says no. A word ends where no
// letter or digit follows; one with a digit in it also beside letters beyond ASCII, as in texts without blanks, and one
// with letters and digits beside an underscore. What lies in a mask, token or note of this package is left alone.
func (w *Words) Replace(text string, instead func(word int) (string, bool)) string {
	if len(text) < LeastWord || len(w.list) <= fewWords && !w.anyIn(text) {
		return text
	}
	w.edits = w.edits[:0]
	for i := 0; i+LeastWord <= len(text); i++ {
		if s := int(text[i]) | int(text[i+1])<<8; w.starts[s/64]&(1<<(s%64)) == 0 || inWord(text, i) {
			continue
		}
		word := w.at(text, i)
		if word < 0 {
			continue
		}
		end := i + len(w.list[word])
		if with, ok := instead(word); ok && !insideOwn(text, i) {
			w.edits = append(w.edits, Edit{i, end, with, bareLevel(text, i, end)})
			i = end - 1
		}
	}
	return Splice(text, w.edits)
}

func (w *Words) anyIn(text string) bool {
	return slices.ContainsFunc(w.list, func(word string) bool { return strings.Contains(text, word) })
}

// at returns the longest word that stands at position i, or -1.
func (w *Words) at(text string, i int) int {
	for _, n := range w.lengths[[LeastWord]byte([]byte(text[i:i+LeastWord]))] {
		end := i + n
		if end > len(text) || inWord(text, end) || insideNumber(text, i, end) {
			continue
		}
		k, ok := w.number[text[i:end]]
		if ok && (i == 0 || parts(text, i, text[i-1], w.list[k])) &&
			(end == len(text) || parts(text, end, text[end], w.list[k])) {
			return k
		}
	}
	return -1
}

// inWord tells whether a word goes on across position i whatever it is.
func inWord(text string, i int) bool {
	return i > 0 && i < len(text) && alnum(text[i-1]) && alnum(text[i]) && !endsEscape(text[:i])
}

// parts tells whether no word goes on across position i, on whose other side neighbour stands. The letter of an escape
// such as \n is not part of a word.
func parts(text string, i int, neighbour byte, word string) bool {
	switch {
	case !wordByte(text[i-1]) || !wordByte(text[i]) || endsEscape(text[:i]):
		return true
	case neighbour == '_':
		return strings.ContainsFunc(word, isDigit) && strings.ContainsFunc(word, isLetter)
	case neighbour >= 0x80:
		return strings.ContainsFunc(word, isDigit)
	}
	return false
}

func isDigit(r rune) bool  { return r >= '0' && r <= '9' }
func isLetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

// endsEscape tells whether text ends with an escape of JSON, \n, \t, or \u and four digits, or of a URL, %20.
func endsEscape(text string) bool {
	n := len(text)
	return n >= 2 && text[n-2] == '\\' && strings.IndexByte("nrtbf", text[n-1]) >= 0 ||
		n >= 6 && text[n-6] == '\\' && text[n-5] == 'u' ||
		n >= 3 && text[n-3] == '%' && hexDigit(text[n-2]) && hexDigit(text[n-1])
}

func alnum(c byte) bool { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' }

func hexDigit(c byte) bool { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func wordByte(c byte) bool { return alnum(c) || c == '_' || c >= 0x80 }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// insideNumber tells whether a number goes on before or after a fraction point.
func insideNumber(text string, start, end int) bool {
	return digit(text[start]) && start >= 2 && text[start-1] == '.' && digit(text[start-2]) ||
		digit(text[end-1]) && end+1 < len(text) && text[end] == '.' && digit(text[end+1])
}

// bareLevel returns the level of the quotes that a replacement needs: none, unless it stands for a bare number of JSON.
func bareLevel(text string, start, end int) int8 {
	if strings.Trim(text[start:end], "0123456789") != "" {
		return -1
	}
	before, after := strings.TrimRight(text[max(0, start-maxBlank):start], " \t"), strings.TrimLeft(text[end:], " \t")
	if before == "" || strings.IndexByte(":[,", before[len(before)-1]) < 0 {
		return -1
	}
	if after == "" || strings.IndexByte(",]}\\\n", after[0]) < 0 {
		return -1
	}
	from := max(0, start-maxQuoteDistance)
	quote := from + strings.LastIndexByte(text[from:start], '"')
	if quote < from {
		if text[0] == '[' {
			return 0
		}
		return -1
	}
	escapes := 0
	for escapes < quote && text[quote-1-escapes] == '\\' {
		escapes++
	}
	return int8(min(bits.Len(uint(escapes)), maxLevel))
}

const (
	// maxBlank is how much white space may stand before a value.
	maxBlank = 64
	// maxQuoteDistance is how far the last quote is looked for: numbers stand beside their keys.
	maxQuoteDistance = 4096
	// maxLevel bounds the escapes of quotes, whose number doubles with each level.
	maxLevel = 12
)

// maxToken is longer than any of our own tokens.
const maxToken = 128

// insideOwn tells whether position i lies in a mask, a note or a hash token.
func insideOwn(text string, i int) bool {
	back := text[max(0, i-maxToken) : i+1]
	if k := strings.LastIndexByte(back, '['); k >= 0 && strings.IndexByte(back[k:], ']') < 0 {
		for _, own := range [...]string{"[REDACTED:", "[media:", "[content:", "[truncated:"} {
			if strings.HasPrefix(text[i+1-len(back)+k:], own) {
				return true
			}
		}
	}
	k := strings.LastIndex(back, prefix)
	return k >= 0 && !strings.ContainsAny(back[k:], " \",\\\n{}[]()")
}
