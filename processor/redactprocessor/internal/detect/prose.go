// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// prose looks at a letter of a word that may announce a secret in running text.
func (sc *Scanner) prose(i int) int {
	s := sc.text
	switch s[i] {
	case 'B', 'b':
		return sc.bearer(i)
	case 'w', 'W': // passWord, pWd
		if end := wordAt(s, i-4, "password"); end > 0 {
			return sc.announced(end)
		}
		if end := wordAt(s, i-1, "pwd"); end > 0 {
			return sc.announced(end)
		}
	case 'k', 'K': // toKen, passKey, api Key
		for _, w := range [...]struct {
			back int
			word string
		}{{2, "token"}, {0, "key"}, {4, "passkey"}} {
			if end := wordAt(s, i-w.back, w.word); end > 0 {
				return sc.announced(end)
			}
		}
	case 'P':
		if end := wordAt(s, i, "pin"); end > 0 && s[i:end] == "PIN" {
			return sc.pin(end)
		}
	}
	return i + 1
}

// wordAt returns the end of the word when it stands, in whatever case, at i.
func wordAt(s string, i int, word string) int {
	if i < 0 || !hasFold(s[i:], word) || !startsWord(s, i) || !endsWord(s, i+len(word)) {
		return 0
	}
	return i + len(word)
}

// verbs join the word to the secret.
var verbs = []string{" is now ", " is: ", " is ", " was ", " to "}

// announced looks for a secret behind a word like "password" that ends at i.
func (sc *Scanner) announced(i int) int {
	s := sc.text
	start := verbEnd(s, i)
	if start == 0 && isLogin(s, i) {
		start = i + 1
	}
	if start == 0 || start >= len(s) {
		return i
	}
	quoted := isQuote(s[start])
	if quoted {
		start++
	}
	end := proseEnd(s, start)
	text := s[start:end]
	whole := quoted && lower(s[i-1]) == 'd' && end < len(s) && s[end] == s[start-1] && len(text) >= leastWord // a literal in quotes
	if len(text) < leastCredential || !whole && !looksPassword(text) || sc.isPlaceholder(text) {
		return i
	}
	sc.add(Finding{start, end, ProsePassword, Unquoted})
	return i // a detector that knows the token by name may still find it
}

// verbEnd returns the end of the verb that follows at i, or 0.
func verbEnd(s string, i int) int {
	for _, v := range verbs {
		if hasFold(s[i:], v) {
			return i + len(v)
		}
	}
	return 0
}

// proseEnd returns the end of the word of a sentence that begins at start.
func proseEnd(s string, start int) int {
	end := start
	for end < len(s) && !isSpace(s[end]) && strings.IndexByte("\"'`\\<>", s[end]) < 0 && end-start < maxBare {
		end++
	}
	for end > start && strings.IndexByte(".,;:)", s[end-1]) >= 0 {
		end--
	}
	return end
}

