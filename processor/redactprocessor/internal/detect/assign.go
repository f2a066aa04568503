// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// key is the word before ":" or "=".
type key struct {
	start, end int  // of the word itself
	quote      byte // the quote around it, 0 for none
	level      int  // the level of that quote
	open       bool // a quote stands before the word but not behind it: the text of a string begins with it
}

// assign looks at what stands left and right of a ":" or "=" at i, and returns where to read on.
func (sc *Scanner) assign(i int) int {
	s := sc.text
	if s[i] == ':' {
		if next := sc.colon(i); next > i {
			return next
		}
	}
	k, ok := keyBefore(s, i)
	if !ok {
		return i + 1
	}
	kind := sc.keys.kind(s[k.start:k.end])
	if kind == KindNone && s[i] == ':' && k.quote != 0 {
		kind = sc.pairKind(k)
	}
	if kind == KindNone && s[i] == '=' && k.end-k.start == len("value") && s[k.start:k.end] == "value" {
		kind = attributeKind(s, k.start)
	}
	if kind == KindNone {
		return i + 1
	}
	inURL := s[i] == '=' && inQuery(s, k.start)
	if kind == KindQuery {
		if !inURL {
			return i + 1
		}
		kind = KindToken
	}
	sc.value(assignment{key: k, at: i, kind: kind, query: inURL})
	return sc.reread(i)
}

// colon handles the meanings of ":" that are not an assignment. It returns 0 when there is none.
func (sc *Scanner) colon(i int) int {
	s := sc.text
	switch {
	case strings.HasPrefix(s[i:], "://"):
		return sc.url(i)
	case i == 0:
		return 1
	}
	switch s[i-1] {
	case '"':
		return 0
	case 'h', 'D', 'a':
		if end := sc.ownToken(i); end > 0 {
			return end
		}
		if strings.HasSuffix(s[:i], "data") {
			return sc.dataURI(i)
		}
	}
	if isDigit(s[i-1]) && strings.HasPrefix(s[i+1:], "AA") {
		return sc.telegram(i)
	}
	return sc.userPass(i)
}

// keyBefore reads the key that ends before position i.
func keyBefore(s string, i int) (k key, ok bool) {
	end := operatorStart(s, i)
	stop := max(0, end-1-maxKey)
	end = k.closeQuote(s, end, stop)
	if end <= 0 || !mayEnd(s, end) {
		return k, false
	}
	k.start, k.end = keyStart(s, end, stop), end
	k.open = k.quote == 0 && k.start > 0 && (s[k.start-1] == '"' || s[k.start-1] == '\'')
	return k, k.start < end && s[k.start] != ']' && (k.start == 0 || s[k.start-1] != ':' || s[end-1] != ']')
}

// operatorStart returns where the spaces and the other signs of an operator like " ?=" or ".=" begin that ends at i.
func operatorStart(s string, i int) int {
	end := i
	if s[i] == '=' {
		for end > 0 && i-end < maxOperator && strings.IndexByte(".?:|+!", s[end-1]) >= 0 {
			end--
		}
	}
	for stop := max(0, end-maxPadding); end > stop && (s[end-1] == ' ' || s[end-1] == '\t'); {
		end--
	}
	return end
}

// How many signs, and how many blanks, are looked at between a key and its value.
const (
	maxOperator = 4
	maxPadding  = 24
)

// closeQuote notes the quote that ends at end, and returns where the text before it ends.
func (k *key) closeQuote(s string, end, stop int) int {
	if end == 0 {
		return 0
	}
	c := s[end-1]
	if c != '"' && c != '\'' && c != '`' {
		return end
	}
	k.quote, k.level = c, quoteLevel(s, end-1)
	end--
	for end > stop && s[end-1] == '\\' {
		end--
	}
	return end
}

// keyStart returns where the key that ends at end begins.
func keyStart(s string, end, stop int) int {
	start := end
	for start > stop && keyBytes[s[start-1]] {
		start--
	}
	if start < end && escapedLetter(s, start) {
		start++
	}
	for start < end && s[start] == ' ' {
		start++
	}
	return start
}

