// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
)

const (
	everything    = dialect.WantClass | dialect.WantConversation | dialect.WantUsage
	ownSigns      = dialect.SignStatus | dialect.SignException | dialect.SignErrorType | dialect.SignFlag
	allOtherSigns = dialect.SignToolResult | dialect.SignFinish
)

func ExampleGlance() {
	s := dialect.Span{Span: ptrace.NewSpan(), Resource: pcommon.NewMap(), Scope: pcommon.NewInstrumentationScope()}
	s.Attributes().PutStr("gen_ai.operation.name", "chat")
	s.Attributes().PutInt("gen_ai.usage.input_tokens", 20)
	s.Attributes().PutInt("gen_ai.usage.output_tokens", 3)
	s.Attributes().PutStr("session.id", "blue")
	g := dialect.GlanceAt(s, dialect.WantClass|dialect.WantConversation|dialect.WantUsage)
	fmt.Println(g.Class == dialect.Agent, g.Signs, g.Conversation, g.Tokens)
	// Output: true 0 blue 23
}

// agrees compares a glance with the functions that look at one question each.
func agrees(t *testing.T, s dialect.Span) {
	t.Helper()
	for _, want := range []dialect.Want{0, dialect.WantClass, dialect.WantConversation, dialect.WantUsage, everything} {
		g := dialect.GlanceAt(s, want)
		if want&dialect.WantClass != 0 {
			require.Equal(t, dialect.Classify(s), g.Class, "class of %s", s.Name())
		}
		if want&dialect.WantConversation != 0 {
			require.Equal(t, dialect.Conversation(s), g.Conversation, "conversation of %s", s.Name())
		}
		_, failed := dialect.FailureOf(s)
		expected := g.Signs&dialect.SignByDesign != 0 // which a cancellation is, though its run shows it
		require.Equal(t, failed && !expected, g.Signs&ownSigns != 0, "failure of %s", s.Name())
		if !g.Call {
			require.Zero(t, g.Tokens)
		}
	}
}

func TestGlance_agreesWithTheLongLook(t *testing.T) {
	n := 0
	for _, fixture := range pdatatest.Fixtures(t) {
		for _, s := range spans(pdatatest.LoadTraces(t, fixture.Path)) {
			agrees(t, s)
			n++
		}
	}
	assert.Greater(t, n, 100)
}

func FuzzGlance(f *testing.F) {
	var m ptrace.ProtoMarshaler
	for _, s := range spans(seedTraces(f)) {
		one := ptrace.NewTraces()
		s.CopyTo(one.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty())
		seed, err := m.MarshalTraces(one)
		require.NoError(f, err)
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		var u ptrace.ProtoUnmarshaler
		td, err := u.UnmarshalTraces(message)
		if err != nil {
			return
		}
		for _, s := range spans(td) {
			agrees(t, s)
		}
	})
}

func spanWith(attributes map[string]any) dialect.Span {
	s := dialect.Span{Span: ptrace.NewSpan(), Resource: pcommon.NewMap(), Scope: pcommon.NewInstrumentationScope()}
	for k, v := range attributes {
		_ = s.Attributes().PutEmpty(k).FromRaw(v)
	}
	return s
}

func TestSigns_ofTheSpanItself(t *testing.T) {
	f := func(want dialect.Signs, attributes map[string]any) {
		t.Helper()
		assert.Equal(t, want, dialect.GlanceAt(spanWith(attributes), 0).Signs)
	}
	f(0, nil)
	f(dialect.SignErrorType, map[string]any{"error.type": "timeout"})
	f(dialect.SignFlag, map[string]any{"langfuse.observation.level": "ERROR"})
	f(dialect.SignByDesign, map[string]any{"error.type": "GraphInterrupt"})
	f(dialect.SignByDesign, map[string]any{"error.type": "asyncio.CancelledError"})
	f(dialect.SignByDesign, map[string]any{"error.type": "timeout", "redact.evidence.cancelled": true})
	f(dialect.SignToolResult, map[string]any{"redact.evidence.tool_error": true})
	f(dialect.SignFinish, map[string]any{"redact.evidence.refusal": true})
	f(0, map[string]any{"redact.evidence.refusal": false, "redact.evidence.tool_error": "no", "": 1})

	s := spanWith(nil)
	s.Status().SetCode(ptrace.StatusCodeError)
	s.Events().AppendEmpty().SetName("exception")
	assert.Equal(t, dialect.SignStatus|dialect.SignException, dialect.GlanceAt(s, 0).Signs)
	s.Events().At(0).Attributes().PutStr("exception.type", "langgraph.errors.GraphInterrupt")
	assert.Equal(t, dialect.SignByDesign, dialect.GlanceAt(s, 0).Signs)
}

