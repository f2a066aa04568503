// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// KindOf returns the run type of s. What a library says outright beats what can be inferred; a span that says nothing
// is a chain.
func KindOf(s Span) run.Kind {
	g := gather(s)
	return g.kind(s)
}

// kind goes through the evidence in the order of trust. The order matters: LangSmith's SDK calls a retriever's
// operation "embeddings", LangChain's tools are Traceloop tasks whose operation is "execute_tool", OpenLIT writes a
// tool's name on chats.
func (g *signals) kind(s Span) run.Kind {
	for step := 0; g.any && step < evidenceSteps; step++ {
		if k := g.says(step, s); k != "" {
			return k
		}
	}
	return g.inferred(s)
}

const evidenceSteps = 6

func (g *signals) says(step int, s Span) run.Kind {
	switch step {
	case 0:
		return g.langsmithSays()
	case 1:
		return g.langfuseSays()
	case 2:
		return g.openInferenceSays(s)
	case 3:
		return kindWord(g.mlflowType)
	case 4:
		return operationKind(g.operation)
	}
	return g.librarySays(s)
}

func (g *signals) langsmithSays() run.Kind {
	if g.langsmithKind == "" {
		return ""
	}
	if k, ok := run.ParseKind(g.langsmithKind); ok {
		return k
	}
	if k, ok := run.ParseKind(strings.ToLower(g.langsmithKind)); ok {
		return k
	}
	return run.Chain
}

// langfuseSays overrides "span" where the observation counts tokens of a model: older SDKs did not yet tell them apart.
func (g *signals) langfuseSays() run.Kind {
	switch g.langfuseType {
	case "":
		return ""
	case "generation":
		if g.embedding {
			return run.Embedding
		}
	case "span":
		if g.model {
			return run.LLM
		}
		return ""
	}
	return kindWords[g.langfuseType]
}

// openInferenceSays overrides LLM for the fragments into which Mastra cuts a model call.
func (g *signals) openInferenceSays(s Span) run.Kind {
	k := kindWord(g.openInferenceKind)
	if k == run.LLM && (isMastraFragment(g.mastraType) ||
		isMastraFragment(s.Name()) && strings.HasPrefix(s.Scope.Name(), "@mastra/")) {
		return run.Chain
	}
	return k
}

