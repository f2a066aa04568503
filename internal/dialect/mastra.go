// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "strings"

// mastra is what Mastra's exporters add to genAI and to openInference: the input and output of each kind of span under
// a name of its own.
// See https://mastra.ai/docs/observability
type mastra struct{ silent }

var (
	kMastraFirstToken = attr("mastra.completion_start_time")
	kMastraType       = attr("mastra.span.type")

	mastraInputs, mastraOutputs = map[string]slot{}, map[string]slot{}
)

func init() {
	for kind := range strings.FieldsSeq(`
		agent_run model_generation model_step model_inference model_chunk tool_call mcp_tool_call client_tool_call
		workflow_run workflow_step workflow_conditional workflow_conditional_eval workflow_parallel workflow_loop
		workflow_sleep workflow_wait_event generic processor_run scorer_run scorer_step memory_operation
		workspace_action rag_ingestion rag_embedding rag_vector_operation rag_action graph_action llm_generation`) {
		mastraInputs[kind] = attr("mastra." + kind + ".input")
		mastraOutputs[kind] = attr("mastra." + kind + ".output")
	}
}

func (mastra) inputs(b []byte, v *view) []byte {
	if s, ok := mastraInputs[v.text(kMastraType)]; ok && v.has(s) {
		return v.inputAt(b, s)
	}
	return b
}

func (mastra) outputs(b []byte, v *view) []byte {
	if s, ok := mastraOutputs[v.text(kMastraType)]; ok && v.has(s) {
		return v.outputAt(b, s)
	}
	return b
}

func (mastra) details(v *view, f *Fields) {
	f.firstTokenText(v.text(kMastraFirstToken))
	for _, m := range v.fields {
		name, ok := strings.CutPrefix(m.name, "mastra.metadata.")
		if ok && !isHTTPDump(name) {
			f.metaValue(name, m.value)
		}
	}
}

// isHTTPDump reports whether a name holds the provider's raw response, which Mastra keeps as metadata.
func isHTTPDump(name string) bool {
	return name == "headers" || name == "body" || strings.HasPrefix(name, "headers.") || strings.HasPrefix(name, "body.")
}
