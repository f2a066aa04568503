// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// prose looks at a letter of a word that may announce a secret in running text.
func (sc *Scanner) prose(i int) int {
	s := sc.text
	switch s[i] {
	case 'B', 'b':
		if i+1 < len(s) && s[i+1]|0x20 == 'y' {
			return sc.identifiedBy(i)
		}
		return sc.bearer(i)
	case 'w', 'W', 'k', 'K': // passWord, pWd, toKen, passKey, api Key
		before := byte(' ')
		if i > 0 {
			before = s[i-1]
		}
		for _, w := range wakingWords[s[i]&31][before&31] {
			if end := wordAt(s, i-w.back, w.word); end > 0 {
				if w.back == len("chpass") {
					return sc.passwordCommand(end)
				}
				return sc.announced(end)
			}
		}
	case 'P', 'p': // passPhrase
		if end := wordAt(s, i, "pin"); end > 0 && s[i:end] == "PIN" {
			return sc.pin(end)
		}
		return sc.phrases(i)
	case 'N', 'n': // seNha
		return sc.announcedBy(i, 2, "senha")
	case 'c', 'C': // seCret
		return sc.announcedBy(i, 2, "secret")
	case 's', 'S': // pasScode
		return sc.announcedBy(i, 3, "passcode")
	}
	return i + 1
}

// phrases looks at the "p" of a seed phrase, of a passphrase, and of words of other languages for a password.
func (sc *Scanner) phrases(i int) int {
	s := sc.text
	if i+2 >= len(s) || s[i+1]|0x20 == 'a' && s[i+2]|0x20 != 's' && s[i+2]|0x20 != 'r' {
		return i + 1
	}
	if s[i+1]|0x20 == 'a' {
		end := 0
		switch {
		case s[i+2]|0x20 == 'r':
			end = wordAt(s, i, "parola")
		case i+4 < len(s) && s[i+4]|0x20 == 'e' && strings.HasSuffix(s[:i], "mot de "):
			end = wordAt(s, i, "passe")
		}
		if end > 0 {
			return sc.announced(end)
		}
		return i + 1
	}
	if end := wordAt(s, i, "phrase"); end > 0 {
		return sc.announcedSeed(i, end)
	}
	return sc.announcedBy(i, 4, "passphrase")
}

// announcedBy looks for a secret behind the word, the letter of which that woke it stands at i, back letters from its
// start.
func (sc *Scanner) announcedBy(i, back int, word string) int {
	if end := wordAt(sc.text, i-back, word); end > 0 {
		return sc.announced(end)
	}
	return i + 1
}

// identifiedBy looks for the password of an account of a database: CREATE USER x IDENTIFIED WITH plugin BY 'secret'. The
// last word stands at i.
func (sc *Scanner) identifiedBy(i int) int {
	s := sc.text
	start := i + len("by")
	if i < 1 || !isSpace(s[i-1]) || start >= len(s) || !isSpace(s[start]) || !isIdentified(s[max(0, i-maxIdentified):i]) {
		return i + 1
	}
	for start < len(s) && isSpace(s[start]) {
		start++
	}
	if sc.closes(i, start) {
		return i + 1
	}
	l, ok := literalAt(s, start)
	if !ok {
		l.start = afterQuote(s, start)
		l.end = proseEnd(s, l.start)
	}
	if text := s[l.start:l.end]; text != "" && !sc.standsIn(text) && (ok || !reservedWords.has(text)) {
		sc.add(Finding{l.start, l.end, ProsePassword, Unquoted})
	}
	return i + 1
}

// maxIdentified is how far "identified" stands before "by", with the name of a plugin between the two.
const maxIdentified = 48

// reservedWords of SQL stand where no password does.
var reservedWords = words("random password values externally")

// isIdentified tells whether s ends in "identified ", or in that with "with" and the name of a plugin behind it.
func isIdentified(s string) bool {
	words := strings.Fields(s)
	n := len(words)
	return n > 0 && endsIn(words[n-1], "identified") ||
		n > 2 && endsIn(words[n-3], "identified") && strings.EqualFold(words[n-2], "with")
}

