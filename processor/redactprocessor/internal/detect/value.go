// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// assignment is a key with something to announce, and the sign behind it.
type assignment struct {
	key
	at    int // position of ":" or "="
	kind  Kind
	query bool // in the query of a URL
}

// value finds the value of an assignment and adds what of it is secret.
func (sc *Scanner) value(a *assignment) {
	s := sc.text
	first, v := a.valueStart(s)
	if v >= len(s) || (a.open && s[v] == s[a.start-1]) {
		return
	}
	if a.kind == KindSeed && sc.seedPhrase(v) {
		return
	}
	v += literalPrefix(s, v)
	q := v
	for q < len(s) && s[q] == '\\' {
		q++
	}
	inJSON := a.quote == '"'
	switch {
	case a.kind == KindCodes:
		sc.recoveryCodes(v)
	case s[v] == '&' && sc.entityQuoted(a, v):
	case q < len(s) && isQuote(s[q]):
		sc.quoted(a, q)
	case s[v] == '\\':
	case inJSON && (s[v] == '{' || s[v] == '['):
		sc.subtree(a, v)
	case inJSON && (isDigit(s[v]) || s[v] == '-'):
		sc.number(a, v)
	default:
		sc.bare(a, v, v-first)
	}
}

// valueStart returns where the operator ends, and where the value begins behind blanks.
func (a *assignment) valueStart(s string) (first, v int) {
	first = operatorEnd(s, a.at+1)
	if first < len(s) && a.start > 0 && s[a.start-1] == '{' && strings.IndexByte("-?+", s[first]) >= 0 {
		first++ // ${NAME:-default}
	}
	if first == a.at+1 && first < len(s) && s[a.at] == ':' && s[first] == ':' {
		return first, len(s) // Token::Kind
	}
	v = skipBlanks(s, first)
	if strings.HasPrefix(s[v:], "** ") || strings.HasPrefix(s[v:], "**`") { // **Password:** …
		v = skipBlanks(s, v+2)
	}
	return first, v
}

// operatorEnd returns the end of an operator like := or ::= or => whose first sign stands before i.
func operatorEnd(s string, i int) int {
	colons := i
	for colons < len(s) && colons-i < maxOperator && s[colons] == ':' {
		colons++
	}
	if colons < len(s) && (s[colons] == '=' || colons == i && s[colons] == '>') {
		i = colons + 1
		if i < len(s) && s[i] == '=' {
			i++ // ===
		}
	}
	return i
}

