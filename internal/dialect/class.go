// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Classify tells agents from infrastructure. A span that speaks any dialect is the agent's, even where it carries
// HTTP attributes too, as the Anthropic SDK's own spans do. What a processor copies to every span of a process (user,
// session, association properties) is no evidence. An application's own span is Other unless it is a call over the
// network.
func Classify(s Span) Class {
	g := gather(s)
	return g.class(s)
}

func (g *signals) class(s Span) Class {
	switch {
	case strings.HasPrefix(s.Name(), otherAPICall) && strings.HasPrefix(s.Scope.Name(), "logfire."):
		return Infra
	case g.isAgent(s), kindOfEvents(s) != "":
		return Agent
	case isInfraScope(s.Scope.Name()), isLiteLLMPlumbing(s), g.infra && crossesProcess(s.Kind()):
		return Infra
	case isAgentScope(s.Scope.Name()):
		return Agent
	}
	return Other
}

func (g *signals) isAgent(s Span) bool {
	switch {
	case g.content, g.tool, g.toolName, g.documents, g.messages, g.usage, g.model:
		return true
	case g.operation != "", g.langsmithKind != "", g.langfuseType != "", g.openInferenceKind != "", g.mlflowType != "":
		return true
	case g.aiOperation != "", g.traceloopKind != "", g.requestType != "", g.genkitType != "", g.mastraType != "":
		return true
	case g.lmnrType != "", g.langwatchType != "", g.agentOpsKind != "", g.springKind != "", g.haystackType != "", g.n8nNodeType != "":
		return true
	case g.braintrustType != "", g.confidentType != "":
		return true
	case g.mcpMethod != "":
		return mcpKind(g.mcpMethod) != run.Chain
	case g.vectorDB && searches(s.Name()):
		return true
	}
	return g.entityType != "" && g.spanType != "" || isCodexTurn(s) || strings.HasPrefix(s.Name(), "langchain4j.")
}

// isCodexTurn picks the one span of Codex that stands for a turn out of hundreds of its internals.
func isCodexTurn(s Span) bool {
	return s.Name() == "session_task.turn" && strings.HasPrefix(s.Scope.Name(), "codex")
}

// crossesProcess reports whether a span of this kind talks to another process: databases and HTTP clients do,
// application code that only notes its query does not.
func crossesProcess(k ptrace.SpanKind) bool {
	switch k {
	case ptrace.SpanKindClient, ptrace.SpanKindServer, ptrace.SpanKindProducer, ptrace.SpanKindConsumer:
		return true
	}
	return false
}

// isAgentScope decides only for spans without any telling attribute: scope names are not always true.
func isAgentScope(scope string) bool {
	switch scope {
	case "gcp.vertex.agent", "strands-agents", "strands.telemetry.tracer", "pydantic-ai", "langfuse-sdk", "langsmith",
		"ai",
		"genkit-tracer", "livekit-agents", "agent_framework", "lmnr-tracer", "lmnr.tracer", "crewai.telemetry", "haystack", "litellm":
		return true
	}
	for _, p := range [...]string{
		"com.anthropic.claude_code", "@mastra/", "@arizeai/openinference-instrumentation-",
		"openinference.instrumentation.",
		"@traceloop/", "logfire.openai", "logfire.anthropic", "voltagent", "@voltagent/", "langwatch", "@langtrase/", "Microsoft.SemanticKernel",
		"Experimental.Microsoft.", "Microsoft.Agents.AI",
	} {
		if strings.HasPrefix(scope, p) {
			return true
		}
	}
	return false
}

// isInfraScope knows the instrumentation libraries of infrastructure by their scope names.
func isInfraScope(scope string) bool {
	for _, p := range [...]string{
		"@opentelemetry/instrumentation-", // JavaScript
		"opentelemetry.instrumentation.",  // Python
	} {
		if name, ok := strings.CutPrefix(scope, p); ok {
			return infraLibraries[firstSegment(name)]
		}
	}
	for _, p := range [...]string{
		"io.opentelemetry.",              // Java
		"go.opentelemetry.io/contrib/",   // Go
		"OpenTelemetry.Instrumentation.", // .NET
		"Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Microsoft.EntityFrameworkCore",
		"next.js", "codex_", "tower_http", "OpenTelemetry::Instrumentation::",
	} {
		if strings.HasPrefix(scope, p) {
			return true
		}
	}
	return false
}

func firstSegment(s string) string {
	first, _, _ := strings.Cut(s, ".")
	return first
}

// infraLibraries are the last parts of OpenTelemetry's instrumentation scopes in JavaScript and Python.
// Instrumentations of models live under the same prefixes, which is why this is a list.
var infraLibraries = func() map[string]bool {
	m := map[string]bool{}
	for name := range strings.FieldsSeq(`
		aio_pika aiohttp-client aiohttp_client aiohttp_server aiokafka aiopg amqplib asgi asyncio asyncpg aws-lambda
		aws-sdk aws_lambda boto boto3sqs botocore cassandra cassandra-driver celery click confluent_kafka connect
		dataloader dbapi django dns document-load elasticsearch express falcon fastapi fastify fetch flask fs
		generic-pool graphql grpc hapi http httpx ioredis jinja2 kafka kafkajs knex koa logging lru-memoizer
		memcached mongodb mongoose mysql mysql2 mysqlclient nestjs-core net oracledb pg pika psycopg psycopg2
		pymemcache pymongo pymssql pymysql pyramid redis redis-4 remoulade requests restify router runtime-node
		socket.io sqlalchemy sqlite3 starlette system_metrics tedious threading tornado tortoiseorm undici urllib
		urllib3 user-interaction winston wsgi xml-http-request`) {
		m[name] = true
	}
	return m
}()