// keyBytes are what keys are made of.
var keyBytes = func() (t [256]bool) {
	for c := range t {
		t[c] = alphabet[c]&aURLDot != 0 || c == ' ' || c == '[' || c == ']' || c == '/'
	}
	return t
}()

// escapedLetter tells whether the letter at i is that of an escape: the n of \n.
func escapedLetter(s string, i int) bool {
	if !escapedAt(s, i) {
		return false
	}
	switch s[i] {
	case 'n', 'r', 't', 'b', 'f', '/':
		return true
	}
	return false
}

// inQuery tells whether a key that begins at i is one of a URL's query or fragment, or of a form.
func inQuery(s string, i int) bool {
	if i == 0 {
		return strings.IndexByte(s[:min(len(s), maxAuthority)], '&') >= 0
	}
	switch s[i-1] {
	case '?', '&', '#':
		return true
	}
	return strings.HasSuffix(s[:i], "&amp;")
}

// maxTag bounds the part of a tag of XML that is read back from its end.
const maxTag = 128

// element judges the text of <password>…</password>, whose first tag ends at i.
func (sc *Scanner) element(i int) int {
	s := sc.text
	if i == 0 || !isAlnum(s[i-1]) && !isQuote(s[i-1]) {
		return i + 1
	}
	kind := tagKind(s, i)
	if kind != KindSecret && kind != KindToken && kind != KindWord {
		return i + 1
	}
	start := i + 1
	for start < len(s) && isSpace(s[start]) {
		start++
	}
	end := start
	for end < len(s) && end-start < maxBare && s[end] != '<' && s[end] != '"' && s[end] != '\n' && s[end] != '\\' {
		end++
	}
	if end == start || end >= len(s) || sc.ownEnd(start) > 0 {
		return i + 1
	}
	sc.under(kind, start, end)
	return sc.reread(i)
}

// tagKind judges the name of the tag that ends at i.
func tagKind(s string, i int) Kind {
	from := max(0, i-maxTag)
	open := strings.LastIndexByte(s[from:i], '<')
	name := from + open + 1
	if open < 0 || name >= i || !isAlnum(s[name]) {
		return KindNone
	}
	return KeyKind(s[name:run(s[:i], name, aURLDot)])
}

// attributeKind judges value="…" in <add key="Password" value="…"/>. The word "value" begins at i.
func attributeKind(s string, i int) Kind {
	name, start := stringBefore(s, i)
	if name == "" || start < 2 || s[start-2] != '=' {
		return KindNone
	}
	label := runBack(s, start-2, maxKey, aLetter)
	if !pairKeys[s[label:start-2]] {
		return KindNone
	}
	return KeyKind(name)
}

// pairKeys are the names under which a pair of name and value keeps its name.
var pairKeys = set("name key header field variable")

// pairKind judges the value of {"name": "Authorization", "value": …} by the name before it.
func (sc *Scanner) pairKind(k key) Kind {
	s := sc.text
	if word := s[k.start:k.end]; word != "value" && word != "val" {
		return KindNone
	}
	name, before := stringBefore(s, k.start)
	if name == "" {
		return KindNone
	}
	label, _ := stringBefore(s, before)
	if !pairKeys[label] {
		return KindNone
	}
	if kind := KeyKind(name); kind != KindQuery {
		return kind
	}
	return KindNone
}

// stringBefore returns the content of the quoted string before the one that begins at i, and where that content begins.
func stringBefore(s string, i int) (content string, start int) {
	j := i
	stop := max(0, i-maxKey)
	for j > stop && (s[j-1] == '"' || s[j-1] == '\\' || s[j-1] == ',' || s[j-1] == ':' || isSpace(s[j-1])) {
		j--
	}
	start = runBack(s, j, maxKey, aURLDot)
	if start == j || start == 0 || s[start-1] != '"' {
		return "", 0
	}
	return s[start:j], start
}
