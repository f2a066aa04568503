// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// maxLiteral bounds the literals among the arguments of a call: what is longer is no password.
const maxLiteral = 512

// literal is an argument in quotes: where its content begins and ends, and where it was closed.
type literal struct{ start, end, next int }

// literalAt returns the string in quotes that begins at i.
func literalAt(s string, i int) (l literal, ok bool) {
	q := i
	for q < len(s) && s[q] == '\\' {
		q++
	}
	if q >= len(s) || !isQuote(s[q]) {
		return l, false
	}
	l.start = q + 1
	l.end = closing(s[:min(len(s), q+maxLiteral)], q)
	if l.end < len(s) && s[l.end] == '"' && s[l.end-1] == '=' && s[q] == '\'' && q == i { // 'input[name="password"]'
		if n := strings.IndexAny(s[l.end:max(l.end, min(len(s), q+maxKey))], "'\n"); n > 0 && s[l.end+n] == '\'' {
			l.end += n
		}
	}
	l.next = l.end
	for l.next < len(s) && s[l.next] == '\\' {
		l.next++
	}
	l.next++
	if l.end >= len(s) {
		l.next = len(s)
		return l, l.start < l.end // it was cut off
	}
	return l, l.next <= len(s) && s[l.next-1] == s[q]
}

// nextLiteral returns the argument behind the one that was closed before i. A quote with fewer backslashes than that one
// had is no argument's but ends the string around the program.
func nextLiteral(s string, i int) (l literal, ok bool) {
	level := 0
	if s[i-1] == '"' {
		level = quoteLevel(s, i-1)
	}
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if i >= len(s) || s[i] != ',' {
		return l, false
	}
	l, ok = literalAt(s, skipLines(s, i+1))
	return l, ok && (s[l.start-1] != '"' || quoteLevel(s, l.start-1) >= level)
}

// skipLines returns the end of the blanks and line breaks at i, escaped however often.
func skipLines(s string, i int) int {
	for i < len(s) {
		j := i
		for j < len(s) && s[j] == '\\' {
			j++
		}
		switch {
		case j == i && isSpace(s[i]):
			i++
		case j > i && j < len(s) && (s[j] == 'n' || s[j] == 'r' || s[j] == 't'):
			i = j + 1
		default:
			return i
		}
	}
	return i
}

// call looks at the arguments of the call whose parenthesis stands at i: the value behind a name that announces a secret,
// and the password of what makes credentials.
func (sc *Scanner) call(i int) int {
	s := sc.text
	first, ok := literalAt(s, i+1)
	if !ok {
		return i + 1
	}
	name := runBack(s, i, maxKey, aURLDot)
	callee := s[name:i]
	callee = strings.TrimSuffix(callee, ".new") // of Ruby
	callee = callee[strings.LastIndexByte(callee, '.')+1:]
	k := secretArgument(callee)
	switch {
	case callee == "" && strings.HasSuffix(s[:i], "auth="): // auth=("user", "password") of Python
		k = 1
	case callee == "connect" && hasFold(s[first.start:], "dbi:"): // of Perl
		k = 2
	case typists.has(callee) && sc.typedInto(i-len(callee)):
		sc.credential(first, 0)
		return i + 1
	case sc.knownCallee(name, i, first):
		return i + 1
	}
	if k > 0 {
		sc.credential(first, k)
		return i + 1
	}
	if first.end-first.start <= maxKey {
		if kind := sc.keys.kind(s[first.start:first.end]); kind != KindNone && kind != KindQuery {
			sc.named(kind, callee, first)
			return i + 1
		}
	}
	if sc.keys.kind(callee) == KindSecret && setsSecret(callee) {
		if text := s[first.start:first.end]; looksPassword(text) && !sc.isPlaceholder(text) {
			sc.add(Finding{first.start, first.end, SecretValue, Unquoted})
		}
	}
	return i + 1
}

// typists type a text into a field of a page.
var typists = words("fill type sendkeys send_keys setvalue presssequentially typetext type_text")

