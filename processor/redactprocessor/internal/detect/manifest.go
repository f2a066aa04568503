// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// A manifest of Kubernetes is looked through this far before and behind the line that says what kind it is; where a text
// holds many, less far.
const (
	manifestWindow = 16 << 10
	narrowWindow   = 128
	maxManifests   = 8
)

// manifest masks the data of the Secret whose "kind" stands before the sign at i, and returns where to read on.
func (sc *Scanner) manifest(k *key, i int) int {
	s := sc.text
	v := skipBlanks(s, i+1)
	for v < len(s) && (isQuote(s[v]) || s[v] == '\\') {
		v++
	}
	if !strings.HasPrefix(s[v:], "Secret") || !endsWord(s, v+len("Secret")) {
		return i + 1
	}
	window := manifestWindow
	if k.quote != '"' && k.start < sc.secretEnd {
		return i + 1 // its lines were read for the one before
	}
	if sc.manifests++; sc.manifests > maxManifests {
		window = narrowWindow
	}
	from, to := max(0, k.start-window), min(len(s), i+window)
	if k.quote != '"' {
		from = max(from, sc.secretEnd)
	}
	if k.quote == '"' {
		for m, name := range secretMembers {
			if !sc.members[m].in(s, name, from, to) {
				continue
			}
			if n := strings.LastIndex(s[from:k.start], name); n >= 0 {
				sc.secretObject(from+n, name)
			}
			if n := strings.Index(s[i:to], name); n >= 0 {
				sc.secretObject(i+n, name)
			}
		}
		return i + 1
	}
	if n := strings.LastIndex(s[from:k.start], "---"); n >= 0 {
		from += n
	}
	if n := strings.Index(s[i:to], "---"); n >= 0 && !strings.Contains(s[i:i+n], "-----BEGIN") {
		to = i + n
	}
	if sc.isJSON() {
		sc.json.at(s, i)
		to = sc.json.stringEnd(to)
	}
	sc.secretEnd = to
	sc.secretBlocks(from, to)
	return i + 1
}

// secretMembers hold the values of a Secret. In JSON a quote stands before them.
var secretMembers = [...]string{`"data`, `"stringData`}

// secretObject masks the object under the member of a Secret in JSON whose quote stands at q.
func (sc *Scanner) secretObject(q int, name string) {
	s := sc.text
	level, v := quoteLevel(s, q), q+len(name)
	for v < len(s) && v < q+maxKey && s[v] != '{' && s[v] != ',' && s[v] != '}' {
		v++
	}
	if v < len(s) && v >= sc.secretEnd && s[v] == '{' {
		sc.secretEnd = subtreeEnd(s, v, level)
		sc.add(Finding{v, sc.secretEnd, SecretValue, int8(min(level, maxDepth))})
	}
}

// secretBlocks masks the values below the members of a Secret in YAML, which may stand in a string, in [from, to).
func (sc *Scanner) secretBlocks(from, to int) {
	s := sc.text
	inside, outer := false, 0
	for line := from; line < to; {
		end := yamlLineEnd(s, line, to)
		start := line
		for start < end && s[start] == ' ' {
			start++
		}
		name, _, found := strings.Cut(s[start:end], ":")
		switch indent := start - line; {
		case start == end || s[start] == '#' || sc.ownEnd(start) > 0:
		case found && (name == secretMembers[0][1:] || name == secretMembers[1][1:]):
			inside, outer = true, indent
		case inside && indent <= outer:
			inside = false
		case inside:
			if v := skipBlanks(s, start+len(name)+1); found && v < end && !sc.standsIn(s[v:end]) && !isBlockSign(s[v]) {
				sc.add(Finding{v, end, SecretValue, Unquoted})
			} else if !found && sc.ownEnd(start) == 0 {
				sc.add(Finding{start, end, SecretValue, Unquoted}) // a line of a block
			}
		}
		next := lineBreak(s, end)
		if next == end {
			return
		}
		line = next
	}
}

// isBlockSign tells whether c begins a text of several lines, or a comment.
func isBlockSign(c byte) bool { return c == '|' || c == '>' || c == '#' }

// yamlLineEnd returns where the line that begins at i ends: at a line break, escaped or not, or with its string.
func yamlLineEnd(s string, i, to int) int {
	for i < to && s[i] != '\n' && s[i] != '\r' {
		next := i
		for next < to && s[next] == '\\' {
			next++
		}
		if next > i && next < to && s[next] == 'n' {
			return i
		}
		i = max(i+1, next)
	}
	return min(i, to)
}
