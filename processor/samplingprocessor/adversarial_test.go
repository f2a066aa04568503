// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// releaseOf sends one message, shuts down and returns what came out.
func releaseOf(t *testing.T, change func(*Config), td ptrace.Traces) ([]ptrace.Traces, *sampler) {
	t.Helper()
	s := startSampler(t, change)
	s.send(td)
	require.NoError(t, s.traces.Shutdown(context.Background()))
	t.Cleanup(func() { assert.NoError(t, s.telemetry.Shutdown(context.Background())) })
	out := s.sink.AllTraces()
	requireTrees(t, out...)
	return out, s
}

func TestAdversarial_lateRootBecomesAChildOfTheRoot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, nil)
		s.send(traces(spec{id: 2, parent: 1, kind: "llm", start: 10}, spec{id: 3, parent: 1, kind: "llm", start: 20}))
		time.Sleep(time.Minute)
		s.send(traces(spec{id: 1, kind: "tool"}))
		synctest.Wait()
		out := s.sink.AllTraces()
		require.Len(t, out, 2)
		requireTrees(t, out...)
		assert.Equal(t, map[string]string{id(2): "", id(3): id(2), id(1): id(2)}, shape(out...))
		late := spansOfAll(out[1])[0].Attributes().AsRaw()
		assert.Equal(t, true, late[contract.SamplingLate])
		assert.Equal(t, id(2), late[contract.SamplingRootSpanID])
		assert.Equal(t, id(2)+"@1773478800010000000", late[contract.SamplingAncestry])
		s.stop()
	})
}

func TestAdversarial_lateErrorOfADroppedTraceIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) { c.Rules[0].Keep = new(float64) })
		s.send(traces(spec{id: 1, kind: "llm"}))
		time.Sleep(time.Minute)
		s.send(traces(spec{id: 2, parent: 1, kind: "tool", failed: true}))
		synctest.Wait()
		assert.Equal(t, 1.0, s.count("late_spans", "outcome", "dropped"))
		assert.Zero(t, s.count("traces_held"))
		assert.Empty(t, s.stop())
	})
}

func TestAdversarial_clocksThatAreTenYearsOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) {
			slow := policy.Rule{Name: "slow", When: &policy.When{MinDuration: 30 * time.Second}, Keep: new(float64)}
			c.Rules = []policy.Rule{slow, keep("everything", 100)}
		})
		td := traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool"}, spec{id: 3, parent: 1, kind: "tool"})
		spans := spansOfAll(td)
		spans[0].SetStartTimestamp(pcommon.NewTimestampFromTime(epoch.AddDate(10, 0, 0)))
		spans[0].SetEndTimestamp(pcommon.NewTimestampFromTime(epoch.AddDate(-10, 0, 0)))
		spans[1].SetStartTimestamp(0)
		spans[1].SetEndTimestamp(0)
		spans[2].SetEndTimestamp(math.MaxUint64)
		s.send(td)
		time.Sleep(11 * time.Second)
		assert.Equal(t, "root", s.decisions.only(t).Trigger, "deadlines go by arrival")
		assert.Equal(t, "everything", s.decisions.only(t).Rule, "and nothing took long")
		assert.Equal(t, map[string]string{id(1): "", id(2): id(1), id(3): id(1)}, shape(s.stop()...))
	})
}

func TestAdversarial_duplicatesComeOutOnce(t *testing.T) {
	short := spec{id: 2, parent: 1, kind: "tool", start: 5, end: 10}
	long := short
	long.end, long.attributes = 90, map[string]any{"complete": true}
	out, s := releaseOf(t, nil, traces(spec{id: 1, kind: "llm"}, short, long, short))
	assert.Len(t, spansOfAll(out...), 2)
	assert.Contains(t, spansOfAll(out...)[1].Attributes().AsRaw(), "complete")
	assert.Len(t, s.decisions.list(), 1)
}

