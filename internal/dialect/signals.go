// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// signals is what one pass over the attributes tells about the nature of a span. It holds views into the span and
// nothing of its own, so that gathering it allocates nothing.
type signals struct {
	// What a library says outright, by dialect.
	langsmithKind, langfuseType, openInferenceKind, mlflowType string
	operation                                                  string // gen_ai.operation.name
	aiOperation, traceloopKind, requestType                    string
	genkitType, genkitSubtype, mastraType, spanType            string
	lmnrType, langwatchType, springKind, entityType            string
	mcpMethod, haystackType, n8nNodeType, dbOperation          string
	agentOpsKind, langChainType, braintrustType, confidentType string

	// What can only be inferred.
	tool      bool // a tool's call id, arguments or result
	toolName  bool
	documents bool
	messages  bool // messages of a model, in either direction
	usage     bool // token counts
	model     bool
	embedding bool // the model makes embeddings
	content   bool // some other evidence of an agent
	agent     bool // an agent's whole conversation, as Pydantic AI keeps it

	infra        bool
	liveKitNode  bool
	vectorDB     bool
	countsTokens bool // a call of a provider that names a model and runs none
	any          bool // of all this, something may be there
}

func gather(s Span) signals {
	var g signals
	for k, v := range s.Attributes().All() {
		g.add(k, v)
	}
	return g
}

// add takes one attribute in.
func (g *signals) add(k string, v pcommon.Value) {
	if of := branchOf(k); of != noBranch && !isEmpty(v) {
		g.addFilled(of, k, v)
	}
}

// branch sorts attributes by their first segments, so that a name is compared with few others.
type branch uint8

const (
	noBranch branch = iota
	ofGenAI
	ofOpenInference
	ofProduct
	ofFramework
	ofMCP
	ofDatabase
	ofInfra
)

func branchOf(k string) branch {
	switch leadingWord(k) {
	case "gen": // gen_ai.…
		return ofGenAI
	case "llm", "openinference", "input", "output", "retrieval", "reranker", "tool", "embedding":
		return ofOpenInference
	case "traceloop", "langsmith", "langfuse", "mlflow", "lmnr", "langwatch", "mastra", "agentops",
		"braintrust", "confident":
		return ofProduct
	case "operation", "agent", "ai", "genkit", "gcp", "span", "entity", "spring", "haystack", "n8n", "lk", "crewai",
		"pydantic", "all", "final", "event", "tanstack":
		return ofFramework
	case "mcp":
		return ofMCP
	case "db":
		return ofDatabase
	case "http", "url", "rpc", "messaging", "net", "network", "faas", "graphql", "express", "dns":
		return ofInfra
	}
	return noBranch
}

func (g *signals) addFilled(of branch, k string, v pcommon.Value) {
	g.any = true
	switch of {
	case ofGenAI:
		g.addGenAI(k, v)
	case ofOpenInference:
		g.addOpenInference(k, v)
	case ofProduct:
		g.addProduct(k, v)
	case ofFramework:
		g.addFramework(k, v)
	case ofMCP:
		if k == "mcp.method.name" {
			g.mcpMethod = text(v)
		}
	case ofDatabase:
		g.infra = true
		if k == "db.operation.name" || k == "db.operation" {
			g.dbOperation = text(v)
		}
		g.documents = g.documents || strings.HasPrefix(k, "db.vector.query")
		g.vectorDB = g.vectorDB || (k == "db.system" || k == "db.system.name") && isVectorDB(v)
	case ofInfra:
		g.infra = true
		g.countsTokens = g.countsTokens || k == "url.path" && isTokenCount(text(v))
	}
}

// isTokenCount knows where Anthropic and Google only count.
func isTokenCount(path string) bool {
	return strings.HasSuffix(path, "/count_tokens") || strings.HasSuffix(path, ":countTokens")
}

// leadingWord returns what stands before the first separator of a name.
func leadingWord(k string) string {
	for i := range min(len(k), maxLeadingWord+1) {
		if c := k[i]; c == '.' || c == '_' || c == ':' {
			return k[:i]
		}
	}
	return ""
}

// maxLeadingWord is the length of the longest that says anything.
const maxLeadingWord = len("openinference")

func (g *signals) addGenAI(k string, v pcommon.Value) {
	rest, ok := strings.CutPrefix(k, "gen_ai.")
	if !ok {
		return
	}
	switch rest {
	case "operation.name":
		g.operation = text(v)
	case "request.model", "response.model":
		g.model = g.model || !isBlank(text(v))
	case "input.messages", "output.messages", "system_instructions":
		g.messages, g.content = true, true
	case "tool.name":
		g.toolName = true
	case "tool.call.id", "tool.call.arguments", "tool.call.result":
		g.tool = true
	case "retrieval.documents", "retrieval.query.text":
		g.documents = true
	case "agent.name", "agent.id", "conversation.id", "user", "environment", "application_name", "prompt.name":
		// Copied to every span below by some libraries: says nothing about this one.
	default:
		g.content = true
		g.usage = g.usage || strings.HasPrefix(rest, "usage.") && !strings.HasPrefix(rest, "usage.cost")
	}
}

