// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
)

// node is a span of a trace that a test draws.
type node struct {
	id, parent byte
	kind       ptrace.SpanKind
	flags      uint32
	failed     bool
	attributes map[string]any
}

func draw(nodes ...node) ptrace.Traces {
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	for _, n := range nodes {
		s := spans.AppendEmpty()
		s.SetSpanID([8]byte{n.id})
		if n.parent != 0 {
			s.SetParentSpanID([8]byte{n.parent})
		}
		s.SetKind(n.kind)
		s.SetFlags(n.flags)
		s.SetStartTimestamp(pcommon.Timestamp(1000 + int(n.id)))
		s.SetEndTimestamp(pcommon.Timestamp(2000 + int(n.id)))
		if n.failed {
			s.Status().SetCode(ptrace.StatusCodeError)
		}
		for k, v := range n.attributes {
			_ = s.Attributes().PutEmpty(k).FromRaw(v)
		}
	}
	return td
}

func attributes(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

var (
	agent = attributes("gen_ai.operation.name", "invoke_agent")
	chat  = attributes("gen_ai.operation.name", "chat", "gen_ai.request.model", "m")
	tool  = attributes("gen_ai.operation.name", "execute_tool")
)

// judge returns whether a rule with the given condition on errors takes a trace, from any order of single spans.
func judge(t *testing.T, when any, opts Options, nodes ...node) bool {
	t.Helper()
	p := compile(t, opts, Rule{Name: "r", When: &When{Error: when}, Keep: percent(100)})
	var last *bool
	for _, order := range orders(len(nodes)) {
		var e Evidence
		for _, i := range order {
			part := p.Observe(draw(nodes[i]))
			e.Merge(&part)
		}
		if p.Unsettled(&e) {
			p.Settle(&e, draw(nodes...))
		}
		kept := p.Decide([16]byte{1}, &e, now).Keep
		require.True(t, last == nil || *last == kept, "order %v", order)
		last = &kept
	}
	return *last
}

// orders returns forward, backward and a rotation: more than any single swap shows.
func orders(n int) [][]int {
	all := make([][]int, 3)
	for i := range n {
		all[0] = append(all[0], i)
		all[1] = append(all[1], n-1-i)
		all[2] = append(all[2], (i+1)%n)
	}
	return all
}

func TestError_classes(t *testing.T) {
	f := func(want string, nodes ...node) {
		t.Helper()
		for _, class := range []string{"failed", "recovered", "expected"} {
			assert.Equal(t, class == want, judge(t, class, Options{}, nodes...), class)
		}
		failed := want == "failed" || want == "recovered"
		assert.Equal(t, failed, judge(t, true, Options{}, nodes...))
		assert.Equal(t, !failed, judge(t, false, Options{}, nodes...))
		assert.Equal(t, want != "", judge(t, []any{"failed", "recovered", "expected"}, Options{}, nodes...))
	}
	root, ok := node{id: 1, attributes: agent}, node{id: 2, parent: 1, attributes: chat}
	f("", root, ok)
	f("failed", node{id: 1, failed: true, attributes: agent}, ok)
	f("recovered", root, ok, node{id: 3, parent: 1, failed: true, attributes: tool})
	f("recovered", root, ok, node{id: 3, parent: 1, attributes: attributes(
		"gen_ai.operation.name", "execute_tool", "gen_ai.tool.call.result", `{"isError":true}`)})
	f("recovered", root, node{id: 2, parent: 1, attributes: attributes(
		"gen_ai.operation.name", "chat", "gen_ai.response.finish_reasons", []any{"content_filter"})})
	f("expected", root, node{id: 2, parent: 1, failed: true, attributes: attributes("error.type", "GraphInterrupt")})
	f("expected", node{id: 1, failed: true, attributes: attributes("error.type", "CancelledError")}, ok)
	f("recovered", root, node{id: 2, parent: 1, failed: true, attributes: attributes("error.type", "GraphInterrupt")},
		node{id: 3, parent: 1, failed: true})

	http := node{id: 9, kind: ptrace.SpanKindServer}
	f("failed", http, node{id: 1, parent: 9, failed: true, attributes: agent}, ok)
	f("recovered", http, node{id: 1, parent: 9, attributes: agent}, node{id: 2, parent: 1, failed: true, attributes: chat})

	f("failed", ok, node{id: 3, parent: 1, failed: true}) // whether the root has recovered, nobody will know
	f("recovered", node{id: 1, parent: 8, flags: 0x300, attributes: agent}, node{id: 2, parent: 1, failed: true, attributes: chat})
}

func TestError_providers(t *testing.T) {
	f := func(want bool, nodes ...node) {
		t.Helper()
		assert.Equal(t, want, judge(t, true, Options{}, append(nodes, node{id: 1, attributes: agent})...))
	}
	request := func(parent byte, key string, code any) node {
		return node{id: 5, parent: parent, kind: ptrace.SpanKindClient, attributes: attributes(key, code)}
	}
	model := node{id: 2, parent: 1, attributes: chat}
	f(true, model, request(2, "http.response.status_code", 429))
	f(true, model, request(2, "http.status_code", 503))
	f(true, model, node{id: 4, parent: 2, kind: ptrace.SpanKindClient}, request(4, "http.response.status_code", 500))
	f(false, model, request(2, "http.response.status_code", 404))
	f(false, model, request(2, "http.response.status_code", "many"))
	f(false, model, request(1, "http.response.status_code", 429))
	f(false, model, node{id: 3, parent: 2, attributes: tool}, request(3, "http.response.status_code", 503))
	f(false, model, request(7, "http.response.status_code", 503))

	loop := node{id: 5, parent: 5, kind: ptrace.SpanKindClient, attributes: attributes("http.status_code", 500)}
	f(false, loop)
	direct := node{id: 2, parent: 1, kind: ptrace.SpanKindClient, attributes: attributes(
		"gen_ai.operation.name", "chat", "gen_ai.request.model", "m", "http.response.status_code", 429)}
	f(true, direct)
}

func TestError_evidenceCanBeSwitchedOff(t *testing.T) {
	traces := map[string]node{
		"status":        {id: 1, failed: true},
		"error_type":    {id: 1, attributes: attributes("error.type", "timeout")},
		"flag":          {id: 1, attributes: attributes("langfuse.observation.level", "ERROR")},
		"tool_result":   {id: 1, attributes: attributes("redact.evidence.tool_error", true)},
		"finish_reason": {id: 1, attributes: attributes("redact.evidence.refusal", true)},
		"provider_status": {id: 1, kind: ptrace.SpanKindClient, attributes: attributes(
			"gen_ai.operation.name", "chat", "gen_ai.request.model", "m", "http.response.status_code", 429)},
	}
	for off := range traces {
		when := map[string]any{"evidence": map[string]any{off: false}}
		for name, n := range traces {
			assert.Equal(t, name != off, judge(t, when, Options{}, n), "%s with %s off", name, off)
		}
	}
}

func TestError_expectedTypes(t *testing.T) {
	opts := Options{Expected: []string{"404", "NotFound"}}
	f := func(want bool, errorType string) {
		t.Helper()
		n := node{id: 1, failed: true, attributes: attributes("error.type", errorType)}
		assert.Equal(t, want, judge(t, true, opts, n))
		assert.Equal(t, !want, judge(t, "expected", opts, n))
	}
	f(false, "404")
	f(false, "shop.errors.NotFound")
	f(true, "500")
	f(true, "NotFoundElsewhere")
}

func TestError_mistakes(t *testing.T) {
	f := func(want string, when any) {
		t.Helper()
		_, err := Compile([]Rule{{Name: "r", When: &When{Error: when}, Keep: percent(1)}}, Options{})
		assert.ErrorContains(t, err, want)
	}
	f("rules::0::when::error: must be true, false, or one or more of expected, failed, recovered, is 7", 7)
	f("is unknown", []any{"failed", "unknown"})
	f("needs at least one class", []any{})
	f(`unknown key "kind"`, map[string]any{"kind": "failed"})
	f("evidence: must map evidence to true or false, is string", map[string]any{"evidence": "status"})
	f("evidence::status: must be true or false, is 3", map[string]any{"evidence": map[string]any{"status": 3}})
	nothing := map[string]any{}
	for name := range signNames {
		nothing[name] = false
	}
	f("something must be left that counts", map[string]any{"evidence": nothing})
}

func TestUsage_isCountedOnce(t *testing.T) {
	call := func(id, parent byte, tokens int) node {
		return node{id: id, parent: parent, attributes: attributes(
			"gen_ai.operation.name", "chat", "gen_ai.usage.input_tokens", tokens, "gen_ai.usage.cost", 0.25)}
	}
	sum := node{id: 1, attributes: attributes("gen_ai.operation.name", "invoke_agent", "gen_ai.usage.input_tokens", 30)}
	p := compile(t, Options{}, Rule{Name: "r", When: &When{MinTokens: 30}, Keep: percent(100)})
	f := func(want int64, nodes ...node) {
		t.Helper()
		for _, order := range orders(len(nodes)) {
			var e Evidence
			for _, i := range order {
				part := p.Observe(draw(nodes[i]))
				e.Merge(&part)
			}
			tokens, _ := e.usage()
			require.Equal(t, want, tokens)
			require.Equal(t, want >= 30, p.Decide([16]byte{1}, &e, now).Keep)
		}
	}
	f(0, node{id: 1})
	f(30, sum, call(2, 1, 10), call(3, 1, 20))
	f(20, call(2, 1, 20), call(3, 2, 20))                 // a call within the same call of another library
	f(40, call(2, 1, 40), call(3, 2, 20), call(4, 2, 20)) // two attempts
	f(10, call(2, 1, 10), call(2, 1, 10))                 // a copy
	f(10, call(2, 2, 10))
}

func TestUsage_ofRecordings(t *testing.T) {
	p := compile(t, Options{}, Rule{Name: "r", When: &When{MinTokens: 1}, Keep: percent(100)})
	good, n := 0, 0
	for _, fixture := range pdatatest.Fixtures(t) {
		sum := fixture.LeafTokenSum
		if sum == nil || sum.Input == nil || sum.Output == nil {
			continue
		}
		want := int64(*sum.Input + *sum.Output)
		e := p.Observe(pdatatest.LoadTraces(t, fixture.Path))
		tokens, _ := e.usage()
		n++
		if tokens == want {
			good++
		} else {
			t.Logf("%s: %d tokens, expected %d", fixture.Path, tokens, want)
		}
	}
	t.Logf("%d of %d recordings", good, n)
	assert.Greater(t, float64(good), 0.9*float64(n))
}

func TestCalls_tooManyAreStillCounted(t *testing.T) {
	var parts [2]calls
	for i := range 3 * maxCalls {
		parts[i%2].add(call{id: spanKey{byte(i >> 8), byte(i), 1}, parent: spanKey{9}, tokens: 1, cost: 1})
	}
	forward, backward := calls{}, calls{}
	forward.merge(&parts[0])
	forward.merge(&parts[1])
	backward.merge(&parts[1])
	backward.merge(&parts[0])
	assert.Equal(t, forward, backward)
	tokens, cost := forward.usage()
	assert.EqualValues(t, 3*maxCalls, tokens)
	assert.InDelta(t, 3*maxCalls, cost, 1e-6)
	assert.LessOrEqual(t, len(forward.known), maxCalls)
}

func TestObserve_whatAsksToBeKept(t *testing.T) {
	p := compile(t, Options{OnlyAgents: true, Keep: []string{"sampling.keep"}}, Rule{Name: "none", Keep: percent(0)})
	f := func(want bool, key string, value any) {
		t.Helper()
		e := p.Observe(span(map[string]any{key: value}))
		d := p.Decide([16]byte{1}, &e, now)
		assert.Equal(t, want, d.Keep)
		if want {
			assert.Equal(t, KeepRequested, d.Rule)
			assert.Equal(t, 1.0, d.AdjustedCount())
		}
	}
	f(true, "sampling.keep", true)
	f(true, "sampling.keep", "true")
	f(true, "sampling.keep", "TRUE")
	f(true, "sampling.keep", 1)
	f(false, "sampling.keep", false)
	f(false, "sampling.keep", "no")
	f(false, "sampling.drop", true)
	f(true, "resource.sampling.keep", true)
	f(true, "resource.sampling.keep", "true")
	f(false, "resource.sampling.keep", "no")
}

func TestObserve_countsTheRunsOfABudget(t *testing.T) {
	query := node{id: 3, parent: 1, kind: ptrace.SpanKindClient, attributes: attributes("db.system", "postgresql")}
	f := func(want int, unpruned bool) {
		t.Helper()
		p := compile(t, Options{Unpruned: unpruned, Budget: &Rate{10, 3600e9}}, Rule{Name: "r", Keep: percent(1)})
		e := p.Observe(draw(node{id: 1, attributes: agent}, node{id: 2, parent: 1, attributes: chat}, query))
		assert.EqualValues(t, want, e.runs)
		assert.EqualValues(t, 3, e.spans)
	}
	f(2, false)
	f(3, true)
}

func TestTop_recordsWithoutTimesAreNotTheTop(t *testing.T) {
	record := top{here: true, orphan: true, id: spanKey{1}, signs: dialect.SignException}
	span := top{here: true, orphan: true, id: spanKey{2}, start: 5}
	assert.Negative(t, span.compare(&record))
	assert.Positive(t, record.compare(&span))
}

// TestError_recordings holds what is taken for a failure against what people have said about every recording.
func TestError_recordings(t *testing.T) {
	p := compile(t, Options{}, Rule{Name: "errors", When: &When{Error: true}, Keep: percent(100)})
	n := 0
	for _, fixture := range pdatatest.Fixtures(t) {
		want, judged := false, false
		for _, expected := range fixture.Expected {
			judged = judged || expected.Error != nil
			want = want || expected.Error != nil && *expected.Error
		}
		if !judged {
			continue
		}
		td := pdatatest.LoadTraces(t, fixture.Path)
		e := p.Observe(td)
		if p.Unsettled(&e) {
			p.Settle(&e, td)
		}
		n++
		assert.Equal(t, want, p.Decide([16]byte{1}, &e, now).Keep, "%s: %s", fixture.Path, e.Explain())
	}
	assert.Greater(t, n, 50)
}
