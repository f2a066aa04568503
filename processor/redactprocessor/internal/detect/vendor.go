// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
	"sync"
)

// rule is one prefix of one vendor.
type rule struct {
	*vendor
	id     ID
	prefix string
	wake   int  // where in the prefix the byte stands that wakes the rule
	tail   bool // what stands behind "=" or "$" is part of the token
	next   byte // what stands behind that byte; 0 when the prefix ends there
}

// vendorIndex finds the rules for a waking byte by the two bytes before it, and those of prefixes without such a byte
// by their first two bytes.
type vendorIndex struct {
	bySeparator [1 << 12][]rule
	taken       [1 << 12 / 64]uint64 // which slots of bySeparator hold a rule
	byStart     [1 << 12][]rule
}

var vendorRules = sync.OnceValue(func() *vendorIndex {
	index := &vendorIndex{}
	for i := range vendors {
		v := &vendors[i]
		for _, prefix := range v.prefixes {
			r := rule{tail: tailed[v.id], vendor: v, id: structural + ID(i), prefix: prefix, wake: 2 + strings.IndexAny(prefix[2:], "_-.")}
			if r.wake < 2 {
				slot := startSlot(prefix)
				index.byStart[slot] = append(index.byStart[slot], r)
				continue
			}
			if r.wake+1 < len(prefix) {
				r.next = prefix[r.wake+1]
			}
			slot := separatorSlot(prefix, r.wake)
			index.bySeparator[slot] = append(index.bySeparator[slot], r)
			index.taken[slot>>6] |= 1 << (slot & 63)
		}
	}
	return index
})

// separatorSlot hashes the separator at i and the two bytes before it. The remainders by 3 of "_", "-" and "." differ.
func separatorSlot(s string, i int) int {
	return int(s[i]%3)<<10 | int(s[i-1]&31)<<5 | int(s[i-2]&31)
}

// startSlot folds the first two bytes of s.
func startSlot(s string) int { return int(s[0]&63)<<6 | int(s[1]&63) }

// separator looks for a vendor's prefix around the separator at i and returns where to read on.
func (sc *Scanner) separator(i int) int {
	s := sc.text
	if s[i] == '-' {
		if end := sc.dash(i); end > i {
			return end
		}
	}
	if i < 2 {
		return i + 1
	}
	slot := separatorSlot(s, i)
	if sc.rules.taken[slot>>6]&(1<<(slot&63)) == 0 {
		return i + 1
	}
	next := byte(0)
	if i+1 < len(s) {
		next = s[i+1]
	}
	for k := range sc.rules.bySeparator[slot] {
		r := &sc.rules.bySeparator[slot][k]
		start := i - r.wake
		if r.next != 0 && r.next != next || start < 0 || !strings.HasPrefix(s[start:], r.prefix) || !sc.set.enabled[r.id] {
			continue
		}
		if end := r.match(sc, start); end > 0 {
			sc.add(Finding{start, end, r.id, Unquoted})
			return end
		}
	}
	return i + 1
}

// match returns the end of the token that begins with the rule's prefix at start, or 0.
func (r *rule) match(sc *Scanner, start int) int {
	s := sc.text
	body := start + len(r.prefix)
	end := sc.runEnd(body, r.chars)
	length := end - body
	if length < r.least {
		end, length = r.wrapped(s, body, end)
	}
	if length < r.least {
		return 0
	}
	if m := &sc.memos[r.chars%memoSlots]; m.shared > maxShared {
		return end // as many prefixes as this end at the same place
	}
	if !startsWord(s, start) && (!r.glued || length < r.full) {
		return 0
	}
	if r.random && !r.plausible(s[body:end]) || isDummy(s[body:min(end, body+maxLook)], r.full) {
		return 0
	}
	if e, n := r.wrapped(s, body, end); n > length {
		return e
	}
	return r.lastPart(s, body, end)
}

// lastPart returns the end of the token whose run is [body, end): without punctuation behind it, with what belongs to it.
func (r *rule) lastPart(s string, body, end int) int {
	for end > body && (s[end-1] == '.' || s[end-1] == '-') {
		end--
	}
	if r.tail && end < len(s) && (s[end] == '=' || s[end] == '$') {
		return run(s, end+1, aAny64)
	}
	return end
}