// typedInto tells whether the call whose name begins at i is one of a field for a secret: By.ID, "password").send_keys(…).
func (sc *Scanner) typedInto(i int) bool {
	s := sc.text
	end := i - len(").")
	if end < 1 || s[end:i] != ")." || !isQuote(s[end-1]) {
		return false
	}
	name := end - 1
	for name > 0 && (s[name-1] == ']' || isQuote(s[name-1]) || s[name-1] == '\\') {
		name-- // input[name="password"]
	}
	return sc.keys.kind(s[runBack(s, name, maxKey, aURL):name]) == KindSecret
}

// named judges the argument behind the name of a secret: setenv("DB_PASSWORD", "…").
func (sc *Scanner) named(kind Kind, callee string, name literal) {
	s := sc.text
	value, ok := nextLiteral(s, name.next)
	if !ok || sc.closes(name.start-1, value.start-1) {
		return
	}
	text := s[value.start:value.end]
	if sc.keys.kind(text) != KindNone {
		return // a list of names
	}
	if !setters.has(callee) {
		last := value.next >= len(s) || s[value.next] == ')'
		if !last || strings.ContainsAny(text, "|:") || kind == KindSecret && !looksToken(text) && !looksPassword(text) {
			return
		}
	}
	sc.under(kind, value.start, value.end)
}

// setters take a name and its value.
var setters = words("setenv putenv define setproperty set_env put set setitem addheader setheader " +
	"header append add configure setattribute fill type")

// credentialCalls are those that take a password, and which argument it is, counted from 0.
var credentialCalls = map[string]int{
	"networkcredential": 1, "passwordauthentication": 1, "usernamepasswordcredentials": 1, "httpbasicauth": 1,
	"httpdigestauth": 1, "basicauth": 1, "setbasicauth": 1, "basic_auth": 1, "basiccredentials": 1, "pscredential": 1,
	"basicawscredentials": 1, "awscredentials": 1, "httpbasicauthenticator": 1, "usernamepasswordcredential": 1,
	"usernamepassword": 1, "usernamepasswordtoken": 1, "plainauthprovider": 1, "plaintextauthprovider": 1,
	"login": 1, "withbasicauth": 1, "setcredentials": 1, "withcredentials": 1, "userpassword": 1, "proxyauth": 1,
	"staticcredentials": 1, "newstaticcredentials": 1, "newstaticcredentialsprovider": 1, "createcredential": 1,
	"digestauth": 1, "plainauth": 2, "directoryentry": 2, "getconnection": 2, "mysqli": 2, "mysqli_connect": 2,
	"mysql_connect": 2, "pdo": 2, "ftp_login": 1, "newsharedkeycredential": 1, "storagesharedkeycredential": 1,
	"azurekeycredential": 0, "credentials": 1, "clientsecretcredential": 2,
}

// secretArgument returns which argument of the callee is a secret, or 0 when none is known to be.
func secretArgument(callee string) int {
	if len(callee) < len("pdo") || len(callee) > len("newstaticcredentialsprovider") {
		return 0
	}
	return folded(credentialCalls, callee)
}

// credential adds the k-th literal behind the first one: the password behind the name of a user.
func (sc *Scanner) credential(l literal, k int) {
	if sc.closes(l.start-1, l.start-1) {
		return
	}
	for range k {
		next, ok := nextLiteral(sc.text, l.next)
		if !ok || sc.closes(l.start-1, next.start-1) {
			return
		}
		l = next
	}
	if text := sc.text[l.start:l.end]; len(text) >= leastCredential && !sc.standsIn(text) && !isPlainURL(text) {
		sc.add(Finding{l.start, l.end, SecretValue, Unquoted})
	}
}

// setsSecret tells whether a callee that speaks of a secret is one that is given it: setPassword, .password(…).
func setsSecret(callee string) bool {
	if len(callee) < leastCredential {
		return false
	}
	for _, verb := range [...]string{"set", "with", "use"} {
		if hasFold(callee, verb) {
			return true
		}
	}
	return bareSetters.has(callee)
}

var bareSetters = words("password passwd pwd secret passphrase apikey api_key accesskey secretkey authtoken " +
	"accesstoken clientsecret userpassword")
