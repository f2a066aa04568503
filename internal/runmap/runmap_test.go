// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// node is a span under test. Ids are single bytes; zero means none.
type node struct {
	id, parent byte
	name       string
	start      int // milliseconds
	attributes map[string]any
	resource   map[string]any
}

func build(t testing.TB, nodes ...node) ptrace.Traces {
	t.Helper()
	td := ptrace.NewTraces()
	for _, n := range nodes {
		rs := td.ResourceSpans().AppendEmpty()
		require.NoError(t, rs.Resource().Attributes().FromRaw(n.resource))
		s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		s.SetTraceID(pcommon.TraceID{15: 1})
		s.SetSpanID(spanID(n.id))
		s.SetParentSpanID(spanID(n.parent))
		s.SetName(n.name)
		s.SetStartTimestamp(pcommon.Timestamp(n.start) * 1e6)
		s.SetEndTimestamp(pcommon.Timestamp(n.start+1) * 1e6)
		require.NoError(t, s.Attributes().FromRaw(n.attributes))
	}
	return td
}

func spanID(b byte) pcommon.SpanID {
	if b == 0 {
		return pcommon.SpanID{}
	}
	return pcommon.SpanID{7: b}
}

func id(b byte) run.ID { return run.FromSpan(spanID(b)) }

// mapped maps one trace and indexes its runs by name.
func mapped(t testing.TB, opts runmap.Options, nodes ...node) map[string]run.Run {
	t.Helper()
	runs := map[string]run.Run{}
	for _, trace := range runmap.Map(build(t, nodes...), opts) {
		for _, r := range trace.Runs {
			runs[r.Name] = r
		}
	}
	return runs
}

func ExampleMap() {
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	for i, name := range []string{"chat gpt-4o", "invoke_agent travel"} { // children end, and arrive, first
		s := spans.AppendEmpty()
		s.SetName(name)
		s.SetTraceID(pcommon.TraceID{15: 9})
		s.SetSpanID(pcommon.SpanID{7: byte(2 - i)})
		s.Attributes().PutStr("gen_ai.operation.name", []string{"chat", "invoke_agent"}[i])
		s.Attributes().PutInt("gen_ai.usage.input_tokens", 12)
	}
	spans.At(0).SetParentSpanID(pcommon.SpanID{7: 1})

	for _, r := range runmap.Map(td, runmap.Options{})[0].Runs {
		fmt.Println(r.Kind, r.Name, "counted:", r.Usage != nil)
	}
	// Output:
	// chain invoke_agent travel counted: false
	// llm chat gpt-4o counted: true
}

func TestMap_parentsStandBeforeChildren(t *testing.T) {
	traces := runmap.Map(build(t,
		node{id: 3, parent: 2, name: "c", start: 3}, node{id: 2, parent: 1, name: "b", start: 2}, node{id: 1, name: "a", start: 1},
	), runmap.Options{})
	require.Len(t, traces, 1)
	var names []string
	for _, r := range traces[0].Runs {
		names = append(names, r.Name)
		assert.Equal(t, id(1), r.TraceID)
	}
	assert.Equal(t, []string{"a", "b", "c"}, names)
	c := traces[0].Runs[2]
	assert.Equal(t, id(2), c.ParentID)
	assert.Equal(t, "19700101T000000001000Z"+id(1).String()+".19700101T000000002000Z"+id(2).String()+
		".19700101T000000003000Z"+id(3).String(), c.DottedOrder)
	assert.Equal(t, "00000000000000000000000000000001", c.Metadata.Get("OTEL_TRACE_ID").Any())
	assert.Equal(t, "0000000000000003", c.Metadata.Get("OTEL_SPAN_ID").Any())
}

func TestMap_spanWithoutItsParentIsARoot(t *testing.T) {
	traces := runmap.Map(build(t,
		node{id: 1, name: "root", start: 1}, node{id: 3, parent: 9, name: "orphan", start: 3},
		node{id: 4, parent: 3, name: "child", start: 4},
	), runmap.Options{})
	require.Len(t, traces, 2)
	assert.Len(t, traces[0].Runs, 1)
	assert.Len(t, traces[1].Runs, 2)
	for _, r := range traces[1].Runs {
		assert.Equal(t, id(3), r.TraceID)
	}
	assert.True(t, traces[1].Runs[0].ParentID.IsZero())
}

