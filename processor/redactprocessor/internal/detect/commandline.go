// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

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
	if first < i && (strings.HasSuffix(s[:end], "stdin") && strings.Contains(s[max(0, i-maxKey):end], "passw") ||
		strings.HasSuffix(s[:end], "with-token")) { // of gh
		sc.piped(first)
		return i
	}
	if end >= len(s) || s[end] != ' ' || end-i < leastOption {
		return i
	}
	kind, value := sc.optionKind(s[i+1:end], word(s, end+1), first < i), end+1
	if spokenOf.has(word(s, value)) {
		return i
	}
	// A single dash may be one of punctuation.
	if kind == KindNone || (kind == KindWord || first == i) && !looksPassword(word(s, value)) {
		return i
	}
	return sc.argument(value, kind)
}

// spokenOf stand behind an option that somebody speaks of: the --username and --password options.
var spokenOf = words("option options flag flags argument arguments parameter parameters is are was and " +
	"or for to in on with can must may should instead if when via prompt")

// optionKind judges an option by its name; those that take a user with a password by their value.
func (sc *Scanner) optionKind(name, value string, long bool) Kind {
	if long && (name == "user" || name == "proxy-user") { // of curl
		if user, _, found := strings.Cut(value, ":"); found && !only(user, aDigit) {
			return KindSecret
		}
	}
	switch kind := sc.keys.kind(name); kind {
	case KindSecret, KindToken, KindBearer, KindWord:
		return kind
	}
	return KindNone
}

// leastOption is the length of the shortest option that is a word, its dash included.
const leastOption = 3

// command is one whose options of one letter may take a password.
type command struct{ name, options string }

// commands whose one-letter options take a password, and the letters.
var commands = []command{
	{"curl", "uUb"},
	{"mysql", "p"},
	{"mysqldump", "p"},
	{"mysqladmin", "p"},
	{"mysqlimport", "p"},
	{"mysqlsh", "p"},
	{"mariadb", "p"},
	{"redis-cli", "a"},
	{"valkey-cli", "a"},
	{"login", "p"},
	{"sshpass", "p"},
	{"mongo", "p"},
	{"mongosh", "p"},
	{"mongodump", "p"},
	{"mongorestore", "p"},
	{"mongoexport", "p"},
	{"mongoimport", "p"},
	{"wget", ""},
	{"http", "a"},
	{"https", "a"},
	{"ldapsearch", "w"},
	{"ldapadd", "w"},
	{"ldapmodify", "w"},
	{"ldapdelete", "w"},
	{"ldappasswd", "ws"},
	{"ldapwhoami", "w"},
	{"sqlcmd", "P"},
	{"bcp", "P"},
	{"isql", "P"},
	{"tsql", "P"},
	{"osql", "P"},
	{"ipmitool", "P"},
	{"cqlsh", "p"},
	{"clickhouse-client", ""},
	{"psexec", "p"},
	{"PSEXEC", "p"},
	{"PSEXEC.EXE", "p"},
	{"psExec", "p"},
	{"PsExec", "p"},
	{"twine", "p"},
	{"useradd", "p"},
	{"usermod", "p"},
	{"rdesktop", "p"},
	{"hydra", "p"},
	{"winrm", "p"},
	{"zip", "P"},
	{"unzip", "P"},
	{"snmpget", "AX"},
	{"snmpwalk", "AX"},
	{"snmpset", "AX"},
	{"ssh-keygen", "NP"},
	{"sudo", "S"},
	{"doctl", "t"},
	{"openssl", "kK"},
	{"smbclient", "U"},
	{"smbget", "U"},
	{"rpcclient", "U"},
	{"winexe", "U"},
	{"net", "U"},
	{"lftp", "u"},
	{"smbmap", "p"},
	{"crackmapexec", "p"},
	{"netexec", "p"},
	{"nxc", "p"},
	{"medusa", "p"},
	{"mosquitto_pub", "P"}, //nolint:misspell // the name of a program
	{"mosquitto_sub", "P"}, //nolint:misspell // the name of a program
	{"rabbitmqadmin", "p"},
	{"beeline", "p"},
	{"mongofiles", "p"},
	{"mongostat", "p"},
	{"unrar", "p"},
	{"rar", "p"},
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
	sc.options.seen = i
	for end := len(line) - 1; end >= 0; end-- {
		switch line[end] {
		case ' ':
			if k := commandAt(line[:end]); k > 0 { // the last one on the line
				sc.options.command = k
				return &commands[k-1]
			}
		case '\n', ';', '|':
			if end == 0 || line[end-1] != '\\' { // a backslash joins two lines
				sc.options.command = 0
				return nil
			}
		}
	}
	if sc.options.command == 0 {
		return nil
	}
	return &commands[sc.options.command-1]
}

// leastCommand is the length of the shortest of the commands.
const leastCommand = 3

// commandsBy holds the numbers of the commands by the last two letters of their names.
var commandsBy = func() (t [1 << 10][]int) {
	for k, c := range commands {
		slot := endSlot(c.name)
		t[slot] = append(t[slot], k)
	}
	return t
}()

