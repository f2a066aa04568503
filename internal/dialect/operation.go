// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// operations are the values of gen_ai.operation.name, those of the conventions and those that libraries made up.
var operations = map[string]run.Kind{
	"chat": run.LLM, "text_completion": run.LLM, "completion": run.LLM, "generate_content": run.LLM,
	"generate": run.LLM,
	"response": run.LLM, "responses": run.LLM, "llm_call": run.LLM, "image_generation": run.LLM, "image": run.LLM,
	"fetch_response": run.LLM,
	"realtime":       run.LLM, "speech_to_text": run.LLM, "text_to_speech": run.LLM,
	"embeddings": run.Embedding, "embedding": run.Embedding, "embed": run.Embedding,
	"execute_tool": run.Tool, "tool_call": run.Tool, "tool": run.Tool,
	"retrieval": run.Retriever, "retrieve": run.Retriever, "rerank": run.Retriever, "search_memory": run.Retriever,
	"create_memory": run.Tool, "update_memory": run.Tool, "upsert_memory": run.Tool, "delete_memory": run.Tool,
	"create_memory_store": run.Tool, "delete_memory_store": run.Tool,
	"invoke_agent": run.Chain, "create_agent": run.Chain, "invoke_workflow": run.Chain, "plan": run.Chain,
	"agent_step": run.Chain, "workflow": run.Chain, "task": run.Chain, "agent": run.Chain, "chain": run.Chain,
	"run_guardrail": run.Chain, "apply_guardrail": run.Chain, "parser": run.Parser, "prompt": run.Prompt,
	"schedule_tool_calls": run.Chain,
	"model_generation":    run.Chain, // Mastra's loop around its calls of a model
}

// operationParts decide about operations that nobody has agreed on, by the words in their names. The first that is
// found wins: an agent that is invoked is no call of a model, whatever it counts.
var operationParts = []struct {
	part string
	kind run.Kind
}{
	{"agent", run.Chain},
	{"workflow", run.Chain},
	{"guardrail", run.Chain},
	{"execute_tool", run.Tool},
	{"tool_call", run.Tool},
	{"call_tool", run.Tool},
	{"tools/call", run.Tool},
	{"run_tool", run.Tool},
	{"embed", run.Embedding},
	{"rerank", run.Retriever},
	{"retriev", run.Retriever},
	{"search", run.Retriever},
	{"invoke", run.Chain},
	{"execute", run.Chain},
	{"run", run.Chain},
	{"create", run.Chain},
	{"list", run.Chain},
	{"count", run.Chain},
	{"handoff", run.Chain},
	{"transcri", run.LLM},
	{"chat", run.LLM},
	{"complet", run.LLM},
	{"generat", run.LLM},
}

// operationKind returns the kind of runs with this operation, or nothing if it does not tell.
func operationKind(operation string) run.Kind {
	if operation == "" {
		return ""
	}
	if k, ok := operations[operation]; ok {
		return k
	}
	lower := strings.ToLower(operation)
	if k, ok := operations[lower]; ok {
		return k
	}
	for _, p := range operationParts {
		if hasWord(lower, p.part) {
			return p.kind
		}
	}
	return ""
}

// hasWord reports whether a word of s begins with part: a search is none of "research".
func hasWord(s, part string) bool {
	for start := 0; ; {
		i := strings.Index(s[start:], part)
		if i < 0 {
			return false
		}
		if i += start; i == 0 || s[i-1] < 'a' || s[i-1] > 'z' {
			return true
		}
		start = i + 1
	}
}

// KindOfOperation returns the kind of runs with this gen_ai.operation.name.
func KindOfOperation(operation string) (run.Kind, bool) {
	k := operationKind(operation)
	return k, k != ""
}
