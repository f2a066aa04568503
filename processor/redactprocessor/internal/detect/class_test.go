// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// Bytes that are passed over together are those that would be passed over one by one.
func TestNextTrigger_findsWhatOneByteAtATimeFinds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	alone := func(s string, i int) int {
		for ; i < len(s); i++ {
			if triggers[s[i]] != tNone && (i+1 == len(s) || traits[s[i]]&(traits[s[i+1]]>>traitBits) != 0) {
				return i
			}
		}
		return len(s)
	}
	for range 20_000 {
		text := make([]byte, random.IntN(24))
		for i := range text {
			if text[i] = byte(random.Uint32()); random.IntN(3) > 0 {
				text[i] = 'l' + text[i]%9
			}
		}
		for from := range len(text) + 1 {
			assert.Equal(t, alone(string(text), from), nextTrigger(string(text), from), "%q from %d", text, from)
		}
	}
}

// No character that the view would show in another way is passed over, where its first byte is a trigger.
func TestNextTrigger_stopsAtCharactersThatHideOthers(t *testing.T) {
	for r := rune(0x80); r <= utf8.MaxRune; r++ {
		if text := string(r) + "."; plain(r) != r && triggers[text[0]] == tHigh {
			assert.Zero(t, nextTrigger(text, 0), "%U", r)
		}
	}
}

// Every trigger has traits, and wakes before something.
func TestTraits_everyTriggerHasSome(t *testing.T) {
	for c := range 256 {
		mayMean := false
		for next := range 256 {
			mayMean = mayMean || traits[c]&(traits[next]>>traitBits) != 0
		}
		assert.Equal(t, triggers[c] != tNone, mayMean, "%q", c)
	}
}
