// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// schemes of the Authorization header, in small letters.
var schemes = words("bearer basic digest token apikey negotiate ntlm ssws aws4-hmac-sha256 hawk dpop key splunk bot oauth geniekey klaviyo-api-key private-token hmac sharedkey sharedaccesssignature")

// leastCredential is the shortest text that is taken for a credential.
const leastCredential = 4

// credentials adds what follows the scheme of an Authorization header whose value is [start, end).
func (sc *Scanner) credentials(start, end int) {
	s, from := sc.text, start
	word := run(s[:end], start, aURL)
	if word < end && s[word] == ' ' && schemes.has(s[start:word]) {
		start = word + 1
		for start < end && s[start] == ' ' {
			start++
		}
	}
	if end-start < leastCredential || sc.isPlaceholder(s[start:end]) {
		return
	}
	if first, second, more := strings.Cut(s[start:end], " "); more && start == from && !tokenLike(first) {
		if !looksToken(second) {
			return // a sentence
		}
		start += len(first) + 1 // behind a scheme that is not known
	}
	if start == from && isNamed(s, start, end) {
		return
	}
	if word >= end && !hasDigitOrSymbol(s[start:end]) {
		return // a lone word: the name of a scheme, or of a strategy
	}
	sc.add(Finding{start, end, AuthHeader, Unquoted})
}

// isNamed tells whether [start, end) begins with the name of a variable or of what is called, in place of a credential.
func isNamed(s string, start, end int) bool {
	name := run(s[:end], start, aLetter|aURLSafe|aDot)
	if rest := strings.TrimRight(s[name:end], "})]"); rest != "" {
		call := run(s[:end], start, aURLDot)
		return name > start && (strings.IndexByte("([,;", s[name]) >= 0 || call < end && s[call] == '(')
	}
	end = name
	return strings.ContainsAny(s[start:end], "_.") && strings.IndexByte(s[start:end], '-') < 0
}

func hasDigitOrSymbol(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) {
			return true
		}
	}
	return len(s) >= 16
}

// cookieAttributes are those parts of Set-Cookie that are not a cookie.
var cookieAttributes = words("path domain expires max-age samesite secure httponly partitioned priority version")

// cookies adds the value of each cookie in [start, end), and leaves names and attributes.
func (sc *Scanner) cookies(start, end int) {
	s := sc.text
	for start < end {
		next := strings.IndexByte(s[start:end], ';')
		stop := end
		if next >= 0 {
			stop = start + next
		}
		if eq := strings.IndexByte(s[start:stop], '='); eq >= 0 {
			name, value := strings.TrimSpace(s[start:start+eq]), s[start+eq+1:stop]
			if !cookieAttributes.has(name) && !sc.isPlaceholder(value) {
				sc.add(Finding{start + eq + 1, stop, Cookie, Unquoted})
			}
		}
		start = stop + 1
	}
}

// digest adds the response of the digest scheme (RFC 7616) and its client's nonce, which stand in quotes on the line
// that begins at i, and tells whether there is one.
func (sc *Scanner) digest(i int) bool {
	s := sc.text
	if !hasFold(s[i:], "digest ") {
		return false
	}
	const response = "response="
	end := min(len(s), i+maxDigest)
	if !sc.responses.in(s, response, i, end) {
		return false
	}
	line := s[i:end]
	if n := strings.IndexByte(line, '\n'); n >= 0 {
		line = line[:n]
	}
	n := strings.Index(line, response)
	if n < 0 {
		return false
	}
	start := i + n + len(response)
	for start < len(s) && (s[start] == '"' || s[start] == '\\') {
		start++
	}
	if end = run(s, start, aAny64); end > start && sc.ownEnd(start) == 0 {
		sc.add(Finding{start, end, AuthHeader, Unquoted})
	}
	return true
}

// maxDigest bounds the header of the digest scheme.
const maxDigest = 1024

// bearer recognises "Bearer <token>" and "Basic <base64>" wherever they stand. The word begins at i.
func (sc *Scanner) bearer(i int) int {
	s := sc.text
	word := 0
	switch {
	case hasFold(s[i:], "bearer "), hasFold(s[i:], "bearer="):
		word = len("bearer ")
	case hasFold(s[i:], "basic "):
		word = len("basic ")
	}
	if word == 0 || !startsWord(s, i) {
		return i + 1
	}
	start := i + word
	for start < len(s) && s[start] == ' ' {
		start++
	}
	end, crowded := sc.bearerEnd(start)
	if end-start < leastToken || !crowded && (!looksToken(s[start:end]) || isSample(s[start:end])) {
		return i + word
	}
	sc.add(Finding{start, end, AuthHeader, Unquoted})
	return end
}

// bearerEnd returns where the characters of a bearer token end that begin at i. It has a memory: words that follow each
// other without end share their last byte. It tells whether too many do.
func (sc *Scanner) bearerEnd(i int) (end int, crowded bool) {
	s, m := sc.text, &sc.bearers
	if m.scan != sc.scan || i < m.start || i > m.end {
		end = i
		for end < len(s) && (alphabet[s[end]] != 0 || s[end] == '=' || s[end] == '~') {
			end++
		}
		for end > i && s[end-1] == '.' {
			end--
		}
		*m = memo{scan: sc.scan, start: i, end: end}
	}
	m.shared++
	return m.end, m.shared > maxShared
}
