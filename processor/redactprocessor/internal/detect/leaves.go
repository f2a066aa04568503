// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// maxLeaves is how much of an object under a common word is looked at.
const maxLeaves = 1 << 12

// leaves judges the strings of the object or array at v by the key above it, those with a telling key of their own
// excepted. What was read so is not read again for a key within.
func (sc *Scanner) leaves(a *assignment, v int) {
	s := sc.text
	if v < sc.leavesEnd || s[v] == '{' && isSchema(s[v:]) {
		return
	}
	end := v + subtreeEnd(s[v:min(len(s), v+maxLeaves)], 0, a.level)
	sc.leavesEnd = end
	kind, named := pick(a.kind == KindBearer, KindToken, a.kind), false
	for i := v; i < end; i++ {
		if s[i] != '"' || quoteLevel(s, i) != a.level {
			continue
		}
		start, stop := i+1, closing(s[:end], i)
		i = min(end, stop+1<<min(a.level, maxDepth)-1)
		if next := skipBlanks(s[:end], i+1); next < end && s[next] == ':' {
			named = sc.keys.kind(s[start:stop]) != KindNone
			continue
		}
		if !named {
			sc.under(kind, start, stop)
		}
		named = false
	}
}
