// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// colonForms recognises secrets that are known by the text around the ":" at i, and returns where to read on, or 0.
func (sc *Scanner) colonForms(i int) int {
	s := sc.text
	c := s[i-1]
	switch {
	case c == 's' && strings.HasSuffix(s[:i], puttyLines):
		return sc.putty(i + 1)
	case c == 's' && sc.passSource(i) > 0:
		return sc.skip(i)
	case strings.IndexByte("dtvw", c) >= 0 && sc.deployKey(i) > 0:
		return sc.skip(i)
	case c == 'n' && strings.HasSuffix(s[:i], oracleThin):
		return sc.oracle(i + 1)
	case slashEnds[c] && i+1 < len(s) && !isSpace(s[i+1]):
		if end := sc.slashOption(i); end > 0 {
			return end
		}
	}
	if i+1 < len(s) && isDigit(s[i+1]) && (c == '*' || isLetter(c)) {
		return sc.passFile(i)
	}
	return 0
}

// slashEnds are the last letters of the options that slashOption knows.
var slashEnds = chars("dDpPrRsS")

// A private key of PuTTY stands between the lines that begin like this.
const puttyLines, puttyEnd = "Private-Lines", "Private"

func (sc *Scanner) putty(i int) int {
	s := sc.text
	start := run(s, skipBlanks(s, i), aDigit)
	for next := lineBreak(s, start); next > start; next = lineBreak(s, start) {
		start = next
	}
	stop := start
	for stop < len(s) && (alphabet[s[stop]]&aStd64 != 0 || strings.IndexByte("=\\\r\n", s[stop]) >= 0) {
		stop++
	}
	stop -= len(s[start:stop]) - len(strings.TrimSuffix(s[start:stop], puttyEnd))
	for stop > start && (s[stop-1] == '\n' || s[stop-1] == '\r' || s[stop-1] == '\\' || escapedLetter(s, stop-1)) {
		stop--
	}
	sc.add(Finding{start, stop, PrivateKey, Unquoted})
	return max(i, stop)
}

// oracleThin begins the addresses of Oracle's driver: jdbc:oracle:thin:user/password@….
const oracleThin = "jdbc:oracle:thin"

func (sc *Scanner) oracle(i int) int {
	s := sc.text
	end := authorityEnd(s[:min(len(s), i+maxTag)], i)
	if end >= len(s) || s[end] != '/' {
		return 0
	}
	at := strings.IndexByte(s[end:min(len(s), end+maxTag)], '@')
	if at < 2 || strings.ContainsAny(s[end+1:end+at], " \"'\n") || sc.standsIn(s[end+1:end+at]) {
		return 0
	}
	sc.add(Finding{end + 1, end + at, URLUserinfo, Unquoted})
	return end + at
}

// passFile recognises a line of .pgpass, host:port:database:user:password, by the ":" behind its host.
func (sc *Scanner) passFile(i int) int {
	s := sc.text
	host := runBack(s, i, maxKey, aURLDot)
	if s[i-1] != '*' && s[host:i] != "localhost" && strings.IndexByte(s[host:i], '.') < 0 ||
		host > 0 && s[host-1] != '\n' && !escapedLetter(s, host-1) && !isSpace(s[host-1]) && s[i-1] != '*' {
		return 0
	}
	at := databaseAndUser(s, run(s, i+1, aDigit))
	if at == 0 {
		return 0
	}
	end, crowded := sc.passEnd(at + 1)
	if end-at <= leastCredential || !crowded && sc.standsIn(s[at+1:end]) {
		return 0
	}
	sc.add(Finding{at + 1, end, SecretValue, Unquoted})
	return end
}

// databaseAndUser returns where the ":" stands behind the two that begin at the one at i, or 0.
func databaseAndUser(s string, i int) int {
	for range 2 {
		if i >= len(s) || s[i] != ':' {
			return 0
		}
		next := i + 1
		if next < len(s) && s[next] == '*' {
			next++
		}
		next = run(s, next, aURLDot)
		if next == i+1 || isDigit(s[i+1]) {
			return 0
		}
		i = next
	}
	return pick(i < len(s) && s[min(i, len(s)-1)] == ':', i, 0)
}

// passEnd is proseEnd with a memory: lines that follow each other without a break share their last byte. It tells whether
// too many do.
func (sc *Scanner) passEnd(i int) (end int, crowded bool) {
	m := &sc.passes
	if m.scan != sc.scan || i < m.start || i > m.end || i-m.start > maxBare/2 {
		*m = memo{scan: sc.scan, start: i, end: proseEnd(sc.text, i)}
	}
	m.shared++
	return m.end, m.shared > maxShared
}
