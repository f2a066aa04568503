// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

var (
	start    = time.Date(2026, 8, 21, 10, 11, 12, 123456789, time.UTC)
	rootSpan = [8]byte{1, 2, 3, 4, 5, 6, 7, 8}
	place    = Place{TraceID: [16]byte{15: 9}, Service: "shop", Project: "shop-prod"}
)

func llmRun() run.Run {
	return run.Run{
		ID:       run.FromSpan([8]byte{7: 2}),
		ParentID: run.FromSpan(rootSpan),
		TraceID:  run.FromSpan(rootSpan),
		Name:     "chat",
		Kind:     run.LLM,
		Start:    start,
		End:      start.Add(time.Second),
		Inputs:   []byte(`{"messages":[{"role":"user","content":"hello"}]}`),
		Outputs:  []byte(`{"messages":[{"role":"assistant","content":"hi"}]}`),
		Usage:    &run.Usage{Input: 20, Output: 5, CacheRead: 8},
		Metadata: run.ValuesOf(map[string]any{"ls_provider": "openai", "ls_model_name": "m-1", "n": int64(3), "ok": true}),
		Invocation: run.ValuesOf(map[string]any{
			"temperature": 0.5, "tools": []byte(`[{"name":"a"}]`), "stop": []byte(`["x"]`), "max_tokens": int64(64),
		}),
		Tags:       []string{"prod", "a,b"},
		FirstToken: start.Add(time.Millisecond),
	}
}

func encoded(t *testing.T, r run.Run) ptrace.Span {
	t.Helper()
	chunk, err := otlp{}.Append(nil, &r, place)
	require.NoError(t, err)
	return onlySpan(t, chunk)
}

func onlySpan(t *testing.T, body []byte) ptrace.Span {
	t.Helper()
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(body)
	require.NoError(t, err)
	require.Equal(t, 1, td.SpanCount())
	return td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
}

func attr(s ptrace.Span, key string) any {
	if v, ok := s.Attributes().Get(key); ok {
		return v.AsRaw()
	}
	return nil
}

func TestEncode_saysWhatTheSDKsSay(t *testing.T) {
	s := encoded(t, llmRun())
	f := func(key string, want any) {
		t.Helper()
		assert.Equal(t, want, attr(s, key), key)
	}
	f("langsmith.span.kind", "llm")
	f("langsmith.trace.name", "chat")
	f("langsmith.trace.session_name", "shop-prod")
	f("langsmith.span.tags", "prod, a;b")
	f("gen_ai.operation.name", "chat")
	f("gen_ai.system", "openai")
	f("gen_ai.request.model", "m-1")
	f("gen_ai.request.temperature", 0.5)
	f("gen_ai.request.max_tokens", int64(64))
	f("llm.invocation_parameters", `{"stop":["x"],"tools":[{"name":"a"}]}`)
	f("gen_ai.prompt", `{"messages":[{"role":"user","content":"hello"}]}`)
	f("gen_ai.completion", `{"messages":[{"role":"assistant","content":"hi"}]}`)
	f("gen_ai.usage.input_tokens", int64(20))
	f("gen_ai.usage.total_tokens", int64(25))
	f("gen_ai.usage.cache_read_input_tokens", int64(8))
	f("langsmith.usage_metadata",
		`{"input_tokens":20,"output_tokens":5,"total_tokens":25,"input_token_details":{"cache_read":8}}`)
	f("langsmith.metadata.n", int64(3))
	f("langsmith.metadata.ok", true)
	f("langsmith.metadata.ls_model_name", "m-1")
	f("gen_ai.tool.name", nil)
	f("langsmith.span.id", nil)
	f("langsmith.is_root", nil)

	assert.Equal(t, "chat", s.Name())
	assert.Equal(t, pcommon.SpanID{7: 2}, s.SpanID())
	assert.Equal(t, pcommon.SpanID(rootSpan), s.ParentSpanID())
	assert.Equal(t, start, s.StartTimestamp().AsTime())
	assert.Equal(t, ptrace.StatusCodeOk, s.Status().Code())
	require.Equal(t, 1, s.Events().Len(), "no exception event on a run that succeeded")
	assert.Equal(t, "new_token", s.Events().At(0).Name())
}

func TestEncode_rootHasNoParent(t *testing.T) {
	r := llmRun()
	r.ID, r.ParentID = r.TraceID, run.ID{}
	s := encoded(t, r)
	assert.True(t, s.ParentSpanID().IsEmpty())
	assert.Equal(t, true, attr(s, "langsmith.is_root"))
}

