// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replace

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The marker of a text that was cut says how many bytes went.
const (
	cutPrefix = "[truncated:"
	cutSuffix = "B]"
)

// maxCutDepth is how deep JSON is followed when it is cut. What is nested deeper goes as a whole, so that what closes
// the text has a bound.
const maxCutDepth = 64

// cutReserve is room for the marker, with its key in an object.
const cutReserve = 64

// LeastLimit is the smallest limit of Truncate.
const LeastLimit = 256

// Truncate returns text shortened to about limit bytes, with a marker of how much went. JSON stays valid: it is cut
// inside a string or behind a value, and closed. No character, escape or token of ours is cut in two. What is short
// enough stays as it is, and so does what was cut before to the same limit.
func Truncate(text string, limit int) string {
	if limit = max(limit, LeastLimit); len(text) <= limit {
		return text
	}
	if trimmed := strings.TrimLeft(text, " \t\r\n"); trimmed != "" && (trimmed[0] == '{' || trimmed[0] == '[') {
		if cut, ok := cutJSON(text, limit-cutReserve); ok {
			return cut
		}
	}
	at := before(text, limit-cutReserve, 0)
	return text[:at] + marker(len(text)-at)
}

func marker(n int) string { return cutPrefix + strconv.Itoa(n) + cutSuffix }

// before returns the last position up to at, but not below least, that is not inside a character or one of our tokens.
func before(text string, at, least int) int {
	for at > least && !utf8.RuneStart(text[at]) {
		at--
	}
	from := max(least, at-maxToken)
	window := text[from:at]
	if k := strings.LastIndexByte(window, '['); k >= 0 && strings.IndexByte(window[k:], ']') < 0 {
		return from + k
	}
	if k := strings.LastIndex(window, prefix); k >= 0 && !strings.ContainsAny(window[k:], " \",\\\n{}[]()") {
		return from + k
	}
	return at
}

// cutter follows JSON up to where it is to be cut.
type cutter struct {
	text  string
	stack []byte // what closes each open object and array
	// safe is the last position behind a complete value, and depth how many were open there.
	safe, depth int
	key         bool // the next string is a key
}

// cutJSON cuts text at about limit. It says no when it does not look like JSON.
func cutJSON(text string, limit int) (string, bool) {
	c := &cutter{text: text}
	limit -= maxCutDepth // room for what closes the rest
	for i := 0; i < limit; {
		switch b := text[i]; b {
		case '"':
			end, last := c.skipString(i, limit)
			if end < 0 {
				if c.key || len(c.stack) == 0 {
					return c.close()
				}
				return c.closeString(i, last)
			}
			i = end
			if !c.key {
				c.done(i)
			}
			c.key = false
			continue
		case '{', '[':
			if len(c.stack) == maxCutDepth {
				return c.close()
			}
			c.stack = append(c.stack, b+2) // } and ] stand two behind { and [
			c.key = b == '{'
			c.done(i + 1)
		case '}', ']':
			if len(c.stack) == 0 || c.stack[len(c.stack)-1] != b {
				return "", false
			}
			c.stack = c.stack[:len(c.stack)-1]
			c.key = false
			c.done(i + 1)
		case ',':
			if len(c.stack) == 0 {
				return "", false
			}
			c.done(i)
			c.key = c.stack[len(c.stack)-1] == '}'
		}
		i++
	}
	return c.close()
}

// done notes that everything before i is complete.
func (c *cutter) done(i int) { c.safe, c.depth = i, len(c.stack) }

// skipString returns the position behind the string that begins at i, or -1 when it goes on beyond limit, and then the
// last position in it that is not inside an escape.
func (c *cutter) skipString(i, limit int) (end, last int) {
	i++
	last = i
	for i < limit {
		last = i
		switch c.text[i] {
		case '"':
			return i + 1, 0
		case '\\':
			i++
			if i < len(c.text) && c.text[i] == 'u' {
				i += 4
			}
		}
		i++
	}
	return -1, last
}

// closeString ends the text within the string that begins at quote.
func (c *cutter) closeString(quote, last int) (string, bool) {
	at := before(c.text, last, quote+1)
	return c.text[:at] + c.whole(marker(len(c.text)-at)+`"`), true
}

// close ends the text behind the last complete value.
func (c *cutter) close() (string, bool) {
	if c.depth == 0 { // only white space may follow a whole value
		return c.text[:c.safe], c.safe > 0 && strings.TrimSpace(c.text[c.safe:]) == ""
	}
	c.stack = c.stack[:c.depth]
	head := strings.TrimRight(c.text[:c.safe], " \t\r\n,")
	note := `"` + marker(len(c.text)-len(head)) + `"`
	if c.stack[c.depth-1] == '}' {
		note = `"[truncated]":` + note
	}
	if last := head[len(head)-1]; last != '{' && last != '[' {
		note = "," + note
	}
	return head + c.whole(note), true
}

// whole appends what closes everything that is open.
func (c *cutter) whole(end string) string {
	closed := []byte(end)
	for _, end := range slices.Backward(c.stack) {
		closed = append(closed, end)
	}
	return string(closed)
}