func TestMap_traceSpanIDs(t *testing.T) {
	runs := mapped(t, runmap.Options{IDs: runmap.TraceSpanIDs}, node{id: 1, name: "a"}, node{id: 2, parent: 1, name: "b"})
	assert.Equal(t, run.FromTraceSpan([16]byte{15: 1}, [8]byte{7: 2}), runs["b"].ID)
	assert.Equal(t, runs["a"].ID, runs["b"].ParentID)
}

func TestMap_applicationsOwnIDs(t *testing.T) {
	const own = "018f3c9e-7d2a-7c11-8a55-0242ac120002"
	runs := mapped(t, runmap.Options{},
		node{id: 1, name: "a", attributes: map[string]any{contract.LangSmithSpanID: own}},
		node{id: 2, name: "b", attributes: map[string]any{contract.LangSmithParentID: own}},
		node{id: 3, parent: 1, name: "c", attributes: map[string]any{contract.LangSmithIsRoot: true}},
	)
	assert.Equal(t, own, runs["a"].ID.String())
	assert.Equal(t, own, runs["b"].ParentID.String())
	assert.Equal(t, own, runs["b"].TraceID.String())
	assert.True(t, runs["c"].ParentID.IsZero())
	assert.Equal(t, id(3), runs["c"].TraceID)
}

func TestMap_applicationsOwnPlaceElsewhere(t *testing.T) {
	const root, parent = "018f3c9e-7d2a-7c11-8a55-0242ac120001", "018f3c9e-7d2a-7c11-8a55-0242ac120002"
	dotted := "20260101T000000000000Z" + root + ".20260101T000000000000Z" + parent + ".20260101T000000000000Z" + id(5).String()
	r := mapped(t, runmap.Options{}, node{id: 5, name: "far", attributes: map[string]any{
		contract.LangSmithParentID: parent, contract.LangSmithDottedOrder: dotted,
	}})["far"]
	assert.Equal(t, root, r.TraceID.String())
	assert.Equal(t, parent, r.ParentID.String())
	assert.Equal(t, dotted, r.DottedOrder)
	// Without the whole path LangSmith would refuse it: a root.
	r = mapped(t, runmap.Options{}, node{id: 5, name: "far", attributes: map[string]any{contract.LangSmithParentID: parent}})["far"]
	assert.True(t, r.ParentID.IsZero())
}

func TestMap_lateSpansKeepTheirPlace(t *testing.T) {
	late := map[string]any{
		contract.SamplingLate: true, contract.SamplingRootSpanID: "0000000000000001",
		contract.SamplingAncestry: "0000000000000001@1000000,0000000000000002@2000000",
	}
	traces := runmap.Map(build(t,
		node{id: 5, parent: 2, name: "late", start: 5, attributes: late},
		node{id: 6, parent: 5, name: "below", start: 6},
		node{id: 7, parent: 2, name: "other", start: 7, attributes: late},
	), runmap.Options{})
	require.Len(t, traces, 1)
	require.Len(t, traces[0].Runs, 3)
	for _, r := range traces[0].Runs {
		assert.Equal(t, id(1), r.TraceID)
		assert.True(t, strings.HasPrefix(r.DottedOrder,
			"19700101T000000001000Z"+id(1).String()+".19700101T000000002000Z"+id(2).String()+"."), r.DottedOrder)
	}
	r := traces[0].Runs[0]
	assert.Equal(t, id(2), r.ParentID)
	assert.Equal(t, true, r.Metadata.Get(contract.SamplingLate).Any())
	assert.NotContains(t, r.Metadata.Map(), contract.SamplingAncestry)
}

