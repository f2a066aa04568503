// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// besideGood is a good model call with another beside it, and what the second became, by each protocol. The good one
// always arrives.
func besideGood(t *testing.T, spoil func(ptrace.Span)) map[string]standin.Run {
	t.Helper()
	td := tracesOf("t", 1, 3)
	spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	good, bad := spans.At(1), spans.At(2)
	require.NoError(t, good.Attributes().FromRaw(map[string]any{"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 3}))
	bad.SetName("bad")
	bad.Attributes().PutStr("gen_ai.operation.name", "chat")
	spoil(bad)
	became := map[string]standin.Run{}
	for _, protocol := range []string{"otlp", "multipart"} {
		runs := arrivals(t, td, func(c *Config) { c.Protocol = protocol })
		require.Len(t, runs, 3, protocol)
		for _, r := range runs {
			require.True(t, json.Valid(r.Extra), protocol)
			require.True(t, len(r.Inputs) == 0 || json.Valid(r.Inputs), protocol)
			require.True(t, len(r.Outputs) == 0 || json.Valid(r.Outputs), protocol)
			if strings.HasSuffix(r.ID, bad.SpanID().String()[4:]) {
				became[protocol] = r
			}
		}
		require.Contains(t, became, protocol)
	}
	return became
}

func attributesOf(t *testing.T, attributes map[string]any) func(ptrace.Span) {
	t.Helper()
	return func(s ptrace.Span) {
		for k, v := range attributes {
			value := pcommon.NewValueEmpty()
			require.NoError(t, value.FromRaw(v))
			value.MoveTo(s.Attributes().PutEmpty(k))
		}
	}
}

func TestBadInput_becomesARunThatLangSmithTakes(t *testing.T) {
	type m = map[string]any
	f := func(name string, attributes m, inputs, outputs string, usage bool) {
		t.Helper()
		for protocol, r := range besideGood(t, attributesOf(t, attributes)) {
			compareContent(t, name+" by "+protocol, inputs, r.Inputs)
			compareContent(t, name+" by "+protocol, outputs, r.Outputs)
			assert.Equal(t, "llm", r.Type, name)
			assert.Equal(t, usage, r.Usage != standin.Usage{}, "%s by %s: %v", name, protocol, r.Usage)
		}
	}
	f("counts that are none", m{"gen_ai.usage.input_tokens": math.NaN(), "gen_ai.usage.output_tokens": math.Inf(1), "x": math.NaN()}, "", "", false)
	f("JSON in a string in a string", m{"input.value": `"{\"messages\":[{\"role\":\"user\",\"content\":\"Why?\"}]}"`},
		`{"messages":[{"role":"user","content":"Why?"}]}`, "", false)
	f("hostile numbers", m{
		"llm.input_messages.999999999.message.role": "user", "llm.input_messages.999999999.message.content": "last",
		"llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "first",
		"llm.input_messages.99999999999999999999.message.content": "beyond", "llm.input_messages.-1.message.content": "before",
	}, `{"messages":[{"role":"user","content":"first"},{"role":"user","content":"last"}]}`, "", false)
	f("no content", m{
		"gen_ai.input.messages": `[{"role":"user","content":null},null,{"role":"assistant","parts":null}]`, "gen_ai.output.messages": "null",
	}, `*`, "", false)
	f("null", m{"gen_ai.prompt": "null", "gen_ai.completion": "null"}, "", "", false)
	f("integers beyond a double", m{"input.value": `{"id":9007199254740993}`, "gen_ai.usage.input_tokens": int64(9007199254740993)},
		`{"id":9007199254740993}`, "*", true)
}

// compareContent wants content as it is written; a star is anything.
func compareContent(t *testing.T, name, want string, got []byte) {
	t.Helper()
	switch want {
	case "*":
	case "":
		assert.Empty(t, string(got), name)
	default:
		assert.Equal(t, exactly(t, []byte(want)), exactly(t, got), name)
	}
}

// exactly decodes JSON with numbers as they are written.
func exactly(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&v), "%s", text)
	return v
}

func TestBadInput_integersBeyondADoubleStayWhole(t *testing.T) {
	for protocol, r := range besideGood(t, attributesOf(t, map[string]any{"langsmith.metadata.order": int64(9007199254740993)})) {
		assert.Contains(t, string(r.Extra), `"order":"9007199254740993"`, protocol)
	}
}

func TestBadInput_textThatIsNoUTF8(t *testing.T) {
	const broken = "caf\xe9 \xff\xfe \xed\xa0\x80"
	for protocol, r := range besideGood(t, func(s ptrace.Span) {
		s.SetName(broken)
		for _, key := range []string{
			"input.value", "output.value", "langsmith.metadata.note", "langsmith.span.tags", "gen_ai.request.model", broken,
			"session.id", "user.id",
		} {
			s.Attributes().PutStr(key, broken)
		}
		s.Status().SetCode(ptrace.StatusCodeError)
		s.Status().SetMessage(broken)
	}) {
		for _, text := range []string{r.Name, r.Error, string(r.Inputs), string(r.Outputs), string(r.Extra), strings.Join(r.Tags, "")} {
			assert.Contains(t, text, "caf\ufffd", protocol)
		}
	}
}

func TestBadInput_deepDocumentIsShown(t *testing.T) {
	for _, depth := range []int{9_000, 250_000} {
		deep := strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth)
		for protocol, r := range besideGood(t, attributesOf(t, map[string]any{
			"input.value": deep, "gen_ai.output.messages": strings.Repeat("[", depth) + strings.Repeat("]", depth),
		})) {
			assert.Greater(t, len(r.Inputs), len(deep)/2, "%d by %s", depth, protocol)
		}
	}
}

func TestBadInput_tenThousandAttributes(t *testing.T) {
	for protocol, r := range besideGood(t, func(s ptrace.Span) {
		for n := range 10_000 {
			s.Attributes().PutStr(fmt.Sprintf("app.key.%d", n), "value")
		}
		s.Attributes().PutStr("input.value", "Why?")
	}) {
		assert.Less(t, len(r.Extra), 16<<10, protocol)
		assert.JSONEq(t, `{"input":"Why?"}`, string(r.Inputs), protocol)
	}
}