// endSlot folds the last two letters of s; capitals and small letters fall together.
func endSlot(s string) int { return int(s[len(s)-2]&31)<<5 | int(s[len(s)-1]&31) }

// commandAt returns the number of the command that s ends with, counted from 1, or 0.
func commandAt(s string) int {
	if len(s) < leastCommand || !isLetter(s[len(s)-1]) || !isLetter(s[len(s)-2]) {
		return 0
	}
	for _, k := range commandsBy[endSlot(s)] {
		name := commands[k].name
		if strings.HasSuffix(s, name) && startsWord(s, len(s)-len(name)) {
			return k + 1
		}
	}
	return 0
}

// shortOptions are the letters of all commands.
var shortOptions = func() (t [256]bool) {
	for _, c := range commands {
		for _, letter := range []byte(c.options) {
			t[letter] = true
		}
	}
	return t
}()

// shortOption recognises "mysql -psecret" and the like. The dash stands at i.
func (sc *Scanner) shortOption(i int) int {
	s := sc.text
	letter := s[i+1]
	if !shortOptions[letter] {
		return i
	}
	c := sc.commandBefore(i)
	if c == nil || strings.IndexByte(c.options, letter) < 0 {
		return i
	}
	if letter == 'S' {
		sc.piped(i)
		return i
	}
	start := i + 2
	if start < len(s) && s[start] == ' ' {
		if c.glued() {
			return i
		}
		start++
	} else if c.apart() {
		return i
	}
	if letter == 'b' {
		sc.cookies(argumentAt(s, start))
		return i
	}
	if start = c.passwordAt(s, start); start == 0 {
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
	start, end := argumentAt(s, start)
	if sc.ownEnd(start) > 0 {
		return start
	}
	end = sc.keepString(&sc.json, start, end)
	if colon := strings.IndexByte(s[start:end], ':'); colon >= 0 && colon < end-start-1 {
		start += colon + 1
	} else if colon >= 0 && end < len(s) && isQuote(s[end]) { // user:'password'
		if next := sc.argument(end, kind); next > end+1 || !looksPassword(s[start:end-1]) {
			return next
		}
		end-- // a key in place of the user, and no password
	}
	if start >= end || s[start] == '-' || (kind == KindToken || kind == KindBearer) && !looksToken(s[start:end]) && !isUUID(s[start:end]) {
		return start
	}
	if end-start < leastCredential && run(s, start, aAlnum) == start || sc.isPlaceholder(s[start:end]) {
		return start
	}
	sc.add(Finding{start, end, CLIPassword, Unquoted})
	return end
}

// afterStrings stand behind a string of a program or of JSON, and begin no password.
var afterStrings = chars(",:;]})")

// argumentAt returns the word of a command line, without its quotes, that begins at i.
func argumentAt(s string, i int) (start, end int) {
	start = i
	for start < len(s) && argumentSigns[s[start]]&beforeArgument != 0 {
		start++
	}
	if start > i && start < len(s) && afterStrings[s[start]] {
		return i, i // the quote ended the command
	}
	if start > i && isQuote(s[start-1]) {
		line := s[start:min(len(s), start+maxLook)]
		n := strings.IndexByte(line, s[start-1])
		if n > 0 && strings.IndexByte(line[:n], ' ') > 0 && strings.IndexByte(line[:n], '\n') < 0 {
			return start, start + n - backslashes(s, start, start+n) // words in quotes
		}
	}
	end = start
	for end < len(s) && argumentSigns[s[end]]&behindArgument == 0 {
		end++
	}
	return start, end
}

const (
	beforeArgument = 1 << iota // may stand before a word of a command line
	behindArgument             // ends one
)

var argumentSigns = func() (t [256]uint8) {
	for _, c := range []byte(`'"\<`) {
		t[c] |= beforeArgument
	}
	for c := range t {
		if isSpace(byte(c)) || strings.IndexByte(`'"\|;>`, byte(c)) >= 0 {
			t[c] |= behindArgument
		}
	}
	return t
}()

// plainText says that the text in quotes before it, in PowerShell, is a password.
const plainText, maxPlainText = "-AsPlainText", 160

// securedText adds the password of ConvertTo-SecureString "…" -AsPlainText. The last option's dash stands at i.
func (sc *Scanner) securedText(i int) {
	s := sc.text
	end := i
	for stop := max(0, i-maxPlainText); end > stop && !isQuote(s[end-1]); {
		end--
	}
	if end < 2 || !isQuote(s[end-1]) {
		return
	}
	if sc.closes(i, end-1) {
		return // it begins here
	}
	quote := s[end-1]
	end--
	end -= backslashes(s, max(0, end-maxDepth), end)
	start := strings.LastIndexByte(s[max(0, end-maxPlainText):end], quote) + 1 + max(0, end-maxPlainText)
	if start < end && !sc.standsIn(s[start:end]) {
		sc.add(Finding{start, end, SecretValue, Unquoted})
	}
}
