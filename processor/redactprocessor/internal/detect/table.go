// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// Bounds of a table: the head, its columns, and how much of it is read below.
const (
	maxHead    = 400
	maxColumns = 32
	maxRow     = 1 << 12
	maxTable   = 1 << 16
)

// column tells, at the word for a secret that ends at i, whether it is the head of a column: of CSV, of a table of
// Markdown, or of an INSERT with names. It reads the whole table then, once.
func (sc *Scanner) column(i int) {
	s := sc.text
	if i < sc.tableEnd || i >= len(s) || !endsCell(s, i) || !mayHead(s, i) {
		return
	}
	head := headStart(s, i)
	before := strings.TrimRight(s[head:runBack(s, i, min(maxKey, i-head), aURL)], ` "`)
	if before != "" && strings.IndexByte(",;|\t", before[len(before)-1]) < 0 {
		return
	}
	end := lineStop(s[:min(len(s), i+maxHead)], i)
	sc.tableEnd = end // whatever it is, it is read once
	if n := strings.IndexByte(s[i:end], ')'); head > 0 && s[head-1] == '(' && n >= 0 {
		end = i + n
	}
	separator := byte(',')
	for _, c := range []byte("|;\t") {
		if strings.IndexByte(s[head:end], c) >= 0 {
			separator = c
			break
		}
	}
	t := table{separator: separator}
	if !t.readHead(sc, s[head:end]) {
		return
	}
	t.rows(sc, end)
}

// headStart returns where the line of names begins in which i stands: as a row does, or behind the bracket of SQL.
func headStart(s string, i int) int {
	for stop := max(0, i-maxHead); i > stop && s[i-1] != '\n' && s[i-1] != '(' && !breaksAt(s, i-1); {
		if s[i-1] == '"' && beginsString(s, i-1) {
			break
		}
		i--
	}
	return i
}

// mayHead is a first look at what stands before the word that ends at i: a separator, a line break or a bracket, or the
// text begins there.
func mayHead(s string, i int) bool {
	j := runBack(s, i, maxKey, aURL)
	if j > 0 && s[j-1] == '\\' {
		return s[j] == 'n' // of an escaped line break
	}
	word := j
	for j > 0 && cellQuotes[s[j-1]] {
		j--
	}
	if j > 0 && j < word && s[word-1] == '"' && (s[j-1] == ':' || s[j-1] == '\\') && beginsString(s, word-1) {
		return true
	}
	return j == 0 || i-j >= maxHead || cellStarts[s[j-1]] || breaksAt(s, j-1)
}

// Signs that stand around the text of a cell, before the first and behind the last of them.
var (
	cellQuotes = chars(" \"`")
	cellStarts = chars(",;|\t\n(")
	// cellPadding stands around the text of a cell within it.
	cellPadding = chars(" \"'`\\\r")
	cellEnds    = chars(",;|\t\n\r\\)")
)

// endsCell tells whether a cell ends at i.
func endsCell(s string, i int) bool {
	for i < len(s) && (s[i] == ' ' || s[i] == '"') {
		i++
	}
	return i >= len(s) || cellEnds[s[i]]
}

// breaksAt tells whether the letter at i is that of an escaped line break.
func breaksAt(s string, i int) bool { return s[i] == 'n' && escapedAt(s, i) }

// lineStop returns where the line ends in which i stands, whether or not its break is escaped.
func lineStop(s string, i int) int {
	for i < len(s) {
		if !rowStops[s[i]] {
			i++
			continue
		}
		end := i
		for end < len(s) && s[end] == '\\' {
			end++
		}
		if end == i || end < len(s) && (s[end] == 'n' || s[end] == 'r' && breaksLine(s, end+1)) {
			return i
		}
		i = end // of backslashes that belong to something else
	}
	return i
}

// rowStop returns where the row ends that begins at start: with its line, or with the string of JSON that it stands in.
// A quote that ends such a string has fewer backslashes before it than the line breaks in it.
func rowStop(s string, start int) int {
	end := lineStop(s[:min(len(s), start+maxRow)], start)
	if start == 0 || s[start-1] != 'n' {
		return end
	}
	escapes := backslashes(s, 0, start-1)
	for i := start; i < end; i++ {
		if s[i] == '"' {
			if n := backslashes(s, start, i); n < escapes {
				return i - n
			}
		}
	}
	return end
}

// breaksLine tells whether an escaped line break stands at i.
func breaksLine(s string, i int) bool {
	end := i
	for end < len(s) && s[end] == '\\' {
		end++
	}
	return end > i && end < len(s) && s[end] == 'n'
}

// rowStops may end a line.
var rowStops = chars("\n\r\\")

// table is a text in rows and columns.
type table struct {
	separator byte
	columns   int
	secret    [maxColumns]Kind // what each column announces
}

