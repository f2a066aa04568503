// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
)

// eachRecorded calls f for every recorded span that somebody has judged.
func eachRecorded(t *testing.T, f func(pdatatest.Fixture, pdatatest.Expected, dialect.Span)) {
	t.Helper()
	for _, fixture := range pdatatest.Fixtures(t) {
		byID := map[string]pdatatest.Expected{}
		for _, e := range fixture.Expected {
			byID[e.SpanID] = e
		}
		for _, s := range spans(pdatatest.LoadTraces(t, fixture.Path)) {
			if e, ok := byID[s.SpanID().String()]; ok {
				f(fixture, e, s)
			}
		}
	}
}

// seedTraces are two small recordings that speak most of the dialects between them.
func seedTraces(tb testing.TB) ptrace.Traces {
	tb.Helper()
	dir := filepath.Join(pdatatest.Repository(tb), "testdata", "traces")
	all := ptrace.NewTraces()
	for _, name := range []string{"vercel-ai-v6/agent.json", "openinference-js/rag.json", "strands-ts-latest/agent.json"} {
		pdatatest.LoadTraces(tb, filepath.Join(dir, name)).ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
	return all
}

// spans lists the spans of td.
func spans(td ptrace.Traces) []dialect.Span {
	var all []dialect.Span
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				all = append(all, dialect.Span{Span: s, Resource: rs.Resource().Attributes(), Scope: ss.Scope()})
			}
		}
	}
	return all
}

// judgedOtherwise are recorded spans whose judgement differs from what the span itself says: LangSmith's own kind,
// OpenInference's PROMPT, and spans that say nothing but a name.
var judgedOtherwise = map[string]bool{
	"ff6eb5b335e881b9": true, "e9088b5b62910420": true, "5c4a3e076f2b033c": true, "63f276294dd497ac": true,
	"b904bffb20be6d7e": true, "0102030405060708": true,
}

func TestKindOf_recorded(t *testing.T) {
	eachRecorded(t, func(f pdatatest.Fixture, e pdatatest.Expected, s dialect.Span) {
		if !judgedOtherwise[e.SpanID] {
			assert.Contains(t, e.RunTypeAnyOf, string(dialect.KindOf(s)), "%s %s %s", f.File, e.SpanID, s.Name())
		}
		assert.Equal(t, dialect.KindOf(s), dialect.Read(s).Kind)
	})
}

func TestFailureOf_recorded(t *testing.T) {
	eachRecorded(t, func(f pdatatest.Fixture, e pdatatest.Expected, s dialect.Span) {
		failure, failed := dialect.FailureOf(s)
		if e.Error != nil {
			assert.Equal(t, *e.Error, failed, "%s %s %s", f.File, e.SpanID, s.Name())
		}
		if e.Role != "dup" { // the span that it repeats knows the text
			assert.Contains(t, failure.Message, e.ErrorContains, "%s %s %s", f.File, e.SpanID, s.Name())
		}
		if failed {
			assert.NotEmpty(t, failure.Message)
		}
	})
}

func TestClassify_recorded(t *testing.T) {
	eachRecorded(t, func(f pdatatest.Fixture, e pdatatest.Expected, s dialect.Span) {
		class := dialect.Classify(s)
		where := f.File + " " + e.SpanID + " " + s.Name()
		switch {
		case e.Role == "infra":
			assert.Equal(t, dialect.Infra, class, where)
		case s.Scope.Name() == "shop", s.Scope.Name() == "demo-tracer", strings.HasPrefix(s.Scope.Name(), "codex"):
		case e.Role == "leaf", e.Role == "agg", strings.HasPrefix(e.Role, "dup"):
			assert.Equal(t, dialect.Agent, class, where)
		}
	})
}

