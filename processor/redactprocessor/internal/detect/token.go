// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// Bounds of what is decoded to be looked into. Long data (images, sound) is refused by its first bytes.
const (
	leastEncoded = 16      // characters of base64 that can hold anything worth finding
	leastHex     = 32      // the same in hexadecimal
	maxEncoded   = 1 << 16 // what lies behind this is not looked at
	probe        = 32      // characters decoded first, to see whether there is text at all
)

// inWord looks at the run of token characters around the digit at i, once for each run, and returns where to read on.
func (sc *Scanner) inWord(i int) int {
	s := sc.text
	if i < sc.longRun {
		return run(s, i, aAlnum)
	}
	if end := sc.iban(i); end > 0 {
		return end
	}
	if i > 1 && s[i-1] == 'B' && s[i-2] == '%' && sc.track(i) {
		return sc.skip(i)
	}
	start := runBack(s, i, i-sc.lastEnd(), aAny64)
	for start < i && escapedLetter(s, start) {
		start++
	}
	end := run(s, i, aAny64)
	sc.longRun = end
	if end < len(s) && s[end] == '~' && sc.azureAD(start, end) {
		return sc.skip(i)
	}
	if sc.withinSecret(i, end) {
		return max(sc.renamed(start, end, i), run(s, i, aAlnum))
	}
	if end-start < leastEncoded {
		if sc.document(start, end) || sc.inContext(start, end) {
			return sc.skip(i)
		}
		sc.inTable(start, end)
		return min(end, run(s, i, aAlnum))
	}
	if next := sc.longToken(start, end, i); next > 0 {
		return next
	}
	return min(end, run(s, i, aAlnum))
}

// renamed gives the run [start, end) of a value that was found by its key the name of its vendor, and returns where to
// read on. No other form says more than the key does.
func (sc *Scanner) renamed(start, end, i int) int {
	if end-start < leastEncoded {
		return end
	}
	if next := sc.bareToken(start); next > 0 {
		return next
	}
	if sc.known(start, end, i) {
		return sc.skip(i)
	}
	return end
}

// lastEnd returns the end of the last finding or of the last long run, before which nothing needs to be read again.
func (sc *Scanner) lastEnd() int {
	end := sc.longRun
	if n := len(sc.findings); n > 0 {
		end = max(end, sc.findings[n-1].End)
	}
	return end
}

// longToken judges the run [start, end) that contains a digit at i, and returns where to read on, or 0.
func (sc *Scanner) longToken(start, end, i int) int {
	s := sc.text
	if end-start == 36 && isUUID(s[start:end]) {
		sc.serviceToken(start)
		sc.inContext(start, end)
		return sc.skip(end - 1)
	}
	word := runBack(s, i, i-start, aAlnum)
	if next := sc.bareToken(word); next > 0 {
		return next
	}
	if word != start {
		if next := sc.bareToken(start); next > 0 {
			return next
		}
	}
	if s[start] >= '0' && s[start] <= 'Z' && (sc.document(start, end) || sc.machineZone(start, end)) {
		return sc.skip(i)
	}
	if sc.known(start, end, i) || sc.pairValue(start, end) || sc.inContext(start, end) || sc.joinedKey(start, end) {
		return sc.skip(i)
	}
	if next := sc.prefixed(start, end, i); next > 0 {
		return next
	}
	padded := end
	for padded < len(s) && s[padded] == '=' && padded-end < 2 {
		padded++
	}
	if sc.media(start, padded) || sc.decoded(start, end, padded) {
		return sc.skip(i)
	}
	return 0
}

// known looks for the forms of vendors in the run [start, end), and in the part of a path in it that holds i.
func (sc *Scanner) known(start, end, i int) bool {
	from, to := segment(sc.text, start, end, i)
	return sc.discord(from, to) || sc.formed(from, to) || to-from != end-start && sc.formed(start, end)
}

