// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// UnderKey returns what is secret of a text that stands as the whole value of a key of the given kind.
func (sc *Scanner) UnderKey(kind Kind, text string) []Finding {
	sc.text, sc.findings, sc.own = text, sc.findings[:0], 0
	if kind == KindSecret && strings.HasPrefix(text, "{") && isSchema(text) {
		return nil
	}
	sc.under(kind, 0, len(text))
	if len(sc.findings) == 0 {
		return nil
	}
	return sc.resolve()
}

// under adds what is secret of the value [start, end) of a key of the given kind.
func (sc *Scanner) under(kind Kind, start, end int) {
	switch kind {
	case KindAuth:
		sc.credentials(start, end)
	case KindCookie:
		sc.cookies(start, end)
	default:
		if text := sc.text[start:end]; announces(kind, text) && (kind == KindPin || !sc.isPlaceholder(text)) {
			sc.add(Finding{start, end, kindID(kind), Unquoted})
		}
	}
}

// announces tells whether text has the form of what a key of the kind announces.
func announces(kind Kind, text string) bool {
	switch kind {
	case KindSecret:
		return true
	case KindToken:
		return looksToken(text)
	case KindVendor:
		return isOpaque(text)
	case KindBearer:
		return looksToken(text) || isUUID(text)
	case KindWord:
		return len(text) >= leastWord && !strings.Contains(text, " ") && looksPassword(text)
	case KindName:
		return isName(text)
	case KindPin:
		return len(text) >= 3 && len(text) <= 8 && only(text, aDigit)
	case KindCodes:
		return isRecoveryCode(text)
	case KindBank:
		return isBIC(text)
	case KindNational, KindBirth, KindPhone, KindSSN, KindSortCode:
		return isPersonal(kind, text)
	case KindSeed:
		_, end := seedWords(text, 0)
		return end > 0
	}
	return false
}

// leastWord is the length of the shortest password under a key like "pass", which also counts tests.
const leastWord = 6

func kindID(kind Kind) ID {
	switch kind {
	case KindPin:
		return PinCode
	case KindCodes:
		return RecoveryCode
	case KindBank:
		return BIC
	case KindNational, KindSortCode:
		return NationalID
	case KindBirth:
		return BirthDate
	case KindPhone:
		return Phone
	case KindSSN:
		return SSN
	case KindName:
		return PersonName
	case KindAuth:
		return AuthHeader
	case KindCookie:
		return Cookie
	case KindSeed:
		return Mnemonic
	}
	return SecretValue
}

// leastToken is the shortest value that a common word like "token" or "key" makes a secret: shorter ones are words
// and ids.
const leastToken = 10

// looksToken tells a token from words, paths, ids and hashes.
func looksToken(s string) bool {
	s = strings.TrimSpace(s[:min(len(s), maxReread)])
	if len(s) < leastToken || tokenStops.in(s) {
		return false
	}
	if isUUID(s) || isAddress(s) || strings.Contains(s, "://") || strings.Count(s, "/") > 2 && !only(s, aAny64) {
		return false
	}
	if isOpen(s) {
		return false
	}
	digits, capitals, smalls := mix(s)
	if digits == len(s) || digits == 0 && (capitals < 3 || smalls < 3 || longestWord(s) > 5 || wordy(s)) {
		return false
	}
	return varied(s, 6) && (longestWord(s) <= max(8, len(s)/3) || digits > 1 && !wordy(s))
}

// isAddress tells whether s is an address in memory.
func isAddress(s string) bool {
	const prefix, most = "0x", 18
	return len(s) <= most && strings.HasPrefix(s, prefix) && only(s[len(prefix):], aHex)
}

// isUUID tells whether s is a UUID in its usual form.
func isUUID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	for i := range len(s) {
		if s[i] != '-' && alphabet[s[i]]&aHex == 0 {
			return false
		}
	}
	return true
}

var keywords = words("null none nil undefined true false yes no on off string str int integer number bool boolean " +
	"object array bytes any " +
	"base64 base32 base16 hex utf8 utf-8 utf16 utf-16 ascii latin1 sha1 sha256 sha384 sha512 md5 hs256 rs256 es256 aes256 " +
	"secretstr optional include omit same-origin to and or required redacted masked filtered hidden empty unset n/a " +
	"inherit files")