// endsIn tells whether s ends in the word, in whatever case, which may be the first of a string of JSON.
func endsIn(s, word string) bool { return wordAt(s, len(s)-len(word), word) > 0 }

// wordAt returns the end of the word when it stands, in whatever case, at i.
func wordAt(s string, i int, word string) int {
	if i < 0 || !hasFold(s[i:], word) || !endsWord(s, i+len(word)) {
		return 0
	}
	if !startsWord(s, i) && (alphabet[s[i]]&aCapitals == 0 || alphabet[s[i-1]]&aCapitals != 0) { // dbPassword
		return 0
	}
	return i + len(word)
}

// verbs join the word to the secret, in sentences, tables and lists.
var verbs = []string{
	" was changed to ", " was reset to ", " was set to ", " has been changed to ", " has been reset to ",
	" has been set to ", " should be ",
	" is now ", " is: ", " is ", " was ", " to ", " ist ", " lautet ", " est ", " es ", " \u00e8 ", " \u00e9 ",
	" : ", " 0 ", " 7 ", " -> ", " => ", " \u2192 ", " | ", "\t", "` | ",
}

// verbsBy holds them by their second byte, in their order. One of a single byte goes before anything.
var verbsBy = func() (t [256][]string) {
	for _, v := range verbs {
		for c := range t {
			if len(v) == 1 || v[1] == byte(c) {
				t[c] = append(t[c], v)
			}
		}
	}
	return t
}()

// announced looks for a secret behind a word like "password" that ends at i, and returns where to read on: right behind
// the word, as a detector that knows the token by name may still find it.
func (sc *Scanner) announced(i int) int {
	s := sc.text
	if i+1 < len(s) && s[i+1] == '[' && sc.ownEnd(i+1) > 0 {
		return i // it was said before
	}
	sc.column(i)
	start, exact := sc.announcedAt(i)
	if start == 0 || start >= len(s) {
		return i
	}
	open := start
	start = afterQuote(s, start)
	quoted := start > open
	end := proseEnd(s, start)
	phrase := hasFold(s[max(0, i-len("phrase")):], "phrase")
	if quoted && phrase {
		end = phraseEnd(s, start, end)
	}
	text := s[start:end]
	// A literal in quotes is one even when it is a word.
	whole := !quoted && isPassphrase(s, start, end)
	if quoted && s[start-1] == quoteAt(s, end) {
		whole = exact || phrase || lower(s[i-1]) == 'd' && len(text) >= leastWord
	}
	if len(text) >= leastCredential && (whole || looksPassword(text)) && !isMeasure(text) && !calls(text) &&
		!sc.isPlaceholder(text) {
		sc.add(Finding{start, end, ProsePassword, Unquoted})
	}
	return i
}

// isMeasure tells whether s is a time, a version, a number or a part of a list in brackets: 0.123s, 1:4.13+dfsg1-1, 10_000,
// [success=1.
func isMeasure(s string) bool {
	const unit = 2
	number := run(s, 0, aDigit|aDot)
	return s[0] == '[' || only(s, aDigit|aURLSafe) && strings.IndexByte(s, '_') > 0 ||
		number > 0 && strings.IndexByte(s[:number], '.') > 0 && len(s)-number <= unit ||
		number == 1 && number+1 < len(s) && s[number] == ':' && isDigit(s[number+1])
}

// afterQuote returns the end of the quote at i, escaped or not, or i when none stands there.
func afterQuote(s string, i int) int {
	if quoteAt(s, i) == 0 {
		return i
	}
	for s[i] == '\\' {
		i++
	}
	return i + 1
}

// quoteAt returns the quote at i, escaped or not, or 0.
func quoteAt(s string, i int) byte {
	for i < len(s) && s[i] == '\\' {
		i++
	}
	if i < len(s) && isQuote(s[i]) {
		return s[i]
	}
	return 0
}

