// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// maxOwner is how long the words are between a secret's name and the secret itself: the password for user 'x' is 'y'.
const maxOwner = 72

// ofSomebody looks for the secret behind " for …is " or behind the colon that ends the sentence, and returns where it
// begins. Behind " is " a literal in quotes is exact.
func (sc *Scanner) ofSomebody(i int) (start int, exact bool) {
	s := sc.text
	if i >= len(s) || s[i] != ' ' {
		return 0, false
	}
	line, word := s[i:min(len(s), i+maxOwner)], lower(s[i-1])
	if belongs(line, word != 'n' && word != 'y') {
		if end := verbWithin(sentence(line)); end > 0 {
			return i + end, true
		}
	}
	if colon := labelColon(line); colon > 0 && sc.ownToken(i+colon) == 0 {
		if start = skipBlanks(s, i+colon+1); strings.HasPrefix(line, " for ") && isStrong(s[start:proseEnd(s, start)]) {
			return start, false
		}
		sc.after(i+colon+1, word != 'n' && word != 'y')
	}
	return 0, false
}

// sentence returns what of s is still of its first sentence.
func sentence(s string) string {
	for i := range len(s) {
		if sayingSigns[s[i]] == endsSaid {
			return s[:i]
		}
	}
	return s
}

// labelColon returns where the last colon of the first sentence of s stands, or 0 when none does or what stands before it is
// no label.
func labelColon(s string) int {
	if strings.IndexByte(s, ':') < 0 {
		return 0
	}
	label, colon := true, 0
	for i := range len(s) {
		sign := sayingSigns[s[i]]
		if sign == 0 {
			continue
		}
		switch {
		case sign == endsSaid:
			return colon
		case sign == isColon && label:
			colon = i
		case sign == isColon || colon == 0:
			return 0
		default:
			label = false
		}
	}
	return colon
}

// What signs mean to a sentence that announces a secret.
const (
	endsSaid = 1 + iota
	endsLabel
	isColon
)

var sayingSigns = [256]uint8{
	'.': endsSaid, ';': endsSaid, '\n': endsSaid, '\\': endsSaid, ':': isColon,
	'"': endsLabel, '\'': endsLabel, '=': endsLabel, '{': endsLabel, '}': endsLabel, '(': endsLabel,
}

// owners begin what stands between a password and its value: for whom or for what it is.
var owners = [...]string{
	"for ", "of ", "f\u00fcr ", "zum ", "vom ", "van ", "voor ", "del ", "de ", "di ", "do ", "da ", "pour ", "para ", "per ",
}

// ownersBy holds them by their first letter.
var ownersBy = func() (t [256][]owner) {
	for k, word := range owners {
		t[word[0]] = append(t[word[0]], owner{word, k < 2})
	}
	return t
}()

type owner struct {
	word    string
	english bool
}

// belongs tells whether line, which begins with a blank, says whose or what for a secret is; in other languages than
// English of passwords only.
func belongs(line string, password bool) bool {
	if len(line) <= len(" voor") || line[3] != ' ' && line[4] != ' ' && line[5] != ' ' {
		return false
	}
	for _, o := range ownersBy[line[1]] {
		if strings.HasPrefix(line[1:], o.word) {
			return password || o.english
		}
	}
	return false
}

// verbWithin returns the end of the verb in line behind which the secret stands, or 0. Of several the one that is listed
// first counts.
func verbWithin(line string) int {
	found, end := len(innerVerbs), 0
	for n := 1; n+1 < len(line); n++ {
		if line[n] != ' ' || !innerStarts[line[n+1]] {
			continue
		}
		for k, verb := range innerVerbs[:found] {
			if strings.HasPrefix(line[n:], verb) {
				found, end = k, n+len(verb)
				break
			}
		}
	}
	return end
}

var (
	innerVerbs  = [...]string{" is ", " ist ", " lautet ", " es ", " est ", " \u00e8 ", " \u00e9 "}
	innerStarts = chars("ile\u00e8")
)

// after adds the opaque token that stands alone behind the colon that ends at i, "use the following password:\n\n…", or,
// where a password is announced, a strong one: "the password at the office: …".
func (sc *Scanner) after(i int, password bool) {
	s := sc.text
	for i < len(s) && (isSpace(s[i]) || s[i] == '\\' && i+1 < len(s) && s[i+1] == 'n' || escapedLetter(s, i) || s[i] == '`') {
		i++
	}
	end := proseEnd(s, i)
	text := s[i:end]
	if len(text) < leastStrong || len(text) > maxLiteral {
		return
	}
	if colon := backOver(s, i, true); colon > len("sha256:") && hasFold(s[colon-len("sha256:"):], "sha256:") {
		return // the fingerprint of a key
	}
	if (password && endsSaying(s, end) && isStrong(text) || isOpaqueWord(text)) && !sc.isPlaceholder(text) {
		sc.add(Finding{i, end, ProsePassword, Unquoted})
	}
}

// isOpaqueWord tells whether s is one word that services give out as a key.
func isOpaqueWord(s string) bool {
	return len(s) >= leastOpaque && only(s, aAny64|aDot) && isOpaque(s) && !isUUID(s)
}
