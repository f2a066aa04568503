// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
)

func compilePattern(text string) (*regexp.Regexp, error) {
	if text == "" || len(text) > maxPattern {
		return nil, fmt.Errorf("pattern: must have 1 to %d characters", maxPattern)
	}
	pattern, err := regexp.Compile(text)
	if err != nil {
		if syntaxErr, ok := errors.AsType[*syntax.Error](err); ok {
			return nil, fmt.Errorf("pattern: %s", syntaxErr.Code)
		}
		return nil, fmt.Errorf("pattern: %w", err)
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil || matchesNothing(parsed) {
		return nil, errors.New("pattern: matches the empty text, so it would match everywhere")
	}
	return pattern, nil
}

// matchesNothing tells whether a pattern can match without taking a character, if only at some places: \b does so at
// each word. The depth of a pattern is bounded by the parser.
func matchesNothing(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune) == 0
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return matchesNothing(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || matchesNothing(re.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(part *syntax.Regexp) bool { return !matchesNothing(part) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, matchesNothing)
	}
	return true // a star, a question mark, a boundary
}
