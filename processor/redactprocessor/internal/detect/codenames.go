// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// What programs put where a secret goes without its being one: names, constants, patterns, and what they say about it.

// standsInCode tells whether s is one of these.
func (sc *Scanner) standsInCode(s string) bool {
	return isInteger(s) || isObjectID(s) || isPattern(s) || isFormat(s) || isScoped(s) || namesKey(s) || sc.isSentence(s)
}

// isInteger tells whether s is a number of C with a base or a suffix, or a negative one: 0x0400, 0xce536357UL, -1000.
func isInteger(s string) bool {
	const longest, prefix = 8, "0x"
	s = strings.TrimRight(s, "uUlL,;:")
	if strings.HasPrefix(s, "-"+prefix) {
		s = s[1:]
	}
	if strings.HasPrefix(s, prefix) {
		return len(s) <= len(prefix)+longest && only(s[len(prefix):], aHex)
	}
	return len(s) > 1 && len(s) <= longest && s[0] == '-' && only(s[1:], aDigit)
}

// isObjectID tells whether s is numbers with dots between them, such as an object identifier or a version.
func isObjectID(s string) bool {
	return isDigit(s[0]) && only(s, aDigit|aDot) && strings.Count(s, ".") > 1 && !fullDate(s)
}

// isPattern tells whether s is a regular expression.
func isPattern(s string) bool {
	for _, set := range [...]string{"[0-9", "[a-z", "[A-Z", "[^"} {
		if n := strings.Index(s, set); n >= 0 && strings.IndexByte(s[n:], ']') > 0 {
			return true
		}
	}
	return false
}

// isFormat tells whether s is nothing but places for values with signs between them: %s:%s, 0x%x.
func isFormat(s string) bool {
	s = strings.TrimPrefix(s, "0x")
	found := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '%' && i+1 < len(s) && strings.IndexByte("sdxvq", s[i+1]) >= 0:
			found = true
			i++
		case s[i] >= 0x80 || isAlnum(s[i]):
			return false
		}
	}
	return found
}

// isOpen tells whether s, which is long and has digits as a token does, is a name, a path, a time or an algorithm.
func isOpen(s string) bool { return looksName(s) || isRoute(s) || isTime(s) || isAlgorithm(s) }

// isAlgorithm tells whether s is the name of one, or another constant of several words in capitals:
// RSASSA_PKCS1_V1_5_SHA_256.
func isAlgorithm(s string) bool {
	const leastWords = 3
	return only(s, aCapitals|aDigit|aURLSafe) && strings.Count(s, "_") >= leastWords-1 &&
		longestWord(strings.ToLower(s)) >= leastCredential
}

// namesElse tells whether what stands before the sign of the assignment only looks like a key: a part of the name of a
// resource, the name of a type in quotes ("AWS::IAM::AccessKey"), the directory of a shell, or the outcome of a test.
func namesElse(s string, a *assignment) bool {
	switch k := &a.key; {
	case s[a.at] == ':' && (inARN(s, k.start) || k.quote == '"' && strings.HasSuffix(s[:k.start], "::")):
		return true
	case a.kind == KindSecret:
		return namesDirectory(s, k, a.at)
	default:
		return a.kind == KindWord && namesOutcome(s, k)
	}
}

