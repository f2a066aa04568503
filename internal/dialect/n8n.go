// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// n8n is the spans of n8n's workflows and nodes, which tell names and counts but no content.
// See https://docs.n8n.io/hosting/logging-monitoring/opentelemetry
type n8n struct{ silent }

var (
	kNodeName     = attr("n8n.node.name")
	kWorkflowName = attr("n8n.workflow.name")
)

func (n8n) name(v *view) string { return v.text(kNodeName, kWorkflowName) }

// n8nKind reads the type of a node, like @n8n/n8n-nodes-langchain.lmChatOpenAi.
func n8nKind(node string) run.Kind {
	name, ok := strings.CutPrefix(node, "@n8n/n8n-nodes-langchain.")
	if !ok {
		return run.Chain
	}
	for _, prefix := range [...]struct {
		text string
		kind run.Kind
	}{
		{"lm", run.LLM},
		{"openAi", run.LLM},
		{"anthropic", run.LLM},
		{"googleGemini", run.LLM},
		{"ollama", run.LLM},
		{"embeddings", run.Embedding},
		{"retriever", run.Retriever},
		{"reranker", run.Retriever},
		{"vectorStore", run.Retriever},
		{"tool", run.Tool},
		{"mcpClientTool", run.Tool},
		{"outputParser", run.Parser},
	} {
		if strings.HasPrefix(name, prefix.text) {
			return prefix.kind
		}
	}
	return run.Chain
}
