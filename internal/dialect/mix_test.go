// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// oddValues are what attributes hold in the wild and in the worst case.
var oddValues = []any{
	"", "{}", "[]", "null", "text", "42", `"quoted"`, `"\"twice\""`, `{"a":1}`, `[1,2,3]`, `[[0.1],[0.2]]`,
	`{"broken":`, "\xff\xfe", true,
	int64(math.MaxInt64), int64(-1), math.NaN(), math.Inf(-1), 0.5, []byte("\x00\x01"), []byte(`{"a":1}`),
	`[{"role":"user","content":"hi"}]`, `[{"role":"user","parts":[{"type":"text","content":null}]}]`, `[null,1,"a",{},[]]`,
	`[{"role":1,"content":{"type":"tool_result","content":[{"text":7}]}}]`, `{"messages":[{"role":"model","parts":[{"functionCall":{}}]}]}`,
	`{"role":"assistant","content":[{"type":"tool_use"},{"type":"image","source":{"data":"x"}},{"reasoningContent":{}}]}`,
	`{"args":[null],"kwargs":null}`, `{"type":"list","value":[]}`, `{"content":{"parts":[{"text":{}}]},"usageMetadata":{"thoughtsTokenCount":"x"}}`,
	`[{"event.name":"gen_ai.choice","message":{"tool_calls":[{}]}}]`, `{"input":1e400,"output":"-3"}`, `{"input":1,"":2,"output":null}`,
	[]any{"a", int64(1), map[string]any{"role": "user"}},
	map[string]any{"parts": []any{map[string]any{"type": "text"}}},
}

// TestRead_anyMixOfKnownAttributes throws dialects together as no library would: whoever wins, objects or nothing
// come out.
func TestRead_anyMixOfKnownAttributes(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	names := slices.Sorted(maps.Keys(known))
	for family := range lists {
		names = append(names, family+".0.message.content", family+".1.message.tool_calls.0.tool_call.function.arguments",
			family+".0.document.metadata", family+".0.embedding.vector", family+".3.role", family+".7", family+".0.tool.json_schema")
	}
	for _, family := range families {
		names = append(names, family+"x", family+"sessionId")
	}
	kinds := []string{"langsmith.span.kind", "openinference.span.kind", "gen_ai.operation.name"}
	words := []any{"llm", "TOOL", "retriever", "EMBEDDING", "prompt", "execute_tool", "embeddings", "retrieval", "chat"}
	pick := func(from []any) any { return from[random.IntN(len(from))] }
	for range 30_000 {
		attributes := map[string]any{kinds[random.IntN(len(kinds))]: pick(words)}
		for range 1 + random.IntN(8) {
			attributes[names[random.IntN(len(names))]] = pick(oddValues)
		}
		checkRead(t, attributes)
	}
}

func checkRead(t *testing.T, attributes map[string]any) {
	t.Helper()
	span := ptrace.NewSpan()
	require.NoError(t, span.Attributes().FromRaw(attributes))
	for _, name := range []string{"gen_ai.user.message", "gen_ai.choice", "tool.output"} {
		event := span.Events().AppendEmpty()
		event.SetName(name)
		require.NoError(t, event.Attributes().FromRaw(map[string]any{
			"content": attributes["input.value"], "message": attributes["output.value"],
			"gen_ai.event.content": attributes["gen_ai.prompt"],
		}))
	}
	f := Read(Span{Span: span, Resource: pcommon.NewMap(), Scope: pcommon.NewInstrumentationScope()})
	for _, object := range [][]byte{f.Inputs, f.Outputs} {
		require.True(t, object == nil || object[0] == '{' && json.Valid(object), "%v: %s", attributes, object)
	}
	for name, p := range f.Invocation.Map() {
		if raw, ok := p.([]byte); ok {
			require.True(t, json.Valid(raw), "%s %v: %s", name, attributes, raw)
		}
	}
	for name, value := range f.Metadata.Map() {
		switch value.(type) {
		case string, bool, int64, float64:
		default:
			t.Fatalf("metadata %s is %T", name, value)
		}
	}
	if u := f.Usage; u != nil {
		if u.Input+u.Output > 0 { // a total may be all that is known
			require.Equal(t, u.Input+u.Output, u.Total)
		}
		for _, n := range []int64{u.Input, u.Output, u.CacheRead, u.CacheCreation, u.InputAudio, u.Reasoning, u.OutputAudio} {
			require.GreaterOrEqual(t, n, int64(0), "%v", attributes)
		}
		require.GreaterOrEqual(t, u.Input, u.CacheRead+u.CacheCreation+u.InputAudio, "%v", attributes)
		require.GreaterOrEqual(t, u.Output, u.Reasoning+u.OutputAudio, "%v", attributes)
	}
}
