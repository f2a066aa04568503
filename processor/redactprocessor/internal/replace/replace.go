// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package replace makes what stands in a text instead of what was found: masks, keyed hashes, notes about
// attachments.
//
// A mask is [REDACTED:<detector>]. A hash token is hash:<key id>:<24 hex digits>.<8 hex digits>, where the first part
// is an HMAC-SHA256 of class and value cut to 96 bits, and the second one its check under a key derived from the same
// secret: by it a token of our own is told from one that somebody else wrote, so that the former is left alone and
// the latter hashed like any value. All of these are plain ASCII that needs no escape in JSON at any depth.
package replace

import "strings"

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

// Size is the length of what is put in.
func (e Edit) Size() int { return len(e.New) + 2*quoteSize(e.Level) }

// maxKeptBuffer bounds what is kept for the next token.
const maxKeptBuffer = 1 << 20

// Splice returns the text with the edits made, which are in order and do not overlap. All other bytes stay as they are.
func Splice(text string, edits []Edit) string {
	if len(edits) == 0 {
		return text
	}
	size := len(text)
	for _, e := range edits {
		size += e.Size() - (e.End - e.Start)
	}
	var b strings.Builder
	b.Grow(size)
	at := 0
	for _, e := range edits {
		b.WriteString(text[at:e.Start])
		quote(&b, e.Level)
		b.WriteString(e.New)
		quote(&b, e.Level)
		at = e.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// quoteSize is the length of a quote as it is written inside level strings of JSON: each level escapes the backslashes
// of the one before.
func quoteSize(level int8) int {
	if level < 0 {
		return 0
	}
	return 1 << level
}

func quote(b *strings.Builder, level int8) {
	n := quoteSize(level)
	for range n - 1 {
		b.WriteByte('\\')
	}
	if n > 0 {
		b.WriteByte('"')
	}
}