func (g *signals) addOpenInference(k string, v pcommon.Value) {
	switch k {
	case "openinference.span.kind":
		g.openInferenceKind = text(v)
	case "llm.request.type":
		g.requestType = text(v)
	case "llm.model_name", "llm.request.model_name", "llm.response.model_name", "llm.model", "llm.request.model":
		g.model = true
	case "tool.name", "tool.parameters", "tool_arguments", "tool_response":
		g.tool = true
	case "input.value", "output.value", "embedding.model_name":
		g.content = true
	default:
		g.addIndexed(k)
	}
}

func (g *signals) addIndexed(k string) {
	switch {
	case strings.HasPrefix(k, "llm.input_messages."), strings.HasPrefix(k, "llm.output_messages."):
		g.messages = true
	case strings.HasPrefix(k, "llm.token_count."), strings.HasPrefix(k, "llm.usage."):
		g.usage = true
	case strings.HasPrefix(k, "retrieval.documents."), strings.HasPrefix(k, "reranker."):
		g.documents = true
	case strings.HasPrefix(k, "embedding.embeddings."):
		g.content = true
	case strings.HasPrefix(k, "llm."):
		g.content = g.content || k != "llm.user"
	}
}

// addProduct leaves out what a product's span processor writes on every span, infrastructure included: users, sessions,
// association properties, releases.
func (g *signals) addProduct(k string, v pcommon.Value) {
	switch k {
	case "langsmith.span.kind":
		g.langsmithKind = text(v)
	case "langfuse.observation.type":
		g.langfuseType = text(v)
	case "langfuse.observation.model.name", "langfuse.observation.usage_details":
		g.model, g.content = true, true
		g.embedding = g.embedding || strings.Contains(text(v), "embedding")
	case "traceloop.span.kind":
		g.traceloopKind = text(v)
	case "mlflow.spanType":
		g.mlflowType = strings.Trim(text(v), `"`)
	case "mastra.span.type":
		g.mastraType = text(v)
	case "agentops.span.kind":
		g.agentOpsKind = text(v)
	case "lmnr.span.type":
		g.lmnrType = text(v)
	case "langwatch.span.type":
		g.langwatchType = text(v)
	case "confident.span.type":
		g.confidentType = text(v)
	case "braintrust.span_attributes.type":
		g.braintrustType = text(v)
	case "braintrust.span_attributes":
		g.braintrustType = firstFilled(memberText(parse(text(v)), "type"), g.braintrustType)
	case "langwatch.langchain.run.type": // prompts and parsers are chains otherwise
		g.langChainType = text(v)
	case "langsmith.trace.name", "langsmith.usage_metadata", "traceloop.entity.name", "traceloop.entity.input",
		"traceloop.entity.output", "mlflow.spanInputs", "mlflow.spanOutputs", "lmnr.span.input", "lmnr.span.output",
		"langwatch.input", "langwatch.output", "langfuse.observation.input", "langfuse.observation.output",
		"braintrust.input_json", "braintrust.output_json", "braintrust.input", "braintrust.output", "braintrust.metrics",
		"confident.span.input", "confident.span.output", "confident.llm.model":
		g.content = true
	}
}

func (g *signals) addFramework(k string, v pcommon.Value) {
	switch k {
	case "ai.operationId":
		g.aiOperation = text(v)
	case "operation.name": // "ai.embed.doEmbed my-function"
		if op, _, _ := strings.Cut(text(v), " "); g.aiOperation == "" && strings.HasPrefix(op, "ai.") {
			g.aiOperation = op
		}
	case "agent_name", "pydantic_ai.all_messages", "all_messages_events", "final_result":
		g.agent, g.content = true, true
	case "event_loop.cycle_id", "agent_loop.cycle_id", // Strands' turns repeat the messages of the calls below
		"tanstack.ai.iterations": // and TanStack's chats those of their iterations
		g.agent = true
	case "genkit:type":
		g.genkitType = text(v)
	case "genkit:metadata:subtype":
		g.genkitSubtype = text(v)
	case "span.type":
		g.spanType = text(v)
	case "entity.type":
		g.entityType = text(v)
	case "spring.ai.kind":
		g.springKind = text(v)
	case "haystack.component.type":
		g.haystackType = text(v)
	case "n8n.node.type":
		g.n8nNodeType = text(v)
	case "gcp.vertex.agent.llm_request", "gcp.vertex.agent.llm_response":
		g.messages, g.content = g.messages || !isBlank(text(v)), true
	case "gcp.vertex.agent.tool_call_args", "gcp.vertex.agent.tool_response", "ai.toolCall.name":
		g.tool = true
	default:
		g.content = g.content || isFrameworkContent(k)
		g.addLiveKit(k)
	}
}

func (g *signals) addLiveKit(k string) {
	if rest, ok := strings.CutPrefix(k, "lk."); ok {
		rest = strings.TrimPrefix(rest, "pii.")
		g.liveKitNode = g.liveKitNode || rest == "chat_ctx"
		g.tool = g.tool || strings.HasPrefix(rest, "function_tool.")
	}
}

func isFrameworkContent(k string) bool {
	for _, p := range [...]string{
		"ai.prompt", "ai.response.", "ai.usage.", "ai.value", "ai.embedding", "ai.model.", "genkit:", "lk.",
		"haystack.",
		"n8n.", "crewai.", "pydantic_ai.", "spring.ai.",
	} {
		if strings.HasPrefix(k, p) {
			return true
		}
	}
	return false
}
