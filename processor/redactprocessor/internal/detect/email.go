// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// Bounds of RFC 5321, section 4.5.3.1.
const (
	maxLocal  = 64
	maxDomain = 253
)

// email looks for an address around the "@" at i and returns where to read on.
func (sc *Scanner) email(i int) int {
	s := sc.text
	if i > 0 && (strings.HasPrefix(s[i+1:], "tcp(") || strings.HasPrefix(s[i+1:], "unix(")) {
		return sc.driverName(i)
	}
	if !sc.set.enabled[Email] || i == 0 {
		return i + 1
	}
	start, end := localStart(s, i), domainEnd(s, i+1)
	if start == i || end == 0 || !plausibleDomain(s[i+1:end]) {
		if start < i && strings.HasPrefix(s[run(s, i+1, aURLDot):], fullStop) {
			sc.encoded++ // a dot of Chinese
		}
		return i + 1
	}
	if start > 0 && (s[start-1] == '/' && start > 1 && s[start-2] == '/') || s[start:i] == "git" {
		return i + 1 // the user of a URL or of a repository
	}
	if start > 0 && s[start-1] == ':' && inAuthority(s, start) {
		return i + 1 // the password of a URL, which was judged already
	}
	sc.add(Finding{start, end, Email, Unquoted})
	return end
}

// fullStop is the dot of Chinese and Japanese, which stands for one in the names of domains.
const fullStop = "\u3002"

// driverName recognises user:password@tcp(host)/db, as Go's driver for MySQL has it. The "@" stands at i.
func (sc *Scanner) driverName(i int) int {
	s := sc.text
	start, m := i, &sc.drivers
	for stop := max(0, i-maxTag); start > stop && !endsURL(s[start-1]) && s[start-1] != '='; {
		if start--; start == m.end && m.scan == sc.scan {
			start = max(stop, m.start)
		}
	}
	*m = memo{scan: sc.scan, start: start, end: i}
	if _, end := sc.ownAround(i - 1); end == i {
		return i + 1 // it was said before
	}
	colon := strings.IndexByte(s[start:i], ':')
	for colon >= 0 {
		end := sc.ownToken(start + colon)
		if end == 0 || end > i {
			break
		}
		start = end // behind what was masked
		colon = strings.IndexByte(s[start:i], ':')
	}
	if password := start + colon + 1; colon >= 0 && password < i && !sc.standsIn(s[password:i]) {
		sc.add(Finding{password, i, URLUserinfo, Unquoted})
	}
	return i + 1
}

// inAuthority tells whether "://" and the name of a user stand before i.
func inAuthority(s string, i int) bool {
	user := runBack(s, i-1, maxLocal, aURLDot)
	return user < i-1 && strings.HasSuffix(s[:user], "://")
}

// localStart returns where the local part that ends at i begins.
func localStart(s string, i int) int {
	stop := max(0, i-maxLocal)
	if s[i-1] == '"' {
		return quotedLocal(s, i, stop)
	}
	j := i
	for j > stop && isLocal(s[j-1]) {
		j--
	}
	j += brokenRune(s[j:i])
	if eq := strings.LastIndexByte(s[j:max(j, i-1)], '='); eq >= 0 && strings.IndexByte(s[j:j+eq], '+') < 0 {
		j += eq + 1 // the value of a parameter
	}
	for j < i && (s[j] == '.' || s[j] == '\'' || s[j] == '&' || s[j] == '=' || s[j] == '?') {
		j++
	}
	return j
}

func isLocal(c byte) bool {
	return isAlnum(c) || isIDN(c) || strings.IndexByte("!#$%&'*+-=?^_~.", c) >= 0
}

// isIDN accepts the bytes of letters of alphabets that put spaces between words: Latin, Greek, Cyrillic. In others an
// address stands among characters that do not belong to it.
func isIDN(c byte) bool { return c >= 0x80 && c <= 0xbf || c >= 0xc3 && c <= 0xd4 }

// brokenRune returns how many bytes at the start of s continue a character that began before it.
func brokenRune(s string) int {
	n := 0
	for n < len(s) && s[n]&0xc0 == 0x80 {
		n++
	}
	return n
}

// quotedLocal handles "first last"@example.org.
func quotedLocal(s string, i, stop int) int {
	open := strings.LastIndexByte(s[stop:i-1], '"')
	if open < 0 || strings.ContainsAny(s[stop+open:i-1], ",:{}[]@\n") {
		return i
	}
	if open == i-2-stop || quoteLevel(s, stop+open) != quoteLevel(s, i-1) {
		return i
	}
	return stop + open
}

// domainEnd returns the end of the domain that begins at i, or 0.
func domainEnd(s string, i int) int {
	end := i
	stop := min(len(s), i+maxDomain)
	for end < stop && (isAlnum(s[end]) || s[end] == '-' || s[end] == '.' || isIDN(s[end])) {
		end++
	}
	for end > i && (s[end-1] == '.' || s[end-1] == '-') {
		end--
	}
	for end < len(s) && end > i && s[end-1] >= 0xc0 {
		end-- // the lead byte of a character that goes on beyond what is accepted
	}
	if end-i < 3 {
		return 0
	}
	return end
}

// plausibleDomain accepts names with a top-level domain, and refuses files, versions and packages (logo@2x.png,
// pkg@1.2.3).
func plausibleDomain(d string) bool {
	dot := strings.LastIndexByte(d, '.')
	if dot <= 0 || d[0] == '-' || d[0] == '.' || strings.Contains(d, "..") {
		return false
	}
	tld := d[dot+1:]
	if len(tld) < 2 || len(tld) > 24 || fileExtensions.has(tld) {
		return false
	}
	for i := range len(tld) {
		if !isLetter(tld[i]) && tld[i] < 0x80 && !strings.HasPrefix(tld, "xn--") {
			return false
		}
	}
	return true
}

var fileExtensions = words("png jpg jpeg gif svg webp js ts css json md txt html tgz gz zip exe dll")
