// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// nearby remembers where one word stands in a text, and where it does not. What is looked for around each of many places
// is not searched for again and again then.
type nearby struct {
	at       int // one more than where it stands; 0 for nowhere that is known
	from, to int // none begins and ends in here
}

// in tells whether the word stands in [from, to) of s.
func (n *nearby) in(s, word string, from, to int) bool {
	if at := n.at - 1; at >= from && at+len(word) <= to {
		return true
	}
	if from < n.from || from > n.to {
		n.from, n.to = from, from
	}
	start := max(from, n.to-len(word)+1)
	k := strings.Index(s[start:max(start, to)], word)
	if k < 0 {
		n.to = max(n.to, to)
		return false
	}
	n.at = start + k + 1
	n.from, n.to = n.at, n.at // what is known of before ends with it
	return true
}