// namesDirectory tells whether the key k before the sign at i is the variable of a shell for the directory at hand,
// which only looks like a word for a password: PWD=/app.
func namesDirectory(s string, k *key, i int) bool {
	name, found := strings.CutSuffix(s[k.start:k.end], "PWD")
	name = strings.TrimSuffix(name, "OLD")
	if !found || name != "" && alphabet[name[len(name)-1]]&aURL != 0 {
		return false
	}
	v := afterQuote(s, min(skipBlanks(s, i+1), len(s)))
	return v < len(s) && (s[v] == '/' || isLetter(s[v]) && strings.HasPrefix(s[v+1:], `:\`))
}

// namesOutcome tells whether the key k is what go test says of a test: --- PASS: TestParse/a=1.
func namesOutcome(s string, k *key) bool { return strings.HasSuffix(s[:k.end], "--- PASS") }

// isScoped tells whether s names something in a namespace: X11::Auth, $insta::secret.
func isScoped(s string) bool {
	n := strings.Index(s, "::")
	return n > 0 && n+2 < len(s) && isAlnum(s[n-1]) && isLetter(s[n+2])
}

// keyNames end the names of keys and tokens in programs that join words by capitals.
var keyNames = [...]string{"Key", "Keys", "Token", "Tokens", "Credential", "Credentials", "Creds"}

// namesKey tells whether s is such a name: testRSA2048PrivateKey, _X25519PublicKey, nextPageToken.
func namesKey(s string) bool {
	const maxNumber, maxDigitsIn = 4, 6
	s = s[strings.LastIndexByte(s, '.')+1:]
	name := strings.TrimRight(s, "0123456789")
	owner := ""
	for _, word := range keyNames {
		if rest, found := strings.CutSuffix(name, word); found {
			owner = rest
			break
		}
	}
	if len(owner) <= 2 || !only(owner, aAlnum|aURLSafe) || strings.IndexByte(owner, '-') >= 0 || speaksOfSecret(owner) {
		return false
	}
	digits, capitals, smalls := mix(s)
	return len(s)-len(name) <= maxNumber && digits <= maxDigitsIn && wordShare*(capitals+smalls) <= 100*inWords(s)
}

// isRoute tells whether s is a path with a word in it, behind a host or not.
func isRoute(s string) bool {
	host, _, _ := strings.Cut(s, "/")
	return strings.Count(s, "/") > 2 && longestWord(s) >= leastWord && (host == "" || strings.IndexByte(host, '.') > 0)
}

// speaksOfSecret tells whether s may be a password of the kind that people make of such words.
func speaksOfSecret(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "secret") || strings.Contains(s, "pass")
}

// looksName tells whether s is a name of a program, words joined by capitals or by low lines, and not random
// characters.
func looksName(s string) bool {
	if dot := strings.LastIndexByte(s, '.'); dot > 0 && isLetter(s[0]) && len(s)-dot > leastWord {
		s = s[dot+1:] // x509.PEMCipherAES256
	}
	digits, capitals, smalls := mix(s)
	lows := strings.Count(s, "_")
	if digits+capitals+smalls+lows != len(s) {
		return false
	}
	if capitals == 0 || smalls == 0 {
		return lows > 1 && digitShare*digits <= len(s)
	}
	return digitShare*digits <= len(s)+digitShare && wordShare*(capitals+smalls) <= 100*inWords(s) && wordy(s)
}

// In a name at most one character in five is a digit, and most letters are of words: a capital and small letters.
const (
	digitShare = 5
	wordShare  = 60 // percent
	leastInner = 2  // small letters in such a word
)

// inWords counts the letters of s that are of words of three letters and more.
func inWords(s string) int {
	n := 0
	for i := 0; i < len(s); {
		end := run(s, i+1, aHexLower|aLower)
		if isLetter(s[i]) && end-i > leastInner && (i == 0 || alphabet[s[i]]&aCapitals != 0 || s[i-1] == '_') {
			n += end - i
		}
		i = end
	}
	return n
}

// predicates begin what is said about a secret, behind its name, one of subjects or nothing, and sayings stand anywhere
// in it. A password may be a sentence, too, of other things.
var (
	subjects   = words("it this that field value input you users")
	predicates = words("is are must should has have cannot can will was may does do")
	sayings    = words("your must invalid incorrect expired required optional mandatory forgot forgotten")
)

// isSentence tells whether s says something about a secret: Password must be at least 8 characters, is too short.
func (sc *Scanner) isSentence(s string) bool {
	const least, longest = 3, 24
	if strings.IndexByte(s, ' ') <= 0 {
		return false
	}
	list := strings.Fields(s)
	if len(list) < least {
		return false
	}
	said := predicates.has(list[0]) || predicates.has(list[1]) && (subjects.has(list[0]) || sc.keys.kind(list[0]) != KindNone)
	for _, word := range list[:min(len(list), longest)] {
		word = strings.Trim(word, ".,:;!?'()")
		switch {
		case only(word, aDigit) && len(word) < leastCredential:
			continue
		case !only(word, aLetter|aURLSafe):
			return false
		}
		said = said || sayings.has(word) || !phraseWords.has(word) && sc.keys.kind(word) == KindSecret
	}
	return said
}

// compares tells whether the sign at i is one of == or !=, behind which a bare word is a name, a number or a version.
func compares(s string, i int) bool {
	return s[i] == '=' && (i+1 < len(s) && s[i+1] == '=' || i > 0 && s[i-1] == '!')
}

// lexed tells whether a token is compared, as parsers do: line.Token[0] == "require".
func (a *assignment) lexed(s string) bool {
	return compares(s, a.at) && strings.Contains(strings.ToLower(s[a.start:a.end]), "token")
}

// names tells whether the value [v, end) of the assignment is the name of another variable, as in a program: that of the
// key, or with blanks around the sign, in a line that is indented, of an object, behind another name, or by :=.
func (a *assignment) names(s string, v, end, gap int) bool {
	const shortName = 12
	text, op := s[v:end], operatorStart(s, a.at)
	switch {
	case !only(text, aLetter|aURLSafe):
		return false
	case strings.EqualFold(text, s[a.start:a.end]), strings.HasPrefix(text, s[a.start:a.end]) && a.quote != 0:
		return true
	case a.quote != 0:
		return false
	case gap == 0 || s[op] != ' ' || s[a.at] == ':' && s[a.at+1] != '=' || len(text) > shortName && !wordy(text):
		return false
	}
	return s[a.at] == ':' || s[a.at-1] == ':' || s[a.at-1] == '+' ||
		hasFold(s[a.start:], "self.") || hasFold(s[a.start:], "this.") ||
		strings.HasSuffix(s[:a.start], ", ") || indented(s, a.start)
}

// indented tells whether nothing but blanks stands before i in its line.
func indented(s string, i int) bool {
	j := i
	for j > 0 && (s[j-1] == ' ' || s[j-1] == '\t') {
		j--
	}
	return j < i && (j == 0 || s[j-1] == '\n' || escapedLetter(s, j))
}
