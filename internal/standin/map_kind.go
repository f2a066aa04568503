// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import "strings"

// runType is the documented chain: each key decides by being present, whatever it says, and hides those below. A tool
// name and the variables of a prompt template come after it and are stronger, even than langsmith.span.kind.
func runType(a attributes) string {
	switch {
	case a.has("llm.prompt_template.variables"):
		return typePrompt
	case a.has("gen_ai.tool.name"):
		return typeTool
	case a.has("langsmith.span.kind"):
		return kindOrChain(a.str("langsmith.span.kind"))
	case a.has("gen_ai.operation.name"):
		return operationType(a.str("gen_ai.operation.name"))
	case a.has("llm.request.type"):
		return requestType(a.str("llm.request.type"))
	case a.has("traceloop.llm.request.type"):
		return requestType(a.str("traceloop.llm.request.type"))
	case a.has("openinference.span.kind"):
		return frameworkType(a.str("openinference.span.kind"))
	case a.has("traceloop.span.kind"):
		return frameworkType(a.str("traceloop.span.kind"))
	}
	return typeChain
}

func kindOrChain(kind string) string {
	if kind = strings.ToLower(kind); isRunType(kind) {
		return kind
	}
	return typeChain
}

// operationType knows few operations. generate_content is one that the live service is known to read; embeddings,
// execute_tool and the others of the current conventions are not.
func operationType(operation string) string {
	switch operation {
	case "chat", "completion", "generate_content":
		return typeLLM
	case "embedding":
		return typeEmbedding
	}
	return typeChain
}

func requestType(request string) string {
	if request == "embedding" {
		return typeEmbedding
	}
	return typeLLM
}

func frameworkType(kind string) string {
	switch kind = strings.ToLower(kind); kind {
	case typeTool, typeLLM, typeRetriever, typeEmbedding:
		return kind
	}
	return typeChain
}
