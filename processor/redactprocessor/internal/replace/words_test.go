// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replace_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/replace"
)

func words(list ...string) *replace.Words {
	w := &replace.Words{}
	for _, word := range list {
		w.Add(word)
	}
	return w
}

// numbered writes <n> for word n.
func numbered(n int) (string, bool) { return fmt.Sprintf("<%d>", n), true }

func TestWords_wholeOnesOnly(t *testing.T) {
	w := words("cust-82", "ada@x.org", "cust-829", "8291234")
	f := func(in, want string) {
		t.Helper()
		assert.Equal(t, want, w.Replace(in, numbered))
	}
	f("cust-82", "<0>")
	f("of cust-82, cust-829 and xcust-82 or cust-8299", "of <0>, <2> and xcust-82 or cust-8299")
	f(`{"a":"\ncust-82\n"}`, `{"a":"\n<0>\n"}`)
	f(`{"a":"\u00e9cust-82\\ncust-82"}`, `{"a":"\u00e9<0>\\n<0>"}`)
	f("ada@x.org cust-82", "<1> <0>")
	f("cust-82cust-82", "cust-82cust-82")
	f("user-8291234, 1.8291234, 8291234.5, 8291234. 8291234", "user-<3>, 1.8291234, 8291234.5, <3>. <3>")
	f("_cust-829_ in `get_cust-829.json`, 顧客cust-829です, 顧客8291234です", "_<2>_ in `get_<2>.json`, 顧客<2>です, 顧客<3>です")
	f("call_8291234 q=a%20cust-829%20b, 5%cust-829", "call_8291234 q=a%20<2>%20b, 5%<2>")
	f("nobody", "nobody")
	f("", "")
}

func TestWords_bareNumbersOfJSONAreQuoted(t *testing.T) {
	w := words("8291234")
	inner := `{"id":8291234,"n":[1, 8291234],"s":"8291234 x"}`
	for range 4 {
		out := w.Replace(inner, numbered)
		require.True(t, json.Valid([]byte(out)), out)
		assert.NotContains(t, out, "8291234")
		wrapped, err := json.Marshal(map[string]any{"text": inner})
		require.NoError(t, err)
		inner = string(wrapped)
	}
	assert.Equal(t, `["<0>",2]`, w.Replace(`[8291234,2]`, numbered))
	assert.Equal(t, `users 1, <0>, 2`, w.Replace(`users 1, 8291234, 2`, numbered))
}

func TestWords_tokensMasksAndNotesStay(t *testing.T) {
	w := words("secret_value", "0123456789abcdef01234567", "image/png", "sha256", "truncated")
	for _, text := range []string{
		"[REDACTED:secret_value]", "hash:k1:0123456789abcdef01234567.01234567", "[media:image/png 12B sha256:00ff]",
		"[truncated:12B]",
	} {
		assert.Equal(t, text, w.Replace(text, numbered))
	}
	assert.Equal(t, "[REDACTED:email] <0>", w.Replace("[REDACTED:email] secret_value", numbered))
	assert.Equal(t, "hash: <1>", w.Replace("hash: 0123456789abcdef01234567", numbered))
}

func TestWords_withoutDigitsLettersBeyondASCIIGoOn(t *testing.T) {
	w := words("martin", "andré-x")
	assert.Equal(t, "martiné émartin martin_x <1> andré-xé", w.Replace("martiné émartin martin_x andré-x andré-xé", numbered))
}

func TestWords_whoMayRefuse(t *testing.T) {
	w := words("martin", "martinez")
	assert.Equal(t, "martin and <1>", w.Replace("martin and martinez", func(n int) (string, bool) {
		return fmt.Sprintf("<%d>", n), n == 1
	}))
}

func TestWords_thousands(t *testing.T) {
	w := &replace.Words{}
	var text, want []string
	for i := range 3000 {
		word := fmt.Sprintf("user-%05d", i)
		assert.True(t, w.Add(word))
		assert.False(t, w.Add(word), "a second time")
		text, want = append(text, word, word+"x"), append(want, fmt.Sprintf("<%d>", i), word+"x")
	}
	assert.Equal(t, strings.Join(want, " "), w.Replace(strings.Join(text, " "), numbered))
	assert.Equal(t, 3000, w.Len())
	assert.Equal(t, "user-00007", w.Word(7))
	w.Reset()
	assert.Zero(t, w.Len())
	assert.Equal(t, "user-00007", w.Replace("user-00007", numbered), "forgotten")
	assert.False(t, w.Add("short"))
}

func FuzzWords(f *testing.F) {
	f.Add("user-1 and user-12", "user-1", "user-12")
	f.Add(`{"a":8291234}`, "8291234", "a\":829")
	f.Add("[REDACTED:ab", "REDACTED", "\xff\xfe\xfd\xfc\xfb\xfa")
	f.Fuzz(func(t *testing.T, text, a, b string) {
		w := words(a, b)
		out := w.Replace(text, func(int) (string, bool) { return "~", true })
		if w.Len() == 0 {
			assert.Equal(t, text, out)
		}
		assert.LessOrEqual(t, len(out), len(text))
		if json.Valid([]byte(text)) && strings.Trim(a+b, "0123456789") == "" {
			assert.True(t, json.Valid([]byte(out)), "%q -> %q", text, out)
		}
	})
}

func BenchmarkWords(b *testing.B) {
	text := strings.Repeat("The customer asked about order 4711 and was told to wait. ", 2000)
	f := func(n int) {
		w := &replace.Words{}
		for i := range n {
			w.Add(fmt.Sprintf("user-%05d", i))
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				w.Replace(text, numbered)
			}
		})
	}
	f(1)
	f(100)
	f(4000)
}
