// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package jsontext_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/jsontext"
)

func TestAppendString(t *testing.T) {
	f := func(s, want string) {
		t.Helper()
		assert.Equal(t, "x"+want, string(jsontext.AppendString([]byte("x"), s)))
	}
	f("", `""`)
	f("plain text that is longer than a word", `"plain text that is longer than a word"`)
	f("a\"b\\c/d", `"a\"b\\c/d"`)
	f("\n\r\t\x00\x1f\x7f", "\"\\n\\r\\t\\u0000\\u001f\x7f\"")
	f("Grüße, 世界 🎉 <&>", `"Grüße, 世界 🎉 <&>"`)
	f("\u2028", "\"\u2028\"")
	f("bad \xff byte", "\"bad \ufffd byte\"")
	f("cut \xe4\xb8", "\"cut \ufffd\ufffd\"")
	f("\xed\xa0\x80", "\"\ufffd\ufffd\ufffd\"")
}

// Whatever stands around it, each byte is written as it is or escaped.
func TestAppendString_everyByteAtEveryPlace(t *testing.T) {
	for c := range 256 {
		for at := range 17 {
			s := strings.Repeat("a", at) + string([]byte{byte(c)}) + strings.Repeat("b", 16-at)
			var got string
			require.NoError(t, json.Unmarshal(jsontext.AppendString(nil, s), &got), "%q", s)
			require.Equal(t, strings.ToValidUTF8(s, "\ufffd"), got)
		}
	}
}

func FuzzAppendString(f *testing.F) {
	f.Add("a\"b\\c\n\xff\u2028 and some more text behind it")
	f.Fuzz(func(t *testing.T, s string) {
		b := jsontext.AppendString(nil, s)
		var got string
		require.NoError(t, json.Unmarshal(b, &got))
		want, err := json.Marshal(s)
		require.NoError(t, err)
		var same string
		require.NoError(t, json.Unmarshal(want, &same))
		assert.Equal(t, same, got)
	})
}

func TestAppendString_needsNoMemory(t *testing.T) {
	b := make([]byte, 0, 1<<10)
	for _, s := range []string{"short", strings.Repeat("long \"text\" ", 20), "bad \xff"} {
		assert.Zero(t, testing.AllocsPerRun(10, func() { jsontext.AppendString(b, s) }))
	}
}

func ExampleAppendName() {
	b := []byte{'{'}
	b = append(jsontext.AppendName(b, "n"), '1')
	b = append(jsontext.AppendName(b, "list"), '[')
	for _, s := range []string{"a", "b"} {
		b = jsontext.AppendString(jsontext.AppendComma(b), s)
	}
	fmt.Println(string(append(b, "]}"...)))
	// Output: {"n":1,"list":["a","b"]}
}

func BenchmarkAppendString(b *testing.B) {
	text := strings.Repeat("Some prose, with a \"quote\" and a line\nnow and then. ", 40)
	buf := make([]byte, 0, 2*len(text))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		jsontext.AppendString(buf, text)
	}
}
