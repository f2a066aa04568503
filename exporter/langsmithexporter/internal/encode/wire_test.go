// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"encoding/json"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// reference writes attributes the slow way, with the Collector's own data types.
func reference(t *testing.T, want map[string]any) []byte {
	t.Helper()
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource()
	span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	require.NoError(t, span.Attributes().FromRaw(want))
	b, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	require.NoError(t, err)
	return b
}

func TestAttrs_areWhatProtobufWants(t *testing.T) {
	f := func(write func(wire) wire, want any) {
		t.Helper()
		w, resourceSpans := wire{}.open(fieldResourceSpans)
		w, scopeSpans := w.open(fieldScopeSpans)
		w, span := w.open(fieldSpan)
		w = write(w).close(span).close(scopeSpans).close(resourceSpans)
		got := onlySpan(t, w).Attributes().AsRaw()
		slow := onlySpan(t, reference(t, map[string]any{"a.key": want})).Attributes().AsRaw()
		assert.Equal(t, slow, got)
	}
	long := string(make([]byte, 70_000)) // its length takes three bytes
	f(func(w wire) wire { return w.str(fieldSpanAttr, "a.key", "x") }, "x")
	f(func(w wire) wire { return w.str(fieldSpanAttr, "a.key", "") }, "")
	f(func(w wire) wire { return w.str(fieldSpanAttr, "a.key", long) }, long)
	f(func(w wire) wire { return w.prefixed("a.", "key", "x") }, "x")
	f(func(w wire) wire { return w.json("a.key", []byte(`{}`)) }, `{}`)
	f(func(w wire) wire { return w.json("a.key", []byte("a\xff")) }, "a\uFFFD")
	for _, b := range []bool{true, false} {
		f(func(w wire) wire { return w.bool("a.", "key", b) }, b)
	}
	for _, n := range []int64{0, 1, 127, 128, 1 << 35, -1, math.MaxInt64, math.MinInt64} {
		f(func(w wire) wire { return w.int("a.", "key", n) }, n)
	}
	for _, d := range []float64{0, -0.5, math.MaxFloat64, math.Inf(1)} {
		f(func(w wire) wire { return w.double("a.", "key", d) }, d)
	}
}

func TestHeadSize_isWhatIsWritten(t *testing.T) {
	for _, n := range []int{0, 127, 128, 16_383, 16_384, 1 << 28} {
		assert.Len(t, wire{}.head(fieldStatus, n), headSize(n), "%d bytes", n)
	}
}

func TestWire_closeWritesWhatHeadWrites(t *testing.T) {
	for _, n := range []int{0, 1, 127, 128, 16_383, 16_384, 2_097_152} {
		content := bytes.Repeat([]byte("ab"), n/2+1)[:n]
		w, start := wire("before").open(fieldSpan)
		w = append(w, content...).close(start)
		assert.Equal(t, append(wire("before").head(fieldSpan, n), content...), w, "%d bytes", n)
	}
}

func TestWire_timesThatOTLPCannotExpressAreLeftOut(t *testing.T) {
	f := func(in time.Time, want pcommon.Timestamp) {
		t.Helper()
		s := encoded(t, run.Run{ID: run.ID{15: 1}, Start: in, End: in, FirstToken: in})
		assert.Equal(t, want, s.StartTimestamp())
		assert.Equal(t, want, s.EndTimestamp())
	}
	f(time.Time{}, 0)
	f(time.Unix(0, 0), 0)
	f(time.Unix(-5, 0), 0)
	f(start, pcommon.NewTimestampFromTime(start))
}

func TestScratch_giantsAreNotKept(t *testing.T) {
	b := getScratch()
	*b = make([]byte, 0, maxScratch+1)
	putScratch(b)
	for range 100 {
		assert.LessOrEqual(t, cap(*getScratch()), maxScratch)
	}
}

