// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestIsJSON(t *testing.T) {
	f := func(s string, want bool) {
		t.Helper()
		assert.Equal(t, want, isJSON(s), "%q", s)
	}
	for _, good := range []string{
		`{}`, ` [ ] `, `{"a":1,"b":[true,false,null,-0.5e+10,"\u00e9\n"]}`, `"x"`, `0`, `-1`, `1E5`, `[[],{}]`,
	} {
		f(good, true)
	}
	for _, bad := range []string{
		``, `{`, `}`, `{"a"}`, `{"a":}`, `{a:1}`, `[1,]`, `[,1]`, `01`, `1.`, `.5`, `+1`, `1e`, `"\x"`, `"\u12g4"`, "\"\n\"", `nul`, `{} {}`,
		`{"a":1,}`, `[1 2]`, `"`, `"\`, "\"\xff\"", strings.Repeat("[", maxDepth+2) + strings.Repeat("]", maxDepth+2),
	} {
		f(bad, false)
	}
}

func TestMembers(t *testing.T) {
	var got []string
	for k, v := range members(` { "a" : 1 , "b\"" : [ {"x":"]}"} ] , "c" : "}" } `[1:]) {
		got = append(got, k+"="+v)
	}
	assert.Equal(t, []string{`a=1`, `b"=[ {"x":"]}"} ]`, `c="}"`}, got)
	assert.Equal(t, `2`, member(`{"b":1,"a":2}`, "a", "b"), "the first name wins, not the first member")
	assert.Equal(t, `1`, member(`{"b":1,"a":null}`, "a", "b"))
	assert.Empty(t, member(`[1]`, "a"))
	assert.Empty(t, member(``, "a"))
}

func FuzzJSON(f *testing.F) {
	f.Add(`{"a":[1,2,{"b":"\u0041"}],"c":null}`)
	f.Add(`[{"role":"user","parts":[{"type":"text","content":"x"}]}]`)
	f.Add(`"\"{\\\"a\\\":1}\""`)
	f.Fuzz(func(t *testing.T, s string) {
		valid := isJSON(s)
		if valid {
			require.True(t, json.Valid([]byte(s)))
		} else if json.Valid([]byte(s)) && utf8.ValidString(s) {
			require.Greater(t, strings.Count(s, "[")+strings.Count(s, "{"), maxDepth, "refused: %q", s)
		}
		raw := parse(s)
		if raw == "" {
			return
		}
		require.True(t, json.Valid([]byte(raw)))
		for item := range elements(raw) {
			require.True(t, json.Valid([]byte(item)))
		}
		for _, v := range members(raw) {
			require.True(t, json.Valid([]byte(v)))
		}
		for _, b := range [][]byte{
			appendMessages(nil, "", raw), appendMessages(nil, raw, raw), appendDocuments(nil, raw), appendWrapped(nil, raw, "input"),
			append(appendTools([]byte{'['}, raw), ']'), appendLogfireEvents(nil, raw, true),
		} {
			require.True(t, len(b) == 0 || json.Valid(b), "%s", b)
		}
	})
}

func FuzzAppendString(f *testing.F) {
	f.Add("a\xff\"\\\n\x00é\u2028")
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		require.NoError(t, json.Unmarshal(appendString(nil, s), &got))
		require.Equal(t, strings.ToValidUTF8(s, "\ufffd") == s, got == s)
	})
}

// Several members are found as each would be by itself.
func TestFind_isMember(t *testing.T) {
	for _, raw := range []string{
		`{"b":1,"a":2,"c":{"a":3}}`, `{"a":null,"b":"x","b":"y"}`, `{"c":1,"c":2,"b":3}`, `{}`, `[1]`, ``, `"a"`,
	} {
		one, two := choice{names: []string{"a", "b"}}, choice{names: []string{"c"}}
		find(raw, &one, &two)
		assert.Equal(t, member(raw, one.names...), one.value, raw)
		assert.Equal(t, member(raw, two.names...), two.value, raw)
		assert.Zero(t, testing.AllocsPerRun(10, func() { find(raw, &one, &two) }), raw)
	}
}
