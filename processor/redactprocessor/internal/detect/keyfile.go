// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/base64"
	"strings"
)

// dash looks at the "-" at i as the start of a PEM block or of an option on a command line. It returns i when it is
// neither.
func (sc *Scanner) dash(i int) int {
	s := sc.text
	if strings.HasPrefix(s[i:], "---") && (i == 0 || s[i-1] != '-') {
		return sc.dashes(i)
	}
	if strings.HasPrefix(s[i:], plainText) {
		sc.securedText(i)
		return i + len(plainText)
	}
	if i > 0 && s[i-1] == '-' {
		return sc.longOption(i)
	}
	if i > 0 && isQuote(s[i-1]) {
		return sc.listedOption(i)
	}
	if i+2 < len(s) && (i == 0 || isSpace(s[i-1]) || escapedLetter(s, i-1)) {
		if end := sc.longOption(i); end > i {
			return end
		}
		return sc.shortOption(i)
	}
	return i
}

// dashes looks at the first of three dashes or more.
func (sc *Scanner) dashes(i int) int {
	s := sc.text
	end := i
	for end < len(s) && s[end] == '-' {
		end++
	}
	if end < len(s) && ruleJoints[s[end]] {
		sc.tableRule(i)
	}
	if end-i < len("-----") {
		return end
	}
	return sc.pem(i)
}

const (
	pemBegin = "-----BEGIN "
	pemEnd   = "-----END "
	maxLabel = 64
)

// pem recognises a private key in its armour, whether or not the end is there.
func (sc *Scanner) pem(i int) int {
	s := sc.text
	dashes := i
	for dashes < len(s) && s[dashes] == '-' {
		dashes++
	}
	if !strings.HasPrefix(s[dashes-5:], pemBegin) {
		return dashes
	}
	label := dashes - 5 + len(pemBegin)
	body := labelEnd(s, label)
	if !strings.HasSuffix(s[label:body], "-----") || !strings.Contains(s[label:body], "PRIVATE KEY") {
		return label
	}
	end := armourEnd(s, body)
	if end-body < leastCredential {
		return end // a line that is looked for
	}
	if body, _, whole := strings.Cut(s[body:end], pemEnd); whole && only(strings.TrimSpace(body), aHexLower|aLower) {
		return end // a word in place of a key
	}
	sc.add(Finding{dashes - 5, end, PrivateKey, Unquoted})
	return end
}

// armourEnd returns the end of the armour whose body begins at i.
func armourEnd(s string, i int) int {
	for i < len(s) {
		switch c := s[i]; {
		case c == '-' && strings.HasPrefix(s[i:], "-----"):
			if !strings.HasPrefix(s[i:], pemEnd) {
				return i
			}
			return labelEnd(s, i+len(pemEnd))
		case (c == '"' || c == '\'') && continued(s, i) > 0:
			i = continued(s, i)
		case alphabet[c] == 0 && !isSpace(c) && strings.IndexByte("\\=:,()<>", c) < 0:
			return i - backslashes(s, 0, i) // they belong to the quote that ends the string
		}
		i++
	}
	return i
}

// labelEnd returns where the last line of an armour ends whose label begins at i: behind its dashes, or where it was cut off.
func labelEnd(s string, i int) int {
	for stop := min(len(s), i+maxLabel); i < stop && (isAlnum(s[i]) || s[i] == ' '); {
		i++
	}
	for stop := min(len(s), i+len("-----")); i < stop && s[i] == '-'; {
		i++
	}
	return i
}

// maxJoint is how long the signs are that join the lines of a text in a program.
const maxJoint = 64

// leastArmour is how many characters of base64 tell a line of an armour from other texts.
const leastArmour = 16