func TestAdversarial_spansWithOneIDAreNeverMergedSilently(t *testing.T) {
	one := spec{id: 2, parent: 1, kind: "tool", start: 5}
	named, elsewhere, later := one, one, one
	named.name, elsewhere.parent, later.start = "another", 3, 6
	below := spec{id: 4, parent: 2, kind: "llm", start: 9}
	all := []spec{{id: 1, kind: "llm"}, {id: 3, parent: 1, kind: "llm", start: 1}, one, named, elsewhere, later, one, below}
	var want []string
	for range 10 {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		s := startSampler(t, nil)
		s.send(traces(all...))
		require.NoError(t, s.traces.Shutdown(t.Context()))
		assert.Equal(t, 3.0, s.count("spans_separated"))
		assert.Equal(t, 1.0, s.count("dropped_spans", "reason", "duplicate", "intentional", "true"))
		out := s.sink.AllTraces()
		requireTrees(t, out...)
		require.Len(t, spansOfAll(out...), 7)
		var got []string
		noted := 0
		for _, span := range spansOfAll(out...) {
			got = append(got, span.SpanID().String()+span.ParentSpanID().String()+span.Name())
			if was, ok := span.Attributes().Get(contract.SamplingSharedSpanID); ok {
				noted++
				assert.Equal(t, id(2), was.Str())
			}
		}
		assert.Equal(t, 3, noted)
		if want == nil {
			want = got
		}
		assert.Equal(t, want, got)
	}
}

func TestAdversarial_retriedRequestAfterTheReleaseIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, nil)
		s.send(traces(spec{id: 1, kind: "llm"}))
		time.Sleep(time.Minute)
		s.send(traces(spec{id: 1, kind: "llm"}))
		synctest.Wait()
		assert.Equal(t, 1.0, s.count("dropped_spans", "reason", "duplicate", "intentional", "true"))
		assert.Len(t, s.stop(), 1)
	})
}

func TestAdversarial_zeroIDsAreDroppedAndCounted(t *testing.T) {
	s := startSampler(t, nil)
	td := traces(spec{id: 1, kind: "llm"}, spec{id: 0, kind: "llm"}, spec{id: 3, parent: 1, kind: "llm"})
	spansOfAll(td)[2].SetTraceID(pcommon.TraceID{})
	s.send(td)
	require.NoError(t, s.traces.Shutdown(t.Context()))
	assert.Equal(t, 2.0, s.count("dropped_spans", "reason", "zero_id"))
	assert.Equal(t, 1.0, s.count("spans_received"))
	assert.Len(t, spansOfAll(s.sink.AllTraces()...), 1)
}

func TestAdversarial_equalLowHalvesOfTraceIDsDoNotMix(t *testing.T) {
	s := startSampler(t, nil)
	for n := range byte(50) {
		td := traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool"})
		for _, span := range spansOfAll(td) {
			span.SetTraceID(pcommon.TraceID{0: n + 1, 15: 7})
		}
		s.send(td)
	}
	assert.Equal(t, 50, requireTrees(t, s.stop()...))
}

func TestAdversarial_severalRoots(t *testing.T) {
	out, _ := releaseOf(t, nil, traces(
		spec{id: 1, kind: "llm", start: 50}, spec{id: 2, kind: "llm", start: 10}, spec{id: 3, parent: 1, kind: "tool", start: 5},
	))
	assert.Equal(t, map[string]string{id(2): "", id(1): id(2), id(3): id(1)}, shape(out...))
}

func TestAdversarial_noRootAtAll(t *testing.T) {
	out, s := releaseOf(t, nil, traces(
		spec{id: 2, parent: 9, kind: "llm", start: 10}, spec{id: 3, parent: 8, kind: "llm", start: 20},
	))
	assert.Equal(t, map[string]string{id(2): "", id(3): id(2)}, shape(out...))
	assert.False(t, s.decisions.only(t).Complete)
}

func TestAdversarial_cyclesAreCutAtTheirEarliestSpan(t *testing.T) {
	f := func(want map[string]string, specs ...spec) {
		t.Helper()
		out, s := releaseOf(t, nil, traces(specs...))
		assert.Equal(t, want, shape(out...))
		assert.Equal(t, 1.0, s.count("cycles_cut"))
	}
	f(map[string]string{id(1): ""}, spec{id: 1, parent: 1, kind: "llm"})
	f(map[string]string{id(1): id(2), id(2): ""},
		spec{id: 1, parent: 2, kind: "llm", start: 20}, spec{id: 2, parent: 1, kind: "llm", start: 10})
	f(map[string]string{id(1): id(3), id(2): id(1), id(3): ""},
		spec{id: 1, parent: 3, kind: "llm", start: 20}, spec{id: 2, parent: 1, kind: "llm", start: 30},
		spec{id: 3, parent: 2, kind: "llm", start: 10})
	// a cycle of infrastructure: what hangs below it still finds a root
	f(map[string]string{id(3): ""}, spec{id: 1, parent: 2, kind: "http"}, spec{id: 2, parent: 1, kind: "http"},
		spec{id: 3, parent: 2, kind: "llm"})
}

