// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// wrappers make bytes, or a type of their own, of the literal that they are given.
var wrappers = words("byte bytes secretstr secret some string from fromhex decodestring b64decode unhexlify")

// wrapped judges the literal that is given to the wrapper whose name begins at i by the name that it is assigned to:
// secret := []byte("…"), password = SecretStr("…"). It tells whether there is such a name.
func (sc *Scanner) wrapped(i int, l literal) bool {
	s := sc.text
	for i > 0 && (s[i-1] == '[' || s[i-1] == ']' || s[i-1] == '&') {
		i--
	}
	for stop := max(0, i-maxPadding); i > stop && s[i-1] == ' '; {
		i--
	}
	switch {
	case i == 0:
		return false
	case strings.HasSuffix(s[:i], ".SignedString("): // of a JWT
		sc.under(KindSecret, l.start, l.end)
		return true
	case s[i-1] != '=' && s[i-1] != ':':
		return false
	}
	var k key
	if !k.before(s, i-1) {
		return false
	}
	switch kind := sc.keys.kind(s[k.start:k.end]); kind {
	case KindQuery:
		sc.under(KindToken, l.start, l.end)
	case KindSecret, KindToken, KindBearer, KindWord, KindVendor:
		sc.under(kind, l.start, l.end)
	default:
		return false
	}
	return true
}

// literalPrefix returns how many letters stand at i before a quote, by which a language tells kinds of literals: b'…',
// rb"…", @"…".
func literalPrefix(s string, i int) int {
	n := i
	for n < len(s) && n-i < 2 && strings.IndexByte("bBrRuU@", s[n]) >= 0 {
		n++
	}
	if n == i || quoteAt(s, n) == 0 {
		return 0
	}
	return n - i
}

// maxTokens is how many keys a client of OAuth is given at most.
const maxTokens = 8

// isOAuth tells whether a callee is given the keys of OAuth one after the other: OAuth1(…), new TwitterOAuth(…).
func isOAuth(callee string) bool {
	const name = "oauth"
	return len(callee) >= len(name) && (hasFold(callee, name) || hasFold(callee[len(callee)-len(name):], name))
}

// tokens adds the literals that look like tokens, from the first one on.
func (sc *Scanner) tokens(l literal) {
	for range maxTokens {
		if text := sc.text[l.start:l.end]; looksToken(text) && !sc.isPlaceholder(text) {
			sc.add(Finding{l.start, l.end, SecretValue, Unquoted})
		}
		next, ok := nextLiteral(sc.text, l.next)
		if !ok {
			return
		}
		l = next
	}
}