func isKeyword(s string) bool {
	if s != "" && (s[len(s)-1] == '!' || s[len(s)-1] == '?') {
		s = strings.TrimRight(s, "!?") // String! of GraphQL
	}
	return keywords.has(s)
}

// references are beginnings of expressions that name a secret instead of holding it.
var references = []string{
	"${", "$(", "{{", "{%", "<%", "%(", "#{", "%{", "process.env", "os.environ", "os.getenv", "getenv", "env.", "env(",
	"secrets.", "vault:", "ref+", "arn:", "op://", "self.", "this.", "config.", "settings.", "request.", "options.",
	"args.", "params.", "enc(", "enc[", "{cipher}",
	"+new ", "+ ", "new ", "new-object", "&str", "&'",
}

// referencesBy holds references by their first letter.
var referencesBy = func() (t [256][]string) {
	for _, r := range references {
		t[r[0]] = append(t[r[0]], r)
	}
	return t
}()

func isReference(s string) bool {
	for _, r := range referencesBy[lower(s[0])] {
		if hasFold(s, r) {
			return true
		}
	}
	return false
}

// What may stand around a value, behind a name that announces one, and for characters that were taken out.
var (
	tokenStops  = chars(" \t\n()[]{}<>$") // stand in no token
	padding     = chars("'\"` \t\n\r")
	operators   = chars(":= ")
	dots        = chars(".")
	phraseSigns = chars(".:")
	callSigns   = chars("$@&*[](!") // before what is called
	masking     = chars("*.xX#\u2022\u2026-")
	gapSigns    = chars(".*\u2026")
)

// isPlaceholder tells whether s stands for a secret instead of being one.
func (sc *Scanner) isPlaceholder(s string) bool {
	s = padding.trim(s[:min(len(s), maxReread)])
	if s == "" || sc.isOwn(s) {
		return true
	}
	if s == sc.judged.value {
		return sc.judged.stands
	}
	slot, sum := sc.verdicts.of(s)
	if *slot&^verdictBit != sum {
		*slot = sum
		if sc.stands(s) {
			*slot |= verdictBit
		}
	}
	sc.judged = judged{s, *slot&verdictBit != 0}
	return sc.judged.stands
}

// judged is the value that was asked about last, mostly by two detectors in turn.
type judged struct {
	value  string // of the text at hand
	stands bool
}

// stands is isPlaceholder for what is none of our tokens.
func (sc *Scanner) stands(s string) bool {
	return sc.isHeading(s) || isKeyword(s) || !varied(s, 2) || isMasked(s) || sc.isRest(s) || isSample(s) ||
		isReference(s) || isExpression(s) || isConstant(s) || isPath(s) || sc.isLabel(s) || sc.standsInCode(s)
}

// isLabel tells whether s is what a form or a page calls a secret: Passwort bestätigen, Access Token.
func (sc *Scanner) isLabel(s string) bool {
	if alphabet[s[0]]&aCapitals == 0 {
		return false
	}
	end := run(s, 0, aLetter)
	for k := end; k < len(s); k++ {
		if c := s[k]; !isLetter(c) && c != ' ' && c < 0x80 {
			return false
		}
	}
	return sc.keys.kind(s[:end]) == KindSecret || end < len(s) && s[end] == ' ' && sc.keys.kind(s) == KindSecret
}

// standsIn is isPlaceholder where nothing but a secret can stand, as in the password of a URL. There a word is one,
// too.
func (sc *Scanner) standsIn(s string) bool {
	s = padding.trim(s[:min(len(s), maxReread)])
	if s == "" || sc.isOwn(s) || !varied(s, 2) || isMasked(s) || isTemplate(s) {
		return true
	}
	return isReference(s) || isExpression(s) || only(s, aCapitals) && KeyKind(s) != KindNone
}

