// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package replace makes what stands in a text instead of what was found: masks, keyed hashes, notes about
// attachments.
//
// A mask is [REDACTED:<detector>]. A hash token is hash:<key id>:<24 hex digits>.<8 hex digits>, where the first part
// is an HMAC-SHA256 of class and value cut to 96 bits, and the second one a check under a key derived from the same
// secret: by it a token of our own is told from one that somebody else wrote, so that the former is left alone and
// the latter hashed like any value. All of these are plain ASCII that needs no escape in JSON at any depth.
package replace

import (
	"strings"
	"sync"
)

// Mask returns the mask of a detector.
func Mask(detector string) string { return "[REDACTED:" + detector + "]" }

// Unprocessable stands for a value that could not be looked through.
const Unprocessable = "[REDACTED:unprocessable]"

// Edit replaces bytes [Start, End) of a text.
type Edit struct {
	Start, End int
	New        string
	// Level is the depth of escaping of the quotes that New needs around it, or negative for none.
	Level int8
}

// buffers holds builders' backing arrays between texts.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxKeptBuffer bounds what is kept for the next text.
const maxKeptBuffer = 1 << 20

// Splice returns the text with the edits made, which are in order and do not overlap. All other bytes stay as they are.
func Splice(text string, edits []Edit) string {
	if len(edits) == 0 {
		return text
	}
	p := buffers.Get().(*[]byte)
	b := (*p)[:0]
	at := 0
	for _, e := range edits {
		b = append(b, text[at:e.Start]...)
		b = quote(b, e.Level)
		b = append(b, e.New...)
		b = quote(b, e.Level)
		at = e.End
	}
	b = append(b, text[at:]...)
	out := string(b)
	if cap(b) <= maxKeptBuffer {
		*p = b
		buffers.Put(p)
	}
	return out
}

// quote appends a quote as it is written inside level strings of JSON: each level escapes the backslashes of the one
// before.
func quote(b []byte, level int8) []byte {
	if level < 0 {
		return b
	}
	for range 1<<level - 1 {
		b = append(b, '\\')
	}
	return append(b, '"')
}

// Word is a text with what stands instead of it.
type Word struct{ Old, New string }

// Words replaces whole occurrences of each word in text, in their order. A word ends where no letter or digit follows.
func Words(text string, words []Word) string {
	for _, w := range words {
		if w.Old != "" && strings.Contains(text, w.Old) {
			text = replaceWord(text, w.Old, w.New)
		}
	}
	return text
}

func replaceWord(text, word, instead string) string {
	var edits []Edit
	for at := 0; ; {
		k := strings.Index(text[at:], word)
		if k < 0 {
			return Splice(text, edits)
		}
		start := at + k
		end := start + len(word)
		at = start + 1
		if boundary(text, start) && boundary(text, end) {
			edits = append(edits, Edit{start, end, instead, -1})
			at = end
		}
	}
}

// boundary tells whether no word goes on across position i. The letter of an escape such as \n is not part of a word.
func boundary(text string, i int) bool {
	if i == 0 || i == len(text) {
		return true
	}
	return !wordByte(text[i-1]) || !wordByte(text[i]) || i > 1 && text[i-2] == '\\'
}

func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80
}
