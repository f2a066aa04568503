// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func ExampleValues() {
	var vs run.Values
	vs.Add("ls_provider", run.Str("openai"))
	vs.Add("ls_provider", run.Str("azure")) // taken
	vs.Set("ls_max_tokens", run.Integer(10))
	for _, v := range vs {
		fmt.Println(v.Name, v)
	}
	// Output:
	// ls_provider openai
	// ls_max_tokens 10
}

func TestValues_keepTheirTypes(t *testing.T) {
	m := map[string]any{"s": "text", "b": true, "f": 0.5, "i": int64(-3), "j": []byte(`{"a":1}`), "no": false}
	vs := run.ValuesOf(m)
	assert.Equal(t, m, vs.Map())
	for name, want := range map[string]string{"s": "text", "b": "true", "f": "0.5", "i": "-3", "j": `{"a":1}`, "no": "false"} {
		assert.Equal(t, want, vs.Get(name).String(), name)
	}
	assert.Equal(t, run.Absent, vs.Get("other").Type())
	assert.Nil(t, vs.Get("other").Any())
	assert.Equal(t, "text", vs.Text("s"))
	assert.Empty(t, vs.Text("i"), "a number is no text")
	assert.True(t, vs.Has("no"))
	assert.Equal(t, map[string]any{"n": int64(1)}, run.ValuesOf(map[string]any{"n": 1, "list": []any{1}}).Map())
}

func TestValues_aNameStandsOnce(t *testing.T) {
	var vs run.Values
	vs.Add("a", run.Integer(1))
	vs.Add("a", run.Integer(2))
	vs.Add("nothing", run.Value{})
	assert.Equal(t, map[string]any{"a": int64(1)}, vs.Map())
	vs.Set("a", run.Boolean(true))
	vs.Set("b", run.Number(1.5))
	assert.Equal(t, map[string]any{"a": true, "b": 1.5}, vs.Map())
	vs.Remove("a", "c")
	assert.Equal(t, map[string]any{"b": 1.5}, vs.Map())
}

// Names that share their place in a set are told apart all the same.
func TestValues_addNamedIsAdd(t *testing.T) {
	var plain, named run.Values
	var names run.Names
	for i := range 300 {
		name := fmt.Sprintf("key.%d", i%200)
		plain.Add(name, run.Integer(int64(i)))
		named.AddNamed(&names, name, run.Integer(int64(i)))
	}
	plain.Add("", run.Value{})
	named.AddNamed(&names, "", run.Value{})
	assert.Equal(t, plain, named)
}

func TestNames_rememberEachName(t *testing.T) {
	for _, name := range []string{"", "a", "metadata", "größe"} {
		var names run.Names
		assert.False(t, names.Put(name), name)
		assert.True(t, names.Put(name), name)
	}
}

func TestRepaired(t *testing.T) {
	assert.Equal(t, "a\ufffdb", run.Repaired("a\xff\xfeb").Text())
	assert.Equal(t, run.Str("größe"), run.Repaired("größe"))
}
