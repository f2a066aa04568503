// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every key that announces something must pass the first look at its last letters, however it is written.
func TestWordTails_holdEveryKeyThatAnnounces(t *testing.T) {
	words := slices.Collect(maps.Keys(allWords))
	for _, more := range []map[string]bool{
		secretKeys, openKeys, openTokens, secretTokens, codeOwners, pinCodes, passOwners, nameKinds, holders, phraseKinds,
		vendorParts, keyNumbers, numberOwners, idOwners, recordOwners, personalPairs, signers, set("id w date of birth"),
	} {
		words = slices.AppendSeq(words, maps.Keys(more))
	}
	words = append(slices.AppendSeq(words, maps.Keys(personalWords)), joined...)
	join := []func(before, last string) string{
		func(_, last string) string { return last },
		func(before, last string) string { return before + "_" + last },
		func(before, last string) string { return before + title(last) },
		func(before, last string) string { return strings.ToUpper(before + "-" + last) },
		func(before, last string) string { return before + " " + last },
		func(before, last string) string { return "my" + before + last },
		func(before, last string) string { return before + "service" + last + "api" },
	}
	owners := []string{"db", "api", "swift", "recovery", "medical", "p", "secret", "bank", "birth", "tax", "seed"}
	telling := 0
	for _, last := range words {
		for _, before := range owners {
			for _, f := range join {
				if key := f(before, last); KeyKind(key) != KindNone {
					telling++
					assert.True(t, mayEnd(key, len(key)), key)
				}
			}
		}
	}
	assert.Greater(t, telling, 10_000)
	for word := range fillers.words {
		assert.True(t, mayEnd(word, len(word)), word)
	}
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func TestWordTails_passOverMostWords(t *testing.T) {
	const prose = `the order was shipped on time and arrives within three days so please tell me what you would like to change about it
		because our policy allows a return when the parcel has not been opened yet while refunds take longer than an exchange`
	passed, all := 0, 0
	for i := maxTail; i < len(prose); i++ {
		if isLetter(prose[i-1]) && !isLetter(prose[i]) {
			all++
			passed += pick(wordTails.mayEnd(prose, i), 1, 0)
		}
	}
	assert.Less(t, passed*4, all, "%d of %d", passed, all)
}
