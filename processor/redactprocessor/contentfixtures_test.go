// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// everyRun maps traces and returns the runs by id.
func everyRun(td ptrace.Traces) map[run.ID]run.Run {
	runs := map[run.ID]run.Run{}
	for _, trace := range runmap.Map(td, runmap.Options{}) {
		for _, r := range trace.Runs {
			runs[r.ID] = r
		}
	}
	return runs
}

// threadKeys are the metadata by which LangSmith groups runs.
var threadKeys = []string{"session_id", "thread_id", "conversation_id"}

// With `content: length` every run still shows how it went: tokens, cost, type, error and thread.
func TestContent_lengthLeavesWhatRunsShow(t *testing.T) {
	p := withContent(t, "length")
	runs := 0
	for _, f := range pdatatest.Fixtures(t) {
		before := everyRun(redactTraces(t, started(t, defaults()), pdatatest.LoadTraces(t, f.Path)))
		after := everyRun(redactTraces(t, p, pdatatest.LoadTraces(t, f.Path)))
		require.Len(t, after, len(before), f.File)
		for id, want := range before {
			got := after[id]
			runs++
			at := f.File + " " + want.Name
			assert.Equal(t, want.Kind, got.Kind, at)
			assert.Equal(t, want.Usage, got.Usage, at)
			assert.Equal(t, want.Error != "", got.Error != "", "%s: %q", at, want.Error)
			assert.Equal(t, want.ParentID, got.ParentID, at)
			assert.Equal(t, want.FirstToken, got.FirstToken, at)

			assert.Equal(t, want.Metadata.Text("ls_model_name"), got.Metadata.Text("ls_model_name"), at)
			for _, key := range threadKeys {
				assert.Equal(t, want.Metadata.Text(key), got.Metadata.Text(key), "%s: %s", at, key)
			}
		}
	}
	t.Logf("%d runs", runs)
	assert.Greater(t, runs, 1000)
}

// sentences are the texts that runs show as inputs and outputs, as far as they can be told from names and ids.
func sentences(runs map[run.ID]run.Run) map[string]bool {
	found := map[string]bool{}
	var collect func(v any)
	collect = func(v any) {
		switch v := v.(type) {
		case string:
			var inner any
			if json.Unmarshal([]byte(v), &inner) == nil {
				collect(inner)
			}
			if len(v) >= 16 && len(v) < 2000 && strings.Count(v, " ") >= 2 {
				found[v] = true
			}
		case []any:
			for _, item := range v {
				collect(item)
			}
		case map[string]any:
			for _, item := range v {
				collect(item)
			}
		}
	}
	for _, r := range runs {
		for _, side := range [][]byte{r.Inputs, r.Outputs} {
			var v any
			if json.Unmarshal(side, &v) == nil {
				collect(v)
			}
		}
	}
	return found
}

// With `content: drop` nothing that a run showed as input or output is left anywhere, in any dialect.
func TestContent_dropLeavesNoSentence(t *testing.T) {
	for _, policy := range []string{"drop", "length"} {
		p, total := withContent(t, policy), 0
		for _, f := range pdatatest.Fixtures(t) {
			runs := everyRun(pdatatest.LoadTraces(t, f.Path))
			texts := sentences(runs)
			for _, r := range runs { // what a tool or provider said when it failed is the error, and stays
				maps.DeleteFunc(texts, func(text string, _ bool) bool { return strings.Contains(r.Error, text) })
			}
			td := redactTraces(t, p, pdatatest.LoadTraces(t, f.Path))
			out := tracesText(t, td)
			total += len(texts)
			for text := range texts {
				if quoted, _ := json.Marshal(text); strings.Contains(out, text) || strings.Contains(out, string(quoted)) {
					t.Errorf("%s %s: %q in %s", policy, f.File, text, whereIs(td, text))
				}
			}
			if f.LogsFile == "" {
				continue
			}
			ld := pdatatest.LoadLogs(t, filepath.Join(filepath.Dir(filepath.Dir(f.Path)), f.LogsFile))
			wire := logsText(t, redactLogs(t, p, ld))
			for text := range texts {
				assert.NotContains(t, wire, text, "%s %s", policy, f.LogsFile)
			}
		}
		t.Logf("%d sentences", total)
		assert.Greater(t, total, 300)
	}
}

// whereIs names the attribute in which a text still is.
func whereIs(td ptrace.Traces, text string) string {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				for key, val := range s.Attributes().All() {
					if strings.Contains(val.AsString(), text) {
						return key
					}
				}
				for _, e := range s.Events().All() {
					for key, val := range e.Attributes().All() {
						if strings.Contains(val.AsString(), text) {
							return e.Name() + "/" + key
						}
					}
				}
				if strings.Contains(s.Status().Message(), text) {
					return "status"
				}
			}
		}
	}
	return "somewhere else"
}