func TestAdversarial_chainOfAHundredThousandSpans(t *testing.T) {
	const n = 100_000
	td := traces()
	spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	for i := range n {
		s := spec{id: 1, kind: "http"}
		if i == 0 || i == n-1 {
			s.kind = "llm"
		}
		s.put(spans.AppendEmpty())
		span := spans.At(i)
		span.SetSpanID(wide(i + 1))
		span.SetParentSpanID(wide(i))
	}
	began := time.Now()
	out, _ := releaseOf(t, nil, td)
	assert.Less(t, time.Since(began), 10*time.Second)
	assert.Equal(t, map[string]string{wide(1).String(): "", wide(n).String(): wide(1).String()}, shape(out...))
	root := rootOf(t, out[0])
	count, _ := root.Attributes().Get(contract.PrunedSpans)
	assert.EqualValues(t, n-2, count.Int())
}

// wide is a span id of a large trace.
func wide(i int) pcommon.SpanID {
	return pcommon.SpanID{4: byte(i >> 24), 5: byte(i >> 16), 6: byte(i >> 8), 7: byte(i)}
}

func TestAdversarial_giantTraceIsCutAndKeepsItsErrors(t *testing.T) {
	const n = 30_000
	td := traces(spec{id: 1, kind: "llm"})
	spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	spans.At(0).SetSpanID(wide(1))
	for i := 2; i <= n; i++ {
		spec{id: 1, kind: "tool", start: i, failed: i > n-10}.put(spans.AppendEmpty())
		spans.At(i - 1).SetSpanID(wide(i))
		spans.At(i - 1).SetParentSpanID(wide(1))
	}
	out, _ := releaseOf(t, nil, td)
	released := shape(out...)
	assert.Len(t, released, 24_999)
	for i := n - 9; i <= n; i++ {
		assert.Contains(t, released, wide(i).String())
	}
	cut, _ := rootOf(t, out[0]).Attributes().Get("pruned.truncated")
	assert.EqualValues(t, n-24_999, cut.Int())
}

func TestAdversarial_prunedRoot(t *testing.T) {
	f := func(name string, want int, specs ...spec) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			out, _ := releaseOf(t, nil, traces(specs...))
			assert.Len(t, shape(out...), want)
		})
	}
	root := spec{id: 1, kind: "http", name: "GET /chat", end: 100}
	f("without children", 0, root)
	f("one kept child is promoted", 1, root, spec{id: 2, parent: 1, kind: "llm"})
	f("several get a root of their own", 3, root, spec{id: 2, parent: 1, kind: "llm"}, spec{id: 3, parent: 1, kind: "llm"})
}

func TestAdversarial_madeRootTakesThePlaceOfThePrunedOne(t *testing.T) {
	specs := []spec{
		{id: 1, kind: "http", name: "GET /chat", end: 100, failed: true},
		{id: 2, parent: 1, kind: "llm", start: 5},
		{id: 3, parent: 1, kind: "llm", start: 6},
	}
	out, s := releaseOf(t, nil, traces(specs...))
	assert.Equal(t, 1.0, s.count("roots_made"))
	again, _ := releaseOf(t, nil, traces(specs[2], specs[0], specs[1]))
	root := rootOf(t, out[0])
	assert.NotEqual(t, spanID(1), root.SpanID(), "an id of its own")
	assert.Equal(t, root.SpanID(), rootOf(t, again[0]).SpanID(), "and always the same")
	assert.Equal(t, "GET /chat", root.Name())
	assert.Zero(t, root.Events().Len(), "no exception that would make the run red")
	a := root.Attributes().AsRaw()
	assert.EqualValues(t, 1, a[contract.PrunedErrorCount])
	assert.Equal(t, "GET /chat", a[contract.PrunedErrorSpan])
	assert.Equal(t, "it broke", a[contract.PrunedErrorMessage])
	assert.Equal(t, "everything", a[contract.SamplingRule])
}

