// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// passwordCommand adds the password that a command whose name ends at i takes by its place, htpasswd -b file user secret,
// or that it reads, echo user:secret | chpasswd. It returns where to read on.
func (sc *Scanner) passwordCommand(i int) int {
	if strings.HasSuffix(sc.text[:i], "chpasswd") {
		sc.readBy(i-len("chpasswd"), i)
	} else {
		sc.htpasswd(i)
	}
	return i
}

// maxHere is how far behind a command the text is looked for that it is given: <<< text.
const maxHere = 64

// readBy adds the password of user:password that the command [start, end) reads, piped or as a text behind it.
func (sc *Scanner) readBy(start, end int) {
	s := sc.text
	if at := hereText(s, end); at > 0 {
		sc.argument(at, KindSecret)
		return
	}
	if at := pipedText(s, start); at > 0 && strings.IndexByte(s[at:start], ':') > 0 {
		sc.argument(at, KindSecret)
	}
}

// hereText returns where the text begins that a command which ends before i is given on its line, or 0.
func hereText(s string, i int) int {
	line := s[i:min(len(s), i+maxHere)]
	n := strings.Index(line, "<<<")
	if n < 0 || strings.ContainsAny(line[:n], "\n;|") {
		return 0
	}
	return skipBlanks(s, i+n+len("<<<"))
}

// pipedText returns where the text begins that is written into the command at i, or 0.
func pipedText(s string, i int) int {
	from := max(0, i-maxPiped)
	pipe := strings.LastIndexByte(s[from:i], '|')
	if pipe <= 0 || s[from+pipe-1] == '|' {
		return 0
	}
	for _, name := range [...]string{"echo ", "printf "} {
		if at := strings.LastIndex(s[from:from+pipe], name); at >= 0 {
			return skipOptions(s, from+at+len(name))
		}
	}
	return 0
}

// htpasswd adds the last of the words behind the command that ends at i, when its options say that the password is one.
func (sc *Scanner) htpasswd(i int) {
	s := sc.text
	given, words := false, 2
	for i < len(s) && s[i] == ' ' {
		i = skipBlanks(s, i)
		text := word(s, i)
		switch {
		case strings.HasPrefix(text, "-"):
			given = given || strings.Contains(text, "b")
			if strings.Contains(text, "n") {
				words-- // no file
			}
			if strings.HasSuffix(text, "C") {
				i = skipBlanks(s, i+len(text)) // the cost
				text = word(s, i)
			}
		case !given:
			return
		case words == 0:
			sc.argument(i, KindSecret)
			return
		default:
			words--
		}
		i += len(text)
	}
}
