// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

var streetKinds = set("street st avenue ave road rd boulevard blvd lane ln drive dr court ct place pl square sq " +
	"terrace parkway pkwy " +
	"highway hwy circle cir way close crescent grove gardens mews alley")

// maxStreetWords is how many words the name of a street has at most, its kind included.
const maxStreetWords = 5

// streetAt looks for "221 Baker Street" behind the house number [start, end).
func (sc *Scanner) streetAt(start, end int) bool {
	s := sc.text
	if !sc.set.enabled[StreetAddress] || end-start > 6 {
		return false
	}
	i := end
	for words := range maxStreetWords {
		if i >= len(s) || s[i] != ' ' {
			return false
		}
		stop := run(s, i+1, aLetter)
		word := s[i+1 : stop]
		if word == "" || word[0] < 'A' || word[0] > 'Z' {
			return false
		}
		if words > 0 && streetKinds[strings.ToLower(word)] {
			sc.add(Finding{start, stop, StreetAddress, Unquoted})
			return true
		}
		i = stop
	}
	return false
}