func TestEncode_idsThatLangSmithWouldNotMakeAreNamed(t *testing.T) {
	trace := [16]byte{15: 9}
	r := llmRun()
	r.ID, r.ParentID = run.FromTraceSpan(trace, [8]byte{7: 2}), run.FromTraceSpan(trace, rootSpan)
	r.TraceID = r.ParentID
	s := encoded(t, r)
	assert.Equal(t, r.ID.String(), attr(s, "langsmith.span.id"))
	assert.Equal(t, r.ParentID.String(), attr(s, "langsmith.span.parent_id"))
	assert.Equal(t, r.TraceID.String(), attr(s, "langsmith.trace.id"))
	assert.False(t, s.SpanID().IsEmpty())
	assert.Equal(t, pcommon.SpanID(r.ParentID[8:]), s.ParentSpanID(), "native ids stay a tree of their own")
}

func TestEncode_idWithoutLowHalfStillHasASpanID(t *testing.T) {
	r := llmRun()
	r.ID = run.ID{0: 7}
	s := encoded(t, r)
	assert.Equal(t, pcommon.SpanID{0: 7}, s.SpanID())
	assert.Equal(t, r.ID.String(), attr(s, "langsmith.span.id"))
}

func TestEncode_failureIsAnExceptionEvent(t *testing.T) {
	f := func(in, message, stack string) {
		t.Helper()
		r := llmRun()
		r.Error, r.FirstToken = in, time.Time{}
		s := encoded(t, r)
		assert.Equal(t, ptrace.StatusCodeError, s.Status().Code())
		require.Equal(t, 1, s.Events().Len())
		e := s.Events().At(0)
		assert.Equal(t, "exception", e.Name())
		want := map[string]any{"exception.message": message}
		if stack != "" {
			want["exception.stacktrace"] = stack
		}
		assert.Equal(t, want, e.Attributes().AsRaw())
	}
	f("boom", "boom", "")
	f("boom\n\nStacktrace:\nline 1\nline 2", "boom", "line 1\nline 2")
	f("\n\nStacktrace:\nline 1", "error", "line 1")
	f("a\xffb", "a\uFFFDb", "")
}

func TestEncode_usageWithoutOutputsBecomesTheOutput(t *testing.T) {
	r := llmRun()
	r.Outputs, r.Usage = nil, &run.Usage{Input: 1, Output: 2, Total: 3, TotalCost: math.NaN(), InputCost: 0.25}
	s := encoded(t, r)
	assert.Equal(t,
		`{"usage_metadata":{"input_tokens":1,"output_tokens":2,"total_tokens":3,"input_cost":0.25}}`, attr(s, "gen_ai.completion"))
}

func TestEncode_valuesSurviveJSONReaders(t *testing.T) {
	f := func(in, want any) {
		t.Helper()
		r := llmRun()
		r.Metadata = run.ValuesOf(map[string]any{"v": in})
		r.Invocation = run.ValuesOf(map[string]any{"v": in})
		s := encoded(t, r)
		assert.Equal(t, want, attr(s, "langsmith.metadata.v"))
		if params := attr(s, "llm.invocation_parameters"); params != nil {
			assert.True(t, json.Valid([]byte(params.(string))), params)
		}
	}
	f(int64(1<<53), int64(1<<53))
	f(int64(1<<53+1), "9007199254740993")
	f(int64(math.MinInt64), "-9223372036854775808")
	f(math.NaN(), "NaN")
	f(math.Inf(-1), "-Inf")
	f(1.5, 1.5)
	f("a\xff", "a\uFFFD")
	f([]byte("{\"a\":1}"), `{"a":1}`)
	f(struct{}{}, nil)
	f(nil, nil)
}

func TestEncode_nameIsCutAtRunes(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		r := llmRun()
		r.Name = in
		s := encoded(t, r)
		assert.Equal(t, want, s.Name())
		assert.Equal(t, want, attr(s, "langsmith.trace.name"))
	}
	f("", "llm")
	f("  x ", "x")
	f(strings.Repeat("é", maxName), strings.Repeat("é", maxName))
	f(strings.Repeat("é", maxName+1), strings.Repeat("é", maxName-1)+"…")
}

