// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/golden"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// goldenRuns are the recordings whose runs stand in testdata/runs, as somebody has read them. Each dialect has one at
// least, with tool calls where the library makes any.
var goldenRuns = []string{
	"claude-code/agent", "codex-cli/chat", "google-adk-ts/agent", "google-adk-ts/err429", "infra-otel-js/tool_db_error",
	"infra-vercel-v6/provider_500", "infra-vercel-v7/agent", "langfuse-js/agent", "langfuse-js/lg_agent", "langfuse-js/rag",
	"langsmith-js/traceable_agent", "langsmith-js/lg_agent", "llamaindex-ts-traceloop/rag", "mastra-arize/agent",
	"openai-agents-openinference/agent", "openinference-js/agent", "openinference-js/anthropic_thinking",
	"openinference-js/image", "openinference-js/rag", "openlit-js/agent", "otel-js-openai/agent",
	"strands-ts/chat", "strands-ts-latest/agent", "traceloop-js/agent", "traceloop-js/anthropic_thinking",
	"traceloop-js-0.14/agent", "traceloop-js-0.14/anthropic_chat",
	"vercel-ai-v4/tool_error", "vercel-ai-v5/agent", "vercel-ai-v5/embed_many", "vercel-ai-v6/anthropic_thinking",
	"vercel-ai-v6/image", "vercel-ai-v7/rag", "vercel-ai-v7/object", "vercel-ai-v7-full/agent", "vercel-ai-v7-legacy/agent",
}

func TestMap_goldenRuns(t *testing.T) {
	dir := filepath.Join(pdatatest.Repository(t), "testdata")
	for _, name := range goldenRuns {
		t.Run(name, func(t *testing.T) {
			td := pdatatest.LoadTraces(t, filepath.Join(dir, "traces", name+".json"))
			var text bytes.Buffer
			e := json.NewEncoder(&text)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			runmap.Each(td, runmap.Options{}, func(trace *runmap.Trace) {
				for i := range trace.Runs {
					if strings.HasPrefix(name, "codex-cli/") && trace.Runs[i].Usage == nil {
						continue // hundreds of steps of its own bookkeeping
					}
					require.NoError(t, e.Encode(shown(&trace.Runs[i])))
				}
			})
			golden.Equal(t, filepath.Join(dir, "runs", name+".json"), text.Bytes())
		})
	}
}

// shownRun is a run as a golden file shows it: what a reader can judge.
type shownRun struct {
	Name       string          `json:"name"`
	Kind       run.Kind        `json:"kind"`
	ID         string          `json:"id"`
	Parent     string          `json:"parent,omitempty"`
	Seconds    float64         `json:"seconds"`
	FirstToken string          `json:"first_token,omitempty"`
	Inputs     json.RawMessage `json:"inputs,omitempty"`
	Outputs    json.RawMessage `json:"outputs,omitempty"`
	Error      string          `json:"error,omitempty"`
	Usage      map[string]any  `json:"usage,omitempty"`
	Invocation map[string]any  `json:"invocation_params,omitempty"`
	Metadata   map[string]any  `json:"metadata"`
	Tags       []string        `json:"tags,omitempty"`
}

func shown(r *run.Run) shownRun {
	s := shownRun{
		Name: r.Name, Kind: r.Kind, ID: r.ID.String(), Seconds: r.End.Sub(r.Start).Seconds(),
		Inputs: r.Inputs, Outputs: r.Outputs, Error: r.Error, Usage: shownUsage(r.Usage),
		Invocation: r.Invocation.Map(), Metadata: r.Metadata.Map(), Tags: r.Tags,
	}
	if !r.ParentID.IsZero() {
		s.Parent = r.ParentID.String()
	}
	if !r.FirstToken.IsZero() {
		s.FirstToken = r.FirstToken.Sub(r.Start).Round(time.Microsecond).String()
	}
	for name, v := range s.Invocation {
		if raw, ok := v.([]byte); ok {
			s.Invocation[name] = json.RawMessage(raw)
		}
	}
	return s
}

// shownUsage leaves out what was not counted.
func shownUsage(u *run.Usage) map[string]any {
	if u == nil {
		return nil
	}
	m := map[string]any{"input": u.Input, "output": u.Output}
	for name, n := range map[string]int64{
		"cache_read": u.CacheRead, "cache_creation": u.CacheCreation, "input_audio": u.InputAudio,
		"reasoning": u.Reasoning, "output_audio": u.OutputAudio,
	} {
		if n > 0 {
			m[name] = n
		}
	}
	for name, cost := range map[string]float64{"input": u.InputCost, "output": u.OutputCost, "total": u.TotalCost} {
		if cost > 0 {
			m[name+"_cost"] = cost
		}
	}
	return m
}
