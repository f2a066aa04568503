// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"net/netip"
	"strings"
)

// kept are the ranges that name no person: private and loopback ones are asked for by method, these are for
// documentation, tests, and carriers' inner networks (RFC 5737, 3849, 2544, 6598), and what reads like the object
// identifiers of X.500, which every listing of a certificate is full of.
var kept = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("2.5.4.0/24"), netip.MustParsePrefix("2.5.29.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"),
}

// reserved are the first bytes of the addresses of version 4 among those that name no person.
var reserved = func() (t [256]bool) {
	for first := range t {
		t[first] = first == 0 || first == 10 || first == 127 || first == 169 || first == 172 || first == 192 || first >= 224
	}
	for _, p := range kept {
		if a := p.Addr(); a.Is4() {
			t[a.As4()[0]] = true
		}
	}
	return t
}()

// isPublic tells whether an address may lead to a person.
func isPublic(a netip.Addr) bool {
	if a.Is4() && !reserved[a.As4()[0]] {
		return true
	}
	if a.IsPrivate() || a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range kept {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// versionSigns may stand between the two.
var versionSigns = chars(". ")

var versionWords = words("version ver build release upgrade upgraded upgrades bump bumped downgrade firmware sdk " +
	"oid section chapter sec fig figure clause paragraph")

// isVersion tells whether words before i say that a number there is a version. The v of "v 1.2.3.4" is not that of a key.
func isVersion(s string, i int) bool {
	word := versionSigns.trimRight(s[max(0, i-len("v. ")):i])
	if n := len(word); n > 0 && lower(word[n-1]) == 'v' && !isQuote(s[i-1]) && (n == 1 || !isAlnum(word[n-2])) {
		return true
	}
	return before(s, i, versionWords)
}

// ipv4 looks for four groups with dots between them.
func (sc *Scanner) ipv4(m *number) bool {
	s := sc.text
	if !sc.set.enabled[IPv4] {
		return false
	}
	for a := 0; a+3 < m.groups; a++ {
		if !m.uniform(a, a+3, '.') || a > 0 && m.sep[a] == '.' || a+4 < m.groups && m.sep[a+4] == '.' {
			continue
		}
		start, end := m.at[a], m.stop[a+3]
		if start > 0 && (isAlnum(s[start-1]) || s[start-1] == '-') {
			continue
		}
		if addr, ok := m.address(a); !ok || !isPublic(addr) || isVersion(s, start) {
			continue
		}
		sc.add(Finding{start, end, IPv4, Unquoted})
	}
	return len(sc.findings) > 0 && sc.findings[len(sc.findings)-1].Start >= m.at[0]
}

// address returns the address that the four groups from a on are. As in the standard library, no part begins with a zero.
func (m *number) address(a int) (addr netip.Addr, ok bool) {
	var parts [4]byte
	for k := range parts {
		digits, value := m.part(a+k, a+k), 0
		if n := m.size(a + k); n > 3 || n != len(digits) || n > 1 && digits[0] == '0' {
			return addr, false
		}
		for _, d := range digits {
			value = 10*value + int(d-'0')
		}
		if value > 0xff {
			return addr, false
		}
		parts[k] = byte(value)
	}
	return netip.AddrFrom4(parts), true
}

// leastIPv6 and maxIPv6 bound the text of an address; the shortest public ones have a few groups.
const (
	leastIPv6 = 9
	maxIPv6   = 39
)

// ipv6 looks for an address around the ":" at i, and returns its end or 0.
func (sc *Scanner) ipv6(i int) int {
	s := sc.text
	if !sc.set.enabled[IPv6] {
		return 0
	}
	start := runBack(s, i, 5, aHex)
	if i-start > 4 || i == start || start > 0 && (s[start-1] == ':' || isAlnum(s[start-1])) {
		return 0
	}
	end := groupsEnd(s, start)
	if strings.Count(s[start:end], ":") < 3 || end-start < leastIPv6 || !endsWord(s, end) {
		return 0
	}
	addr, err := netip.ParseAddr(s[start:end])
	if err != nil || !addr.Is6() || !isPublic(addr) {
		return 0
	}
	sc.add(Finding{start, end, IPv6, Unquoted})
	return end
}

// groupsEnd returns the end of the hexadecimal groups with colons between them that begin at i.
func groupsEnd(s string, i int) int {
	end := i
	for end < len(s) && end-i <= maxIPv6 && (alphabet[s[end]]&aHex != 0 || s[end] == ':') {
		end++
	}
	for end > i && s[end-1] == ':' {
		end--
	}
	return end
}