// sayingStarts are the bytes that may stand behind a word which announces a secret: where a verb begins, or the name of a
// setting ends.
var sayingStarts = chars(" \t`,\")']|?\\")

// announcedAt returns where what the word that ends at i announces begins, or 0, and whether a word in quotes there is
// a secret for certain.
func (sc *Scanner) announcedAt(i int) (start int, exact bool) {
	s := sc.text
	if i >= len(s) || !sayingStarts[s[i]] {
		return 0, false
	}
	start = verbEnd(s, i)
	switch {
	case start > 0 && !hasFold(s[i:], " to "):
	case sc.isLogin(i):
		start = i + 1
	case isSetting(s, i):
		return i + 1, true
	case nameEnds[s[i]] && besideName(s, i) > 0:
		return besideName(s, i), false
	case lower(s[i-1]) != 'n' && lower(s[i-1]) != 'y' && sc.directly(i):
		return 0, false
	default:
		if of, whole := sc.ofSomebody(i); of > 0 {
			return of, whole
		}
	}
	return start, false
}

// Signs that may stand behind the name of a setting, and those that close what is around one.
var (
	nameEnds   = chars(",\")'] |?")
	nameCloses = chars(`"')]\`)
	orStarts   = chars("o|?")
)

// besideName returns where the literal begins that stands behind the name of a setting which ends at i: as an argument,
// OPT_PASSWORD, "…", or in case that there is no such setting, getenv("PASSWORD") or "…". It returns 0 when there is none.
func besideName(s string, i int) int {
	if s[i] == ' ' && i+1 < len(s) && !orStarts[s[i+1]] {
		return 0
	}
	if strings.HasPrefix(s[i:], ", ") && isQuote(s[min(i+2, len(s)-1)]) &&
		strings.IndexByte(s[runBack(s, i, maxKey, aCapitals|aURLSafe):i], '_') > 0 {
		return i + 2
	}
	for range 3 { // quotes and brackets around the name
		if i < len(s) && nameCloses[s[i]] {
			i++
		}
	}
	if i+1 >= len(s) || s[i] != ' ' || !orStarts[s[i+1]] {
		return 0
	}
	for _, or := range [...]string{" or ", " || ", " ?? ", " ?: "} {
		if end := i + len(or); strings.HasPrefix(s[i:], or) && end < len(s) && isQuote(s[end]) {
			return end
		}
	}
	return 0
}

// verbEnd returns the end of the verb that follows at i, or 0.
func verbEnd(s string, i int) int {
	if i < len(s) && s[i] == '\\' {
		tab := i
		for tab < len(s) && s[tab] == '\\' {
			tab++
		}
		return pick(tab < len(s) && s[tab] == 't', tab+1, 0)
	}
	if i >= len(s) || s[i] != ' ' && s[i] != '\t' && s[i] != '`' {
		return 0
	}
	if i+1 >= len(s) {
		return pick(s[i] == '\t', i+1, 0)
	}
	for _, v := range verbsBy[lower(s[i+1])] {
		if hasFold(s[i:], v) {
			return i + len(v)
		}
	}
	return 0
}

// directly adds the password that follows a word for it at i without any verb, when it could hardly be anything else:
// "log in with password Xy9$kQ2mm", PASSWORD 'hunter2xyz'.
func (sc *Scanner) directly(i int) bool {
	s := sc.text
	if i+1 >= len(s) || s[i] != ' ' {
		return false
	}
	start := i + 1
	quoted := isQuote(s[start]) || s[start] == '('
	if quoted {
		start++
	}
	end := proseEnd(s, start)
	text := s[start:end]
	if !quoted && !isStrong(text) || !looksPassword(text) || sc.isPlaceholder(text) ||
		only(text, aLetter|aURLSafe) && sc.keys.kind(text) != KindNone {
		return false
	}
	sc.add(Finding{start, end, ProsePassword, Unquoted})
	return true
}