func TestMap_usageStandsOnOneRun(t *testing.T) {
	llm := func(more map[string]any, input int) map[string]any {
		a := map[string]any{"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": input}
		maps.Copy(a, more)
		return a
	}
	said := map[string]any{"gen_ai.output.messages": `[{"role":"assistant","parts":[{"type":"text","content":"x"}]}]`}
	counted := func(nodes ...node) map[string]bool {
		got := map[string]bool{}
		for name, r := range mapped(t, runmap.Options{}, nodes...) {
			got[name] = r.Usage != nil
		}
		return got
	}
	assert.Equal(t, map[string]bool{"agent": false, "a": true, "b": true}, counted(
		node{id: 1, name: "agent", attributes: map[string]any{"gen_ai.operation.name": "plan", "gen_ai.usage.input_tokens": 3}},
		node{id: 2, parent: 1, name: "a", attributes: llm(nil, 1)}, node{id: 3, parent: 1, name: "b", attributes: llm(nil, 2)},
	), "an agent's total is no usage")
	assert.Equal(t, map[string]bool{"outer": false, "a": true, "b": true}, counted(
		node{id: 1, name: "outer", attributes: llm(said, 3)},
		node{id: 2, parent: 1, name: "a", attributes: llm(said, 1)}, node{id: 3, parent: 1, name: "b", attributes: llm(nil, 2)},
	), "a sum of calls below is no usage")
	assert.Equal(t, map[string]bool{"outer": true, "step": false, "native": false}, counted(
		node{id: 1, name: "outer", attributes: llm(said, 3)},
		node{id: 2, parent: 1, name: "step"}, node{id: 3, parent: 2, name: "native", attributes: llm(nil, 3)},
	), "the provider's own span of the same call knows less")
	assert.Equal(t, map[string]bool{"llm": true, "embed": true}, counted(
		node{id: 1, name: "llm", attributes: llm(nil, 3)},
		node{id: 2, parent: 1, name: "embed", attributes: map[string]any{
			"gen_ai.operation.name": "embeddings", "gen_ai.usage.input_tokens": 1,
		}},
	), "embeddings are other tokens")
}

func TestMap_agentTotalsStayAsMetadata(t *testing.T) {
	r := mapped(t, runmap.Options{}, node{id: 1, name: "a", attributes: map[string]any{
		"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 4,
	}})["a"]
	assert.Nil(t, r.Usage)
	assert.Equal(t, int64(7), r.Metadata.Get("aggregated_usage.total_tokens").Any())
}

func TestMap_threadIsKnownToEveryRun(t *testing.T) {
	runs := mapped(t, runmap.Options{},
		node{id: 1, name: "root"},
		node{id: 2, parent: 1, name: "llm", attributes: map[string]any{"session.id": "s", "user.id": "u"}},
		node{id: 3, parent: 2, name: "below"},
	)
	for name, r := range runs {
		assert.Equal(t, "s", r.Metadata.Get("session_id").Any(), name)
		assert.Equal(t, "s", r.Metadata.Get("thread_id").Any(), name)
		assert.Equal(t, "u", r.Metadata.Get("user_id").Any(), name)
	}
}

func TestMap_ambiguousThreadStaysWhereItIs(t *testing.T) {
	agent := func(session string) map[string]any {
		return map[string]any{"session.id": session, "gen_ai.operation.name": "chat"}
	}
	runs := mapped(t, runmap.Options{},
		node{id: 1, name: "root"},
		node{id: 2, parent: 1, name: "a", attributes: agent("one")}, node{id: 3, parent: 2, name: "below a"},
		node{id: 4, parent: 1, name: "b", attributes: agent("two")},
	)
	assert.NotContains(t, runs["root"].Metadata.Map(), "session_id")
	assert.Equal(t, "one", runs["below a"].Metadata.Get("session_id").Any())
	assert.Equal(t, "two", runs["b"].Metadata.Get("session_id").Any())

	// A connection's session does not make a conversation ambiguous.
	runs = mapped(t, runmap.Options{},
		node{id: 1, name: "root"},
		node{id: 2, parent: 1, name: "a", attributes: agent("one")},
		node{id: 3, parent: 1, name: "mcp", attributes: map[string]any{"mcp.session.id": "m", "mcp.method.name": "tools/call"}},
	)
	assert.Equal(t, "one", runs["root"].Metadata.Get("session_id").Any())
}

func TestMap_threadKeyOfTheApplicationIsEnough(t *testing.T) {
	r := mapped(t, runmap.Options{}, node{id: 1, name: "a", attributes: map[string]any{"langsmith.metadata.thread_id": "t"}})["a"]
	assert.Equal(t, "t", r.Metadata.Get("thread_id").Any())
	assert.NotContains(t, r.Metadata.Map(), "session_id")
}

