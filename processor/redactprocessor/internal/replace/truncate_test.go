// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replace_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/replace"
)

const cut = 300

// assertCut checks what is promised for every text.
func assertCut(t *testing.T, text string) string {
	t.Helper()
	out := replace.Truncate(text, cut)
	assert.LessOrEqual(t, len(out), max(cut, 0))
	assert.Equal(t, out, replace.Truncate(out, cut), "twice is once")
	if len(text) <= cut {
		assert.Equal(t, text, out)
	} else {
		assert.True(t, strings.Contains(out, "[truncated") || strings.TrimSpace(text) == out, "%q", out)
	}
	if json.Valid([]byte(text)) && strings.IndexAny(strings.TrimSpace(text), "{[") == 0 {
		assert.True(t, json.Valid([]byte(out)), "%s", out)
	}
	if utf8.ValidString(text) {
		assert.True(t, utf8.ValidString(out), "%q", out)
	}
	return out
}

func TestTruncate_JSONStaysValid(t *testing.T) {
	long := strings.Repeat("so long, ", 100)
	quoted := strings.Repeat(`a \"quoted\" \u00e9 and \n `, 50)
	for _, text := range []string{
		`{"a":"` + long + `","b":1}`,
		`{"messages":[{"role":"user","content":"` + long + `"},{"role":"assistant","content":"x"}]}`,
		`[` + strings.Repeat(`{"n": 12345, "ok": true}, `, 50) + `null]`,
		`{"` + long + `":1}`,
		`{"a":{"` + long + `":1}}`,
		`{"a":"` + quoted + `"}`,
		`{"a":"` + strings.Repeat("é", 400) + `"}`,
		strings.Repeat(`[`, 400) + strings.Repeat(`]`, 400),
		strings.Repeat(`{"a":`, 200) + `1` + strings.Repeat(`}`, 200),
		`[` + strings.Repeat(`1,`, 400) + `1]`,
		`{"a":` + strings.Repeat("1", 400) + `}`,
		" {\n" + strings.Repeat(" ", 400) + `"a": 1}`,
		`{"a":"{\"b\":\"` + long + `\"}"}`,
	} {
		require.True(t, json.Valid([]byte(text)), text)
		assertCut(t, text)
	}
	assert.Equal(t, `[1]`, replace.Truncate(`[1]`+strings.Repeat(" ", 400), cut), "white space goes without a word")
	assert.Regexp(t, `so \[truncated:\d+B\]"\}$`, strings.ReplaceAll(assertCut(t, `{"a":"`+long+`"}`), "long, so", "so"))
}

func TestTruncate_textThatIsNoJSON(t *testing.T) {
	assert.Regexp(t, `^a+\[truncated:764B\]$`, assertCut(t, strings.Repeat("a", 1000)))
	for _, text := range []string{
		strings.Repeat("é", 500), strings.Repeat("\xff\x80", 500), `{"a": not json ` + strings.Repeat("x", 500),
		`}` + strings.Repeat("x", 500), `[,` + strings.Repeat("x,", 300), "", "short",
	} {
		assertCut(t, text)
	}
}

func TestTruncate_tokensAreNotCutInTwo(t *testing.T) {
	token := "hash:k1:0123456789abcdef01234567.01234567"
	for n := range 120 {
		for _, own := range []string{token, "[REDACTED:email]", "[media:image/png 12B sha256:0123456789abcdef]"} {
			out := assertCut(t, strings.Repeat("x", 160+n)+" "+own+strings.Repeat(" y", 300))
			rest := strings.ReplaceAll(out, own, "")
			assert.NotContains(t, rest, "hash:")
			assert.NotContains(t, rest, "[REDACTED")
			assert.NotContains(t, rest, "[media")
		}
	}
}

func TestTruncate_smallLimitIsTheLeast(t *testing.T) {
	assert.LessOrEqual(t, len(replace.Truncate(strings.Repeat("a", 1000), 1)), replace.LeastLimit)
}

func FuzzTruncate(f *testing.F) {
	f.Add(`{"a":["b",{"c":"` + strings.Repeat("d", 300) + `"}]}`)
	f.Add(strings.Repeat(`{"a":"\\`, 80))
	f.Fuzz(func(t *testing.T, text string) { assertCut(t, text) })
}
