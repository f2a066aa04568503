// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// The head of a table may announce a number of a person by a word that wakes nothing: most texts have such words, and
// few have tables. So the rule of a table of Markdown or of a database's shell, and a cell with a number in it, look for
// their head.

// tableRule reads the table of whose rule the dashes at i are a part: |---|---| or ----+----.
func (sc *Scanner) tableRule(i int) {
	s := sc.text
	if i < sc.tableEnd || i < sc.ruleEnd {
		return
	}
	start, ok := rowStart(s, i, max(sc.tableEnd, i-maxHead))
	stop := lineStop(s[:min(len(s), i+maxHead)], i)
	sc.ruleEnd = stop
	if !ok {
		return
	}
	if !isRule(s[start:stop]) {
		sc.aligned(start, stop)
		return
	}
	if head := breakBefore(s, start); head < start {
		if top, ok := rowStart(s, head, max(0, head-maxHead)); ok {
			sc.readTable(top, head, '|', 0)
		}
	}
	sc.tableEnd = max(sc.tableEnd, stop)
}

// ruleJoints follow the dashes of a rule.
var ruleJoints = chars("|+: ")

// isRule tells whether a line is the rule between the head of a table and its rows.
func isRule(line string) bool {
	return strings.Contains(line, "---") && strings.Trim(line, "|+-:= \r") == "" && strings.ContainsAny(line, "|+")
}

// numberInTable is inTable for a number.
func (sc *Scanner) numberInTable(m *number) {
	if m.n >= leastDocument && !inSentence(sc.text, m.at[0]) {
		sc.inTable(m.at[0], m.end)
	}
}

// inSentence tells whether a word and one blank stand before i, as before no cell.
func inSentence(s string, i int) bool { return i > 1 && s[i-1] == ' ' && isAlnum(s[i-2]) }

// inTable reads the table of which [start, end) is a cell, unless that was done before.
func (sc *Scanner) inTable(start, end int) {
	s := sc.text
	if start < sc.tableEnd {
		return
	}
	separator := cellSeparator(s, start, end)
	if separator == 0 {
		return
	}
	stop := max(sc.tableEnd, start-maxRow)
	if top, bottom := insertHead(s, start, stop); bottom > 0 && sc.readTable(top, bottom, ',', 0) && start < sc.tableEnd {
		return
	}
	line, ok := rowStart(s, start, stop)
	rowEnd := lineStop(s[:min(len(s), end+maxRow)], end)
	if ok && line > 0 {
		rowEnd = max(end, rowStop(s, line))
		t := table{separator: separator}
		sc.headAbove(line, stop, separator, t.cells(s[line:rowEnd], func(int, int, int) {}))
	}
	if quote := strings.IndexByte(s[end:rowEnd], '"'); quote >= 0 {
		rowEnd = end + quote // what stands behind it may be another text
	}
	sc.tableEnd = max(sc.tableEnd, rowEnd)
}

// insertHead returns where the names of the columns begin and end of the INSERT among whose values i stands, not before
// stop, or 0.
func insertHead(s string, i, stop int) (start, end int) {
	const values = "VALUES"
	if s[i-1] != '(' && !cellQuotes[s[i-1]] && s[i-1] != ',' && s[i-1] != '\'' {
		return 0, 0
	}
	if strings.IndexByte(s[stop:i], '(') < 0 {
		return 0, 0 // quicker to see than that the word is not there
	}
	at := max(strings.LastIndex(s[stop:i], values), strings.LastIndex(s[stop:i], "values"))
	if at < 0 {
		return 0, 0
	}
	head := strings.TrimRight(s[stop:stop+at], " \n\t")
	open := strings.LastIndexByte(head, '(')
	if open < 0 || !strings.HasSuffix(head, ")") {
		return 0, 0
	}
	return stop + open + 1, stop + len(head) - 1
}

// headAbove looks above the row that begins at line, not before stop, for the head of its table, and reads the table.
func (sc *Scanner) headAbove(line, stop int, separator byte, columns int) {
	s := sc.text
	for line > stop && columns > 1 && columns <= maxColumns {
		end := breakBefore(s, line)
		if end == line {
			return
		}
		var ok bool
		if line, ok = rowStart(s, end, stop); !ok || sc.readTable(line, end, separator, columns) {
			return
		}
		t := table{separator: separator}
		if row := s[line:end]; !isRule(row) && t.cells(row, func(int, int, int) {}) != columns {
			return
		}
	}
}

// readTable reads the table with the head [start, end) when that announces something and has as many columns, 0 for any
// number of them.
func (sc *Scanner) readTable(start, end int, separator byte, columns int) bool {
	t := table{separator: separator}
	read := end-start <= maxHead && t.readHead(sc, withoutReturn(sc.text[start:end]))
	if !read || columns > 0 && t.columns != columns {
		return false
	}
	t.rows(sc, end)
	return true
}

// withoutReturn returns a line without the carriage return at its end, escaped or not.
func withoutReturn(line string) string {
	if rest, ok := strings.CutSuffix(line, `\r`); ok {
		return strings.TrimRight(rest, `\`)
	}
	return strings.TrimSuffix(line, "\r")
}

// cellSeparator returns the separator beside [start, end) when that is the whole of a cell, or 0.
func cellSeparator(s string, start, end int) byte {
	i, j := start, end
	for stop := max(0, start-maxPadding); i > stop && cellPadding[s[i-1]]; {
		i--
	}
	for stop := min(len(s), end+maxPadding); j < stop && (s[j] == ' ' || s[j] == '"' || s[j] == '\''); {
		j++
	}
	if i == 0 || !cellStarts[s[i-1]] && !breaksAt(s, i-1) || j < len(s) && !cellEnds[s[j]] {
		return 0
	}
	if separators[s[i-1]] {
		return s[i-1]
	}
	if j < len(s) && separators[s[j]] {
		return s[j]
	}
	return 0
}

// separators stand between cells.
var separators = chars(",;|\t")

// rowStart returns where the row begins in which i stands: behind a line break, with the text, or with the string of
// JSON that it is the first line of. It looks no further back than to stop.
func rowStart(s string, i, stop int) (start int, ok bool) {
	for i > stop {
		switch s[i-1] {
		case '\n':
			return i, true
		case 'n':
			if escapedAt(s, i-1) {
				return i, true
			}
		case '"':
			if beginsString(s, i-1) {
				return i, true
			}
		case '{', '}':
			return i, false
		}
		i--
	}
	return i, i == 0
}

// beginsString tells whether the quote at q begins the value of a member of JSON.
func beginsString(s string, q int) bool {
	q -= backslashes(s, max(0, q-1<<maxDepth), q)
	for q > 0 && s[q-1] == ' ' {
		q--
	}
	return q > 0 && s[q-1] == ':'
}
