// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package jsontext_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/jsontext"
)

func TestUnquote(t *testing.T) {
	f := func(raw, want string) {
		t.Helper()
		assert.Equal(t, want, jsontext.Unquote(raw))
	}
	f(`""`, "")
	f(`"plain"`, "plain")
	f(`"\"\\\/\b\f\n\r\t"`, "\"\\/\b\f\n\r\t")
	f(`"a\u00e9b\u4E16"`, "aéb世")
	f(`"\ud83c\udf89!"`, "🎉!")
	f(`"\ud83c"`, "\ufffd")
	f(`"\udf89\ud83c"`, "\ufffd\ufffd")
	f(`"\ud83c\ud83c\udf89"`, "\ufffd🎉")
	f(`"\ud83cA"`, "\ufffdA")
	f(`"\\u0041"`, `\u0041`)
	long := strings.Repeat(`ab\n`, 200)
	f(`"`+long+`"`, strings.Repeat("ab\n", 200))
}

func TestUnquote_needsMemoryOnceAtMost(t *testing.T) {
	for raw, want := range map[string]float64{`"plain"`: 0, `"short\n"`: 1} {
		assert.Equal(t, want, testing.AllocsPerRun(10, func() { jsontext.Unquote(raw) }))
	}
}

func FuzzUnquote(f *testing.F) {
	f.Add(`"a\"\u00e9\ud83c\udf89\ud83c\\"`)
	f.Add(`"\ud83c\u0041"`)
	f.Fuzz(func(t *testing.T, raw string) {
		var want string
		if len(raw) < 2 || raw[0] != '"' || raw[len(raw)-1] != '"' || !utf8.ValidString(raw) ||
			json.Unmarshal([]byte(raw), &want) != nil {
			return
		}
		require.Equal(t, want, jsontext.Unquote(raw))
	})
}
