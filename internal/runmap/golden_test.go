// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/golden"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// goldenRuns are the recordings whose runs stand in testdata/runs, as somebody has read them. Each dialect has one at
// least, with tool calls where the library makes any.
var goldenRuns = []string{
	"anthropic-native/tool_runner", "claude-code/agent", "codex-cli/chat", "copilot-cli/agent", "gemini-cli/agent",
	"genkit/agent", "genkit/interrupt", "genkit/object", "google-adk-ts/agent", "google-adk-ts/err429", "infra-otel-js/tool_db_error",
	"infra-vercel-v6/provider_500", "infra-vercel-v7/agent", "langfuse-js/agent", "langfuse-js/lg_agent", "langfuse-js/rag",
	"laminar/agent", "langwatch/langchain", "langwatch/langchain_tool", "langwatch/rag", "livekit/agent", "mastra-otel/agent",
	"openai-agents-more/handoff", "openinference-bedrock/bedrock_converse", "openinference-langchain/lg_handoff",
	"openinference-langchain/lg_interrupt", "openinference-vercel/image", "openlit-more/anthropic_tool",
	"tanstack-ai/agent", "traceloop-more/cohere_rerank", "traceloop-more/qdrant", "voltagent/agent",
	"langsmith-js/traceable_agent", "langsmith-js/lg_agent", "llamaindex-ts-traceloop/rag", "mastra-arize/agent",
	"openai-agents-openinference/agent", "openinference-js/agent", "openinference-js/anthropic_thinking",
	"openinference-js/image", "openinference-js/rag", "openlit-js/agent", "otel-js-openai/agent",
	"google-adk-more/agent", "langfuse-more/types", "langtrace/tool", "strands-more/agent", "strands-more/graph",
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
			var text []byte
			for _, trace := range runmap.Map(td, runmap.Options{}) {
				if strings.HasPrefix(name, "codex-cli/") { // hundreds of steps are its own bookkeeping
					trace.Runs = slices.DeleteFunc(trace.Runs, func(r run.Run) bool { return r.Usage == nil })
				}
				text = append(text, golden.Runs(t, trace.Runs)...)
			}
			golden.Equal(t, filepath.Join(dir, "runs", name+".json"), text)
		})
	}
}
