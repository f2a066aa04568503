// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
	"unicode/utf8"
)

// key is the word before ":" or "=".
type key struct {
	start, end int  // of the word itself
	quote      byte // the quote around it, 0 for none
	level      int  // the level of that quote
	open       bool // a quote stands before the word but not behind it: the text of a string begins with it
	index      bool // the word stands in quotes and brackets: environ["word"]
}

// assign looks at what stands left and right of a ":" or "=" at i, and returns where to read on.
func (sc *Scanner) assign(i int) int {
	s := sc.text
	if s[i] == ':' && mayMean(s, i) {
		if next := sc.colon(i); next > i {
			return next
		}
	}
	if s[i] == '=' && i > 0 && s[i-1] == 'l' && sc.literalMember(i) {
		return i + 1
	}
	if !mayAssign(s, i) {
		return i + 1
	}
	if end := sc.ownBehind(i + 1); end > 0 {
		return end // it was said before
	}
	a := assignment{at: i}
	k := &a.key
	ok := k.before(s, i)
	if ok {
		a.kind = sc.keys.judge(s[k.start:k.end])
	}
	if kind := a.kind; kind == KindNone || kind == KindMember {
		if a.kind = sc.tellingKind(k, i, ok); a.kind == KindNone {
			return sc.unannounced(kind, k, i)
		}
	}
	if a.kind == KindManifest {
		return sc.manifest(k, i)
	}
	if namesElse(s, &a) {
		return i + 1
	}
	a.query = s[i] == '=' && inQuery(s, k.start)
	if a.kind == KindQuery {
		if !a.query {
			return sc.unannounced(pick(endsInID(s[k.start:k.end]), KindMember, KindNone), k, i)
		}
		a.kind = KindToken
	}
	sc.value(&a)
	return sc.reread(i)
}

// tellingKind judges the value behind the sign at i by more than the word k before it, which announces nothing.
func (sc *Scanner) tellingKind(k *key, i int, ok bool) Kind {
	if k.end-k.start == len("name") && k.quote == '"' && sc.namesPerson(k, i) {
		return KindName
	}
	if !mayBeOther(sc.text, k, i, ok) {
		return KindNone
	}
	return sc.otherKind(k, i, ok)
}

// mayAssign is a first look at what stands before the sign at i: most words end in letters that no key does. Before "="
// the word may also be a type, which comes behind the key.
func mayAssign(s string, i int) bool {
	if i == 0 || keyTails[s[i-1]]&signBit(s[i]) == 0 {
		return false
	}
	if s[i] == '=' {
		return true
	}
	if isQuote(s[i-1]) {
		for i--; i > 1 && s[i-1] == '\\'; {
			i--
		}
	}
	return i == 0 || !isLetter(s[i-1]) || wordTails.mayEnd(s, i)
}

// keyTails are the bytes that may stand before the ":", and before the "=", of an assignment.
var keyTails = func() (t [256]uint8) {
	for c := range t {
		if isAlnum(byte(c)) || c >= utf8.RuneSelf || strings.IndexByte("]\"'` \t*", byte(c)) >= 0 {
			t[c] = signBit(':') | signBit('=')
		}
		if operatorSigns[c] {
			t[c] |= signBit('=')
		}
	}
	return t
}()

// signBit is one bit for each of the two signs.
func signBit(sign byte) uint8 { return sign & (':'&3 | '='&3) }

// inARN tells whether the word that begins at i is a part of the name of a resource: arn:aws:…:secret:…, urn:….
func inARN(s string, i int) bool {
	if i == 0 || s[i-1] != ':' {
		return false
	}
	for stop := max(0, i-maxARN); i > stop && !arnStops[s[i-1]]; {
		if i--; s[i] == 'a' && strings.HasPrefix(s[i:], "arn:") || s[i] == 'u' && strings.HasPrefix(s[i:], "urn:") {
			return true
		}
	}
	return false
}

// arnStops stand in no such name.
var arnStops = chars(" \"'\n\\")

// maxARN is how long such a name is up to the resource itself.
const maxARN = 96

// mayBeOther is a first look at a word that announces nothing by itself, before otherKind: most are passed over by it.
func mayBeOther(s string, k *key, i int, ok bool) bool {
	switch {
	case !ok:
		return i > 1 && s[i-1]|s[i-2] >= utf8.RuneSelf
	case s[i] == '=' || k.end-k.start == 1 || s[k.start]|0x20 == 'v':
		return true
	}
	return k.start > 0 && s[k.start-1] >= utf8.RuneSelf
}

// otherKind judges the value behind the sign at i by another name than the word k before it: by the one of a pair, or
// by that of a variable whose type k is, which k then becomes.
func (sc *Scanner) otherKind(k *key, i int, ok bool) Kind {
	s := sc.text
	switch {
	case ok && s[i] == '=' && s[k.start:k.end] == defaultWord:
		return sc.variableKind(k.start)
	case foreignBefore(s, i):
		return foreignKind(s, i)
	case !ok:
		return KindNone
	case lower(s[k.start]) == 'v' && isPairValue(s[k.start:k.end]):
		return sc.pairKind(k.start)
	case k.end-k.start == 1:
		return sc.jwkKind(k, i)
	}
	if s[i] != '=' || i < 2 || s[i-1] != ' ' && s[i-1] != '=' {
		return KindNone
	}
	colon := typeStart(s, operatorStart(s, i))
	if colon <= 0 {
		return KindNone
	}
	*k = key{}
	if !k.before(s, colon) {
		return KindNone
	}
	kind := sc.keys.kind(s[k.start:k.end])
	return pick(kind != KindQuery, kind, KindNone)
}