// isSetting tells whether the word that ends at i is one of a setting, with its value in quotes behind it and nothing
// else before it on its line: password "…" in Gradle, :password "…" in Clojure.
func isSetting(s string, i int) bool {
	if i+1 >= len(s) || s[i] != ' ' || quoteAt(s, i+1) == 0 {
		return false
	}
	start := runBack(s, i, maxKey, aURLDot)
	if start > 0 && s[start-1] == ':' {
		start--
	}
	for start > 0 && (s[start-1] == ' ' || s[start-1] == '\t') {
		start--
	}
	return start == 0 || s[start-1] == '\n' || s[start-1] == '{' || s[start-1] == ':' || escapedLetter(s, start)
}

// phraseEnd returns where the words in quotes end that begin at start, or end when they do not on the same line.
func phraseEnd(s string, start, end int) int {
	line := s[start:min(len(s), start+maxLook)]
	n := strings.IndexByte(line, s[start-1])
	if n <= 0 || strings.IndexByte(line[:n], '\n') >= 0 {
		return end
	}
	return start + n - backslashes(s, start, start+n)
}

// endsSaying tells whether what was said ends at i: with its line, its sentence or its string.
func endsSaying(s string, i int) bool {
	return i >= len(s) || s[i] != ' ' && strings.IndexByte("/:(@", s[i]) < 0
}

// isPassphrase tells whether [start, end) is words joined by dashes that end a sentence or a line.
func isPassphrase(s string, start, end int) bool {
	if strings.Count(s[start:end], "-") < 2 || !only(s[start:end], aLetter|aURLSafe) {
		return false
	}
	return end >= len(s) || s[end] != ' ' && (s[end] != ',' || end+1 >= len(s) || s[end+1] != ' ')
}

// Signs that end the word of a sentence, and those that may stand behind one.
var (
	proseStops = chars("\"'`\\<> \t\n\r")
	proseSigns = chars(".,;:)")
)

// proseEnd returns the end of the word of a sentence that begins at start.
func proseEnd(s string, start int) int {
	end := start
	for end < len(s) && !proseStops[s[end]] && end-start < maxBare {
		end++
	}
	for end > start && proseSigns[s[end-1]] {
		end--
	}
	return end
}

// isLogin tells whether the word "password" that ends at i belongs to a line of .netrc: login <name> password <secret>.
func (sc *Scanner) isLogin(i int) bool {
	const key, verb = len("password"), "login"
	s := sc.text
	if i < key || i >= len(s) || s[i] != ' ' || !hasFold(s[i-key:], "password") {
		return false
	}
	if !sc.logins.in(s, verb, max(0, i-key-3*maxLocal-len(verb)), i-key) {
		return false
	}
	name := backOver(s, i-key, true)
	return strings.HasSuffix(s[:backOver(s, backOver(s, name, false), true)], verb)
}

// backOver returns where the blanks, or what is no blank, begin that end at i.
func backOver(s string, i int, blanks bool) int {
	for stop := max(0, i-maxLocal); i > stop && isSpace(s[i-1]) == blanks; {
		i--
	}
	return i
}

// pin recognises "PIN 1234" and "PIN is 1234" behind the word that ends at i.
func (sc *Scanner) pin(i int) int {
	s := sc.text
	start := i
	for _, v := range [...]string{" is ", " code ", ": ", " "} {
		if strings.HasPrefix(s[i:], v) {
			start = i + len(v)
			break
		}
	}
	end := run(s, start, aDigit)
	if start == i || end-start < 4 || end-start > 8 || !endsWord(s, end) {
		return i
	}
	sc.add(Finding{start, end, PinCode, Unquoted})
	return end
}

// userPass leaves the ":" at i to what reads assignments.
func (sc *Scanner) userPass(i int) int {
	s := sc.text
	if alphabet[s[i-1]]&aHex != 0 && i+1 < len(s) && (alphabet[s[i+1]]&aHex != 0 || s[i+1] == ':') {
		return sc.ipv6(i)
	}
	return 0
}
