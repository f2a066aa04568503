// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// TestBadInput_isRefusedAndNothingElseIsLost sends what is broken between two good traces, both of which have to
// arrive.
func TestBadInput_isRefusedAndNothingElseIsLost(t *testing.T) {
	c := start(t, nil, "embed:local", overlay(t, quick))
	before := replayTo(t, c, only("vercel-ai-v6/agent.json"))
	traces := c.otlp() + "/v1/traces"
	f := func(name, contentType string, body []byte, want int) {
		t.Helper()
		status, answer := post(t, traces, contentType, body)
		assert.Equal(t, want, status, "%s: %s", name, answer)
	}
	f("broken protobuf", "application/x-protobuf", []byte("\x0a\xff\xff\xff\xff\x0f"), http.StatusBadRequest)
	f("broken JSON", "application/json", []byte(`{"resourceSpans":[`), http.StatusBadRequest)
	f("another content type", "text/plain", []byte("hello"), http.StatusUnsupportedMediaType)
	f("an empty request", "application/x-protobuf", nil, http.StatusOK)
	f("an empty JSON request", "application/json", []byte(`{}`), http.StatusOK)
	nan, err := os.ReadFile("../testdata/traces/vercel-ai-v4/stream.json")
	require.NoError(t, err)
	require.Contains(t, string(nan), "null")
	f("doubleValue null", "application/json", nan, http.StatusBadRequest)
	f("a body over the limit", "application/json", bytes.Repeat([]byte(" "), 64<<20+1), http.StatusBadRequest)
	f("zero ids", "application/x-protobuf", zeroIDs(t), http.StatusOK)

	after := replayTo(t, c, only("vercel-ai-v7/agent_stream.json"))
	want := slices.Concat(before.agentTraces, after.agentTraces)
	require.Eventually(t, func() bool {
		have := readPage(t, c).traces
		for _, id := range want {
			if len(have[id]) == 0 {
				return false
			}
		}
		return true
	}, 20*time.Second, 200*time.Millisecond)
	assert.Empty(t, readPage(t, c).broken)
	assert.Zero(t, c.stop())
}

func zeroIDs(t *testing.T) []byte {
	t.Helper()
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	spans.AppendEmpty().Attributes().PutStr("gen_ai.operation.name", "chat")
	spans.AppendEmpty().SetTraceID(pcommon.TraceID{1})
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(t, err)
	return body
}

// TestBadInput_spansWithOneIDAreTwoRuns sends two tools of one id, as processes that were forked make them, and one of
// them twice: both have to be at LangSmith, each once.
func TestBadInput_spansWithOneIDAreTwoRuns(t *testing.T) {
	c := start(t, nil, "embed:local", overlay(t, quick))
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	trace, shared, began := pcommon.TraceID{1, 2, 3}, pcommon.SpanID{7: 2}, pcommon.NewTimestampFromTime(time.Now())
	for i, name := range []string{"agent", "search", "book", "search"} {
		span := spans.AppendEmpty()
		span.SetTraceID(trace)
		span.SetSpanID(shared)
		span.SetParentSpanID(pcommon.SpanID{7: 1})
		span.SetName(name)
		span.SetStartTimestamp(began)
		span.SetEndTimestamp(began + 1e9)
		span.Attributes().PutStr("gen_ai.operation.name", "execute_tool")
		if i == 0 {
			span.SetSpanID(pcommon.SpanID{7: 1})
			span.SetParentSpanID(pcommon.SpanID{})
		}
	}
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(t, err)
	status, answer := post(t, c.otlp()+"/v1/traces", "application/x-protobuf", body)
	require.Equal(t, http.StatusOK, status, answer)
	var runs []pageRun
	require.Eventually(t, func() bool {
		runs = readPage(t, c).traces[trace.String()]
		return len(runs) >= 3
	}, 20*time.Second, 200*time.Millisecond)
	names, marked := map[string]bool{}, 0
	for _, r := range runs {
		names[r.Name] = true
		meta, _ := r.Extra["metadata"].(map[string]any)
		if second, _ := meta["span_id_shared"].(bool); second {
			marked++
			assert.Equal(t, shared.String(), meta["OTEL_SPAN_ID"])
		}
	}
	assert.Len(t, runs, 3)
	assert.Equal(t, map[string]bool{"agent": true, "search": true, "book": true}, names)
	assert.Equal(t, 1, marked)
	assert.Equal(t, 1.0, c.sum("otelcol_processor_sampling_spans_separated"))
	assert.Zero(t, c.stop())
}

