// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A memory of keys says what the rules say, also when keys push each other out.
func TestKeyCache_saysWhatTheRulesSay(t *testing.T) {
	var cache keyCache
	for round := range 3 {
		for _, word := range []string{
			"password", "api_key", "apiKey", "content", "role", "token", "max_tokens", "id", "a", "pin", "Authorization", "cookie",
			"key", "private key", "x-api-key", "a rather long key that ends in password", "", "T00", "password2",
		} {
			for i := range 40 {
				for _, key := range []string{word, fmt.Sprint(i, word), fmt.Sprintf("%s_%c", word, 'a'+i%26)} {
					assert.Equal(t, KeyKind(key), cache.kind(key), "%q in round %d", key, round)
				}
			}
		}
	}
}

// What is asked about again comes from the memory.
func TestKeyCache_remembers(t *testing.T) {
	var cache keyCache
	assert.Equal(t, KindSecret, cache.kind("password"))
	cache.short[cacheSlot("password")&^1].kind = KindPin
	assert.Equal(t, KindPin, cache.kind("password"))
}
