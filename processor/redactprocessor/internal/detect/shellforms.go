// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// maxPiped is how far before an option like --password-stdin the command stands whose output it reads.
const maxPiped = 160

// piped adds the password that is written into the command whose option begins at i: echo secret | docker login
// --password-stdin, or passwd --stdin <<< secret.
func (sc *Scanner) piped(i int) {
	s := sc.text
	at, stop := hereText(s, i), len(s)
	if at == 0 {
		at, stop = pipedText(s, i), i
	}
	if at == 0 {
		return
	}
	start, end := argumentAt(s, at)
	if end <= stop && end-start >= leastCredential && !sc.isPlaceholder(s[start:end]) && s[start] != '$' {
		sc.add(Finding{start, end, CLIPassword, Unquoted})
	}
}

// skipOptions returns where the first word stands from i on that is no option of one letter.
func skipOptions(s string, i int) int {
	for i+2 < len(s) && s[i] == '-' && s[i+2] == ' ' {
		i += 3
	}
	return i
}

// slashOption recognises options of Windows whose name ends before the ":" at i: /pass:secret of cmdkey, /p:secret of
// xfreerdp, and the password before /user: of "net use". It returns where to read on, or 0.
func (sc *Scanner) slashOption(i int) int {
	s := sc.text
	slash := runBack(s, i, len("password"), aLetter) - 1
	if slash < 1 || s[slash] != '/' || s[slash-1] != ' ' {
		return 0
	}
	switch strings.ToLower(s[slash+1 : i]) {
	case "pass", "password":
		return sc.argument(i+1, KindSecret)
	case "p":
		if around := s[max(0, slash-maxPadding):slash]; strings.Contains(around, " /u:") {
			return sc.argument(i+1, KindSecret)
		}
	case "user":
		sc.netUse(slash - 1)
	}
	return 0
}

// netUse adds the password that ends at i, before the name of the user: net use Z: \\server\share secret /user:bob.
func (sc *Scanner) netUse(end int) {
	s := sc.text
	start := end
	for stop := max(0, end-maxKey); start > stop && !isSpace(s[start-1]); {
		start--
	}
	if !strings.Contains(s[max(0, start-maxPiped):start], "net use ") || end-start < leastCredential {
		return
	}
	if text := s[start:end]; text[0] != '\\' && !strings.HasSuffix(text, ":") && text[0] != '/' && !sc.isPlaceholder(text) {
		sc.add(Finding{start, end, CLIPassword, Unquoted})
	}
}

// passSource recognises "-passin pass:secret" of OpenSSL. The ":" stands at i. It returns where to read on, or 0.
func (sc *Scanner) passSource(i int) int {
	s := sc.text
	const source = " pass"
	if !strings.HasSuffix(s[:i], source) {
		return 0
	}
	option := s[runBack(s, i-len(source), maxKey, aURL):i]
	if !strings.HasPrefix(option, "-pass") {
		return 0
	}
	return sc.argument(i+1, KindSecret)
}

// fromLiteral is the option by which kubectl takes the members of a Secret.
const fromLiteral = "--from-literal"

// literalMember adds the value of name=value behind the "=" at i when it is a member of a Secret.
func (sc *Scanner) literalMember(i int) bool {
	s := sc.text
	if !strings.HasSuffix(s[:i], fromLiteral) || !strings.Contains(s[max(0, i-commandWindow):i], "secret") {
		return false
	}
	start := i + 1
	if start < len(s) && isQuote(s[start]) {
		start++
	}
	eq := run(s[:min(len(s), start+maxKey)], start, aURLDot)
	if eq >= len(s) || s[eq] != '=' {
		return false
	}
	end, crowded := sc.bareEnd(eq+1, false)
	if sc.ownEnd(eq+1) > 0 {
		return false
	}
	if !crowded && sc.standsIn(s[eq+1:end]) {
		return false
	}
	sc.add(Finding{eq + 1, end, CLIPassword, Unquoted})
	return true
}