func TestMap_metadataRules(t *testing.T) {
	opts := runmap.Options{Metadata: map[string][]string{
		"env": {"deployment.environment.name"}, "app.version": {"app.version", "service.version"}, "team": {"team"},
		"none": {"absent"},
	}}
	runs := mapped(t, opts,
		node{id: 1, name: "root", attributes: map[string]any{"app.version": "2"}, resource: map[string]any{
			"deployment.environment.name": "prod", "service.version": "1", "host.name": "h", "k8s.namespace.name": "ns",
			"process.command_line": "x", "telemetry.sdk.language": "go", contract.RedactPolicy: "p",
		}},
		node{id: 2, parent: 1, name: "child", attributes: map[string]any{"team": "own"}, resource: map[string]any{"service.name": "b"}},
	)
	root, child := runs["root"].Metadata.Map(), runs["child"].Metadata.Map()
	assert.Equal(t, "prod", root["env"])
	assert.Equal(t, "prod", child["env"], "from the resource of the root")
	assert.Equal(t, "2", child["app.version"], "from the root")
	assert.Equal(t, "own", child["team"])
	assert.NotContains(t, child, "none")
	assert.Equal(t, "b", child["service.name"])
	assert.Equal(t, "ns", root["k8s.namespace.name"])
	assert.Equal(t, "p", root[contract.RedactPolicy])
	for _, left := range []string{"host.name", "process.command_line"} {
		assert.NotContains(t, root, left)
	}
	assert.NotContains(t, child, contract.RedactPolicy)
}

func TestMap_whatSamplingAndPruningSay(t *testing.T) {
	r := mapped(t, runmap.Options{}, node{id: 1, name: "a", attributes: map[string]any{
		contract.SamplingRule: "errors", contract.SamplingAdjustedCount: 1.0, contract.SamplingComplete: true,
		contract.PrunedSpans: 4, contract.PrunedErrorMessage: "relation does not exist",
	}})["a"]
	assert.Equal(t, "errors", r.Metadata.Get(contract.SamplingRule).Any())
	assert.Equal(t, 1.0, r.Metadata.Get(contract.SamplingAdjustedCount).Any())
	assert.Equal(t, true, r.Metadata.Get(contract.SamplingComplete).Any())
	assert.Equal(t, int64(4), r.Metadata.Get(contract.PrunedSpans).Any())
	assert.Equal(t, "relation does not exist", r.Metadata.Get(contract.PrunedErrorMessage).Any())
	assert.Empty(t, r.Error, "what was pruned does not make the run fail")
}

func TestMap_model(t *testing.T) {
	r := mapped(t, runmap.Options{}, node{id: 1, name: "chat", attributes: map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "gcp.vertex_ai", "gen_ai.request.model": "gemini-2.5",
		"gen_ai.request.temperature": 0.2, "gen_ai.request.max_tokens": 10,
		"gen_ai.request.stop_sequences": []any{"END"},
	}})["chat"]
	for key, value := range map[string]any{
		"ls_provider": "google_vertexai", "ls_model_name": "gemini-2.5", "ls_model_type": "chat", "ls_temperature": 0.2,
		"ls_max_tokens": int64(10), "ls_stop": `["END"]`,
	} {
		assert.Equal(t, value, r.Metadata.Get(key).Any(), key)
	}
}

func TestMap_errorsCarryTheStackTrace(t *testing.T) {
	td := build(t, node{id: 1, name: "a"})
	e := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Events().AppendEmpty()
	e.SetName("exception")
	require.NoError(t, e.Attributes().FromRaw(map[string]any{
		"exception.type": "ValueError", "exception.message": "boom", "exception.stacktrace": "at f",
	}))
	r := runmap.Map(td, runmap.Options{})[0].Runs[0]
	assert.Equal(t, "boom\n\nStacktrace:\nat f", r.Error)
	assert.Equal(t, "ValueError", r.Metadata.Get("error.type").Any())
}

func TestMap_timesAreInOrder(t *testing.T) {
	td := build(t, node{id: 1, name: "a", start: 5})
	s := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	s.SetEndTimestamp(0)
	r := runmap.Map(td, runmap.Options{})[0].Runs[0]
	assert.Equal(t, r.Start, r.End)
	s.SetStartTimestamp(0)
	s.SetEndTimestamp(7_000_000)
	r = runmap.Map(td, runmap.Options{})[0].Runs[0]
	assert.Equal(t, r.Start, r.End)
}