func isMastraFragment(name string) bool {
	for _, p := range [...]string{"model_step", "model_chunk", "model_inference"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// kindWords are the words by which products name their kinds of span, in lower case.
var kindWords = map[string]run.Kind{
	"llm": run.LLM, "generation": run.LLM, "chat_model": run.LLM, "llm_call": run.LLM, "model": run.LLM,
	"completion": run.LLM,
	"embedding":  run.Embedding, "embedder": run.Embedding,
	"tool": run.Tool, "tool.v2": run.Tool,
	"retriever": run.Retriever, "reranker": run.Retriever, "rag": run.Retriever,
	"prompt": run.Prompt, "prompttemplate": run.Prompt, "parser": run.Parser,
	"chain": run.Chain, "agent": run.Chain, "workflow": run.Chain, "task": run.Chain, "guardrail": run.Chain,
	"evaluator": run.Chain, "evaluation": run.Chain, "memory": run.Chain, "event": run.Chain, "unknown": run.Chain,
	"flow": run.Chain, "session": run.Chain, "operation": run.Chain, "vector": run.Retriever, "component": run.Chain, "module": run.Chain, "server": run.Chain, "client": run.Chain,
}

// kindWord looks a word up in either case. Products write theirs in one of them, so that nothing is converted as a
// rule.
func kindWord(word string) run.Kind {
	if word == "" {
		return ""
	}
	if k, ok := kindWords[word]; ok {
		return k
	}
	if k, ok := upperKindWords[word]; ok {
		return k
	}
	return kindWords[strings.ToLower(word)]
}

var upperKindWords = func() map[string]run.Kind {
	m := make(map[string]run.Kind, len(kindWords))
	for word, k := range kindWords {
		m[strings.ToUpper(word)] = k
	}
	return m
}()

// librarySays asks the vocabularies that only one library speaks.
func (g *signals) librarySays(s Span) run.Kind {
	switch {
	case g.aiOperation != "":
		return vercelKind(g.aiOperation)
	case g.requestType != "":
		return requestKind(g.requestType)
	case g.mcpMethod != "":
		return mcpKind(g.mcpMethod)
	case g.genkitType != "" || g.genkitSubtype != "":
		return genkitKind(firstFilled(g.genkitSubtype, g.genkitType))
	case g.mastraType != "":
		return mastraKind(g.mastraType)
	case g.braintrustType != "" || g.confidentType != "":
		return ownKind(firstFilled(g.braintrustType, g.confidentType))
	case g.haystackType != "":
		return haystackKind(g.haystackType)
	case g.n8nNodeType != "":
		return n8nKind(g.n8nNodeType)
	case g.traceloopKind != "":
		return traceloopKind(g.traceloopKind, s)
	case g.liveKitNode && g.operation == "" && !g.usage: // the request below the node is the call
		return run.Chain
	case g.spanType != "" && isClaudeCode(s.Scope):
		return claudeCodeKind(g.spanType)
	}
	for _, word := range [...]string{
		g.lmnrType, g.langChainType, g.langwatchType, g.agentOpsKind, g.voltAgentType(), g.entityType,
	} {
		if k := kindWord(word); k != "" {
			return k
		}
	}
	return springKind(g.springKind, g.dbOperation)
}

// voltAgentType is the kind of a step; the entity beside it is the agent that takes it.
func (g *signals) voltAgentType() string {
	if g.entityType == "" {
		return ""
	}
	return g.spanType
}

func vercelKind(operation string) run.Kind {
	switch {
	case operation == "ai.toolCall":
		return run.Tool
	case strings.Contains(operation, ".doEmbed"):
		return run.Embedding
	case strings.Contains(operation, ".doGenerate"), strings.Contains(operation, ".doStream"):
		return run.LLM
	case strings.Contains(operation, "erank"):
		return run.Retriever
	}
	return run.Chain
}

// requestKind reads llm.request.type, in which LiteLLM writes the name of its call, like "aembedding".
func requestKind(request string) run.Kind {
	switch {
	case strings.Contains(request, "embedding"):
		return run.Embedding
	case strings.Contains(request, "rerank"):
		return run.Retriever
	case strings.Contains(request, "tool"):
		return run.Tool
	}
	return run.LLM
}

func mcpKind(method string) run.Kind {
	switch method {
	case "tools/call":
		return run.Tool
	case "prompts/get":
		return run.Prompt
	case "resources/read":
		return run.Retriever
	}
	return run.Chain
}

func genkitKind(subtype string) run.Kind {
	if k := kindWord(subtype); k != "" {
		return k
	}
	return run.Chain
}

// mastraKind counts a model call once: at the inference, or the generation of versions without one.
func mastraKind(spanType string) run.Kind {
	switch spanType {
	case "model_inference", "model_generation":
		return run.LLM
	case "tool_call", "mcp_tool_call":
		return run.Tool
	case "rag_embedding":
		return run.Embedding
	case "rag_vector_operation":
		return run.Retriever
	}
	return run.Chain
}

// traceloopKind knows LlamaIndex's steps by their names: nothing else tells a retrieval from any other task.
func traceloopKind(kind string, s Span) run.Kind {
	switch {
	case kind == "tool":
		return run.Tool
	case !strings.Contains(s.Scope.Name(), "llamaindex"):
		return run.Chain
	case strings.HasSuffix(s.Name(), ".retrieve"):
		return run.Retriever
	case strings.HasSuffix(s.Name(), "_embedding"):
		return run.Embedding
	}
	return run.Chain
}

func isClaudeCode(scope pcommon.InstrumentationScope) bool {
	return strings.HasPrefix(scope.Name(), "com.anthropic.claude_code")
}

func claudeCodeKind(spanType string) run.Kind {
	switch strings.TrimPrefix(spanType, "claude_code.") {
	case "llm_request":
		return run.LLM
	case "tool":
		return run.Tool
	}
	return run.Chain
}

// inferred decides for spans that name no kind: only what the kind's own work leaves behind counts.
func (g *signals) inferred(s Span) run.Kind {
	switch {
	case strings.HasPrefix(s.Scope.Name(), "logfire."):
		return g.logfireKind(s.Name())
	case g.agent:
		return run.Chain
	case g.messages && g.model, g.usage && !g.tool:
		return run.LLM
	case g.tool, g.toolName && !g.messages && !g.model:
		return run.Tool
	case g.documents, g.vectorDB && searches(s.Name()):
		return run.Retriever
	case g.messages, g.model && !g.countsTokens:
		return run.LLM
	case strings.HasPrefix(s.Name(), "langchain4j.tools."): // Quarkus gives its spans nothing but names
		return run.Tool
	case s.Name() == "call_llm" && s.Scope.Name() == "gcp.vertex.agent":
		return run.LLM
	case strings.HasPrefix(s.Name(), "execute_tool ") && isAgentScope(s.Scope.Name()): // ADK's, when the tool failed
		return run.Tool
	}
	if k := kindOfEvents(s); k != "" {
		return k
	}
	return run.Chain
}

// logfireKind reads the templates after which Logfire names the spans of OpenAI's Agents SDK.
func (g *signals) logfireKind(template string) run.Kind {
	switch {
	case strings.HasPrefix(template, "Function: "):
		return run.Tool
	case strings.HasPrefix(template, otherAPICall):
		return run.Chain
	case g.model, g.messages:
		return run.LLM
	}
	return run.Chain
}

// otherAPICall is how Logfire names calls of OpenAI's API that run no model.
const otherAPICall = "OpenAI API call to "
