// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// maxTag bounds the part of a tag of XML that is read back from its end.
const maxTag = 128

// element judges the text of <password>…</password>, whose first tag ends at i.
func (sc *Scanner) element(i int) int {
	s := sc.text
	if i == 0 || !isAlnum(s[i-1]) && !isQuote(s[i-1]) || strings.HasPrefix(s[i+1:], "<") && !isCDATA(s, i+1) {
		return i + 1
	}
	kind := sc.tagKind(i)
	if kind != KindSecret && kind != KindToken && kind != KindWord && kind != KindBearer {
		return i + 1
	}
	start, end := elementText(s, i+1)
	if end == start || sc.ownEnd(start) > 0 || end == len(s) && !looksPassword(s[start:end]) {
		return i + 1
	}
	if (end == len(s) || s[end] != '<') && isParameter(s, i) {
		return i + 1
	}
	if start > i+1 && lineBreak(s, i+1) > i+1 && !strings.HasPrefix(s[skipLines(s, end):], "</") {
		return i + 1 // <your key>, and another line
	}
	sc.under(kind, start, end)
	return sc.reread(i)
}

// isParameter tells whether the tag that ends at i is a parameter of a type: vector<Token> queue.
func isParameter(s string, i int) bool {
	from := max(0, i-maxTag)
	open := from + strings.LastIndexByte(s[from:i], '<')
	return open > from && isAlnum(s[open-1])
}

// elementText returns where the text of the element whose tag ends before i begins and ends.
func elementText(s string, i int) (start, end int) {
	start = skipLines(s, i)
	if isCDATA(s, start) {
		start += len(openCDATA)
		if n := strings.Index(s[start:min(len(s), start+maxBare)], closeCDATA); n > 0 {
			return start, start + n
		}
	}
	if end = start; end < len(s) && s[end] == '@' {
		return start, start // a place for a value, as in <user>:<password>@<host>
	}
	for end < len(s) && end-start < maxBare && s[end] != '<' && s[end] != '"' && s[end] != '\n' && s[end] != '\\' {
		end++
	}
	return start, end
}

func isCDATA(s string, i int) bool { return strings.HasPrefix(s[i:], openCDATA) }

// openCDATA and closeCDATA enclose text of XML in which signs stand for themselves.
const openCDATA, closeCDATA = "<![CDATA[", "]]>"

// tagKind judges the name of the tag that ends at i; of a <value> the name beside it.
func (sc *Scanner) tagKind(i int) Kind {
	s := sc.text
	from := max(0, i-maxTag)
	open := strings.LastIndexByte(s[from:i], '<')
	name := from + open + 1
	if open < 0 || name >= i || !isAlnum(s[name]) {
		return KindNone
	}
	end := run(s[:i], name, aURLDot)
	if end < i && s[end] == ':' { // <ns:password>
		name, end = end+1, run(s[:i], end+1, aURLDot)
	}
	if isQuote(s[i-1]) && namedTags.has(s[name:end]) {
		return sc.attributeKind(i)
	}
	if word := s[name:end]; isPairValue(word) || word == "string" {
		return sc.besideTag(from + open)
	}
	return sc.keys.kind(s[name:end])
}

// namedTags hold a value whose name is in an attribute: <entry key="password">…</entry>.
var namedTags = words("entry property string param parameter setting item attribute constant prop variable")

// attributeKind judges the name in the last attribute of the tag that ends at i.
func (sc *Scanner) attributeKind(i int) Kind {
	s := sc.text
	end := pairGap(s, i)
	start := runBack(s, end, maxKey, aURLDot)
	label := pairGap(s, start)
	if start == end || label == start || !pairKeys.has(s[runBack(s, label, maxKey, aLetter):label]) {
		return KindNone
	}
	return sc.keys.kind(s[start:end])
}

// besideTag judges the name in <name>…</name> or <key>…</key> before the tag that begins at i.
func (sc *Scanner) besideTag(i int) Kind {
	s := sc.text
	for stop := max(0, i-maxPadding); i > stop && isSpace(s[i-1]); {
		i--
	}
	from := max(0, i-maxTag)
	last := strings.LastIndex(s[from:i], "</")
	if last < 0 || s[i-1] != '>' || !pairKeys.has(s[from+last+2:i-1]) {
		return KindNone
	}
	end := from + last
	return sc.keys.kind(s[runBack(s, end, maxKey, aURLDot):end])
}
