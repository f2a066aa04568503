// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// Members of JSON that name somebody: {"user_id": "u-829"}, at any depth of escaping. Which keys and values do is not
// known here, but whoever hashes the same identifier elsewhere knows.

// Identifies tells whether the value of a member of JSON, as it is written in strings level deep, names somebody.
type Identifies func(key, value string, level int) bool

// maxIdentifier bounds the values that are shown. Longer ones are no ids.
const maxIdentifier = 256

// member adds the value behind the ":" at i when the key k before it ends in "id" and it names somebody. It returns where
// to read on.
func (sc *Scanner) member(k *key, i int) int {
	s := sc.text
	if k.quote != '"' || k.end-k.start <= len("id") || !endsInID(s[k.end-2:k.end]) || sc.identifies == nil || s[i] != ':' {
		return i + 1
	}
	start, end, level := memberValue(s, skipBlanks(s, i+1))
	if level == Unquoted { // a number: its quotes are those of the key
		level = int8(min(k.level, maxDepth))
	} else {
		level = Unquoted
	}
	if start == end || sc.ownEnd(start) > 0 || !sc.identifies(s[k.start:k.end], s[start:end], k.level) {
		return i + 1
	}
	sc.add(Finding{start, end, Identifier, level})
	return sc.reread(i)
}

// endsInID tells whether the two letters are those at the end of userId, user_id and USER_ID.
func endsInID(s string) bool { return s[0]|0x20 == 'i' && s[1]|0x20 == 'd' }

// memberValue returns the string or the whole number at i, and the level of the quotes of the former. It is empty when
// something else stands there.
func memberValue(s string, i int) (start, end int, level int8) {
	whole := len(s)
	s = s[:min(whole, i+maxIdentifier)]
	q := i
	for q < len(s) && s[q] == '\\' {
		q++
	}
	switch {
	case q == len(s):
		return i, i, Unquoted
	case s[q] == '"':
		if end = closing(s, q); end == len(s) && end < whole {
			return i, i, Unquoted
		}
		return q + 1, end, int8(min(quoteLevel(s, q), maxDepth))
	}
	end = run(s, i, aDigit)
	if end < len(s) && strings.IndexByte(",}] \n\r\\", s[end]) < 0 {
		return i, i, Unquoted
	}
	return i, end, Unquoted
}
