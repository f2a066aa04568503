// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNeededBy(t *testing.T) {
	f := func(expression string, want ...string) {
		t.Helper()
		var got []string
		for _, n := range neededBy(expression) {
			got = append(got, n.text)
		}
		assert.Equal(t, want, got, expression)
	}
	f(`TKT-[0-9]{6}`, "TKT-")
	f(`[0-9]{6}-TKT`, "-TKT")
	f(`\b[A-Z]+-(?:prod|stage)-[0-9]+`, "prod", "stage")
	f(`(?:emp|contractor)_[0-9]+`, "emp", "contractor")
	f(`a+long(x|y)?tail`, "long")
	f(`(?i)ticket-[0-9]+`, "tic")
	f(`(?i)ks`)
	f(`x{2,}`, "x")
	f(`(abc){0,2}d`, "d")
	f(`[0-9]+`)
	f(`a|[0-9]`)
	f(`(?s).*needle.*`, "needle")
	f(``)
	f(`(`)
	f(`\x{fffd}ab`) // it also matches a byte that is no text
}

// A pattern finds the same with and without its needles.
func FuzzNeededBy(f *testing.F) {
	for _, seed := range [][2]string{
		{`TKT-[0-9]{6}`, "see TKT-123456"},
		{`(?i)Stra(ss|ß)e`, "STRASSE stra\u017fse"},
		{`a|b|(?i:c)`, "C"},
		{`(?:ab|cd)+e`, "abcde"},
		{`^x$`, "x"},
		{`\x{212a}`, "\u212a"},
		{`(?i)k`, "\u212a"},
		{`\xff`, "\xff\u00ff"},
		{`\x{fffd}`, "\xff"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, expression, text string) {
		re, err := regexp.Compile(expression)
		if err != nil || len(expression) > 100 || len(text) > 1000 {
			return
		}
		c := newCustom(0, re)
		if re.MatchString(text) {
			assert.True(t, c.mayMatch(text), "%q in %q needs %q", expression, text, c.needed)
		}
	})
}