// continued returns the quote with which a text goes on on the next line that the quote at i ends, as in a program:
// "first line" + "second line", or lines in a list or one below the other. It returns 0 when it does not.
func continued(s string, i int) int {
	j := skipBlanks(s, i+1)
	joined := j < len(s) && strings.IndexByte("+.&", s[j]) >= 0
	if joined || j < len(s) && s[j] == ',' {
		j++
	}
	for ; j < len(s) && j-i < maxJoint; j++ {
		switch {
		case s[j] == s[i] && (joined || isArmour(s, j+1)):
			return j
		case s[j] == s[i]:
			return 0
		case !isSpace(s[j]) && s[j] != '\\' && !escapedLetter(s, j):
			return 0
		}
	}
	return 0
}

// isArmour tells whether a line of an armour begins at i.
func isArmour(s string, i int) bool {
	return run(s, i, aStd64)-i >= leastArmour || strings.HasPrefix(s[i:], pemEnd)
}

// jwt recognises a token by the "J" of its first "eyJ".
func (sc *Scanner) jwt(i int) int {
	s := sc.text
	start := i - 2
	if start < 0 || s[start:i] != "ey" || !startsWord(s, start) {
		return i + 1
	}
	dot := sc.runEnd(i, aURL)
	claims := strings.HasPrefix(s[dot:], ".eyJ") || strings.HasSuffix(s[:start], "p.") && startsWord(s, start-2)
	if dot >= len(s) || s[dot] != '.' || !isJOSE(s[start:dot], claims) {
		return i + 1
	}
	end := run(s, dot+1, aURLDot)
	for end > dot && s[end-1] == '.' {
		end--
	}
	sc.add(Finding{start, end, JWT, Unquoted})
	return end
}

// maxJOSE bounds a token's header: it names an algorithm and a key.
const maxJOSE = 2048

// isJOSE tells whether s is the header of a JSON web token (RFC 7515, section 4). Where claims follow it, any object
// is one.
func isJOSE(s string, claims bool) bool {
	if len(s) > maxJOSE {
		return false
	}
	header, err := base64.RawURLEncoding.DecodeString(s[:len(s)-len(s)%4+rest64[len(s)%4]])
	if err != nil {
		return false
	}
	text := string(header)
	if claims && strings.HasPrefix(text, `{"`) {
		return true
	}
	for _, member := range [...]string{`"alg"`, `"typ"`, `"kid"`, `"kty"`, `"enc"`, `"jku"`, `"x5t"`} {
		if strings.Contains(text, member) {
			return true
		}
	}
	return false
}

// Around an access key id the secret that belongs to it is looked for.
const (
	awsWindow    = 200
	awsKeyID     = 20
	leastKeyID   = 12 // of one that was cut off
	awsSecretKey = 40
)

// awsKeyID recognises an access key id that begins at i, and a secret key near it.
func (sc *Scanner) awsKeyID(i int) int {
	s := sc.text
	end := run(s[:min(len(s), i+awsKeyID+1)], i, aCapitals|aDigit)
	digits, _, _ := mix(s[i:end])
	if end-i < leastKeyID || end-i < awsKeyID-4 && digits == 0 || end-i > awsKeyID ||
		!startsWord(s, i) || !endsWord(s, end) {
		return i + 1
	}
	sc.add(Finding{i, end, AWSAccessKeyID, Unquoted})
	sc.awsSecret(max(0, i-awsWindow), i)
	sc.awsSecret(end, min(len(s), end+awsWindow))
	return end
}

// awsSecret adds the runs of 40 characters of base64 in [from, to) that look random.
func (sc *Scanner) awsSecret(from, to int) {
	s := sc.text
	for i := from; i < to; {
		if alphabet[s[i]]&aStd64 == 0 || escapedLetter(s, i) {
			i++
			continue
		}
		end := run(s[:min(len(s), to+awsSecretKey)], i, aStd64)
		if end-i == awsSecretKey && (i == 0 || alphabet[s[i-1]]&aStd64 == 0 || escapedLetter(s, i-1)) &&
			isAWSSecret(s[i:end]) {
			sc.add(Finding{i, end, AWSSecretKey, Unquoted})
		}
		i = end
	}
}

func isAWSSecret(s string) bool {
	digits, capitals, smalls := mix(s)
	return digits > 0 && capitals > 0 && smalls > 0 && varied(s, 16)
}
