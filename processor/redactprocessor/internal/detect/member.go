// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// Members of JSON that name somebody: {"user_id": "u-829"}, at any depth of escaping. Which keys and values do is not
// known here, but whoever hashes the same identifier elsewhere knows.

// Identifies tells whether the value of a member of JSON, as it is written in strings level deep, names somebody.
type Identifies func(key, value string, level int) bool

// joinedIDs are keys of ids written in one word, and kinds of ids.
var joinedIDs = []string{
	"userid", "tenantid", "orgid", "customerid", "accountid", "memberid", "deviceid", "employeeid", "threadid", "chatid",
	"uuid", "guid",
}

// maxIdentifier bounds the values that are shown. Longer ones are no ids.
const maxIdentifier = 256

// unannounced returns where to read on behind the sign at i, before which a key of the given kind stands.
func (sc *Scanner) unannounced(kind Kind, k *key, i int) int {
	if kind == KindMember {
		return sc.member(k, i)
	}
	return i + 1
}

// member adds the value behind the ":" at i when it names somebody by the key k before it. It returns where to read on.
func (sc *Scanner) member(k *key, i int) int {
	s := sc.text
	if k.quote != '"' || s[i] != ':' || sc.identifies == nil {
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

// endsInID tells whether a key ends like userId, user_id and USER_ID.
func endsInID(key string) bool {
	n := len(key)
	return n > len("id") && key[n-1]|0x20 == 'd' && key[n-2]|0x20 == 'i'
}

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