func TestMap_spansWithoutAnIDAreTwoRuns(t *testing.T) {
	nodes := []node{{name: "a", start: 1}, {name: "b", start: 2}}
	runs := mapped(t, runmap.Options{}, nodes...)
	require.Len(t, runs, 2)
	assert.NotEqual(t, runs["a"].ID, runs["b"].ID)
	assert.False(t, runs["a"].ID.IsZero())
	assert.Equal(t, runs["a"].ID, mapped(t, runmap.Options{}, nodes...)["a"].ID, "the same when it is sent again")
}

func TestMap_orderOfArrivalDoesNotMatter(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, f := range pdatatest.Fixtures(t) {
		td := pdatatest.LoadTraces(t, f.Path)
		want := runsBySpan(td)
		shuffled := ptrace.NewTraces()
		parts := split(td)
		random.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		for _, p := range parts {
			p.ResourceSpans().MoveAndAppendTo(shuffled.ResourceSpans())
		}
		assert.Equal(t, want, runsBySpan(shuffled), f.File)
	}
}

// split makes a message of each span.
func split(td ptrace.Traces) []ptrace.Traces {
	var parts []ptrace.Traces
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				one := ptrace.NewTraces()
				to := one.ResourceSpans().AppendEmpty()
				rs.Resource().CopyTo(to.Resource())
				scope := to.ScopeSpans().AppendEmpty()
				ss.Scope().CopyTo(scope.Scope())
				s.CopyTo(scope.Spans().AppendEmpty())
				parts = append(parts, one)
			}
		}
	}
	return parts
}

func TestMap_doesNotChangeWhatItReads(t *testing.T) {
	for _, f := range pdatatest.Fixtures(t) {
		td := pdatatest.LoadTraces(t, f.Path)
		marshaler := ptrace.ProtoMarshaler{}
		before, err := marshaler.MarshalTraces(td)
		require.NoError(t, err)
		runmap.Map(td, runmap.Options{})
		after, err := marshaler.MarshalTraces(td)
		require.NoError(t, err)
		assert.Equal(t, before, after, f.File)
	}
}

// Each lends memory that it has used before: nothing of an earlier trace may show.
func TestEach_isMap(t *testing.T) {
	opts := runmap.Options{Metadata: map[string][]string{"env": {"deployment.environment.name"}, "v": {"service.version"}}}
	opts.Compile()
	for _, f := range pdatatest.Fixtures(t) {
		td := pdatatest.LoadTraces(t, f.Path)
		want := runmap.Map(td, opts)
		i := 0
		runmap.Each(td, opts, func(trace *runmap.Trace) {
			require.Less(t, i, len(want), f.File)
			require.Equal(t, want[i], *trace, f.File)
			i++
		})
		assert.Equal(t, len(want), i, f.File)
	}
}

func TestEach_withoutDottedOrder(t *testing.T) {
	td := build(t, node{id: 1, name: "a"}, node{id: 2, parent: 1, name: "b"})
	runmap.Each(td, runmap.Options{WithoutDottedOrder: true}, func(trace *runmap.Trace) {
		for _, r := range trace.Runs {
			assert.Empty(t, r.DottedOrder)
		}
	})
}

// checkRuns holds what every encoder relies on.
func checkRuns(t *testing.T, td ptrace.Traces) {
	t.Helper()
	for _, trace := range runmap.Map(td, runmap.Options{}) {
		seen := map[run.ID]bool{}
		for _, r := range trace.Runs {
			require.False(t, r.ID.IsZero())
			require.Equal(t, trace.Runs[0].TraceID, r.TraceID)
			require.False(t, r.End.Before(r.Start))
			require.True(t, strings.HasSuffix(r.DottedOrder, r.ID.String()))
			require.NotContains(t, r.Metadata.Map(), "")
			for _, object := range [][]byte{r.Inputs, r.Outputs} {
				require.True(t, object == nil || object[0] == '{' && json.Valid(object))
			}
			seen[r.ID] = true
		}
	}
}

func FuzzMap(f *testing.F) {
	for _, name := range []string{"vercel-ai-v6/agent.json", "langsmith-js/traceable_agent.json"} {
		td := pdatatest.LoadTraces(f, filepath.Join(pdatatest.Repository(f), "testdata", "traces", name))
		message, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
		require.NoError(f, err)
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(message)
		if err != nil {
			t.Skip("not a message")
		}
		checkRuns(t, td)
	})
}