func TestConversation_recorded(t *testing.T) {
	eachRecorded(t, func(f pdatatest.Fixture, _ pdatatest.Expected, s dialect.Span) {
		if c := dialect.Conversation(s); f.SessionID != "" && c != "" && dialect.Classify(s) == dialect.Agent {
			assert.Equal(t, f.SessionID, c, f.File)
		}
	})
}

func TestFailureOf(t *testing.T) {
	f := func(scope string, attributes attrs, want dialect.Failure, failed bool) {
		t.Helper()
		got, ok := dialect.FailureOf(newSpan(t, scope, "x", attributes))
		assert.Equal(t, failed, ok)
		assert.Equal(t, want, got)
	}
	f("any", nil, dialect.Failure{}, false)
	f("any", attrs{"error.type": "timeout"}, dialect.Failure{Message: "timeout", Type: "timeout"}, true)
	f("langfuse-sdk", attrs{"langfuse.observation.level": "ERROR", "langfuse.observation.status_message": "boom"},
		dialect.Failure{Message: "boom"}, true)
	f("langfuse-sdk", attrs{"langfuse.observation.level": "WARNING"}, dialect.Failure{}, false)
	f("livekit-agents", attrs{"lk.function_tool.is_error": true, "error.type": "tool_error", "lk.pii.function_tool.output": "boom"},
		dialect.Failure{Message: "boom", Type: "tool_error"}, true)
	f("com.anthropic.claude_code.tracing", attrs{"success": false, "error": "boom"}, dialect.Failure{Message: "boom"}, true)
	f("any", attrs{"success": false}, dialect.Failure{}, false)
	f("genkit-tracer", attrs{"genkit:state": "error"}, dialect.Failure{Message: "error"}, true)
	f("strands-agents", attrs{"gen_ai.tool.status": "error"}, dialect.Failure{Message: "error"}, true)
	f("logfire", attrs{"logfire.level_num": 17, "logfire.span_type": "span"}, dialect.Failure{Message: "error"}, true)
	f("logfire", attrs{"logfire.level_num": 17, "logfire.span_type": "log"}, dialect.Failure{}, false)
}

func TestFailureOf_exceptions(t *testing.T) {
	f := func(attributes attrs, want bool) {
		t.Helper()
		s := newSpan(t, "any", "x", nil)
		addEvent(t, s, "exception", attributes)
		_, failed := dialect.FailureOf(s)
		assert.Equal(t, want, failed, "%v", attributes)
	}
	f(attrs{"exception.type": "ValueError", "exception.message": "boom"}, true)
	f(attrs{"exception.type": "ValueError", "exception.escaped": "False"}, false)
	f(attrs{"exception.type": "langgraph.errors.GraphInterrupt"}, false)
	f(attrs{"exception.type": "pydantic_ai.exceptions.ApprovalRequired"}, false)
	f(attrs{"exception.type": "asyncio.exceptions.CancelledError"}, true)
	f(attrs{"exception.type": "System.OperationCanceledException"}, true)
}

func TestFailureOf_lastExceptionAndStatus(t *testing.T) {
	s := newSpan(t, "any", "x", nil)
	s.Status().SetCode(ptrace.StatusCodeError)
	addEvent(t, s, "exception", attrs{"exception.type": "First", "exception.message": "first"})
	addEvent(t, s, "exception", attrs{"exception.type": "Last", "exception.message": "last", "exception.stacktrace": "at f"})
	got, _ := dialect.FailureOf(s)
	assert.Equal(t, dialect.Failure{Message: "last", Type: "Last", Stacktrace: "at f"}, got)
	s.Status().SetMessage("status")
	got, _ = dialect.FailureOf(s)
	assert.Equal(t, "status", got.Message)
}

