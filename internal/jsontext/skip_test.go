// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package jsontext_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/jsontext"
)

func TestValueEnd(t *testing.T) {
	f := func(value string) {
		t.Helper()
		for _, behind := range []string{"", ",1]", "}", " ", "\n"} {
			assert.Equal(t, len(value), jsontext.ValueEnd(value+behind, 0), "%s", value+behind)
		}
	}
	f(`""`)
	f(`"\\"`)
	f(`"\"]}"`)
	f(`"` + strings.Repeat(`long text `, 20) + `\\\""`)
	f(`"` + strings.Repeat(`\"`, 40) + `"`)
	f(`{}`)
	f(`[[],{"a}":["]"]}, -1.5e+3]`)
	f(`true`)
	f(`-1.5e+3`)
}

func FuzzValueEnd(f *testing.F) {
	f.Add(`{"a":[1,-0.5e+3,true,"\u00e9\n\\"]} , 2`)
	f.Fuzz(func(t *testing.T, text string) {
		d := json.NewDecoder(bytes.NewReader([]byte(text)))
		var raw json.RawMessage
		if !jsontext.Valid(text, 1000) || d.Decode(&raw) != nil {
			return
		}
		start := jsontext.SkipSpace(text, 0)
		require.Equal(t, string(raw), text[start:jsontext.ValueEnd(text, start)])
	})
}

func TestQuote(t *testing.T) {
	for _, s := range []string{"", "plain", "a \"b\"\n", "\xff", strings.Repeat("long \"text\" ", 100)} {
		assert.Equal(t, string(jsontext.AppendString(nil, s)), jsontext.Quote(s))
	}
	text := strings.Repeat("no escapes ", 100)
	assert.LessOrEqual(t, testing.AllocsPerRun(10, func() { jsontext.Quote(text) }), 1.0)
}
