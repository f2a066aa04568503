// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every word wakes, in whatever case and at whatever place, but for where nothing can follow it.
func TestMayBeProse_knowsEveryWord(t *testing.T) {
	for _, w := range append(otherWords, secretWords...) {
		for _, word := range []string{w.word, strings.ToUpper(w.word)} {
			for _, s := range []string{word + " is x", "a " + word + ": x", "\n" + word + "\n", "_" + word + "=", "x" + word + "s"} {
				i := strings.Index(s, word) + w.back
				assert.True(t, mayBeProse(s, i), s)
				assert.Equal(t, tProse, triggers[s[i]], s)
			}
		}
	}
}

func TestMayBeProse_passesOverMostWords(t *testing.T) {
	const prose = "please work on the report because what we know makes sense: create a package before the weekend, not one more copy"
	passed := 0
	for i := nextTrigger(prose, 0); i < len(prose); i = nextTrigger(prose, i+1) {
		passed += pick(triggers[prose[i]] == tProse && mayBeProse(prose, i), 1, 0)
	}
	assert.LessOrEqual(t, passed, 1)
}