// isExpression tells by the first character whether s is an expression in place of a value.
func isExpression(s string) bool {
	switch s[0] {
	case '<':
		return isMarkup(s)
	case '$':
		return isVariable(s[1:]) || only(s[1:], aDigit) && len(s) <= maxVerb || strings.IndexByte(s, '/') > 0 && isPath(s)
	case '[', '{', '(':
		return isBracketed(s)
	case '%':
		// %q of a format, %NAME% of a shell
		return len(s) <= maxVerb && isLetter(s[len(s)-1]) || s[len(s)-1] == '%' && only(s[1:len(s)-1], aLetter|aURLSafe)
	case '&':
		return hasFold(s, "&lt;") && strings.HasSuffix(s, "&gt;")
	case 'h', 'H':
		return isPlainURL(s[:min(len(s), maxSample)])
	}
	const yours = len("your")
	return hasFold(s, "your") && len(s) > yours &&
		(s[yours] == '_' || s[yours] == '-' || !strings.ContainsAny(s, "0123456789"))
}

// isHeading tells whether s announces a secret itself, as where a text within quotes was cut at the wrong ones.
func (sc *Scanner) isHeading(s string) bool {
	name := operators.trimRight(s)
	return len(name) < len(s) && only(name, aURLDot) && sc.keys.kind(name) != KindNone
}

// maxVerb is the length of the longest verb of a format that is taken for one.
const maxVerb = 4

// isMarkup tells whether s is <your key> or the beginning of an element of XML.
func isMarkup(s string) bool {
	return s[len(s)-1] == '>' && !strings.ContainsAny(s, "0123456789") ||
		len(s) > 1 && isLetter(s[1]) && strings.IndexByte(s, ' ') > 0
}

// isVariable tells whether s is the name of a shell's or a template's variable.
func isVariable(s string) bool {
	if s == "" || !only(s, aAlnum|aURLSafe) || !isLetter(s[0]) {
		return len(s) == 1 && isDigit(s[0])
	}
	return s == strings.ToUpper(s) || only(s, aLetter|aURLSafe) || KeyKind(s) != KindNone || wordy(s)
}

// isBracketed tells whether s is a name or some words in brackets. The closing one may have been cut off.
func isBracketed(s string) bool {
	inner := strings.TrimRight(s[1:], "})]")
	if isKeyword(inner) || inner == "" {
		return true
	}
	for i := range len(inner) {
		if c := inner[i]; !isAlnum(c) && strings.IndexByte("_-. ", c) < 0 && (c != '!' || s[0] != '{') { // {name!r}
			return s[0] != '[' && i > 0 && strings.IndexByte("([:}", c) >= 0 && only(inner[:i], aAlnum|aURLSafe)
		}
	}
	digits, _, _ := mix(inner)
	return digits <= 1
}

// isPlainURL tells whether s is an address without anything in it that could be secret. Those with a user or a query
// are judged by their parts.
func isPlainURL(s string) bool {
	return (hasFold(s, "http://") || hasFold(s, "https://")) && !strings.ContainsAny(s, "?@#")
}

// isPath tells whether s is a path or a selector made of words: /en/guides/strong-password, users/passwords#edit.
func isPath(s string) bool {
	slashes := strings.Count(s, "/")
	if s[0] != '/' && s[0] != '#' && slashes == 0 || strings.ContainsAny(s, "+=") ||
		s[0] != '/' && strings.ContainsAny(s, "@!^*") {
		return false
	}
	digits, _, _ := mix(s)
	return wordy(s) && 5*digits < len(s)
}

// isConstant tells whether s is the name of a secret in capitals, as people put where it goes: SUBSCRIPTION_KEY.
func isConstant(s string) bool {
	if hasFold(s, "x-") && only(s, aLetter|aURLSafe) {
		return KeyKind(s) != KindNone // the name of a header
	}
	return strings.IndexByte(s, '_') > 0 && only(s, aCapitals|aURLSafe) && KeyKind(s) != KindNone
}

// isMasked tells whether s is what another redactor left: nothing but stars, dots, x or bullets.
func isMasked(s string) bool {
	if isShortened(s) {
		return true
	}
	if !masking[s[0]] && !masking[s[len(s)-1]] {
		return false
	}
	rest := strings.Trim(s, "*.xX#\u2022\u2026-")
	return rest == "" || len(rest) < len(s) && strings.Count(s, "*") >= len(s)-4 && len(s) > 4
}