// oddTrace is one trace whose spans hold what no library should write, each in its own way.
func oddTrace(t *testing.T) (td ptrace.Traces, odd int) {
	t.Helper()
	deep := strings.Repeat(`{"a":`, 170_000) + "1" + strings.Repeat("}", 170_000)
	many := map[string]any{}
	for n := range 10_000 {
		many[fmt.Sprintf("app.key.%d", n)] = "value"
	}
	cases := []map[string]any{
		{"gen_ai.usage.input_tokens": math.NaN(), "gen_ai.usage.output_tokens": math.Inf(-1)},
		{"input.value": `"\"{\\\"x\\\":1}\""`},
		{"llm.input_messages.999999999.message.role": "user", "llm.input_messages.999999999.message.content": "last"},
		{"input.value": deep, "gen_ai.output.messages": strings.Repeat("[", 500_000)},
		{"input.value": `{"id":9007199254740993}`, "gen_ai.usage.input_tokens": int64(math.MaxInt64)},
		{"input.value": "caf\xe9", "output.value": "\xed\xa0\x80", "k\xff": "v"},
		{"gen_ai.input.messages": `[{"role":"user","content":null},null]`, "gen_ai.output.messages": "null"},
		many,
	}
	td = ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	now := time.Now()
	for i := range len(cases) + 1 {
		span := spans.AppendEmpty()
		span.SetTraceID(pcommon.TraceID{0xba, 0xd0})
		span.SetSpanID(pcommon.SpanID{0xba, byte(i)})
		span.SetName(fmt.Sprintf("chat %d", i))
		if i > 0 {
			span.SetParentSpanID(pcommon.SpanID{0xba, 0})
			require.NoError(t, span.Attributes().FromRaw(cases[i-1]))
		}
		span.Attributes().PutStr("gen_ai.operation.name", "chat")
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(now))
		span.SetEndTimestamp(pcommon.NewTimestampFromTime(now.Add(time.Second)))
	}
	return td, len(cases)
}

// TestBadInput_oddSpansGoThroughEverything sends them through redact, sampling and the exporter beside a good trace.
func TestBadInput_oddSpansGoThroughEverything(t *testing.T) {
	c := start(t, nil, "embed:local", overlay(t, quick))
	td, odd := oddTrace(t)
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(t, err)
	status, answer := post(t, c.otlp()+"/v1/traces", "application/x-protobuf", body)
	require.Equal(t, http.StatusOK, status, answer)
	good := replayTo(t, c, only("vercel-ai-v7/agent_stream.json"))
	trace := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).TraceID().String()
	require.Eventually(t, func() bool {
		have := readPage(t, c).traces
		return len(have[trace]) == odd+1 && len(have[good.agentTraces[0]]) > 0
	}, 30*time.Second, 200*time.Millisecond)
	assert.Empty(t, readPage(t, c).broken)
	assert.Zero(t, c.stop())
}

func TestStart_aBusyPortIsNamed(t *testing.T) {
	f := func(port string) {
		t.Helper()
		c := prepare(t, nil, "embed:local")
		l, err := net.Listen("tcp", "127.0.0.1:"+c.ports[port])
		require.NoError(t, err)
		defer l.Close()
		c.launch()
		select {
		case <-c.done:
		case <-time.After(startLimit):
			require.FailNow(t, "it runs although a port is busy")
		}
		assert.NotZero(t, c.cmd.ProcessState.ExitCode())
		assert.Contains(t, c.log.String(), "127.0.0.1:"+c.ports[port])
		assert.Contains(t, c.log.String(), "address already in use")
	}
	f("HTTP")
	f("GRPC")
	f("VIEWER")
}

func TestValidate_aMisspeltKeyIsNamed(t *testing.T) {
	env := []string{"LANGSMITH_API_KEY=" + apiKey, "REDACT_HASH_KEY=" + hashKey, "OTELCOL_LANGSMITH_DATA=" + t.TempDir()}
	f := func(yaml string, want ...string) {
		t.Helper()
		status, out := run(t, env, "validate", "--config", "embed:local", "--config", overlay(t, yaml))
		assert.NotZero(t, status, yaml)
		for _, w := range want {
			assert.Contains(t, out, w, yaml)
		}
		assert.NotContains(t, out, apiKey)
		assert.NotContains(t, out, hashKey)
	}
	f("processors: {redact: {detekt: {secrets: mask}}}", "detekt", "detect")
	f("processors: {redact: {hash: {kees: []}}}", "kees")
	f("processors: {sampling: {when_ful: shed}}", "when_ful", "when_full")
	f("processors: {sampling: {rules: [{nam: x, keep: 1}]}}", "nam")
	f("exporters: {langsmith: {endpiont: x}}", "endpiont", "endpoint")
	f("exporters: {langsmith: {tls: {ca_fil: x}}}", "ca_fil")
	f("extensions: {viewer: {endpiont: x}}", "endpiont")
	f("exporters: {langsmith: {protocol: grpc, run_ids: x, tls: {ca_fil: y}}}", "ca_fil", "protocol", "run_ids")
}

func TestLangSmith_aWrongKeyIsToldAndTheDataIsKept(t *testing.T) {
	l := newLangSmith(t)
	wrong := "lsv2_sk_" + "11111111111111111111111111111111" + "_1111111111"
	c := start(t, []string{"LANGSMITH_ENDPOINT=" + l.http.URL, "LANGSMITH_API_KEY=" + wrong}, "embed:local", "embed:dev", overlay(t, quick))
	sent := replayTo(t, c, only("vercel-ai-v6/agent.json"))
	require.Eventually(t, func() bool { return len(readPage(t, c).traces) == len(sent.agentTraces) }, 20*time.Second, 200*time.Millisecond,
		"the other destination goes on")
	require.Eventually(t, func() bool { return strings.Contains(c.log.String(), "401") }, 20*time.Second, 100*time.Millisecond)
	assert.NotContains(t, c.log.String(), wrong)
	assert.Empty(t, l.Runs())
}