func TestAdversarial_failedInfrastructureBelowAToolStaysOrIsTold(t *testing.T) {
	td := func() ptrace.Traces {
		return traces(
			spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool"},
			spec{id: 3, parent: 2, kind: "http", failed: true}, spec{id: 4, parent: 2, kind: "http"},
			spec{id: 5, parent: 3, kind: "http", failed: true}, spec{id: 6, parent: 1, kind: "http", failed: true},
		)
	}
	out, _ := releaseOf(t, func(c *Config) { c.Spans = agentAndFailed }, td())
	assert.Equal(t, map[string]string{id(1): "", id(2): id(1), id(3): id(2), id(5): id(3), id(6): id(1)}, shape(out...))

	out, _ = releaseOf(t, nil, td())
	assert.Equal(t, map[string]string{id(1): "", id(2): id(1)}, shape(out...))
	for _, span := range spansOfAll(out...) {
		if span.SpanID() == spanID(2) {
			count, _ := span.Attributes().Get(contract.PrunedErrorCount)
			assert.EqualValues(t, 2, count.Int(), "what was left out is told")
		}
	}
}

func TestAdversarial_malformedTraceStateIsLeftAlone(t *testing.T) {
	unreadable := 0.0
	f := func(in, want string) {
		t.Helper()
		td := traces(spec{id: 1, kind: "llm"})
		spansOfAll(td)[0].TraceState().FromRaw(in)
		out, s := releaseOf(t, nil, td)
		assert.Equal(t, want, spansOfAll(out...)[0].TraceState().AsRaw())
		assert.Equal(t, unreadable, s.count("trace_states_unreadable"))
	}
	f("", "ot=th:0")
	f("vendor=1", "ot=th:0,vendor=1")
	f("ot=th:8", "ot=th:8")
	f("ot=rv:aaaaaaaaaaaaaa", "ot=rv:aaaaaaaaaaaaaa;th:0")
	unreadable = 1
	f("not a state at all,,=", "not a state at all,,=")
}

func TestAdversarial_emptyMessages(t *testing.T) {
	s := startSampler(t, nil)
	s.send(ptrace.NewTraces())
	td := ptrace.NewTraces()
	td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty()
	td.ResourceSpans().AppendEmpty()
	s.send(td)
	assert.Zero(t, s.count("traces_received"))
	assert.Zero(t, s.count("bytes_held"))
	assert.Empty(t, s.stop())
}

func TestAdversarial_resourceComesOutOnceHoweverManyPartsItCameIn(t *testing.T) {
	s := startSampler(t, nil)
	s.send(traces(spec{id: 1, kind: "llm"}))
	for n := byte(2); n < 40; n++ {
		s.send(traces(spec{id: n, parent: 1, kind: "tool"}))
	}
	out := s.stop()
	require.Len(t, out, 1)
	assert.Equal(t, 1, out[0].ResourceSpans().Len())
	assert.Equal(t, 1, out[0].ResourceSpans().At(0).ScopeSpans().Len())
}

func TestAdversarial_overridesOfLangSmithAreRewrittenOrDropped(t *testing.T) {
	const ownID = "018f3c9e-7d2a-7c11-8a55-0242ac120002"
	out, _ := releaseOf(t, nil, traces(
		spec{id: 1, kind: "llm", attributes: map[string]any{"langsmith.span.id": ownID, "langsmith.span.dotted_order": "x"}},
		spec{id: 2, parent: 1, kind: "http"},
		spec{id: 3, parent: 2, kind: "tool", attributes: map[string]any{
			"langsmith.span.parent_id": "00000000-0000-0000-0000-000000000002", "langsmith.span.dotted_order": "x.y",
		}},
		spec{id: 4, parent: 1, kind: "tool", start: 5, attributes: map[string]any{"langsmith.is_root": true}},
	))
	byID := map[string]map[string]any{}
	for _, span := range spansOfAll(out...) {
		byID[span.SpanID().String()] = span.Attributes().AsRaw()
	}
	assert.Equal(t, ownID, byID[id(1)]["langsmith.span.id"])
	assert.NotContains(t, byID[id(1)], "langsmith.span.dotted_order")
	assert.Equal(t, ownID, byID[id(3)]["langsmith.span.parent_id"])
	assert.NotContains(t, byID[id(3)], "langsmith.span.dotted_order")
	assert.NotContains(t, byID[id(4)], "langsmith.is_root", "another span is the root")
}

func TestAdversarial_nothingOfTheIncomingMessageIsKept(t *testing.T) {
	s := startSampler(t, nil)
	td := traces(spec{id: 1, kind: "llm", name: "as it came"})
	s.send(td)
	for _, span := range spansOfAll(td) {
		span.SetName(strings.Repeat("changed afterwards", 10))
	}
	assert.Equal(t, "as it came", spansOfAll(s.stop()...)[0].Name())
}
