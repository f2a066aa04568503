// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// view is a copy of a text as a reader would see it: escapes decoded, look-alike letters replaced, invisible ones
// left out. It remembers where it differs from the text.
type view struct {
	text  []byte
	marks []mark
	asked int // how many marks stand at or before the position that was asked about last
}

// mark is a character that the view shows in another way: in place of [from, to) of the text, its bytes [at, at+size).
type mark struct {
	at, from, to int32
	size         int32
}

// escape notes that an encoded character stands at i, if one does, so that the view is read as well.
func (sc *Scanner) escape(i int) int {
	s := sc.text
	var n int
	switch s[i] {
	case '\\':
		if i+1 >= len(s) || s[i+1] != 'u' {
			return i + 1
		}
		if n = telling(unicodeEscape(s, i)); n > 0 {
			sc.encoded++
		}
		return run(s[:min(len(s), i+len(`\u0000`))], i+2, aHex) // its digits are not those of a number
	case '%':
		n = telling(percentEscape(s, i))
	case '&':
		n = telling(entity(s, i))
	default:
		if s[i] == cyrillic {
			sc.foreignWord(i)
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if size == 1 || !suspicious(s, i, size, r) {
			return i + size
		}
		n = size
	}
	if n == 0 {
		return i + 1
	}
	sc.encoded++
	if s[i] == '%' || s[i] == '&' {
		return i + 1 // what stands behind may still be read as it is
	}
	return i + n
}

// telling returns n when an encoded character may be part of something of interest. Others, such as the quotes and
// letters that some encoders write as \uXXXX everywhere, are no reason to read a text twice.
func telling(r rune, n int) int {
	switch p := plain(r); {
	case n == 0:
		return 0
	case p == -1, p < utf8.RuneSelf && (p != r || isAlnum(byte(p)) || strings.IndexByte("@_-.:=", byte(p)) >= 0):
		return n
	}
	return 0
}

// scanView builds the view and adds what is found in it, at its place in the text.
func (sc *Scanner) scanView() {
	if len(sc.text) > maxView {
		sc.add(Finding{0, len(sc.text), Unprocessable, Unquoted})
		return
	}
	sc.view.build(sc.text)
	if len(sc.view.text) == 0 {
		return
	}
	text, inner := string(sc.view.text), sc.deeper()
	var findings []Finding
	if sc.changed == nil {
		findings = inner.Scan(text)
	} else {
		findings = inner.ScanNear(text, sc.view.spans(sc.changed))
	}
	for _, f := range findings {
		start, end := sc.view.start(f.Start), sc.view.end(f.End-1)
		level := f.Level
		if level != Unquoted {
			level = sc.bareLevel(start, end)
		}
		sc.add(Finding{start, end, f.ID, level})
	}
}

// maxView is the largest text of which a view is made: positions in it are 32 bits wide.
const maxView = 1 << 30

func (v *view) build(s string) {
	v.text, v.marks, v.asked = v.text[:0], v.marks[:0], 0
	for i := 0; i < len(s); {
		next := nextEncoded(s, i)
		v.text = append(v.text, s[i:next]...)
		if next == len(s) {
			return
		}
		r, n := decodeAt(s, next)
		if i = next + n; n == 0 { // what no escape follows is none of its backslashes
			for i++; i < len(s) && s[next] == '\\' && s[i] == '\\'; {
				i++
			}
			v.text = append(v.text, s[next:i]...)
			continue
		}
		at := len(v.text)
		if r >= 0 {
			v.text = utf8.AppendRune(v.text, r)
		}
		v.marks = append(v.marks, mark{int32(at), int32(next), int32(i), int32(len(v.text) - at)})
	}
}

// nextEncoded returns the first position from i on at which a character may be written in a way of its own, or the end
// of s. Of a row of backslashes that is the last from which an escape can be read.
func nextEncoded(s string, i int) int {
	for i < len(s) {
		if i+stride <= len(s) {
			if p := s[i : i+stride]; encodedStarts[p[0]]|encodedStarts[p[1]]|encodedStarts[p[2]]|encodedStarts[p[3]] == 0 {
				i += stride
				continue
			}
		}
		switch encodedStarts[s[i]] {
		case 0:
			i++
			continue
		case anyEscape:
			return i
		}
		end := i + 1
		for end < len(s) && s[end] == '\\' {
			end++
		}
		if end < len(s) && s[end] == 'u' {
			return max(i, end-1<<maxDepth)
		}
		i = end
	}
	return i
}

// What a byte may begin: an escape of any kind, or one of JSON.
const (
	anyEscape = 1 + iota
	jsonEscape
)

var encodedStarts = func() (t [256]uint8) {
	t['%'], t['&'], t['\\'] = anyEscape, anyEscape, jsonEscape
	for c := utf8.RuneSelf; c < len(t); c++ {
		t[c] = anyEscape
	}
	return t
}()

// spans returns where in the view the spans of the text stand, which are in order.
func (v *view) spans(list []Span) []Span {
	shown := make([]Span, len(list))
	k, shift := 0, 0
	at := func(i int) int {
		for k < len(v.marks) && int(v.marks[k].to) <= i {
			m := v.marks[k]
			shift = int(m.at+m.size) - int(m.to)
			k++
		}
		return i + shift
	}
	for i, span := range list {
		shown[i].Start = at(span.Start)
		shown[i].End = max(shown[i].Start, at(span.End))
	}
	return shown
}

// before returns the last mark that begins at or before position i of the view, or one of nothing. Findings are asked
// about in their order, so that it goes on where it was.
func (v *view) before(i int) mark {
	n := v.asked
	if n > 0 && int(v.marks[n-1].at) > i {
		n = 0
	}
	for n < len(v.marks) && int(v.marks[n].at) <= i {
		n++
	}
	v.asked = n
	if n == 0 {
		return mark{}
	}
	return v.marks[n-1]
}

// start returns where in the text the character begins that stands at position i of the view.
func (v *view) start(i int) int {
	m := v.before(i)
	if i < int(m.at+m.size) {
		return int(m.from)
	}
	return i - int(m.at+m.size) + int(m.to)
}

// end returns where that character ends.
func (v *view) end(i int) int {
	if m := v.before(i); i < int(m.at+m.size) {
		return int(m.to)
	}
	return v.start(i) + 1
}

// decodeAt returns the character that is written at i in a way of its own, and how long that is; -1 for one that
// nobody sees, and length 0 for a byte that stands for itself.
func decodeAt(s string, i int) (r rune, n int) {
	switch c := s[i]; {
	case c == '\\':
		r, n = unicodeEscape(s, i)
		if n > 0 {
			r = plain(r)
		}
		return r, n
	case c == '%':
		return percentEscape(s, i)
	case c == '&':
		return entity(s, i)
	case c < utf8.RuneSelf:
		return 0, 0
	}
	r, n = utf8.DecodeRuneInString(s[i:])
	if r == utf8.RuneError {
		return 0, 0
	}
	if tagged(s, i, n, r) {
		return -1, n
	}
	if p := plain(r); p != r {
		return p, n
	}
	return 0, 0
}

// unicodeEscape reads \uXXXX at i, at any depth of escaping. Surrogates stay as they are.
func unicodeEscape(s string, i int) (rune, int) {
	j := i
	for j < len(s) && s[j] == '\\' && j-i < 1<<maxDepth {
		j++
	}
	if j == i || j+5 > len(s) || s[j] != 'u' {
		return 0, 0
	}
	d := s[j+1 : j+5]
	a, b, c, e := nibble(d[0]), nibble(d[1]), nibble(d[2]), nibble(d[3])
	v := rune(a)<<12 | rune(b)<<8 | rune(c)<<4 | rune(e)
	if a|b|c|e == noNibble || v < ' ' || v >= 0xd800 && v < 0xe000 || v == '"' || v == '\\' {
		return 0, 0
	}
	return v, j + 5 - i
}

// percentEscape reads %XX at i, and %25XX, which was encoded twice.
func percentEscape(s string, i int) (rune, int) {
	j := i + 1
	for j+4 <= len(s) && s[j] == '2' && s[j+1] == '5' && nibble(s[j+2])|nibble(s[j+3]) != noNibble {
		j += 2
	}
	if j+2 > len(s) {
		return 0, 0
	}
	high, low := nibble(s[j]), nibble(s[j+1])
	v := rune(high)<<4 | rune(low)
	if high|low == noNibble || v < ' ' || v >= 0x7f || v == '"' || v == '\\' {
		return 0, 0
	}
	return v, j + 2 - i
}

// maxEntity is the length of the longest character reference that is read: &#x10FFFF;.
const maxEntity = 10

// entity reads &#64; and &#x40; at i.
func entity(s string, i int) (rune, int) {
	if !strings.HasPrefix(s[i:], "&#") {
		return 0, 0
	}
	body, _, found := strings.Cut(s[i+2:min(len(s), i+maxEntity)], ";")
	if !found || body == "" {
		return 0, 0
	}
	base := 10
	digits := body
	if body[0] == 'x' || body[0] == 'X' {
		base, digits = 16, body[1:]
	}
	v, err := strconv.ParseUint(digits, base, 21)
	if err != nil || v < ' ' || v == '"' || v == '\\' || v >= 0xd800 && v < 0xe000 {
		return 0, 0
	}
	return plain(rune(v)), len("&#") + len(body) + 1
}
