// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// usedBy makes n model calls of ten tokens each, below a request.
func usedBy(n int) ptrace.Traces {
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	for i := range n + 1 {
		s := spans.AppendEmpty()
		s.SetSpanID([8]byte{1, byte(i >> 8), byte(i)})
		s.SetStartTimestamp(pcommon.Timestamp(i + 1))
		s.SetEndTimestamp(pcommon.Timestamp(i + 2))
		if i == 0 {
			s.SetKind(ptrace.SpanKindServer)
			s.Attributes().PutStr("http.request.method", "GET")
			continue
		}
		s.SetParentSpanID([8]byte{1})
		s.Attributes().PutStr("gen_ai.operation.name", "chat")
		s.Attributes().PutInt("gen_ai.usage.input_tokens", 4)
		s.Attributes().PutInt("gen_ai.usage.output_tokens", 6)
	}
	return td
}

// TestRecount_countsWhatWasSentAgainOnce has few and so many calls that not all of them are compared.
func TestRecount_countsWhatWasSentAgainOnce(t *testing.T) {
	p := compile(t, Options{Budget: &Rate{1000, time.Hour}}, Rule{Name: "r", When: &When{MinTokens: 1}, Keep: percent(100)})
	assert.True(t, p.Counts())
	for _, n := range []int{2, maxCalls + 100} {
		var e Evidence
		all := ptrace.NewTraces()
		for range 3 {
			td := usedBy(n)
			part := p.Observe(td)
			e.Merge(&part)
			td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
		}
		p.Recount(&e, all)
		tokens, _ := e.usage()
		assert.EqualValues(t, 10*n, tokens)
		assert.EqualValues(t, n+1, e.spans)
		assert.EqualValues(t, n, e.runs)
		assert.Equal(t, 3*(n+1), all.SpanCount(), "nothing is taken out")
	}
}

func TestCounts_onlyWhereARuleAsks(t *testing.T) {
	f := func(want bool, opts Options, r Rule) {
		t.Helper()
		r.Name, r.Keep = "r", percent(50)
		assert.Equal(t, want, compile(t, opts, r).Counts())
	}
	f(false, Options{}, Rule{When: &When{Error: true, MinDuration: 1}})
	f(true, Options{}, Rule{When: &When{MinSpans: 1}})
	f(true, Options{}, Rule{When: &When{Not: &When{MinTokens: 1}}})
	f(true, Options{}, Rule{When: &When{Any: &[]When{{MinCost: 1}}}})
	f(true, Options{}, Rule{Budget: &Rate{1, time.Hour}})
	f(true, Options{Budget: &Rate{1, time.Hour}}, Rule{})
}
