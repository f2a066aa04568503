// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// All keys that a client of OAuth is given go, and what is none of them stays.
func TestScan_allKeysOfOAuth(t *testing.T) {
	set := everything()
	const mask = "[REDACTED:secret_value]"
	in := "Twitter(auth=OAuth('100-aB3dEfGh1JkLmN', 'bC4eFgHi2KlMnO', 'cD5fGhIj3LmNoP', 'dE6gHiJk4MnOpQ'), timeout='10')"
	assert.Equal(t, "Twitter(auth=OAuth('"+mask+strings.Repeat("', '"+mask, 3)+"'), timeout='10')", masked(set, in))
	assert.Equal(t, `new TwitterOAuth("`+mask+`", "`+mask+`", "https://x.org/cb")`,
		masked(set, `new TwitterOAuth("aB3dEfGh1JkLmN", "bC4eFgHi2KlMnO", "https://x.org/cb")`))
}
