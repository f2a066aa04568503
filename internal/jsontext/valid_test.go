// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package jsontext_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/jsontext"
)

func TestValid(t *testing.T) {
	f := func(text string, want bool) {
		t.Helper()
		assert.Equal(t, want, jsontext.Valid(text, 10), "%q", text)
		assert.Equal(t, want, jsontext.Valid([]byte(text), 10), "%q", text)
		assert.Equal(t, want, json.Valid([]byte(text)) && utf8.ValidString(text), "%q", text)
	}
	for _, text := range []string{
		"{}", " [ ] ", `{"a":[1,-0.5e+3,true,false,null,"\u00e9\n"]}`, "0", `""`, `"` + strings.Repeat("plain ", 20) + `"`,
	} {
		f(text, true)
	}
	for _, text := range []string{
		"", " ", "{", "[1,]", "{\"a\":1,}", "01", "1.", "-", "tru", `"\x"`, `"\u00g0"`, `"`, "\"\n\"", "{} {}", "\"\xff\"", "NaN",
		`"` + strings.Repeat("plain ", 20), "[1 2]", `{"a" 1}`, `{1:2}`,
	} {
		f(text, false)
	}
}

func TestValid_depthIsBounded(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	assert.True(t, jsontext.Valid(nested(11), 10))
	assert.False(t, jsontext.Valid(nested(12), 10))
	assert.False(t, jsontext.Valid(strings.Repeat("[", 1<<20), 10))
}

func TestValid_needsNoMemory(t *testing.T) {
	text := []byte(`{"a":[1,{"b":"` + strings.Repeat("text ", 100) + `"}]}`)
	assert.Zero(t, testing.AllocsPerRun(10, func() { jsontext.Valid(text, 10) }))
}

func FuzzValid(f *testing.F) {
	f.Add(`{"a":[1,-0.5e+3,true,"\u00e9\n\\"]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, "[")+strings.Count(text, "{") > 1000 {
			return
		}
		want := json.Valid([]byte(text)) && utf8.ValidString(text)
		assert.Equal(t, want, jsontext.Valid(text, 1000))
	})
}
