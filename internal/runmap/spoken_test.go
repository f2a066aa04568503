// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/golden"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
)

// spoken is one case of testdata/spoken: a trace as a library or a convention describes it, and the runs that it shall
// become. The first span is the root; of a case with one span, "span" and "run" are enough.
type spoken struct {
	Case string                 `json:"case"`
	Span *pdatatest.SpokenSpan  `json:"span"`
	Run  *spokenRun             `json:"run"`
	More []pdatatest.SpokenSpan `json:"spans"`
	Runs []spokenRun            `json:"runs"`
}

// spokenRun is what a run shall be. Type, content, error and usage are always compared: what is left out shall be
// empty, and without a type there shall be no run at all. Of metadata and parameters, those that stand here are compared; null means that there shall be none.
type spokenRun struct {
	Type       string          `json:"type"`
	Name       string          `json:"name"` // the span's when left out
	Inputs     json.RawMessage `json:"inputs"`
	Outputs    json.RawMessage `json:"outputs"`
	Error      string          `json:"error"`
	Usage      map[string]any  `json:"usage"`
	Metadata   map[string]any  `json:"metadata"`
	Parameters map[string]any  `json:"parameters"`
	Tags       []string        `json:"tags"`
	FirstToken string          `json:"first_token"`
}

// TestMap_spoken holds the readers against what libraries and conventions say, recorded or not.
func TestMap_spoken(t *testing.T) {
	files, err := filepath.Glob("testdata/spoken/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var cases []spoken
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		d.DisallowUnknownFields()
		require.NoError(t, d.Decode(&cases), file)
		for _, c := range cases {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".json")+"/"+c.Case, func(t *testing.T) { checkSpoken(t, c) })
		}
	}
}

func checkSpoken(t *testing.T, c spoken) {
	t.Helper()
	spans, runs := c.More, c.Runs
	if c.Span != nil {
		spans, runs = []pdatatest.SpokenSpan{*c.Span}, []spokenRun{*c.Run}
	}
	require.Len(t, runs, len(spans), "a run for each span")
	got := runsBySpan(pdatatest.SpokenTrace(t, spans))
	for i, want := range runs {
		r, ok := got[pdatatest.SpokenID(i).String()]
		if want.Type == "" {
			require.False(t, ok, "a run for span %d: %v", i, r)
			continue
		}
		require.True(t, ok, "no run for span %d", i)
		if want.Name == "" {
			want.Name = spans[i].Name
		}
		compareSpoken(t, want, golden.Shown(&r))
	}
}

func compareSpoken(t *testing.T, want spokenRun, got golden.Run) {
	t.Helper()
	assert.Equal(t, want.Type, string(got.Kind), "type")
	assert.Equal(t, want.Name, got.Name, "name")
	sameJSON(t, "inputs", want.Inputs, got.Inputs)
	sameJSON(t, "outputs", want.Outputs, got.Outputs)
	assert.Equal(t, want.Error, got.Error, "error")
	assert.Equal(t, want.Tags, got.Tags, "tags")
	if want.FirstToken != "" {
		assert.Equal(t, want.FirstToken, got.FirstToken, "first token")
	}
	if want.Usage == nil && got.Usage != nil || want.Usage != nil {
		sameValue(t, "usage", want.Usage, got.Usage)
	}
	sameSubset(t, "metadata", want.Metadata, got.Metadata)
	sameSubset(t, "parameters", want.Parameters, got.Invocation)
}

func sameJSON(t *testing.T, what string, want, got json.RawMessage) {
	t.Helper()
	if len(want) == 0 {
		assert.Empty(t, string(got), what)
		return
	}
	assert.Equal(t, ordered(t, want), ordered(t, got), what)
}

func sameValue(t *testing.T, what string, want, got any) {
	t.Helper()
	w, err := json.Marshal(want)
	require.NoError(t, err)
	g, err := json.Marshal(got)
	require.NoError(t, err)
	assert.Equal(t, ordered(t, w), ordered(t, g), what)
}

// ordered writes JSON in one way, with integers as long as they are.
func ordered(t *testing.T, text json.RawMessage) string {
	t.Helper()
	if len(text) == 0 {
		return ""
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&v), "%s", text)
	out, err := json.Marshal(v)
	require.NoError(t, err)
	return string(out)
}

func sameSubset(t *testing.T, what string, want, got map[string]any) {
	t.Helper()
	for k := range want {
		v, there := got[k]
		if want[k] == nil {
			assert.False(t, there, "%s %s: %v", what, k, v)
			continue
		}
		if assert.True(t, there, "%s %s is missing in %v", what, k, got) {
			sameValue(t, what+" "+k, want[k], v)
		}
	}
}
