// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// followers lists, by first letter, the letters that often follow it in English words and in names made of them. Some
// nine of ten pairs of a text are among them, and one of three where letters are random.
const followers = "a:bcdgiklmnprstuxy b:aeilouy c:aehiklortu d:acdeilorstuy e:abcdefghilmnopqrstuvwx f:aefiloru " +
	"g:eiors h:aeiot i:acdefglmnoprstvz k:eis l:adeilostuy m:aeiopsu n:acdefgiknostuv o:acdgklmnoprstuvw " +
	"p:aeiloprstu q:u r:acdefiklmnoprstuvy s:acehiopstu t:acdefhilmoprstuy u:acefilmnprst v:aei w:aeir x:pt y:pt z:e"

// pairs holds, for each letter, one bit for each of its usual followers.
var pairs = func() (t [32]uint32) {
	for f := range strings.FieldsSeq(followers) {
		for i := 2; i < len(f); i++ {
			t[f[0]&31] |= 1 << (f[i] & 31)
		}
	}
	return t
}()

// Words of a few letters tell nothing; and from this share of usual pairs on, letters are taken for words.
const (
	leastPairs   = 6
	wordyShare   = 72 // percent
	lettersShare = 60 // percent of all characters
)

// wordy tells whether the letters of s read like words and not like the letters of a random token.
func wordy(s string) bool {
	usual, all, letters := 0, 0, 0
	for i := range len(s) {
		if isLetter(s[i]) {
			letters++
		}
	}
	if 100*letters < lettersShare*len(s) {
		return false // hexadecimal, numbers, identifiers
	}
	for i := 1; i < len(s); i++ {
		a, b := s[i-1], s[i]
		if !isLetter(a) || !isLetter(b) || a >= 'a' && b < 'a' {
			continue // the border between two words of a name
		}
		all++
		if pairs[a&31]&(1<<(b&31)) != 0 {
			usual++
		}
	}
	return all >= leastPairs && 100*usual >= wordyShare*all
}

// markers are words that people put where a secret goes, or that speak of one.
var markers = words("your my example examples dummy fake test tests testing sample placeholder changeme replace " +
	"replaceme todo tbd insert enter here foo bar baz foobar short invalid valid not real value goes redacted secret " +
	"secrets token tokens key keys password passwd pass pw pwd credential credentials apikey api access username " +
	"string xxx")

// loneMarkers are those that a value may consist of without any other word beside them.
var loneMarkers = words("example dummy fake test tests testing sample placeholder todo tbd foo bar baz foobar short " +
	"invalid secret token key password passwd pass pw pwd credential credentials apikey username value string xxx")

// isSample tells whether s is what documentation puts where a secret goes: your-api-key, test, my_secret, abc123.
func isSample(s string) bool {
	return monotonous(s) || repeats(s) || isTemplate(s) || len(s) <= maxSample && isWording(s)
}

// isTemplate tells whether s asks to be filled in.
func isTemplate(s string) bool {
	if strings.IndexByte(s, 'R') < 0 {
		return strings.Contains(s, "EXAMPLEEXAMPLE")
	}
	for _, word := range [...]string{"YOUR_", "YOUR-", "REPLACE", "EXAMPLEEXAMPLE", "_HERE"} {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}

// isDummy tells whether what follows a vendor's prefix is there for show. Letters that read like words are no token
// unless it has the length of one.
func isDummy(body string, full int) bool {
	if len(body) >= leastMonotonous && strings.IndexByte("xX01aA", body[len(body)/2]) >= 0 && !varied(body, 5) {
		return true
	}
	if isTemplate(body) || len(body) != full && repeats(body) {
		return true
	}
	digits, _, _ := mix(body)
	return digits < 3 && len(body) != full && wordy(body) ||
		len(body) >= leastMonotonous && digits == len(body) && !varied(body, 4)
}

// maxSample is the length of the longest placeholder.
const maxSample = 48

// leastMonotonous is how long a text must be before it is called monotonous.
const leastMonotonous = 12

// monotonous tells whether nearly all of s is one character: xxxxxxxx-xxxx, 000000000000aa.
func monotonous(s string) bool {
	if len(s) < leastMonotonous {
		return false
	}
	s = s[:min(len(s), maxLook)]
	most, lead := 0, 0 // what makes up more than half of s is left when each other byte has struck one of it out
	for i := range len(s) {
		switch {
		case s[i] == s[most]:
			lead++
		case lead == 0:
			most, lead = i, 1
		default:
			lead--
		}
	}
	return 10*strings.Count(s, s[most:most+1]) >= 7*len(s)
}

// repeats tells whether s is stretches of a few characters, whatever stands between them: 0000000000-xxxxxxxxxxxx,
// api-AAAAAAAA-BBBBBBBB. In random text one character in sixteen is the same as the one before it.
func repeats(s string) bool {
	s = s[:min(len(s), maxLook)]
	if len(s) < leastMonotonous {
		return false
	}
	same := 0
	for i := 1; i < len(s); i++ {
		if s[i] == s[i-1] {
			same++
		}
	}
	return 3*same > 2*len(s) && !varied(s, maxRepeated+1)
}

// maxRepeated is how many different characters such a text has.
const maxRepeated = 6

// sequenceEnd returns how many of the first characters of s are of the alphabet and follow each other.
func sequenceEnd(s string, chars uint8) int {
	n := 0
	for n < len(s) && alphabet[s[n]]&chars != 0 &&
		(n == 0 || lower(s[n]) == lower(s[n-1])+1 || s[n] == '0' && s[n-1] == '9') {
		n++
	}
	return n
}

// leastSequence is how many characters make a sequence.
const leastSequence = 3

// isWording tells whether s consists of words without any digit, with a marker among them; or of one marker and a
// short number.
func isWording(s string) bool {
	letters := s
	for letters != "" && isDigit(letters[len(letters)-1]) {
		letters = letters[:len(letters)-1]
	}
	if rest := s[len(letters):]; rest != "" {
		return len(rest) <= leastCredential && loneMarkers.has(letters) && !isLonePassword(letters) &&
			(sequenceEnd(rest, aDigit) == len(rest) || !varied(rest, 2))
	}
	for i := range len(s) {
		if !isLetter(s[i]) && strings.IndexByte("-_ .", s[i]) < 0 {
			return false
		}
	}
	all, marked := 0, 0
	for i := 0; i < len(s); {
		end := run(s, i, aLetter)
		if end == i {
			i++
			continue
		}
		all++
		if markers.has(s[i:end]) {
			marked++
		}
		i = end
	}
	if all == 1 {
		return loneMarkers.has(s)
	}
	return 3*marked > all // a passphrase may hold one, too
}

// isLonePassword tells whether the word with a number behind it is a password of the weak kind that is in real use.
func isLonePassword(word string) bool {
	return len(word) >= 4 && hasFold(word, "pass") || hasFold(word, "secret") || hasFold(word, "pw")
}
