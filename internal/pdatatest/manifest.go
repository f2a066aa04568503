// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package pdatatest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Manifest says of each recorded trace what the right runs are.
type Manifest struct {
	Fixtures []Fixture `json:"fixtures"`
}

// Fixture is one recorded trace and its right answer.
type Fixture struct {
	File      string `json:"file"`
	Dialect   string `json:"dialect"`
	Scenario  string `json:"scenario"`
	LogsFile  string `json:"logs_file"`
	SessionID string `json:"session_id"`
	UserID    string `json:"user_id"`

	TraceInputContains  string `json:"trace_input_contains"`
	TraceOutputContains string `json:"trace_output_contains"`

	LeafTokenSum *struct{ Input, Output *float64 } `json:"leaf_token_sum"`
	Expected     []Expected                        `json:"expected"`

	Path string `json:"-"` // where the trace is on this machine
}

// Expected is the right answer for one span. A nil field was not judged.
type Expected struct {
	TraceID         string          `json:"trace_id"`
	SpanID          string          `json:"span_id"`
	ParentSpanID    string          `json:"parent_span_id"`
	SpanName        string          `json:"span_name"`
	Role            string          `json:"role"`
	RunTypeAnyOf    []string        `json:"run_type_any_of"`
	NameAnyOf       []string        `json:"name_any_of"`
	HasInputs       *bool           `json:"has_inputs"`
	HasOutputs      *bool           `json:"has_outputs"`
	Tokens          json.RawMessage `json:"tokens"` // an object, or a word for counts that are not comparable
	Error           *bool           `json:"error"`
	ErrorContains   string          `json:"error_contains"`
	OutputToolCalls []string        `json:"output_tool_calls"`
}

// mayDrop reports whether the span is none of the agent's: infrastructure, or a framework's own bookkeeping.
func (e *Expected) mayDrop() bool { return e.Role == "infra" || e.Role == "internal" }

// Tokens are the right counts of one span. A nil field was not judged.
type Tokens struct {
	Input         *int64 `json:"input"`
	Output        *int64 `json:"output"`
	CacheRead     *int64 `json:"cache_read"`
	CacheCreation *int64 `json:"cache_creation"`
	Reasoning     *int64 `json:"reasoning"`
	Note          string `json:"note"`
}

// wholeOutput is the output with reasoning, which the number on the span leaves out where the manifest notes it.
func (t Tokens) wholeOutput() *int64 {
	if t.Note == "" || t.Output == nil || t.Reasoning == nil {
		return t.Output
	}
	whole := *t.Output + *t.Reasoning
	return &whole
}

// Counts returns the right token counts, or nil when they were not judged.
func (e Expected) Counts() *Tokens {
	if len(e.Tokens) == 0 || e.Tokens[0] != '{' {
		return nil
	}
	var t Tokens
	if json.Unmarshal(e.Tokens, &t) != nil {
		return nil
	}
	return &t
}

// tokenSum is the manifest's sum over the runs that carry counts, with the reasoning that it notes as left out.
func (f *Fixture) tokenSum() (input, output int64) {
	if n := f.LeafTokenSum.Input; n != nil {
		input = int64(*n)
	}
	if n := f.LeafTokenSum.Output; n != nil {
		output = int64(*n)
	}
	for _, e := range f.Expected {
		if t := e.Counts(); t != nil && e.Role == "leaf" && t.wholeOutput() != t.Output {
			output += *t.Reasoning
		}
	}
	return input, output
}

// Fixtures returns every recorded trace at hand: those of the repository, and where the shared folder is present
// those that may not be part of it.
func Fixtures(t testing.TB) []Fixture {
	t.Helper()
	dir := filepath.Join(Repository(t), "testdata")
	own := load(t, filepath.Join(dir, "manifest.json"), filepath.Join(dir, "traces"))
	shared := os.Getenv("OTELCOL_LANGSMITH_SHARED")
	if shared == "" {
		shared = filepath.Join(Repository(t), "..", "shared")
	}
	seen := map[string]bool{}
	for _, f := range own {
		seen[f.File] = true
	}
	dir = filepath.Join(shared, "fixtures")
	for _, f := range load(t, filepath.Join(dir, "manifest.json"), dir) {
		if !seen[f.File] {
			own = append(own, f)
		}
	}
	if len(own) == 0 {
		t.Skip("no recorded traces at hand")
	}
	return own
}

// load reads a manifest and keeps the traces whose files are there.
func load(t testing.TB, manifest, dir string) []Fixture {
	t.Helper()
	text, err := os.ReadFile(manifest)
	if err != nil {
		return nil
	}
	var m Manifest
	require.NoError(t, json.Unmarshal(text, &m), manifest)
	kept := m.Fixtures[:0]
	for _, f := range m.Fixtures {
		f.Path = filepath.Join(dir, f.File)
		if _, err := os.Stat(f.Path); err == nil {
			kept = append(kept, f)
		}
	}
	return kept
}