// isLogin tells whether the word "password" that ends at i belongs to a line of .netrc: login <name> password <secret>.
func isLogin(s string, i int) bool {
	const key, verb = len("password"), "login"
	if i < key || i >= len(s) || s[i] != ' ' || !hasFold(s[i-key:], "password") {
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

// looksPassword tells a password from the next word of a sentence: it has a digit or a sign where words have none.
func looksPassword(s string) bool {
	if strings.Contains(s, "(") || strings.HasPrefix(s, "http") {
		return false
	}
	digits, _, _ := mix(s)
	signs := strings.ContainsAny(s, "!@#$%^&*+=~?")
	letters := digits < len(s)
	return digits > 0 && (signs || letters) && len(s) >= 6 || signs && letters
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

// longOption recognises "--password value" and "-Password value". The last dash stands at i.
func (sc *Scanner) longOption(i int) int {
	s := sc.text
	first := i
	if i > 0 && s[i-1] == '-' {
		first--
	}
	if first > 0 && !isSpace(s[first-1]) && s[first-1] != '"' && !escapedLetter(s, first-1) {
		return i
	}
	end := run(s[:min(len(s), i+maxKey)], i+1, aURL)
	if end >= len(s) || s[end] != ' ' || end-i < leastOption {
		return i
	}
	kind := KeyKind(s[i+1 : end])
	if name := s[i+1 : end]; first < i && (name == "user" || name == "proxy-user") {
		user, _, found := strings.Cut(word(s, end+1), ":")
		kind = pick(found && !only(user, aDigit), KindSecret, kind) // of curl
	}
	if kind != KindSecret && kind != KindToken {
		return i
	}
	if first == i && !looksPassword(word(s, end+1)) {
		return i // a dash may be one of punctuation
	}
	return sc.argument(end+1, kind)
}

// leastOption is the length of the shortest option that is a word, its dash included.
const leastOption = 3

// command is one whose options of one letter may take a password.
type command struct{ name, options string }

// commands whose one-letter options take a password, and the letters.
var commands = []command{
	{"curl", "uU"},
	{"mysql", "p"},
	{"mysqldump", "p"},
	{"mysqladmin", "p"},
	{"redis-cli", "a"},
	{"login", "p"},
	{"sshpass", "p"},
	{"mongo", "p"},
	{"mongosh", "p"},
	{"wget", ""},
	{"http", "a"},
	{"ldapsearch", "w"},
	{"psexec", "p"},
	{"PSEXEC", "p"},
	{"PSEXEC.EXE", "p"},
	{"psExec", "p"},
	{"PsExec", "p"},
}

// commandWindow is how far before an option its command is looked for.
const commandWindow = 240

// options remember the command of a line, so that each of its options need not look for it again.
type options struct {
	seen    int // how far the text was searched
	command int // which of commands, and one more; 0 for none
}

// commandBefore returns the command that the option at i belongs to, or nil.
func (sc *Scanner) commandBefore(i int) *command {
	from := max(0, i-commandWindow, sc.options.seen-len("mysqldump.exe "))
	line := sc.text[from:i]
	for end := len(line); end > 0; {
		end = strings.LastIndexAny(line[:end], "\n;|")
		if end >= 0 && (end == 0 || line[end-1] != '\\') { // a backslash joins two lines
			line, sc.options.command = line[end+1:], 0
			break
		}
	}
	sc.options.seen = i
	for end := strings.IndexByte(line, ' '); end >= 0 && end < len(line); {
		if k := commandAt(line[:end]); k > 0 {
			sc.options.command = k
		}
		next := strings.IndexByte(line[end+1:], ' ')
		if next < 0 {
			break
		}
		end += 1 + next
	}
	if sc.options.command == 0 {
		return nil
	}
	return &commands[sc.options.command-1]
}

// leastCommand is the length of the shortest of the commands.
const leastCommand = 4

// commandAt returns the number of the command that s ends with, counted from 1, or 0.
func commandAt(s string) int {
	if len(s) < leastCommand || !isLetter(s[len(s)-1]) || !isLetter(s[len(s)-2]) {
		return 0
	}
	for k := range commands {
		name := commands[k].name
		if strings.HasSuffix(s, name) && startsWord(s, len(s)-len(name)) {
			return k + 1
		}
	}
	return 0
}

// shortOption recognises "mysql -psecret" and the like. The dash stands at i.
func (sc *Scanner) shortOption(i int) int {
	s := sc.text
	letter := s[i+1]
	if letter != 'p' && letter != 'a' && letter != 'u' && letter != 'U' && letter != 'w' {
		return i
	}
	c := sc.commandBefore(i)
	if c == nil || strings.IndexByte(c.options, letter) < 0 {
		return i
	}
	start := i + 2
	if start < len(s) && s[start] == ' ' {
		if strings.HasPrefix(c.name, "mysql") {
			return i // it asks for the password when it does not follow at once
		}
		start++
	}
	if c.name == "curl" && !strings.Contains(word(s, start), ":") {
		return i // a user alone: the password is asked for
	}
	return sc.argument(start, KindSecret)
}

// word returns what stands at i up to the next space.
func word(s string, i int) string {
	end := i
	for end < len(s) && !isSpace(s[end]) && end-i < maxBare {
		end++
	}
	return s[i:end]
}

// argument adds the word of a command line that begins at start; of user:password only what follows the colon.
func (sc *Scanner) argument(start int, kind Kind) int {
	s := sc.text
	for start < len(s) && strings.IndexByte("'\"\\<", s[start]) >= 0 {
		start++
	}
	end := start
	for end < len(s) && !isSpace(s[end]) && strings.IndexByte("'\"\\|;>", s[end]) < 0 {
		end++
	}
	if sc.ownEnd(start) > 0 {
		return start
	}
	if colon := strings.IndexByte(s[start:end], ':'); colon >= 0 && colon < end-start-1 {
		start += colon + 1
	} else if colon >= 0 && end < len(s) && isQuote(s[end]) { // user:'password'
		return sc.argument(end, kind)
	}
	if start >= end || s[start] == '-' || kind == KindToken && !looksToken(s[start:end]) {
		return start
	}
	if end-start < leastCredential && run(s, start, aAlnum) == start || sc.isPlaceholder(s[start:end]) {
		return start
	}
	sc.add(Finding{start, end, CLIPassword, Unquoted})
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

// dollar recognises password hashes in the form of crypt(3): $2y$10$…, $argon2id$…, $6$….
func (sc *Scanner) dollar(i int) int {
	s := sc.text
	start := i
	if !isCrypt(s[i:]) {
		if start = hasherName(s, i); start < 0 {
			return i + 1
		}
	}
	end := i + 1
	for end < len(s) && (alphabet[s[end]]&aAlnum != 0 || strings.IndexByte("$./=,+-*@:_", s[end]) >= 0) {
		end++
	}
	if end-i < leastHash || strings.Count(s[start:end], "$") < 3 {
		return i + 1
	}
	sc.add(Finding{start, end, PasswordHash, Unquoted})
	return end
}

// hashers name the methods of hashes whose name stands before the first "$", as Django and Werkzeug write them.
var hashers = set("pbkdf2_sha256 pbkdf2_sha1 pbkdf2_sha512 bcrypt_sha256 bcrypt argon2 scrypt")

// hasherName returns where the name of a method begins that ends at i, or -1.
func hasherName(s string, i int) int {
	start := runBack(s, i, len("pbkdf2_sha256"), aURL)
	if start == i || !hashers[s[start:i]] {
		return -1
	}
	return start
}

func isCrypt(s string) bool {
	for _, id := range cryptIDs {
		if strings.HasPrefix(s, id) {
			return true
		}
	}
	return false
}

// cryptIDs name the methods of crypt(3), of Cisco's devices and of Kerberos.
var cryptIDs = []string{
	"$2a$", "$2b$", "$2y$", "$argon2", "$5$", "$6$", "$1$", "$7$", "$8$", "$9$", "$y$", "$apr1$", "$scrypt$",
	"$pbkdf2", "$krb5",
}

// leastHash is the length of the shortest password hash of crypt(3), MD5's, less some for cut off ones.
const leastHash = 28
