// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// essay is n bytes of prose.
func essay(n int) string { return strings.Repeat("one two three ", n/14+1)[:n] }

func shrunk(t *testing.T, text string, budget int) (string, bool) {
	t.Helper()
	documents := []document{{text: []byte(text)}}
	ok := shrink(documents, budget)
	if ok {
		assert.LessOrEqual(t, len(documents[0].text), budget)
		assert.True(t, json.Valid(documents[0].text), "%s", documents[0].text)
	}
	return string(documents[0].text), ok
}

func TestShrink_mediaGoesFirst(t *testing.T) {
	image := strings.Repeat("aGVsbG8+", 1000)
	f := func(value, want string) {
		t.Helper()
		got, ok := shrunk(t, fmt.Sprintf(`{"text":%q,"image":%q,"role":"user"}`, essay(3000), value), 4000)
		require.True(t, ok)
		assert.Equal(t, fmt.Sprintf(`{"text":%q,"image":%q,"role":"user"}`, essay(3000), want), got)
	}
	f("data:image/png;base64,"+image, "[left out: 8000 bytes of image/png, too large for LangSmith]")
	f(image, "[left out: 8000 bytes of base64, too large for LangSmith]")
	f(strings.ReplaceAll(image, "+", "/"), "[left out: 8000 bytes of base64, too large for LangSmith]")
}

func TestShrink_longestStringsLoseTheirEnds(t *testing.T) {
	got, ok := shrunk(t, fmt.Sprintf(`{"a":%q,"b":%q,"c":%q}`, essay(900), essay(50_000), essay(90_000)), 10_000)
	require.True(t, ok)
	var values map[string]string
	require.NoError(t, json.Unmarshal([]byte(got), &values))
	assert.Equal(t, essay(900), values["a"], "a short one stays")
	for _, key := range []string{"b", "c"} {
		kept, marker, found := strings.Cut(values[key], "… [left out: ")
		require.True(t, found)
		assert.True(t, strings.HasPrefix(essay(90_000), kept))
		assert.Greater(t, len(kept), 4000, "the room is used")
		assert.Regexp(t, `^\d+ bytes, too large for LangSmith\]$`, marker)
	}
}

func TestShrink_tellsWhenItDoesNotHelp(t *testing.T) {
	many := `{"a":[` + strings.TrimSuffix(strings.Repeat(`"short",`, 1000), ",") + `]}`
	got, ok := shrunk(t, many, 1000)
	assert.False(t, ok)
	assert.Equal(t, many, got, "and nothing is touched")
}

func TestHead_endsWithAWholeCharacter(t *testing.T) {
	f := func(text string, n int, plain bool, want string) {
		t.Helper()
		assert.Equal(t, want, string(head([]byte(text), n, plain)))
	}
	f(`abc`, 2, false, `ab`)
	f(`aé`, 2, false, `a`)
	f(`a\"b`, 2, false, `a`)
	f(`a\"b`, 2, true, `a\`)
	f(`a\u00e9b`, 6, false, `a`)
	f(`a\ud83d\ude00b`, 8, false, `a`)
	f(`a\ud83d\ude00b`, 13, false, `a\ud83d\ude00`)
	f(`a\`, 5, false, `a\`)
}

func TestShorten_isAsLongAsItMayBe(t *testing.T) {
	r := nativeRun()
	r.Inputs = []byte(fmt.Sprintf(`{"messages":[{"role":"user","content":%q},{"role":"user","content":"short"}]}`, essay(60_000)))
	r.Outputs = []byte(fmt.Sprintf(`{"messages":[{"role":"assistant","content":%q}]}`, essay(30_000)))
	r.Error = essay(5000) + stackMark + essay(20_000)
	for _, p := range []Protocol{OTLP, Multipart} {
		enc, err := For(p)
		require.NoError(t, err)
		chunk, err := enc.Append(nil, &r, place)
		require.NoError(t, err)
		for _, limit := range []int{100_000, 50_000, 10_000} {
			short, ok := enc.Shorten(chunk, limit)
			require.True(t, ok, "%s %d", p, limit)
			assert.LessOrEqual(t, len(short), limit)
			assert.Greater(t, len(short), limit/2, "%s %d", p, limit)
			assert.Contains(t, string(short), `{"role":"user","content":"short"}`)
			assert.Contains(t, string(short), `"input_tokens":20`)
			if p == Multipart {
				fields(t, short)
			} else {
				assert.Equal(t, "chat", onlySpan(t, short).Name())
			}
		}
	}
}

func FuzzShrink(f *testing.F) {
	f.Add(`{"a":"`+essay(600)+`","b":"\ud83d\ude00`+essay(400)+`"}`, 700)
	f.Add(`"`+strings.Repeat(`\\`, 400)+`"`, 500)
	f.Fuzz(func(t *testing.T, text string, budget int) {
		plain := []document{{text: []byte(text), plain: true}}
		if shrink(plain, budget) && utf8.ValidString(text) {
			assert.True(t, utf8.Valid(plain[0].text))
			assert.LessOrEqual(t, len(plain[0].text), budget)
		}
		if json.Valid([]byte(text)) {
			shrunk(t, text, budget)
		} else {
			shrink([]document{{text: []byte(text)}}, budget)
		}
	})
}
