// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package condition_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/condition"
)

func sample() (ptrace.ResourceSpans, ptrace.ScopeSpans, ptrace.Span) {
	rs := ptrace.NewTraces().ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "shop")
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("agents")
	s := ss.Spans().AppendEmpty()
	s.SetName("invoke_agent helper")
	s.SetKind(ptrace.SpanKindClient)
	s.SetStartTimestamp(1e9)
	s.SetEndTimestamp(3e9)
	s.Attributes().PutInt("n", 5)
	s.Attributes().PutStr("team", "search")
	return rs, ss, s
}

func ExampleCompile() {
	holds, err := condition.Compile(`span.attributes["n"] > 3 and IsMatch(span.name, "^invoke_agent")`)
	fmt.Println(err)
	fmt.Println(holds(sample()))
	// Output:
	// <nil>
	// true
}

func TestCompile(t *testing.T) {
	f := func(want bool, text string) {
		t.Helper()
		holds, err := condition.Compile(text)
		require.NoError(t, err)
		assert.Equal(t, want, holds(sample()), text)
	}
	f(true, `span.attributes["team"] == "search"`)
	f(true, `attributes["team"] == "search"`)
	f(false, `span.attributes["team"] == "shop"`)
	f(true, `resource.attributes["service.name"] == "shop"`)
	f(true, `span.kind == SPAN_KIND_CLIENT and scope.name == "agents"`)
	f(true, `span.end_time_unix_nano - span.start_time_unix_nano >= 2000000000`)
	f(true, `span.attributes["nothing"] == nil`)
	f(false, `span.status.code == STATUS_CODE_ERROR`)
	f(false, `span.trace_state["k"] == "v"`)
	f(false, `span.flags == 1`)
	f(false, `Int(span.attributes["team"]) > 1`)
	f(false, `Len(span.attributes["n"]) > 1`) // an error on this span
}

func TestCompile_mistakes(t *testing.T) {
	for _, text := range []string{
		``, `attributes[`, `span.colour == "red"`, `set(span.name, "x")`, `Nonsense(span.name)`, `1 ==`,
		`metric.name == "x"`,
	} {
		_, err := condition.Compile(text)
		assert.Error(t, err, text)
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`span.attributes["n"] > 3 and not IsMatch(span.name, "^x")`)
	f.Fuzz(func(_ *testing.T, text string) {
		if holds, err := condition.Compile(text); err == nil {
			holds(sample())
		}
	})
}

func BenchmarkCondition(b *testing.B) {
	holds, err := condition.Compile(`span.attributes["n"] > 3 and resource.attributes["service.name"] == "shop"`)
	require.NoError(b, err)
	rs, ss, s := sample()
	b.ReportAllocs()
	for b.Loop() {
		holds(rs, ss, s)
	}
}
