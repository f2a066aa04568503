// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// Vendors give their tokens a prefix by which they are known, and new ones come every month. Random characters of both
// cases, more than any id has, behind a short word and a sign are a token whoever it is from.

// Bounds of such a token: how much of it is random, as longer ones are data, and the longest prefix.
const (
	leastPrefixed = 36
	mostPrefixed  = 128
	maxPrefix     = 24
)

// idKinds are the first words of ids that are as long.
var idKinds = set("resp msg message call toolu tooluse run thread conv conversation req request evt event file batch " +
	"asst step sess session cs pi seti src item rs fc ws vs ci mcp mcpl mcpr chatcmpl cmpl gen trace span doc chunk " +
	"node img image id uid user org proj project ftjob job task exec build commit cursor page next hash sha256 sha512 " +
	"digest cache")

// prefixed adds such a token in the run [start, end), and returns where to read on, as a detector that knows it better
// may name it, or 0.
func (sc *Scanner) prefixed(start, end, i int) int {
	s := sc.text
	if end-start < leastPrefixed {
		return 0
	}
	start, end = segment(s, start, end, i)
	stop := lambdaKey(s, start, end)
	if stop == 0 && isPrefixed(s, start, end) {
		stop = end
	}
	if stop == 0 {
		return 0
	}
	sc.add(Finding{start, stop, PrefixedToken, Unquoted})
	return run(s, i, aAlnum)
}

// isPrefixed tells whether the run [start, end) is a prefix and random characters.
func isPrefixed(s string, start, end int) bool {
	const hashLength = 43 // of SHA-256 in base64
	run := s[start:end]
	cut := strings.LastIndexAny(run, "_-")
	body := run[cut+1:]
	switch {
	case cut < 2 || cut > maxPrefix || len(run) == hashLength || len(body) < leastPrefixed || len(body) > mostPrefixed || !startsWord(s, start),
		end+1 < len(s) && s[end] == '.' && isLetter(s[end+1]), // the name of a file
		!isPrefix(run[:cut]) || !isRandomBody(body) || isDummy(body[:leastPrefixed], 0) || unbase64(body) != "":
		return false
	}
	return true
}

// isPrefix tells whether s is words of small letters, or versions, of which the first one names no kind of ids and no
// example.
func isPrefix(s string) bool {
	first := ""
	for word := range strings.SplitSeq(strings.ReplaceAll(s, "-", "_"), "_") {
		if !only(word, aHexLower|aLower) && (len(word) < 2 || word[0] != 'v' || !only(word[1:], aDigit)) {
			return false
		}
		if first == "" {
			first = word
		}
	}
	return len(first) > 1 && !idKinds[first] && !markers.has(first)
}

// isRandomBody tells random letters and digits of both cases from everything else.
func isRandomBody(s string) bool {
	const least = 4
	digits, capitals, smalls := mix(s)
	return digits >= least-1 && capitals >= least && smalls >= least && only(s, aAlnum) && longestWord(s) <= 2*least &&
		looksRandom(s)
}

// lambdaKey returns the end of a key of Lambda's cloud, or 0: secret_name_ and 32 hexadecimal digits, up to which the run
// [start, end) goes, a dot and 32 characters.
func lambdaKey(s string, start, end int) int {
	const prefix, part = "secret_", 32
	if !strings.HasPrefix(s[start:end], prefix) || end-start < len(prefix)+part || end >= len(s) || s[end] != '.' ||
		!only(s[end-part:end], aHex) {
		return 0
	}
	if stop := run(s, end+1, aAlnum); stop-end > part {
		return stop
	}
	return 0
}

// deployKind is what may stand before the name of a deployment in its key, by its last letter.
func deployKind(last byte) string {
	switch last {
	case 'd':
		return "prod"
	case 'v':
		return "dev"
	case 'w':
		return "preview"
	case 't':
		return "project"
	}
	return ""
}

// deployKey recognises the secret part of a key of Convex, prod:name|secret, by its first ":" at i. It returns where to
// read on, or 0.
func (sc *Scanner) deployKey(i int) int {
	const leastSecret = 24
	s := sc.text
	kind := deployKind(s[i-1])
	if kind == "" || !strings.HasSuffix(s[:i], kind) || !startsWord(s, i-len(kind)) {
		return 0
	}
	bar := i + 1
	for stop := min(len(s), i+maxKey); bar < stop && (alphabet[s[bar]]&aURL != 0 || s[bar] == ':'); {
		bar++
	}
	if bar >= len(s) || s[bar] != '|' {
		return 0
	}
	end := run(s, bar+1, aAny64)
	if end-bar <= leastSecret || !looksRandom(s[bar+1:end]) {
		return 0
	}
	for end < len(s) && s[end] == '=' {
		end++
	}
	sc.add(Finding{bar + 1, end, PrefixedToken, Unquoted})
	return end
}

// serviceToken adds a token of Bitwarden's secrets manager, 0.uuid.secret:key, whose UUID stands at i.
func (sc *Scanner) serviceToken(i int) {
	const uuid, leastSecret = 36, 20
	s := sc.text
	if !strings.HasSuffix(s[:i], "0.") || i+uuid >= len(s) || s[i+uuid] != '.' {
		return
	}
	colon := run(s, i+uuid+1, aAlnum)
	if colon-i-uuid <= leastSecret || colon >= len(s) || s[colon] != ':' {
		return
	}
	end := run(s, colon+1, aStd64)
	if end-colon <= leastSecret {
		return
	}
	for end < len(s) && s[end] == '=' {
		end++
	}
	sc.add(Finding{i - len("0."), end, PrefixedToken, Unquoted})
}