// cells calls f with the number, the start and the end of each cell of the row, without blanks and quotes.
func (t *table) cells(row string, f func(n, start, end int)) (n int) {
	start := 0
	if t.separator == '|' {
		start = len(row) - len(strings.TrimLeft(row, " "))
		if strings.HasPrefix(row[start:], "|") { // of Markdown; shells of databases write none around the row
			start++
			row = strings.TrimSuffix(strings.TrimRight(row, " "), "|")
		}
	}
	for start <= len(row) {
		end := len(row)
		if quoted := start < len(row) && row[start] == '"'; quoted {
			if q := strings.IndexByte(row[start+1:], '"'); q >= 0 {
				end = start + q + 2
			}
		} else if k := strings.IndexByte(row[start:], t.separator); k >= 0 {
			end = start + k
		}
		from, to := start, end
		for from < to && cellPadding[row[from]] {
			from++
		}
		for to > from && cellPadding[row[to-1]] {
			to--
		}
		f(n, from, to)
		n++
		start = end + 1
	}
	return n
}

// readHead judges the names of the columns, and tells whether one of them announces a secret and all are names.
func (t *table) readHead(sc *Scanner, row string) bool {
	names, secrets := true, 0
	t.columns = t.cells(row, func(n, start, end int) {
		names = names && n < maxColumns && start < end && end-start <= maxKey && isColumn(row[start:end])
		if !names {
			return
		}
		name := row[start:end]
		if kind := columnKind(sc.keys.kind(name)); kind != KindNone {
			t.secret[n] = kind
			secrets++
		}
	})
	return names && secrets > 0 && t.columns > 1
}

// columnKind returns what the head of a column announces, KindNone when that is nothing in a table.
func columnKind(kind Kind) Kind {
	switch kind {
	case KindSecret, KindToken, KindBearer, KindWord, KindPin, KindName, KindBank, KindNational, KindBirth, KindPhone,
		KindSSN, KindSortCode:
		return kind
	}
	return KindNone
}

// isColumn tells whether s is made of what names of columns are, and is no version.
func isColumn(s string) bool {
	if isDigit(s[0]) && strings.IndexByte(s, '.') > 0 {
		return false
	}
	for i := range len(s) {
		if alphabet[s[i]]&aURLDot == 0 && s[i] != ' ' {
			return false
		}
	}
	return true
}

// rows adds the secrets in the rows that follow the head, which ends at i.
func (t *table) rows(sc *Scanner, i int) {
	s := sc.text
	stop := min(len(s), i+maxTable)
	for i < stop {
		start := t.nextRow(s, i)
		if start == 0 {
			return
		}
		end := rowStop(s, start)
		if s[start-1] == '(' {
			n := strings.IndexByte(s[start:end], ')')
			if n < 0 && end < len(s) {
				return
			}
			end = pick(n < 0, end, start+n)
		}
		row := s[start:end]
		if isRule(row) {
			i = end
			continue
		}
		if n := t.cells(row, func(int, int, int) {}); n != t.columns {
			return
		}
		sc.tableEnd = end
		t.cells(row, func(n, from, to int) {
			if n < maxColumns && t.secret[n] != KindNone {
				sc.tableCell(t.secret[n], start+from, start+to)
			}
		})
		i = end
	}
}

// nextRow returns where the row behind the one that ends at i begins, or 0.
func (t *table) nextRow(s string, i int) int {
	if i < len(s) && s[i] == ')' { // of SQL
		j := i + 1
		for j < len(s) && j-i < maxHead && s[j] != '(' && (isSpace(s[j]) || isLetter(s[j]) || s[j] == ',' || s[j] == '\\') {
			j++
		}
		if j < len(s) && s[j] == '(' {
			return j + 1
		}
		return 0
	}
	if lineBreak(s, i) == i { // \r\n, escaped
		for i < len(s) && s[i] == '\\' {
			i++
		}
		i++
	}
	next := lineBreak(s, min(i, len(s)))
	if next == i || next >= len(s) {
		return 0
	}
	return next
}

// tableCell adds a value of the form that its column announces. For a secret that is one of a password or a token: tables of
// documentation have words there.
func (sc *Scanner) tableCell(kind Kind, start, end int) {
	text := sc.text[start:end]
	switch kind {
	case KindPin, KindName, KindBank, KindNational, KindBirth, KindPhone, KindSSN, KindSortCode:
		sc.under(kind, start, end)
		return
	}
	if len(text) < leastWord || strings.ContainsAny(text, " ()") || !looksPassword(text) && !looksToken(text) || sc.isPlaceholder(text) {
		return
	}
	sc.add(Finding{start, end, SecretValue, Unquoted})
}
