// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "github.com/otelcol-langsmith/otelcol-langsmith/internal/run"

// springAI is Spring AI's observations of its own: chat clients, advisors, tools and vector stores. Its model calls
// speak genAI.
// See https://docs.spring.io/spring-ai/reference/observability/index.html
type springAI struct{ silent }

var (
	kSpringTool     = attr("spring.ai.tool.definition.name")
	kSpringArgs     = attr("spring.ai.tool.call.arguments")
	kSpringResult   = attr("spring.ai.tool.call.result")
	kSpringUser     = attr("spring.ai.chat.client.user.text")
	kSpringSystem   = attr("spring.ai.chat.client.system.text")
	kSpringFound    = attr("db.vector.query.response.documents")
	kSpringSchema   = attr("spring.ai.tool.definition.schema")
	kSpringDescribe = attr("spring.ai.tool.definition.description")
)

func (springAI) name(v *view) string {
	if v.kind == run.Tool {
		return v.text(kSpringTool)
	}
	return ""
}

func (springAI) inputs(b []byte, v *view) []byte {
	switch {
	case v.has(kSpringArgs):
		return v.inputAt(b, kSpringArgs)
	case v.has(kSpringUser):
		m := message{role: "user", parts: []part{{text: quote(v.label(kSpringUser))}}}
		b = append(b, `{"messages":[`...)
		if system := v.label(kSpringSystem); system != "" {
			b = appendSystem(b, system)
		}
		return append(m.append(b), "]}"...)
	}
	return b
}

func (springAI) outputs(b []byte, v *view) []byte {
	for _, s := range [...]slot{kSpringResult, kSpringFound} {
		if v.has(s) {
			return v.outputAt(b, s)
		}
	}
	return b
}

func (springAI) details(v *view, f *Fields) {
	if v.has(kSpringDescribe) {
		f.meta("spring.ai.tool.definition.description", scalar(v.values[kSpringDescribe], maxMetadataText))
	}
	v.param(f, "tool_schema", kSpringSchema)
}

// springKind takes writing into a vector store for no retrieval.
func springKind(kind, operation string) run.Kind {
	switch kind {
	case "":
		return ""
	case "tool_call":
		return run.Tool
	case "vector_store":
		if operation == "" || operation == "query" {
			return run.Retriever
		}
	}
	return run.Chain
}
