// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"
)

// document is a text of a run that may become shorter: JSON, of which the strings may, or plain.
type document struct {
	text  []byte
	plain bool
}

const (
	// minPiece is the length below which a string is left as it is: roles, names and ids are shorter.
	minPiece = 256
	// maxMarker is more than any marker takes.
	maxMarker = 160
	// maxMediaType bounds what is taken for the type of a data URI.
	maxMediaType = 100
)

// piece is a string in a document: what stands between its quotes.
type piece struct {
	document, from, to int
	marker             string // what stands there instead, for media
}

func (p *piece) size() int {
	if p.marker != "" {
		return len(p.marker)
	}
	return p.to - p.from
}

// shrink makes documents fit into budget bytes. Media goes first, as it says least to those who read a trace; then the
// longest strings lose their ends, all to the same length, each with a marker that tells how much is missing. It
// reports whether that was enough.
func shrink(documents []document, budget int) bool {
	pieces, fixed := findPieces(documents)
	size := fixed
	for i := range pieces {
		p := &pieces[i]
		p.marker = mediaMarker(documents[p.document].text[p.from:p.to])
		size += p.size()
	}
	longest := size
	if size > budget {
		longest = level(pieces, budget-fixed) - maxMarker
		if longest < minPiece {
			return false
		}
	}
	rewrite(documents, pieces, longest)
	return true
}

// findPieces returns the long strings of all documents, and the size of all the rest.
func findPieces(documents []document) (pieces []piece, fixed int) {
	for i, d := range documents {
		fixed += len(d.text)
		before := len(pieces)
		if d.plain && len(d.text) >= minPiece {
			pieces = append(pieces, piece{document: i, to: len(d.text)})
		} else if !d.plain {
			pieces = appendStrings(pieces, i, d.text)
		}
		for _, p := range pieces[before:] {
			fixed -= p.to - p.from
		}
	}
	return pieces, fixed
}

// appendStrings finds the strings of valid JSON.
func appendStrings(pieces []piece, document int, text []byte) []piece {
	for at := 0; ; {
		open := bytes.IndexByte(text[at:], '"')
		if open < 0 {
			return pieces
		}
		from := at + open + 1
		to := from
		for to < len(text) && text[to] != '"' {
			if text[to] == '\\' {
				to++
			}
			to++
		}
		to = min(to, len(text))
		if to-from >= minPiece {
			pieces = append(pieces, piece{document: document, from: from, to: to})
		}
		if at = to + 1; at >= len(text) {
			return pieces
		}
	}
}

// level returns the length to which all longer pieces must be cut so that the sum is at most room.
func level(pieces []piece, room int) int {
	sizes := make([]int, len(pieces))
	for i := range pieces {
		sizes[i] = pieces[i].size()
	}
	slices.Sort(sizes)
	for i, size := range sizes {
		share := room / (len(sizes) - i)
		if size > share {
			return share
		}
		room -= size
	}
	return room
}

// rewrite puts markers into documents. Pieces are in the order in which they stand there.
func rewrite(documents []document, pieces []piece, longest int) {
	for i := range documents {
		var out []byte
		d := &documents[i]
		done := 0
		for _, p := range pieces {
			if p.document != i {
				continue
			}
			text := d.text[p.from:p.to]
			switch {
			case p.marker != "":
				out = append(append(out, d.text[done:p.from]...), p.marker...)
			case len(text) > longest+maxMarker:
				kept := head(text, longest, d.plain)
				out = append(append(out, d.text[done:p.from]...), kept...)
				out = fmt.Appendf(out, "… [left out: %d bytes, too large for LangSmith]", len(text)-len(kept))
			default:
				continue
			}
			done = p.to
		}
		if done > 0 {
			d.text = append(out, d.text[done:]...)
		}
	}
}

// head is the beginning of text, at most n bytes of it, that ends with a whole character. In JSON, an escape is one.
func head(text []byte, n int, plain bool) []byte {
	end := 0
	for end < len(text) {
		next := end + charSize(text[end:], plain)
		if next > n {
			break
		}
		end = next
	}
	return text[:end]
}

func charSize(text []byte, plain bool) int {
	if plain || text[0] != '\\' {
		_, size := utf8.DecodeRune(text)
		return size
	}
	switch {
	case isSurrogate(text, false) && isSurrogate(text[6:], true):
		return 12
	case len(text) > 1 && text[1] == 'u':
		return min(6, len(text))
	}
	return min(2, len(text))
}

// mediaMarker describes text if it is media in base64, alone or in a data URI; otherwise it is empty.
func mediaMarker(text []byte) string {
	media := "base64"
	if rest, ok := bytes.CutPrefix(text, []byte("data:")); ok {
		name, data, found := bytes.Cut(rest, []byte(";base64,"))
		if !found || len(name) > maxMediaType || !isMediaType(name) {
			return ""
		}
		media, text = string(name), data
	}
	if len(text) < minPiece || bytes.IndexFunc(text, notBase64) >= 0 {
		return ""
	}
	return fmt.Sprintf("[left out: %d bytes of %s, too large for LangSmith]", len(text), media)
}

func isMediaType(name []byte) bool {
	return bytes.IndexFunc(name, func(r rune) bool {
		return r <= ' ' || r > '~' || r == '"' || r == '\\' || r == '<'
	}) < 0
}

// notBase64 allows both alphabets, and the backslash before a slash that some JSON writers put there.
func notBase64(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return false
	case r == '+', r == '/', r == '-', r == '_', r == '=', r == '\\':
		return false
	}
	return true
}