func TestClassify(t *testing.T) {
	f := func(scope string, kind ptrace.SpanKind, attributes attrs, want dialect.Class) {
		t.Helper()
		s := newSpan(t, scope, "x", attributes)
		s.SetKind(kind)
		assert.Equal(t, want, dialect.Classify(s), "%s %v", scope, attributes)
	}
	f("app", ptrace.SpanKindInternal, nil, dialect.Other)
	f("app", ptrace.SpanKindInternal, attrs{"session.id": "s", "user.id": "u"}, dialect.Other)
	f("app", ptrace.SpanKindClient, attrs{"http.request.method": "GET"}, dialect.Infra)
	f("app", ptrace.SpanKindInternal, attrs{"db.system": "postgresql"}, dialect.Other)
	f("@opentelemetry/instrumentation-express", ptrace.SpanKindInternal, nil, dialect.Infra)
	f("@opentelemetry/instrumentation-openai", ptrace.SpanKindClient, attrs{"gen_ai.operation.name": "chat"}, dialect.Agent)
	// What a processor writes on every span makes no agent of an HTTP call.
	f("opentelemetry.instrumentation.httpx", ptrace.SpanKindClient, attrs{
		"http.method": "GET", "traceloop.workflow.name": "w", "traceloop.association.properties.user_id": "u",
		"gen_ai.agent.name": "a",
	}, dialect.Infra)
	// An SDK's own model call is no infrastructure, though it goes over HTTP.
	f("com.anthropic.sdk.typescript", ptrace.SpanKindClient, attrs{
		"http.request.method": "POST", "gen_ai.operation.name": "chat",
	}, dialect.Agent)
	f("mcp", ptrace.SpanKindClient, attrs{"mcp.method.name": "tools/call"}, dialect.Agent)
	f("mcp", ptrace.SpanKindClient, attrs{"mcp.method.name": "ping", "rpc.system": "jsonrpc"}, dialect.Infra)
	f("codex_exec", ptrace.SpanKindInternal, nil, dialect.Infra)
}

func TestConversation(t *testing.T) {
	f := func(attributes attrs, want string) {
		t.Helper()
		assert.Equal(t, want, dialect.Conversation(newSpan(t, "any", "x", attributes)))
	}
	f(nil, "")
	f(attrs{"mcp.session.id": "m", "session.id": "s", "gen_ai.conversation.id": "c"}, "s")
	f(attrs{"langsmith.metadata.thread_id": "t", "session.id": "s"}, "t")
	f(attrs{"session.id": "", "gen_ai.conversation.id": "c"}, "c")
	f(attrs{"traceloop.association.properties.chat_id": 42}, "42")
	f(attrs{"langsmith.trace.session_id": "project"}, "")
	f(attrs{"metadata": `{"runId":"r","sessionId":"s"}`}, "s")
	f(attrs{"metadata": `{"sessionId":"s"}`, "session.id": "own"}, "own")
	f(attrs{"metadata": `{"sessionId":"null"}`}, "")
	for _, key := range dialect.ConversationKeys() {
		f(attrs{key: "id"}, "id")
	}
}

func TestConversation_resourceIsTheLastResort(t *testing.T) {
	s := newSpan(t, "gemini-cli", "llm_call", nil)
	s.Resource.PutStr("session.id", "r")
	assert.Equal(t, "r", dialect.Conversation(s))
	assert.Empty(t, dialect.Conversation(dialect.Span{Span: s.Span}))
}

func TestHotPathDoesNotAllocate(t *testing.T) {
	for _, s := range spans(seedTraces(t)) {
		allocs := testing.AllocsPerRun(10, func() {
			dialect.Classify(s)
			dialect.KindOf(s)
			dialect.Conversation(s)
			dialect.FailureOf(s)
		})
		assert.Zero(t, allocs, s.Name())
	}
}

func BenchmarkClassify(b *testing.B) {
	all := spans(seedTraces(b))
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range all {
			dialect.Classify(s)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(all)), "ns/span")
}

func BenchmarkRead(b *testing.B) {
	td := seedTraces(b)
	all := spans(td)
	b.SetBytes(int64((&ptrace.ProtoMarshaler{}).TracesSize(td)))
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range all {
			dialect.Read(s)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(all)), "ns/span")
}