// isRest tells whether s is a mask of ours, whole or without its last bracket, and what was left around it, too little
// to be a secret: 0:[REDACTED:email].
func (sc *Scanner) isRest(s string) bool {
	start := strings.Index(s, MaskPrefix)
	if start < 0 || start >= leastCredential {
		return false
	}
	mask := s[start:]
	if only(mask[len(MaskPrefix):], aURL) {
		mask += "]"
	}
	n := sc.maskLength(mask)
	return n > 0 && start+len(mask)-n < leastCredential
}

// isShortened tells whether the middle of s was taken out, so that too little of it is left to be of use: sk-...x4Tq.
func isShortened(s string) bool {
	const most = 12
	if !gapSigns.in(s) {
		return false
	}
	for _, gap := range [...]string{"...", "***", "\u2026"} {
		if strings.IndexByte(s, gap[0]) < 0 {
			continue
		}
		if n := strings.Index(s, gap); n > 0 {
			return n+len(strings.TrimLeft(s[n:], gap)) <= most
		}
	}
	return false
}

// isCode tells whether the value [v, end) is an expression of a programming language: a call, an index, a name.
func isCode(s string, v, end, gap int) bool {
	if end < len(s) && (s[end] == '(' || s[end] == '[') {
		return true
	}
	text := s[v:end]
	if calls(text) || isCommand(s, v, end) || isTag(s, v, end) {
		return true
	}
	name := dots.trimRight(text)
	if gap > 0 && len(name) > 1 && (name[0] == '&' || name[0] == '*') && only(name[1:], aLetter|aURLSafe|aDot) {
		return true // an address, or what stands there
	}
	if gap == 0 || !only(name, aLetter|aURLSafe|aDot) || strings.Contains(name, "-") {
		return false
	}
	// name = other_name: a lone word with a space before it is a name unless it fills the line, as in YAML.
	return strings.ContainsAny(name, "_.") || end < len(s) && s[end] != '\n' && s[end] != '\r' && s[end] != '\\' &&
		s[end] != '"'
}

// calls tells whether text begins with a name, or names joined by the signs of a language, that is called, indexed or
// opened like a block: std::env::var("X"), $_POST['x'], []byte(x), request->get(), user?.split(x), focus{outline:1px.
func calls(text string) bool {
	name := 0
	for name < len(text) && callSigns[text[name]] {
		name++
	}
	end := name
	for end < len(text) && (alphabet[text[end]]&aURLDot != 0 || joinsNames(text, end)) {
		end++
	}
	if end == name || end == len(text) {
		return false
	}
	return text[end] == '(' || text[end] == '[' || text[end] == '{' && only(text[name:end], aLetter|aURLSafe|aDot)
}

// joinsNames tells whether the sign at i is part of "::", "->", "?." or "!.".
func joinsNames(s string, i int) bool {
	switch next := i + 1; s[i] {
	case ':':
		return next < len(s) && s[next] == ':' || i > 0 && s[i-1] == ':'
	case '>':
		return i > 0 && s[i-1] == '-'
	case '?', '!':
		return next < len(s) && s[next] == '.'
	}
	return false
}

// isTag tells whether the value [v, end) is a tag of YAML, behind which another name stands: !Ref DatabasePassword.
func isTag(s string, v, end int) bool {
	return end-v > 1 && s[v] == '!' && only(s[v+1:end], aLetter|aDot) && end+1 < len(s) && s[end] == ' '
}

// isCommand tells whether the value [v, end) is a command of a shell with an option behind it: Read-Host
// -AsSecureString.
func isCommand(s string, v, end int) bool {
	if end+2 >= len(s) || s[end] != ' ' || s[end+1] != '-' || !isLetter(s[end+2]) {
		return false
	}
	verb, noun, found := strings.Cut(s[v:end], "-")
	return found && only(verb, aLetter) && only(noun, aLetter)
}

// isProse tells whether the value is the first word of a sentence.
func isProse(s string, v, end, gap int) bool {
	return gap > 0 && end+1 < len(s) && s[end] == ' ' && isLetter(s[end+1]) && only(phraseSigns.trimRight(s[v:end]), aLetter)
}
