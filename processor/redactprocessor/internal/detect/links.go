// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// doors are parts of a path behind which an opaque part, or a parameter of the query, lets in whoever has it: links that
// are sent to reset a password, to sign in, to confirm an address.
var doors = []string{"reset", "magic", "verify", "confirm", "activat", "invit", "onetime", "one-time", "passwordless", "unsubscribe"}

// maxDoor bounds the path that is looked through.
const maxDoor = 256

// oneTimeLink adds the opaque part of the path, or the value in the query, of a link whose path begins at slash.
func (sc *Scanner) oneTimeLink(slash int) {
	s := sc.text
	if slash < sc.linkEnd {
		return
	}
	end := slash
	for stop := min(len(s), slash+maxDoor); end < stop && !endsURL(s[end]) && s[end] != '?' && s[end] != '#'; {
		end++
	}
	sc.linkEnd = end
	path := s[slash:end]
	opens := false
	for at := 1; at < len(path); {
		part, _, _ := strings.Cut(path[at:], "/")
		if opens && len(part) >= leastOpaque && isLinkToken(part) {
			sc.add(Finding{slash + at, slash + at + len(part), URLSecret, Unquoted})
			return
		}
		opens = opens || isDoor(part)
		at += len(part) + 1
	}
	if opens && end < len(s) && s[end] == '?' {
		sc.doorKey(end + 1)
	}
}

// isLinkToken tells whether a part of a path is random. Slugs are words.
func isLinkToken(part string) bool {
	return isUUID(part) || only(part[:min(len(part), maxLook)], aURL) && isOpaque(part)
}

func isDoor(part string) bool {
	if len(part) > maxKey {
		return false
	}
	for i := range len(part) {
		for _, door := range doorsBy[lower(part[i])] {
			if hasFold(part[i:], door) {
				return true
			}
		}
	}
	return false
}

// doorsBy holds doors by their first letter.
var doorsBy = func() (t [256][]string) {
	for _, door := range doors {
		t[door[0]] = append(t[door[0]], door)
	}
	return t
}()

// doorKey adds the opaque values of the query that begins at i: ?t=….
func (sc *Scanner) doorKey(i int) {
	s := sc.text
	for range maxKeyWords {
		eq := run(s, i, aURLDot)
		if eq == i || eq >= len(s) || s[eq] != '=' {
			return
		}
		end := run(s, eq+1, aURL)
		if isLinkToken(s[eq+1:end]) && sc.keys.kind(s[i:eq]) == KindNone {
			sc.add(Finding{eq + 1, end, URLSecret, Unquoted})
		}
		if end >= len(s) || s[end] != '&' {
			return
		}
		i = end + 1
	}
}