// segment narrows the run [start, end) to the part of a path that holds i.
func segment(s string, start, end, i int) (from, to int) {
	from, to = start, end
	if slash := strings.LastIndexByte(s[start:i], '/'); slash >= 0 {
		from = start + slash + 1
	}
	if slash := strings.IndexByte(s[i:end], '/'); slash >= 0 {
		to = i + slash
	}
	return from, to
}

// encodedDigits looks into a run of nothing but digits, which may be hexadecimal for a text.
func (sc *Scanner) encodedDigits(start, end int) bool {
	return sc.nesting < maxNesting && end-start >= leastHex && sc.decoded(start, end, end)
}

// decoded opens base64 and hexadecimal, and adds the whole run when the text inside holds a secret.
func (sc *Scanner) decoded(start, end, padded int) bool {
	s := sc.text[start:end]
	if sc.nesting >= maxNesting {
		return false
	}
	sum := emptySum(s, padded > end)
	if sc.empty.has(sum) {
		return false
	}
	var text string
	if only(s[:min(len(s), probe)], aHex) && len(s)%2 == 0 && len(s) >= leastHex && only(s, aHex) {
		text = unhex(s)
	} else {
		text = unbase64(s)
	}
	if text == "" {
		sc.empty.add(sum)
		return false
	}
	if id, ok := sc.lookInside(text); ok {
		sc.add(Finding{start, padded, id, Unquoted})
		return true
	}
	if isUserPass(text) && (padded > end || isStrongPair(text)) {
		sc.add(Finding{start, padded, BasicAuth, Unquoted})
		return true
	}
	sc.empty.add(sum)
	return false
}

// lookInside scans a decoded text and returns the first secret or personal detector that finds something.
func (sc *Scanner) lookInside(text string) (ID, bool) {
	for _, f := range sc.deeper().Scan(text) {
		if f.ID != Identifier { // an id is no reason to take all that is encoded
			return f.ID, true
		}
	}
	return 0, false
}

// deeper returns the scanner for texts that are encoded in this one.
func (sc *Scanner) deeper() *Scanner {
	if sc.inner == nil {
		sc.inner = &Scanner{set: sc.set, nesting: sc.nesting + 1, memories: memories{judgements: sc.judgements}}
	}
	return sc.inner
}

func unhex(s string) string {
	s = s[:min(len(s), maxEncoded)]
	var head [probe / 2]byte
	for i := range head {
		head[i] = nibble(s[2*i])<<4 | nibble(s[2*i+1])
	}
	if !printable(head[:]) {
		return ""
	}
	text, err := hex.DecodeString(s)
	if err != nil || !printable(text) {
		return ""
	}
	return string(text)
}

func nibble(c byte) byte { return nibbles[c] }

// nibbles are the values of hexadecimal digits, and noNibble for all other bytes.
var nibbles = func() (t [256]byte) {
	for c := range t {
		t[c] = noNibble
		if isDigit(byte(c)) {
			t[c] = byte(c) - '0'
		} else if alphabet[c]&aHex != 0 {
			t[c] = lower(byte(c)) - 'a' + 10
		}
	}
	return t
}()

const noNibble = 0xff

func unbase64(s string) string {
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(s[:min(len(s), maxEncoded)], "-_") {
		encoding = base64.RawURLEncoding
	}
	s = s[:min(len(s), maxEncoded)]
	s = s[:len(s)-len(s)%4+rest64[len(s)%4]]
	var in [probe]byte
	var head [probe]byte
	n := copy(in[:], s) &^ 3
	n, err := encoding.Decode(head[:], in[:n])
	if err != nil || !printable(head[:n]) {
		return ""
	}
	text, err := encoding.DecodeString(s)
	if err != nil || !printable(text) {
		return ""
	}
	return string(text)
}

// rest64 is how many characters of an incomplete last group of base64 can be decoded.
var rest64 = [4]int{0, 0, 2, 3}