func skipBlanks(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// quoted handles a value that stands in quotes, the first of which is at q.
func (sc *Scanner) quoted(a *assignment, q int) {
	if q+1 < len(sc.text) && a.quote == 0 && (sc.text[q+1] == ')' || sc.text[q+1] == ';') {
		return // the end of the text of a prompt: read("password: ");
	}
	if (a.quote != '"' || quoteLevel(sc.text, q) != a.level) && sc.closes(a.at, q) {
		return
	}
	start, end := q+1, sc.literalEnd(q)
	text := sc.text[start:end]
	if a.kind == KindSecret && strings.HasPrefix(text, "{") && isSchema(text) {
		return
	}
	if isJoined(sc.text, start, end) || a.lexed(sc.text) && !looksToken(text) && !looksPassword(text) {
		return
	}
	sc.under(a.kind, start, end)
	if next, ok := becomes(sc.text, end); ok && !sc.closes(a.at, next.start-1) {
		sc.under(a.kind, next.start, next.end)
	}
}

// isJoined tells whether the literal [start, end) ends like a name before a value that the program puts behind it:
// "application:" + appKey.
func isJoined(s string, start, end int) bool {
	if start == end || strings.IndexByte(":= ", s[end-1]) < 0 || end+1 >= len(s) {
		return false
	}
	sign := skipBlanks(s, end+1)
	return sign < len(s) && strings.IndexByte("+.&", s[sign]) >= 0
}

// becomes returns the second literal of "old" -> "new", as in a plan of Terraform, where the first one ends at end.
func becomes(s string, end int) (l literal, ok bool) {
	const arrow = "-> "
	i := end
	for i < len(s) && (s[i] == '\\' || isQuote(s[i])) {
		i++
	}
	if i = skipBlanks(s, i); !strings.HasPrefix(s[i:], arrow) {
		return l, false
	}
	return literalAt(s, i+len(arrow))
}

// entityQuoted handles a value of HTML that stands in quotes which are written as references, the first of which is at
// v.
func (sc *Scanner) entityQuoted(a *assignment, v int) bool {
	s := sc.text
	for _, quote := range [...]string{"&quot;", "&#34;", "&#39;", "&apos;"} {
		if !strings.HasPrefix(s[v:], quote) {
			continue
		}
		start := v + len(quote)
		n := strings.Index(s[start:min(len(s), start+maxLiteral)], quote)
		if n < 0 {
			return false
		}
		sc.under(a.kind, start, start+n)
		return true
	}
	return false
}

// literalEnd is closing for a value, which may hold a quote of the other kind, or be joined from two: 'a"b', or 'a' and
// 'b' without a blank.
func (sc *Scanner) literalEnd(q int) int {
	s := sc.text
	end := closing(s, q)
	for end < len(s) && s[q] != '"' && end-q < maxLiteral {
		switch {
		case s[end] == '"' && !sc.isJSON():
		case s[end] == s[q] && end+1 < len(s) && s[end+1] == s[q]:
			end++
		default:
			return end
		}
		rest := strings.IndexByte(s[end+1:min(len(s), end+maxLiteral)], s[q])
		if rest < 0 || strings.IndexByte(s[end:end+rest], '\n') >= 0 {
			return end
		}
		end += 1 + rest
	}
	return end
}

// closing returns where the content of the string that begins with the quote at q ends: before its own closing quote,
// before that of a string around it, or with the text.
func closing(s string, q int) int {
	quote, level := s[q], quoteLevel(s, q)
	for i := q + 1; i < len(s); i++ {
		if s[i] != quote && s[i] != '"' {
			continue
		}
		if l := quoteLevel(s, i); l <= level || (quote != '"' && s[i] == '"') {
			return max(q+1, i-(1<<min(l, maxDepth)-1))
		}
	}
	return len(s)
}

// subtree takes the whole object or array at v. Under a common word like "token" it is its strings that are judged.
func (sc *Scanner) subtree(a *assignment, v int) {
	s := sc.text
	switch a.kind {
	case KindSecret, KindAuth, KindCookie:
		if !isObject(s, v) {
			sc.leaves(a, v)
			return
		}
	case KindToken, KindBearer, KindWord, KindPin:
		sc.leaves(a, v)
		return
	default:
		return
	}
	if s[v] == '{' && isSchema(s[v:]) || s[v] == '[' && isListing(s[v:]) {
		return
	}
	end := subtreeEnd(s, v, a.level)
	if inner := strings.Trim(s[v:end], "{}[], \\\""); inner == "" || isKeyword(inner) || sc.isOwn(inner) {
		return
	}
	sc.add(Finding{v, end, kindID(a.kind), int8(min(a.level, maxDepth))})
}

// subtreeEnd returns the end of the object or array at v, whose strings are quoted at the given level.
func subtreeEnd(s string, v, level int) int {
	depth, inString := 0, false
	for i := v; i < len(s); i++ {
		switch s[i] {
		case '"':
			l := quoteLevel(s, i)
			if l < level {
				return max(v+1, i-(1<<l-1)) // the string around it ends: it was cut off
			}
			if l == level {
				inString = !inString
			}
		case '{', '[':
			if !inString {
				depth++
			}
		case '}', ']':
			if inString {
				continue
			}
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// isListing tells whether the array at the beginning of s lists secrets by their names, and holds none of them.
func isListing(s string) bool {
	s = s[:min(len(s), schemaWindow)]
	if first := strings.TrimLeft(s[1:], " \n\t"); !strings.HasPrefix(first, "{") || !strings.Contains(s, `"name`) {
		return false
	}
	for _, member := range [...]string{`"value`, `"key`, `"secret`, `"token`, `"data`, `"pass`} {
		if strings.Contains(s, member) {
			return false
		}
	}
	return true
}

// number takes a number under a key of JSON.
func (sc *Scanner) number(a *assignment, v int) {
	s := sc.text
	end := v
	for end < len(s) && (isDigit(s[end]) || strings.IndexByte("+-.eE", s[end]) >= 0) {
		end++
	}
	if !secretNumber(a.kind, s[v:end]) {
		return
	}
	sc.add(Finding{v, end, kindID(a.kind), int8(min(a.level, maxDepth))})
}

func secretNumber(kind Kind, number string) bool {
	switch kind {
	case KindPin:
		return len(number) >= 3 && len(number) <= 8 && only(number, aDigit)
	case KindNational, KindBirth, KindPhone, KindSSN, KindSortCode:
		return only(number, aDigit) && isPersonal(kind, number)
	}
	// Short numbers under such keys are counts and flags.
	return (kind == KindSecret || kind == KindAuth) && len(number) >= leastSecretNumber
}

// leastSecretNumber is the shortest number that is taken for a secret.
const leastSecretNumber = 4

// bare handles a value without quotes that begins at v, behind gap spaces.
func (sc *Scanner) bare(a *assignment, v, gap int) {
	if sc.ownEnd(v) > 0 || a.kind == KindSeed || a.kind == KindName && a.query {
		return
	}
	if a.kind == KindAuth || a.kind == KindCookie || a.kind == KindName {
		sc.wholeLine(a.kind, v)
		return
	}
	end, crowded := sc.bareEnd(v, a.query)
	if text := sc.text[v:end]; compares(sc.text, a.at) && !looksToken(text) && !looksPassword(text) {
		return
	}
	if crowded {
		sc.add(Finding{v, end, kindID(a.kind), Unquoted})
		return
	}
	if a.kind == KindSecret {
		sc.bareSecret(a, v, end, gap)
		return
	}
	switch a.kind {
	case KindToken, KindBearer, KindWord, KindVendor:
		if isCode(sc.text, v, end, gap) {
			return
		}
	}
	sc.under(a.kind, v, end)
	if n := len(sc.findings); a.query && n > 0 && sc.findings[n-1].Start == v && a.kind < KindNational {
		sc.findings[n-1].ID = URLSecret
	}
}

// wholeLine handles a value that fills the rest of its line, from v on.
func (sc *Scanner) wholeLine(kind Kind, v int) {
	if kind == KindAuth && sc.digest(v) || v < sc.lineSeen {
		return
	}
	sc.lineSeen = lineEnd(sc.text, v)
	sc.under(kind, v, sc.lineSeen)
}

// bareSecret handles the value [v, end) of a key that announces a secret for certain.
func (sc *Scanner) bareSecret(a *assignment, v, end, gap int) {
	s := sc.text
	text := s[v:end]
	if len(text) < leastSecretNumber && only(text, aDigit) {
		return // a constant, or a count
	}
	code := isCode(s, v, end, gap) || isProse(s, v, end, gap) || a.names(s, v, end, gap) || a.quote != 0 && isKeyword(text)
	switch {
	case code && !belowUser(s, a.start, end):
	case a.query && !sc.isPlaceholder(text):
		sc.add(Finding{v, end, URLSecret, Unquoted})
	case a.query:
	default:
		found := len(sc.findings)
		sc.under(a.kind, v, end)
		if len(sc.findings) == found && end > v && inConnection(s, a.start, end) && !sc.standsIn(text) {
			sc.add(Finding{v, end, SecretValue, Unquoted})
		}
	}
}

// userLines is how many lines before a password the name of its user is looked for, comments between the two.
const userLines = 4

// belowUser tells whether a key that begins at i and whose value fills its line stands in a file of settings, below
// the name of a user that is a bare word, too: there a bare word is a password and not another variable.
func belowUser(s string, i, end int) bool {
	if end < len(s) && s[end] != '\n' && s[end] != '\r' && (s[end] != '\\' || lineBreak(s, end) == end) {
		return false
	}
	line := lineStart(s, i)
	for range userLines {
		stop := breakBefore(s, line)
		if stop == line {
			return false
		}
		line = lineStart(s, stop)
		name, user, found := strings.Cut(strings.TrimSpace(s[line:stop]), "=")
		if !strings.HasPrefix(name, "//") && !strings.HasPrefix(name, "#") {
			name, user = strings.TrimSpace(name), strings.TrimSpace(user)
			return found && userKeys.has(name) && user != "" && only(user, aURL) && !isKeyword(user) &&
				KeyKind(s[i:end]) == KindNone
		}
	}
	return false
}

// lineStart returns where the line begins in which i stands, whether or not its break is escaped, or the string.
func lineStart(s string, i int) int {
	for stop := max(0, i-connectionWindow); i > stop && s[i-1] != '\n' && s[i-1] != '"' && (s[i-1] != 'n' || !escapedAt(s, i-1)); {
		i--
	}
	return i
}

// breakBefore returns where the line break begins that ends at i, or i when none does.
func breakBefore(s string, i int) int {
	switch {
	case i > 0 && s[i-1] == '\n':
		return i - 1
	case i > 1 && s[i-1] == 'n' && s[i-2] == '\\':
		return i - 1 - backslashes(s, 0, i-1)
	}
	return i
}

var userKeys = words("user username login uid userid user_name db_user")

// connectionWindow is how far before a password the other parts of a connection string are looked for.
const connectionWindow = 160

// inConnection tells whether a key that begins at i, and its value up to end, are part of a connection string, in which
// a word is a password, too: Server=db;User Id=app;Password=secret;
func inConnection(s string, i, end int) bool {
	before := strings.TrimRight(s[max(0, i-connectionWindow):i], " ")
	if !strings.HasSuffix(before, ";") {
		return false
	}
	for eq := strings.LastIndexByte(before, '='); eq > 0; eq = strings.LastIndexByte(before[:eq], '=') {
		for _, part := range connectionParts[lower(before[eq-1])] {
			if start := eq - len(part); start >= 0 && hasFold(before[start:], part) {
				return end == len(s) || s[end] != '('
			}
		}
	}
	return false
}

// connectionParts are what a connection string has beside a password, by their last letter.
var connectionParts = [256][]string{
	'r': {"server", "user"}, 'e': {"source", "username"}, 't': {"host"}, 'd': {"uid", "user id"},
}

// lineEnd returns where a value that fills the rest of its line ends.
func lineEnd(s string, i int) int {
	for i < len(s) && s[i] != '\n' && s[i] != '\r' && s[i] != '"' && s[i] != '\'' && s[i] != '`' && s[i] != '\\' {
		i++
	}
	return i
}

// bareEnd is bareEnd with a memory: values of keys that follow each other without end share their last byte. It tells
// whether too many do.
func (sc *Scanner) bareEnd(i int, query bool) (end int, crowded bool) {
	m := &sc.bares
	if query {
		m = &sc.queried
	}
	if m.scan != sc.scan || i < m.start || i > m.end || i-m.start > maxBare/2 {
		*m = memo{scan: sc.scan, start: i, end: bareEnd(sc.text, i, query)}
	}
	m.shared++
	return m.end, m.shared > maxShared
}

// bareEnd returns where a value without quotes ends.
func bareEnd(s string, i int, query bool) int {
	for stop := min(len(s), i+maxBare+1); i < stop && (!bareSigns[s[i]] || !endsBare(s, i, query)); {
		i++
	}
	return i
}

// bareSigns may end a value without quotes.
var bareSigns = chars(" \t\n\r\"'`\\<>;,|)]}&#")

// endsBare tells whether the one of them at i does.
func endsBare(s string, i int, query bool) bool {
	switch s[i] {
	case ')', ']', '}':
		return query || i+1 >= len(s) || !isAlnum(s[i+1])
	case '&':
		return query || nextPair(s, i+1)
	case '#':
		return query
	}
	return true
}

// maxBare bounds a value without quotes: what is longer is no password, and tokens end at other characters.
const maxBare = 4096

// nextPair tells whether a form's next "name=" begins at i.
func nextPair(s string, i int) bool {
	end := run(s[:min(len(s), i+maxKey)], i, aURLDot)
	return end > i && end < len(s) && s[end] == '='
}
