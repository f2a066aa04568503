// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// Shells and databases also print tables without signs between the columns, under a rule of dashes in which each column
// has a run of its own.

// alignedTable is such a table: where each column begins in a line, and what it announces.
type alignedTable struct {
	columns int
	starts  [maxColumns + 1]int
	kinds   [maxColumns]Kind
}

// readRule finds the columns by the rule, and tells whether there are at least two.
func (t *alignedTable) readRule(line string) bool {
	if !strings.Contains(line, "---") || strings.Trim(line, "- \r") != "" {
		return false
	}
	for i := range len(line) {
		if line[i] == '-' && (i == 0 || line[i-1] == ' ') {
			if t.columns == maxColumns {
				return false
			}
			t.starts[t.columns] = i
			t.columns++
		}
	}
	t.starts[t.columns] = maxRow
	return t.columns > 1
}

// cell returns where the text of column k begins and ends in a line, without blanks. It is empty where another column's
// reaches into it.
func (t *alignedTable) cell(line string, k int) (start, end int) {
	start, end = t.starts[k], min(t.starts[k+1], len(line))
	if start >= end || start > 0 && line[start-1] != ' ' || end < len(line) && line[end-1] != ' ' {
		return 0, 0
	}
	for start < end && line[start] == ' ' {
		start++
	}
	for end > start && (line[end-1] == ' ' || line[end-1] == '\r') {
		end--
	}
	return start, end
}

// readHead judges the names of the columns, and tells whether one of them announces something and all are names.
func (t *alignedTable) readHead(sc *Scanner, line string) bool {
	telling := false
	for k := range t.columns {
		start, end := t.cell(line, k)
		name := line[start:end]
		if name == "" || !isColumn(name) {
			return false
		}
		t.kinds[k] = columnKind(sc.keys.kind(name))
		telling = telling || t.kinds[k] != KindNone
	}
	return telling
}

// aligned reads the table whose rule is the line [start, stop).
func (sc *Scanner) aligned(start, stop int) {
	s := sc.text
	var t alignedTable
	if !t.readRule(s[start:stop]) {
		return
	}
	head := breakBefore(s, start)
	top, ok := rowStart(s, head, max(0, head-maxHead))
	if head == start || !ok || !t.readHead(sc, withoutReturn(s[top:head])) {
		return
	}
	for end := min(len(s), stop+maxTable); stop < end; {
		row := lineBreak(s, stop)
		if row == stop || row >= end {
			return
		}
		stop = rowStop(s, row)
		if strings.TrimSpace(s[row:stop]) == "" {
			return
		}
		sc.tableEnd = max(sc.tableEnd, stop)
		for k := range t.columns {
			if from, to := t.cell(s[row:stop], k); from < to && t.kinds[k] != KindNone {
				sc.tableCell(t.kinds[k], row+from, row+to)
			}
		}
	}
}