// defaultWord is the key under which a variable of Terraform has its value.
const defaultWord = "default"

// maxBlock is how far before it the name of the variable is looked for.
const maxBlock = 240

// variableKind judges the default of variable "db_password" {…} by its name. The word begins at i.
func (sc *Scanner) variableKind(i int) Kind {
	const word = "variable "
	from := max(0, i-maxBlock)
	if !sc.variables.in(sc.text, word, from, i) {
		return KindNone
	}
	n := strings.LastIndex(sc.text[from:i], word)
	if n < 0 || strings.IndexByte(sc.text[from+n:i], '}') >= 0 {
		return KindNone
	}
	name := afterQuote(sc.text, from+n+len(word))
	kind := sc.keys.kind(sc.text[name:run(sc.text[:i], name, aURL)])
	return pick(kind == KindSecret || kind == KindToken || kind == KindBearer, kind, KindNone)
}

// typeSigns stand in types beside names.
var typeSigns = chars("<>[]?&|*' ")

// maxType is the length of the longest name of a type in a declaration: password: Option<String> = …
const maxType = 32

// typeStart returns where the ":" stands before the type that ends at i, or 0.
func typeStart(s string, i int) int {
	j := i
	for stop := max(0, i-maxType); j > stop && (alphabet[s[j-1]]&aURLDot != 0 || typeSigns[s[j-1]]); {
		j--
	}
	if j == i || j == 0 || s[j-1] != ':' {
		return 0
	}
	return j - 1
}

// mayMean is a first look at the ":" at i, before colon.
func mayMean(s string, i int) bool {
	return i == 0 || isAlnum(s[i-1]) || s[i-1] == '*' || i+1 < len(s) && s[i+1] == '/'
}

// colon handles the meanings of ":" that are not an assignment. It returns 0 when there is none.
func (sc *Scanner) colon(i int) int {
	s := sc.text
	switch {
	case i+2 < len(s) && s[i+1] == '/' && s[i+2] == '/':
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
	if end := sc.colonForms(i); end > 0 {
		return end
	}
	return sc.userPass(i)
}

// before reads the key that ends before position i, and tells whether there is one.
func (k *key) before(s string, i int) bool {
	end := operatorStart(s, i)
	stop := max(0, end-1-maxKey)
	end = k.closeQuote(s, end, stop)
	switch {
	case end <= 0 || !isAlnum(s[end-1]) && s[end-1] != ']':
		return false
	case s[i] == '=' && isEncoded(s, end), s[i] == ':' && end < i && isLetter(s[end-1]) && !wordTails.mayEnd(s, end):
		return false // of what stands right before ":" mayAssign has seen the end
	}
	k.start, k.end = keyStart(s, end, stop), end
	if k.start > 0 && s[k.start-1] == '<' { // <tag name="…">
		k.start += strings.LastIndexByte(s[k.start:k.end], ' ') + 1
	}
	k.open = k.quote == 0 && !k.index && k.start > 0 && (s[k.start-1] == '"' || s[k.start-1] == '\'')
	return k.start < end && s[k.start] != ']' && (k.start == 0 || s[k.start-1] != ':' || s[end-1] != ']')
}

// isEncoded tells whether the word that ends at end is too long and has too many digits for a key: what follows it is
// the padding of base64.
func isEncoded(s string, end int) bool {
	if end < leastPadded || !isAlnum(s[end-leastPadded]) || !isAlnum(s[end-leastPadded/2]) {
		return false
	}
	start := runBack(s, end, leastPadded, aAlnum)
	if end-start < leastPadded {
		return false
	}
	digits := 0
	for _, c := range []byte(s[start:end]) {
		if isDigit(c) {
			digits++
		}
	}
	return digits >= leastPaddedDigits
}

// A hash of 256 bits has 43 letters in base64, and one digit in six of them.
const (
	leastPadded       = 40
	leastPaddedDigits = 3
)

// operatorStart returns where the spaces and the other signs of an operator like " ?=" or ".=" begin that ends at i.
func operatorStart(s string, i int) int {
	end := i
	if s[i] == '=' {
		for end > 0 && i-end < maxOperator && operatorSigns[s[end-1]] {
			end--
		}
	}
	for stop := max(0, end-maxPadding); end > stop && (s[end-1] == ' ' || s[end-1] == '\t'); {
		end--
	}
	for stop := max(0, end-maxEmphasis); end > stop && s[end-1] == '*'; {
		end-- // **password**:
	}
	return end
}

// operatorSigns stand before the "=" of an operator.
var operatorSigns = chars(".?:|+!")

// How many signs, and how many blanks, are looked at between a key and its value.
const (
	maxOperator = 4
	maxPadding  = 24
	maxEmphasis = 3 // of Markdown
)

// closeQuote notes the quote that ends at end, and returns where the text before it ends.
func (k *key) closeQuote(s string, end, stop int) int {
	if end == 0 {
		return 0
	}
	c := s[end-1]
	switch {
	case c == ']' && end > 1 && isQuote(s[end-2]):
		k.index = true
		end--
	case !isQuote(c):
		return end
	default:
		k.quote, k.level = c, quoteLevel(s, end-1)
	}
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
		if s[start-1] == ']' && start < end && s[start] == ' ' {
			break // what was said before it has ended
		}
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
