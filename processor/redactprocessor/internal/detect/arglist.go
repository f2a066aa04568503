// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// Commands are also written as lists of their words: ["curl", "-u", "bob:secret"] of JSON, exec.Command("mysql",
// "-psecret"), subprocess.run(['tool', '--password', 'secret']). Lists hold much else, so that a value must look like a
// password there.

// listedOption looks at the dash at i, behind a quote, as the beginning of an option in such a list. It returns i when
// it is none with a password.
func (sc *Scanner) listedOption(i int) int {
	s := sc.text
	option, ok := literalAt(s, i-1-backslashes(s, 0, i-1))
	if !ok || option.start != i || option.end-i < len("-p") || option.end-i > maxKey {
		return i
	}
	name := s[i:option.end]
	value, ok := nextLiteral(s, option.next)
	switch {
	case strings.HasPrefix(name, "--"):
		if !ok || len(name) <= leastOption || sc.optionKind(name[2:], s[value.start:value.end], true) == KindNone {
			return i
		}
	case !shortOptions[name[1]]:
		return i
	default:
		c := sc.listed.before(s, i)
		if c == nil || strings.IndexByte(c.options, name[1]) < 0 {
			return i
		}
		if len(name) > len("-p") {
			if c.apart() {
				return i
			}
			value, ok = literal{start: i + len("-p"), end: option.end}, true
		} else if c.glued() {
			return i
		}
		if !ok {
			return i
		}
		if value.start = c.passwordAt(s[:value.end], value.start); value.start == 0 {
			return i
		}
	}
	return sc.listedPassword(value)
}

// listedPassword adds the password that a literal of a list holds, and returns its end.
func (sc *Scanner) listedPassword(l literal) int {
	text := sc.text[l.start:l.end]
	if user := strings.IndexByte(text, ':'); user >= 0 && user < len(text)-1 {
		l.start += user + 1
		text = text[user+1:]
	}
	if len(text) < leastCredential || strings.IndexByte(text, ' ') >= 0 || !looksPassword(text) && !looksToken(text) ||
		sc.isPlaceholder(text) {
		return l.start
	}
	sc.add(Finding{l.start, l.end, CLIPassword, Unquoted})
	return l.end
}

// listedCommand remembers the command of a list, so that each of its options need not look for it again.
type listedCommand struct {
	command *command
	at      int // where it ends
	seen    int // how far the text was searched
}

// before returns the last command that a literal before i names, with or without its path, or nil.
func (l *listedCommand) before(s string, i int) *command {
	from := max(0, i-commandWindow)
	for j := i - 1; j > max(from, l.seen-1); j-- {
		if !isQuote(s[j]) {
			continue
		}
		if k := commandAt(s[from : j-backslashes(s, from, j)]); k > 0 {
			l.command, l.at = &commands[k-1], j
			break
		}
	}
	if l.seen = i; l.at < from {
		l.command = nil
	}
	return l.command
}

// gluedOnly are commands that ask for the password when it does not follow its option at once.
var gluedOnly = set("mysql mysqldump mysqladmin mysqlimport mysqlsh mariadb unrar rar")

func (c *command) glued() bool { return gluedOnly[c.name] }

// apart tells whether a command has options of several letters behind one dash, so that none of one letter has its value
// at once: openssl req -key k.pem.
func (c *command) apart() bool { return c.name == "openssl" }

// joints are the signs between the name of a user and the password in the options of some commands. Without it there is
// none.
var joints = map[string]byte{
	"curl": ':', "smbclient": '%', "smbget": '%', "rpcclient": '%', "winexe": '%', "net": '%', "lftp": ',',
}

// passwordAt returns where the password begins in the word at i of s, or 0.
func (c *command) passwordAt(s string, i int) int {
	joint := joints[c.name]
	if joint == 0 {
		return i
	}
	n := strings.IndexByte(word(s, i), joint)
	switch {
	case n < 0:
		return 0
	case joint == ':': // what stands before a colon is left away anyway
		return i
	}
	return i + n + 1
}