func TestSigns_ofHowAModelStopped(t *testing.T) {
	f := func(bad bool, key string, value any) {
		t.Helper()
		signs := dialect.GlanceAt(spanWith(map[string]any{key: value}), 0).Signs
		assert.Equal(t, bad, signs == dialect.SignFinish, "%s: %v", key, value)
		assert.Zero(t, signs&^dialect.SignFinish)
	}
	for _, good := range []string{"stop", "tool_calls", "tool-calls", "end_turn", "STOP", "", "function_call", "lengthy"} {
		f(false, "gen_ai.response.finish_reasons", []any{good})
		f(false, "ai.response.finishReason", good)
	}
	for _, bad := range []string{"length", "content_filter", "content-filter", "refusal", "error", "MAX_TOKENS", "SAFETY"} {
		f(true, "gen_ai.response.finish_reasons", []any{"stop", bad})
		f(true, "gen_ai.response.finish_reasons", `["`+bad+`"]`)
		f(true, "gen_ai.completion.0.finish_reason", bad)
		f(true, "ai.response.finishReason", bad)
		f(true, "llm.finish_reason", "FinishReason."+bad)
		f(false, "gen_ai.request.reason", bad)
	}
	f(false, "gen_ai.response.finish_reasons", 7)
	f(false, "gen_ai.response.finish_reasons", strings.Repeat("length ", 100))

	s := spanWith(nil)
	e := s.Events().AppendEmpty()
	e.SetName("gen_ai.choice")
	e.Attributes().PutStr("finish_reason", "content_filter")
	assert.Equal(t, dialect.SignFinish, dialect.GlanceAt(s, 0).Signs)
}

func TestSigns_ofWhatAToolReturned(t *testing.T) {
	f := func(want bool, result any) {
		t.Helper()
		for _, tool := range []map[string]any{
			{"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.result": result},
			{"openinference.span.kind": "TOOL", "output.value": result},
			{"traceloop.span.kind": "tool", "traceloop.entity.output": result},
			{"langsmith.span.kind": "tool", "gen_ai.completion": result},
			{"ai.operationId": "ai.toolCall", "ai.toolCall.result": result},
		} {
			signs := dialect.GlanceAt(spanWith(tool), 0).Signs
			assert.Equal(t, want, signs&allOtherSigns == dialect.SignToolResult, "%v", tool)
		}
	}
	f(true, `{"isError":true,"content":[{"type":"text","text":"no such file"}]}`)
	f(true, `{"result": {"isError": true}}`)
	f(true, `{"type":"tool_result","is_error":true}`)
	f(true, `{"lc":1,"type":"constructor","kwargs":{"content":"x","status":"error"}}`)
	f(true, `[{"status":"error","content":"x"}]`)
	f(true, `"{\"isError\":true}"`)
	f(true, `{"error":"city not found"}`)
	f(true, `"Error: city not found"`)
	f(true, map[string]any{"isError": true})
	f(false, `{"isError":false,"content":[]}`)
	f(false, `{"isError":"unknown"}`)
	f(false, `{"error":null,"errors":0}`)
	f(false, `{"jobs":[{"status":"error"},{"status":"ok"}]}`)
	f(false, `{"text":"the log says \"isError\":true"}`)
	f(false, `a document about Errors`)
	f(false, `{"status":"ok"}`)
	f(false, 7)
	f(false, `{"isError":true`)

	model := map[string]any{"openinference.span.kind": "LLM", "output.value": `{"isError":true}`}
	assert.Zero(t, dialect.GlanceAt(spanWith(model), 0).Signs, "only tools have results")
}

func TestGlance_countsTokensOfModelCallsAlone(t *testing.T) {
	f := func(want int64, attributes map[string]any) {
		t.Helper()
		g := dialect.GlanceAt(spanWith(attributes), dialect.WantUsage)
		assert.Equal(t, want, g.Tokens)
		assert.Equal(t, want > 0, g.Call)
	}
	f(5, map[string]any{"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 2, "gen_ai.usage.output_tokens": 3})
	f(5, map[string]any{"openinference.span.kind": "LLM", "llm.token_count.prompt": 2, "llm.token_count.completion": 3})
	f(0, map[string]any{"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 2})
	f(0, map[string]any{"gen_ai.operation.name": "chat"})
}

func BenchmarkGlance(b *testing.B) {
	all := spans(seedTraces(b))
	for _, bench := range []struct {
		name string
		want dialect.Want
	}{
		{"signs", 0},
		{"conversation", dialect.WantConversation},
		{"class", dialect.WantClass | dialect.WantConversation},
		{"everything", everything},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, s := range all {
					dialect.GlanceAt(s, bench.want)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(all)), "ns/span")
		})
	}
}