func TestEncode_emptyRunIsASpan(t *testing.T) {
	s := encoded(t, run.Run{ID: run.ID{15: 1}, Kind: run.Chain})
	assert.Zero(t, s.StartTimestamp())
	assert.Equal(t, "chain", s.Name())
	assert.Nil(t, attr(s, "gen_ai.prompt"))
	assert.Nil(t, attr(s, "gen_ai.completion"))
}

func TestEncode_sameRunSameBytes(t *testing.T) {
	r := llmRun()
	want, err := otlp{}.Append(nil, &r, place)
	require.NoError(t, err)
	for range 20 {
		got, err := otlp{}.Append(nil, &r, place)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestBody_concatenationIsOneMessage(t *testing.T) {
	var chunks [][]byte
	for range 3 {
		r := llmRun()
		chunk, err := otlp{}.Append(nil, &r, place)
		require.NoError(t, err)
		chunks = append(chunks, chunk)
	}
	body, err := otlp{}.Body(chunks)
	require.NoError(t, err)
	var all []byte
	for _, p := range body.Parts {
		all = append(all, p...)
	}
	assert.Len(t, all, body.Size)
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(all)
	require.NoError(t, err)
	assert.Equal(t, 3, td.SpanCount())
}

func TestShorten(t *testing.T) {
	r := llmRun()
	r.Inputs = []byte(`{"text":"` + strings.Repeat("long ", 10_000) + `"}`)
	r.Error = strings.Repeat("é", 2000) + stackMark + strings.Repeat("line\n", 2000)
	r.Metadata.Add("note", run.Str(strings.Repeat("n", 5000)))
	chunk, err := otlp{}.Append(nil, &r, place)
	require.NoError(t, err)

	short, ok := otlp{}.Shorten(chunk, 0)
	require.True(t, ok)
	assert.Less(t, len(short), 5000)
	s := onlySpan(t, short)
	assert.Equal(t, `{"left_out":"50011 bytes, too large for LangSmith"}`, attr(s, "gen_ai.prompt"))
	assert.Equal(t, string(r.Outputs), attr(s, "gen_ai.completion"), "what is small stays")
	assert.Nil(t, attr(s, "langsmith.metadata.note"))
	assert.Equal(t, "exception", s.Events().At(0).Name())
	message, _ := s.Events().At(0).Attributes().Get("exception.message")
	assert.True(t, utf8.ValidString(message.Str()))
	assert.Equal(t, pcommon.SpanID(rootSpan), s.ParentSpanID(), "its place in the tree stays")

	_, ok = otlp{}.Shorten(short, 0)
	assert.False(t, ok, "nothing is left to leave out")
	_, ok = otlp{}.Shorten([]byte("\xff\xff"), 0)
	assert.False(t, ok)
}

func TestParseProtocol(t *testing.T) {
	f := func(in, problem string) {
		t.Helper()
		_, err := ParseProtocol(in)
		if problem == "" {
			require.NoError(t, err)
			return
		}
		require.ErrorContains(t, err, problem)
	}
	f("otlp", "")
	f("multipart", "")
	f("grpc", `must be otlp or multipart, is "grpc"`)
	_, err := For(99)
	require.ErrorContains(t, err, "protocol 99 is not known")
}

func ExampleEncoder() {
	enc, _ := For(OTLP)
	r := run.Run{ID: run.FromSpan([8]byte{7: 1}), Name: "answer", Kind: run.Chain}
	chunk, _ := enc.Append(nil, &r, Place{Project: "shop"})
	body, _ := enc.Body([][]byte{chunk, chunk})
	fmt.Println(body.Path, body.ContentType, body.Size == 2*len(chunk))
	// Output: /otel/v1/traces application/x-protobuf true
}

func BenchmarkEncode(b *testing.B) {
	for _, p := range []Protocol{OTLP, Multipart} {
		for _, size := range []int{1 << 10, 16 << 10} {
			r := llmRun()
			r.DottedOrder = dotted
			r.Inputs = []byte(`{"text":"` + strings.Repeat("The quick brown fox ", size/20) + `"}`)
			enc, err := For(p)
			require.NoError(b, err)
			b.Run(fmt.Sprintf("%s/%dKiB", p, size>>10), func(b *testing.B) {
				chunk, err := enc.Append(nil, &r, place)
				require.NoError(b, err)
				b.SetBytes(int64(len(chunk)))
				b.ReportAllocs()
				for b.Loop() {
					_, _ = enc.Append(nil, &r, place)
				}
			})
		}
	}
}