// printable tells text from binary data.
func printable(text []byte) bool {
	for _, c := range text {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return len(text) > 0 && utf8.Valid(trimRune(text))
}

// trimRune cuts off a character that is not complete.
func trimRune(text []byte) []byte {
	for k := 1; k <= 3 && k <= len(text); k++ {
		if c := text[len(text)-k]; c >= 0xc0 {
			return text[:len(text)-k]
		} else if c < 0x80 {
			break
		}
	}
	return text
}

// isUserPass tells whether text is user:password, as in basic authentication.
func isUserPass(text string) bool {
	user, pass, found := strings.Cut(text, ":")
	return found && len(user) > 0 && len(pass) >= leastCredential && only(user, aURLDot|aBase64) &&
		!strings.ContainsAny(pass, " \n\t/")
}

// isStrongPair tells whether text, which is user:password by its form, can be nothing else: base64 ends without padding
// in one of three cases, and then the form of the run says nothing.
func isStrongPair(text string) bool {
	const leastUser, maxUser = 2, 32
	user, pass, _ := strings.Cut(text, ":")
	digits, capitals, smalls := mix(pass)
	return len(user) >= leastUser && len(user) <= maxUser && only(user, aLower|aDigit|aURLDot) && !isDigit(user[0]) &&
		isStrong(pass) && digits > 0 && smalls > 0 && (capitals > 0 || digits+smalls < len(pass)) &&
		!strings.ContainsAny(pass, ":{}[]\"<>")
}

// pairValue recognises the value of ["x-api-key", "…"].
func (sc *Scanner) pairValue(start, end int) bool {
	s := sc.text
	if start < 3 || s[start-1] != '"' {
		return false
	}
	name, at := stringBefore(s, start)
	if name == "" || strings.IndexByte(s[at+len(name):start], ',') < 0 || strings.IndexByte(s[at+len(name):start],
		':') >= 0 {
		return false
	}
	if kind := sc.keys.kind(name); kind != KindSecret && kind != KindAuth && kind != KindCookie || !looksToken(s[start:end]) {
		return false
	}
	if strings.IndexByte(s[max(0, at-1-maxDepth):at-1], '[') < 0 {
		return false
	}
	sc.add(Finding{start, closing(s, start-1), SecretValue, Unquoted})
	return true
}

// azureAD recognises client secrets of Microsoft Entra: three characters, a digit, "Q~", and 31 to 34 more.
func (sc *Scanner) azureAD(start, end int) bool {
	const before, after = 5, 24
	s := sc.text
	if start > 0 && s[start-1] == '~' {
		start--
	}
	if end-start < before || s[end-1] != 'Q' || !isDigit(s[end-2]) {
		return false
	}
	stop := end + 1
	for stop < len(s) && (alphabet[s[stop]]&aURLDot != 0 || s[stop] == '~') {
		stop++
	}
	if stop-end < after {
		return false
	}
	sc.add(Finding{end - before, stop, AzureADSecret, Unquoted})
	return true
}

// discord recognises the three parts of a bot's token, the first of which is its numeric id in base64.
func (sc *Scanner) discord(start, end int) bool {
	s := sc.text
	if end-start < 23 || end-start > 28 || end >= len(s) || s[end] != '.' {
		return false
	}
	second := run(s, end+1, aURL)
	if second-end < 6 || second-end > 8 || second >= len(s) || s[second] != '.' {
		return false
	}
	third := run(s, second+1, aURL)
	if third-second < 27 {
		return false
	}
	id, err := base64.RawStdEncoding.DecodeString(s[start : start+(end-start)&^3])
	isID := err == nil && only(string(id), aDigit)
	if !isID && (strings.IndexByte("MNO", s[start]) < 0 || !tokenLike(s[start:end]) || !tokenLike(s[second+1:third])) {
		return false // ids begin with a digit from 0 to 9, which base64 writes as M, N or O
	}
	sc.add(Finding{start, third, DiscordToken, Unquoted})
	return true
}