// plausible tells whether a run behind a prefix that is also an ordinary word looks like a token and like no hash.
func (r *rule) plausible(s string) bool {
	return looksRandom(s) && (len(s) <= r.full || !isHash(s, r.full))
}

// tailed are the vendors whose tokens go on behind a sign, with a secret of their own or a check.
var tailed = set("sentry_token atlassian_token braintree_token")

// isHash tells whether s, behind a prefix that is also an ordinary word, is a hash in hexadecimal, when the vendor's tokens
// are full characters long: app-3f2c9a7e….js.
func isHash(s string, full int) bool {
	return full > 0 && (len(s) == 32 || len(s) == 40 || len(s) == 64) && only(s, aHex)
}

// wrapped goes on over one line break when the token is known to be longer than what stands before it.
func (r *rule) wrapped(s string, body, end int) (newEnd, length int) {
	length = end - body
	if r.full == 0 || length >= r.full || length < minWrapped {
		return end, length
	}
	next := lineBreak(s, end)
	if next == end {
		return end, length
	}
	rest := run(s, next, r.chars)
	if length+rest-next != r.full {
		return end, length
	}
	return rest, r.full
}

// minWrapped is how much of a token must stand on its first line: less would join ordinary short words.
const minWrapped = 8

// lineBreak returns the position behind one line break at i, raw or escaped, or i when there is none.
func lineBreak(s string, i int) int {
	switch {
	case i >= len(s):
		return i
	case s[i] == '\n':
		return i + 1
	case s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n':
		return i + 2
	}
	j := i
	for j < len(s) && s[j] == '\\' {
		j++
	}
	if j > i && j < len(s) && s[j] == 'n' {
		return j + 1
	}
	return i
}

// runEnd is run with a memory: prefixes that follow each other without end share their last byte.
func (sc *Scanner) runEnd(i int, chars uint8) int {
	m := &sc.memos[chars%memoSlots]
	if m.scan != sc.scan || m.chars != chars || i < m.start || i > m.end {
		*m = memo{scan: sc.scan, chars: chars, start: i, end: run(sc.text, i, chars)}
	}
	m.shared++
	return m.end
}

// memoSlots is a number by which the alphabets of all vendors have different remainders; a test holds that.
const memoSlots = 31

// maxShared is how many values that end at the same place are judged each by itself, as each may be as long as all of
// them. More make no sense, and are taken for secrets.
const maxShared = 16

// memo is the last run of an alphabet that was measured.
type memo struct {
	scan       uint32 // of which text
	chars      uint8
	start, end int
	shared     int // how often it was asked for
}

// How much of a token is looked at to judge it, and to tell a token from words.
const (
	maxLook  = 128
	maxGuess = 40
)

// looksRandom tells a token from words joined by separators: it has digits, and does not repeat a few characters.
func looksRandom(s string) bool {
	s = s[:min(len(s), maxGuess)]
	digits, capitals, smalls := mix(s)
	switch {
	case digits == 0 && (capitals < 4 || smalls < 4):
		return false
	case !varied(s, 6):
		return false
	}
	return longestWord(s) <= max(10, len(s)/3) || digits > 1 && !wordy(s)
}

// longestWord returns the length of the longest stretch of small letters.
func longestWord(s string) int {
	longest, n := 0, 0
	for i := range len(s) {
		if alphabet[s[i]]&(aHexLower|aLower) == 0 {
			n = 0
			continue
		}
		n++
		longest = max(longest, n)
	}
	return longest
}

// bareToken checks a long run of letters and digits against the prefixes that contain no separator.
func (sc *Scanner) bareToken(start int) int {
	s := sc.text
	if start+2 > len(s) {
		return 0
	}
	list := sc.rules.byStart[startSlot(s[start:])]
	for k := range list {
		r := &list[k]
		if !sc.set.enabled[r.id] || !strings.HasPrefix(s[start:], r.prefix) {
			continue
		}
		if r.full == 0 && start > 0 && alphabet[s[start-1]]&aURLSafe != 0 {
			continue // in the middle of an id: call_EAA…
		}
		end := r.match(sc, start)
		if end == 0 || (r.full > 0 && end-start-len(r.prefix) > r.full) {
			continue
		}
		sc.add(Finding{start, end, r.id, Unquoted})
		return end
	}
	return 0
}
