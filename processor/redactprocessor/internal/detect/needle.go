// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// needle is a text that a match contains. One with fold set is in small letters and stands there in either case.
type needle struct {
	text string
	fold bool
}

// in tells whether text contains the needle.
func (n needle) in(text string) bool {
	if !n.fold {
		return strings.Contains(text, n.text)
	}
	for i := 0; i+len(n.text) <= len(text); i++ {
		if lower(text[i]) == n.text[0] && hasFold(text[i:], n.text) {
			return true
		}
	}
	return false
}

// maxNeedles bounds the alternatives that are told apart: each one is a search in every text.
const maxNeedles = 16

// neededBy returns texts one of which every match of the expression contains, or none when there are no such.
func neededBy(expression string) []needle {
	re, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil
	}
	return needles(re.Simplify())
}

func needles(re *syntax.Regexp) []needle {
	switch re.Op {
	case syntax.OpLiteral:
		return literalNeedle(re)
	case syntax.OpCapture, syntax.OpPlus:
		return needles(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return needles(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []needle
		for _, part := range re.Sub {
			if found := needles(part); shortest(found) > shortest(best) {
				best = found
			}
		}
		return best
	case syntax.OpAlternate:
		var all []needle
		for _, part := range re.Sub {
			found := needles(part)
			if len(found) == 0 || len(all)+len(found) > maxNeedles {
				return nil
			}
			all = append(all, found...)
		}
		return all
	}
	return nil
}

// shortest returns the length of the shortest needle: how much the worst of them tells.
func shortest(list []needle) int {
	least := 0
	for i, n := range list {
		if i == 0 || len(n.text) < least {
			least = len(n.text)
		}
	}
	return least
}

// literalNeedle makes a needle of a literal. In either case, "k" and "s" also stand for letters that are not ASCII, so
// the longest part without them is taken.
func literalNeedle(re *syntax.Regexp) []needle {
	text := string(re.Rune)
	if strings.ContainsRune(text, utf8.RuneError) {
		return nil // it stands for bytes that are no text, too
	}
	if re.Flags&syntax.FoldCase == 0 {
		return []needle{{text, false}}
	}
	best := ""
	for part := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool {
		return r == 'k' || r == 's' || r >= utf8.RuneSelf
	}) {
		if len(part) > len(best) {
			best = part
		}
	}
	if best == "" {
		return nil
	}
	return []needle{{best, true}}
}