func TestEncode_isSafeForConcurrentUse(t *testing.T) {
	r := llmRun()
	want, err := otlp{}.Append(nil, &r, place)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				got, err := otlp{}.Append(nil, &r, place)
				assert.NoError(t, err)
				assert.Equal(t, want, got)
			}
		})
	}
	wg.Wait()
}

func TestEncode_runWithoutIDIsAnError(t *testing.T) {
	_, err := otlp{}.Append(nil, &run.Run{Name: "secret"}, place)
	require.EqualError(t, err, "write run as OTLP: it has no id")
}

func TestUsageJSON(t *testing.T) {
	f := func(u run.Usage, want string) {
		t.Helper()
		assert.JSONEq(t, want, string(appendUsage(nil, &u)))
	}
	f(run.Usage{}, `{"input_tokens":0,"output_tokens":0,"total_tokens":0}`)
	f(run.Usage{Input: 1, Output: 2, Total: 4}, `{"input_tokens":1,"output_tokens":2,"total_tokens":4}`)
	f(run.Usage{
		Input: 10, Output: 20, CacheRead: 1, CacheCreation: 2, InputAudio: 3, Reasoning: 4, OutputAudio: 5,
		InputCost: 1e-6, OutputCost: 0.5, TotalCost: 0.500001,
	}, `{
		"input_tokens":10,"output_tokens":20,"total_tokens":30,
		"input_token_details":{"cache_read":1,"cache_creation":2,"audio":3},
		"output_token_details":{"reasoning":4,"audio":5},
		"input_cost":0.000001,"output_cost":0.5,"total_cost":0.500001}`)
	rare := run.Usage{Input: 20, Output: 9, CacheCreation: 5, CacheHour: 3, InputImage: 1, OutputImage: 2}
	rare.Long.Input, rare.Long.CacheRead, rare.Long.Output = 6, 4, 3
	f(rare, `{"input_tokens":20,"output_tokens":9,"total_tokens":29,
		"input_token_details":{"ephemeral_5m_input_tokens":2,"ephemeral_1h_input_tokens":3,"image":1,"over_200k":6,"cache_read_over_200k":4},
		"output_token_details":{"image":2,"over_200k":3}}`)
	f(run.Usage{InputAudio: 1, Reasoning: -1, InputCost: math.NaN(), OutputCost: math.Inf(1)},
		`{"input_tokens":0,"output_tokens":0,"total_tokens":0,"input_token_details":{"audio":1}}`)
}

func FuzzEncode(f *testing.F) {
	f.Add("chat", "key", "value", `{"a":1}`, int64(1), 0.5)
	f.Add("\xff", "", "\x00", "{", int64(math.MinInt64), math.Inf(1))
	f.Fuzz(func(t *testing.T, name, key, text, content string, n int64, d float64) {
		parameters := map[string]any{key: content, "n": n, "model": text}
		if json.Valid([]byte(content)) {
			parameters[key] = []byte(content)
		}
		r := run.Run{
			ID: run.ID{15: 1}, Name: name, Kind: run.Kind(key), Error: text, Tags: []string{text},
			Inputs: []byte(content), Outputs: []byte(content), Usage: &run.Usage{Input: n, TotalCost: d},
			Metadata: run.ValuesOf(map[string]any{key: text, "n": n, "d": d}), Invocation: run.ValuesOf(parameters),
			Start: time.Unix(n, 0),
		}
		chunk, err := otlp{}.Append(nil, &r, Place{Service: text, Project: name})
		if err != nil {
			t.Fatal(err)
		}
		s := onlySpan(t, chunk)
		if got := attr(s, "langsmith.metadata.n"); key != "n" && n >= -maxExact && n <= maxExact && got != n {
			t.Fatalf("%d became %v", n, got)
		}
		if got, ok := attr(s, "gen_ai.prompt").(string); ok && got != valid(content) {
			t.Fatalf("%q became %q", content, got)
		}
	})
}
