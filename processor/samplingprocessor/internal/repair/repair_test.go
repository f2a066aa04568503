// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repair_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
)

// lines makes a trace: each line is "id parent kind", in order of start, 0 for no parent.
func lines(text string) ptrace.Traces {
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	for n, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var id, parent int
		var kind string
		if _, err := fmt.Sscan(line, &id, &parent, &kind); err != nil {
			panic(err)
		}
		s := spans.AppendEmpty()
		s.SetTraceID(pcommon.TraceID{1})
		s.SetSpanID(spanID(id))
		s.SetParentSpanID(spanID(parent))
		s.SetStartTimestamp(pcommon.Timestamp(1000 + n))
		s.SetName(fmt.Sprint(kind, id))
		s.Attributes().PutStr("kind", kind)
		shape(s, kind)
	}
	return td
}

func spanID(n int) pcommon.SpanID {
	if n == 0 {
		return pcommon.SpanID{}
	}
	return pcommon.SpanID{0xaa, 6: byte(n >> 8), 7: byte(n)}
}

func shape(s ptrace.Span, kind string) {
	kind, failed := strings.CutSuffix(kind, "!")
	switch kind {
	case "llm":
		s.Attributes().PutStr("gen_ai.operation.name", "chat")
	case "tool":
		s.Attributes().PutStr("gen_ai.operation.name", "execute_tool")
	case "http":
		s.SetKind(ptrace.SpanKindClient)
		s.Attributes().PutStr("http.request.method", "GET")
	}
	if failed {
		s.Status().SetCode(ptrace.StatusCodeError)
	}
}

// edges shows a released trace as "child<parent", in its order.
func edges(td ptrace.Traces) string {
	var out []string
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				out = append(out, name(s.SpanID())+"<"+name(s.ParentSpanID()))
			}
		}
	}
	return strings.Join(out, " ")
}

func name(id pcommon.SpanID) string {
	switch {
	case id.IsEmpty():
		return ""
	case id[0] == 0xaa:
		return fmt.Sprint(int(id[6])<<8 | int(id[7]))
	}
	return "made"
}

var (
	prune = repair.Options{Prune: true, KeepFailed: true}
	stamp = repair.Stamp{Rule: "r", Trigger: "root", Probability: 0.5, AdjustedCount: 2, Threshold: half()}
)

func half() sampling.Threshold {
	th, err := sampling.ProbabilityToThreshold(0.5)
	if err != nil {
		panic(err)
	}
	return th
}

func ExampleTrace() {
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	agent, http, llm := spans.AppendEmpty(), spans.AppendEmpty(), spans.AppendEmpty()
	agent.SetSpanID([8]byte{1})
	agent.Attributes().PutStr("gen_ai.operation.name", "invoke_agent")
	http.SetSpanID([8]byte{2})
	http.SetParentSpanID([8]byte{1})
	http.SetKind(ptrace.SpanKindClient)
	http.Attributes().PutStr("http.request.method", "POST")
	llm.SetSpanID([8]byte{3})
	llm.SetParentSpanID([8]byte{2})
	llm.Attributes().PutStr("gen_ai.operation.name", "chat")

	r := repair.Trace(td, repair.Options{Prune: true}, repair.Stamp{Rule: "errors"})
	fmt.Println(r.Spans, "left,", r.Pruned, "pruned,", r.Reparented, "hung elsewhere")
	// Output: 2 left, 1 pruned, 1 hung elsewhere
}

func TestTrace(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		assert.Equal(t, want, edges(repair.Trace(lines(in), prune, stamp).Traces))
	}
	f("1 0 llm", "1<")
	f("1 0 llm\n2 1 tool\n3 2 llm", "1< 2<1 3<2")
	f("1 0 llm\n2 1 http\n3 2 tool", "1< 3<1")
	f("1 0 llm\n2 1 http\n3 2 http\n4 3 http\n5 4 tool", "1< 5<1")
	f("1 0 http\n2 1 http\n3 2 llm", "3<")
	f("1 0 http\n2 1 llm\n3 1 llm", "made< 2<made 3<made")
	f("1 0 http\n2 1 llm\n3 2 tool\n4 9 llm", "made< 2<made 3<2 4<made")
	f("1 9 http\n2 1 llm\n3 8 llm", "made< 2<made 3<made")
	f("1 9 llm\n2 8 llm", "1< 2<1")
	f("1 9 llm\n2 0 llm", "2< 1<2")
	f("1 2 http\n2 1 http\n3 2 llm\n4 1 llm", "made< 3<made 4<made")
	f("1 0 http", "")
	f("1 0 app\n2 1 http\n3 2 llm", "1< 3<1")
	f("1 0 tool\n2 1 http!\n3 2 http\n4 3 http!", "1< 2<1 4<2")
	f("1 0 app\n2 1 http!", "1<")
}

func TestTrace_withoutPruning(t *testing.T) {
	r := repair.Trace(lines("1 0 http\n2 1 llm\n3 9 http"), repair.Options{}, stamp)
	assert.Equal(t, "1< 2<1 3<1", edges(r.Traces))
	assert.Zero(t, r.Pruned)
	assert.Equal(t, 1, r.Reparented)
}

func first(td ptrace.Traces) ptrace.Span {
	return td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
}

func TestTrace_stampsTheRootAndEveryTraceState(t *testing.T) {
	td := repair.Trace(lines("1 0 llm\n2 1 tool"), prune, stamp).Traces
	a := first(td).Attributes().AsRaw()
	assert.Equal(t, "r", a[contract.SamplingRule])
	assert.Equal(t, "root", a[contract.SamplingTrigger])
	assert.Equal(t, 0.5, a[contract.SamplingProbability])
	assert.Equal(t, 2.0, a[contract.SamplingAdjustedCount])
	assert.Equal(t, false, a[contract.SamplingComplete])
	for _, s := range td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().All() {
		assert.Equal(t, "ot=th:8", s.TraceState().AsRaw())
	}
}

func TestTrace_forgedAttributesOfLateSpansAreDropped(t *testing.T) {
	td := lines("1 0 llm")
	first(td).Attributes().PutStr(contract.SamplingAncestry, "x")
	first(td).Attributes().PutBool(contract.SamplingLate, true)
	a := first(repair.Trace(td, prune, stamp).Traces).Attributes().AsRaw()
	assert.NotContains(t, a, contract.SamplingAncestry)
	assert.NotContains(t, a, contract.SamplingLate)
}

func TestTrace_linksToPrunedSpansPointToWhatStandsForThem(t *testing.T) {
	td := lines("1 0 llm\n2 1 http\n3 1 tool")
	link := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(2).Links().AppendEmpty()
	link.SetTraceID(pcommon.TraceID{1})
	link.SetSpanID(spanID(2))
	td = repair.Trace(td, prune, stamp).Traces
	assert.Equal(t, spanID(1), td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(1).Links().At(0).SpanID())
}

func TestTrace_limit(t *testing.T) {
	f := func(limit int, in, want string, truncated int) {
		t.Helper()
		r := repair.Trace(lines(in), repair.Options{Prune: true, MaxSpans: limit}, stamp)
		assert.Equal(t, want, edges(r.Traces))
		assert.Equal(t, truncated, r.Truncated)
	}
	const wide = "1 0 llm\n2 1 tool\n3 2 llm\n4 1 tool\n5 4 llm!"
	f(6, wide, "1< 2<1 3<2 4<1 5<4", 0)
	f(5, wide, "1< 2<1 4<1 5<4", 1)
	f(4, wide, "1< 4<1 5<4", 2)
	f(3, wide, "1< 2<1", 3) // no room for the whole path to the failed one
	f(3, "1 0 http\n2 1 llm\n3 1 llm\n4 1 llm", "made< 2<made 3<made", 1)
}

func TestMark_changesNothingElse(t *testing.T) {
	td := lines("1 9 http\n2 1 llm")
	repair.Mark(td, stamp)
	assert.Equal(t, "1<9 2<1", edges(td))
	rule, _ := first(td).Attributes().Get(contract.SamplingRule)
	assert.Equal(t, "r", rule.Str())
	repair.Mark(ptrace.NewTraces(), stamp)
}

func TestLate(t *testing.T) {
	f := func(before, late, want string) {
		t.Helper()
		k := repair.Trace(lines(before), prune, stamp).Known
		require.NotNil(t, k)
		assert.Equal(t, want, edges(k.Late(lines(late), prune).Traces))
	}
	f("1 0 llm", "2 1 tool", "2<1")
	f("1 0 llm", "2 1 tool\n3 2 llm\n4 3 tool", "2<1 3<2 4<3")
	f("1 0 llm\n2 1 http", "3 2 tool", "3<1")
	f("1 0 llm", "2 9 tool", "2<1")
	f("1 0 llm", "2 0 llm", "2<1")
	f("1 0 llm", "2 1 http", "")
	f("1 0 llm", "2 1 http\n3 2 tool", "3<1")
	f("1 0 tool", "2 1 http!\n3 2 http!\n4 2 http", "2<1 3<2")
	f("1 0 http\n2 1 llm\n3 1 llm", "4 1 tool", "4<made")
	f("2 1 llm\n3 1 llm", "1 0 app", "1<2")
	f("1 0 llm", "1 0 llm", "")
	f("1 0 llm", "1 0 llm\n1 0 llm", "made<1") // the second starts later: it is another span
	f("1 0 llm", "2 3 llm\n3 2 llm", "2<1 3<2")
	f("1 0 llm", "2 2 llm", "2<1")
}

func TestTrace_spansWithOneIDAreKeptApart(t *testing.T) {
	r := repair.Trace(lines("1 0 llm\n2 1 llm\n2 1 tool\n2 2 http\n3 2 llm\n3 2 llm"), prune, stamp)
	assert.Equal(t, "1< 2<1 3<2 made<2 made<1", edges(r.Traces), "the one that holds most keeps the id, and what stands below it")
	assert.Equal(t, 3, r.Twins, "pruned ones included")
	assert.Zero(t, r.Duplicates)
	ids := map[pcommon.SpanID]bool{}
	for _, s := range r.Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().All() {
		assert.False(t, ids[s.SpanID()])
		ids[s.SpanID()] = true
		was, renamed := s.Attributes().Get(contract.SamplingSharedSpanID)
		assert.Equal(t, name(s.SpanID()) == "made", renamed)
		if renamed {
			assert.Contains(t, []string{spanID(2).String(), spanID(3).String()}, was.Str())
		}
	}

	late := lines("2 1 llm\n2 1 tool\n2 9 tool\n2 1 tool")
	for i, s := range late.ResourceSpans().At(0).ScopeSpans().At(0).Spans().All() {
		s.SetStartTimestamp(pcommon.Timestamp(1001 + i%2)) // but for the third they are out
	}
	l := r.Known.Late(late, prune)
	assert.Equal(t, 1, l.Spans)
	assert.Equal(t, 1, l.Twins)
	assert.Equal(t, 3, l.Duplicates)
}

func TestLate_carriesItsPath(t *testing.T) {
	k := repair.Trace(lines("1 0 llm\n2 1 tool"), prune, stamp).Known
	s := first(k.Late(lines("3 2 llm"), prune).Traces)
	a := s.Attributes().AsRaw()
	assert.Equal(t, true, a[contract.SamplingLate])
	assert.Equal(t, spanID(1).String(), a[contract.SamplingRootSpanID])
	assert.Equal(t, spanID(1).String()+"@1000,"+spanID(2).String()+"@1001", a[contract.SamplingAncestry])
	assert.Equal(t, "ot=th:8", s.TraceState().AsRaw())

	again := first(k.Late(lines("4 3 tool"), prune).Traces)
	path, _ := again.Attributes().Get(contract.SamplingAncestry)
	assert.Len(t, strings.Split(path.Str(), ","), 3, "late spans are parents too")
}

func TestLate_deepPathsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 600 {
		fmt.Fprintf(&b, "%d %d llm\n", i+1, i)
	}
	k := repair.Trace(lines(b.String()), prune, stamp).Known
	s := first(k.Late(lines("999 600 llm"), prune).Traces)
	path, _ := s.Attributes().Get(contract.SamplingAncestry)
	steps := strings.Split(path.Str(), ",")
	assert.Len(t, steps, 256)
	assert.True(t, strings.HasPrefix(steps[255], s.ParentSpanID().String()))
}

func TestLate_limitHoldsForTheWholeTrace(t *testing.T) {
	opts := repair.Options{Prune: true, MaxSpans: 4}
	k := repair.Trace(lines("1 0 llm\n2 1 llm"), opts, stamp).Known
	l := k.Late(lines("3 1 llm\n4 1 llm\n5 1 llm"), opts)
	assert.Equal(t, 2, l.Spans)
	assert.Equal(t, 1, l.Truncated)
	assert.Positive(t, k.Cost())
	var told []any
	for _, rs := range l.Traces.ResourceSpans().All() {
		for _, s := range rs.ScopeSpans().At(0).Spans().All() {
			if v, ok := s.Attributes().Get(repair.Truncated); ok {
				told = append(told, v.AsRaw())
			}
		}
	}
	assert.Equal(t, []any{int64(1)}, told, "the span in the last place")
	cost := k.Cost()
	for range 3 {
		l = k.Late(lines("3 1 llm\n5 1 llm\n6 1 llm\n7 6 http\n8 7 llm"), opts)
		assert.Zero(t, l.Spans)
		assert.Equal(t, [3]int{3, 1, 1}, [3]int{l.Truncated, l.Pruned, l.Duplicates})
	}
	assert.Equal(t, cost, k.Cost(), "what finds no place is not remembered")
}

// TestKnown_fitsIntoWhatThereIs gives up what was left out first, and then all.
func TestKnown_fitsIntoWhatThereIs(t *testing.T) {
	opts := repair.Options{Prune: true}
	known := func() *repair.Known {
		return repair.Trace(lines("1 0 llm\n2 1 http\n3 2 http\n4 2 llm\n5 4 llm"), opts, stamp).Known
	}
	whole := known().Cost()
	f := func(most int64, spans int, want string) {
		t.Helper()
		k := known().Fit(func(cost int64) bool { return cost <= most })
		k, err := repair.ParseKnown(k.AppendBinary(nil))
		require.NoError(t, err)
		l := k.Late(lines("6 3 llm\n7 5 llm\n8 1 http\n4 2 llm"), opts)
		assert.Equal(t, spans, l.Spans)
		assert.Equal(t, want, edges(l.Traces))
		if spans == 0 {
			assert.Equal(t, 4, l.Truncated)
			assert.True(t, k.Sealed())
		}
	}
	f(whole, 2, "6<1 7<5")
	f(whole-1, 2, "6<1 7<5")
	f(200, 0, "")
}

func BenchmarkTrace(b *testing.B) {
	for _, n := range []int{13, 10_000} {
		td := ptrace.NewTraces()
		var text strings.Builder
		for i := range n {
			kind := [...]string{"llm", "http", "tool", "http"}[i%4]
			fmt.Fprintf(&text, "%d %d %s\n", i+1, i/3, kind)
		}
		lines(text.String()).MoveTo(td)
		b.Run(fmt.Sprintf("%dspans", n), func(b *testing.B) {
			var r repair.Repairer
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				clone := ptrace.NewTraces()
				td.CopyTo(clone)
				b.StartTimer()
				r.Trace(clone, repair.Options{Prune: true}, stamp)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
		})
	}
}

// spokenByAgents are attributes that make a span an agent's, which is not pruned.
var spokenByAgents = map[string]bool{"gen_ai.prompt.version": true, "llm.prompt_template.version": true}

func TestTrace_rootKeepsWhatThePrunedOneSaidOfTheWholeTrace(t *testing.T) {
	f := func(text string) {
		t.Helper()
		td := lines(text)
		spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
		a := spans.At(0).Attributes()
		for _, sources := range contract.RunMetadata() {
			for _, name := range sources {
				if !spokenByAgents[name] {
					a.PutStr(name, "of the request")
				}
			}
		}
		a.PutStr("langsmith.metadata.plan", "gold")
		a.PutStr("build.commit", "abc")
		a.PutStr("buildings", "many")
		a.PutStr("url.path", "/chat")
		spans.At(1).Attributes().PutStr("tenant", "of the route")
		opts := repair.Options{Prune: true, Inherit: []string{"build.*"}}
		got := first(repair.Trace(td, opts, repair.Stamp{}).Traces).Attributes().AsRaw()
		for key, sources := range contract.RunMetadata() {
			for _, name := range sources {
				if name != "tenant" && !spokenByAgents[name] {
					assert.Equal(t, "of the request", got[name], key)
				}
			}
		}
		assert.Equal(t, "gold", got["langsmith.metadata.plan"])
		assert.Equal(t, "abc", got["build.commit"])
		assert.Equal(t, "of the route", got["tenant"], "the nearest is heard")
		assert.NotContains(t, got, "url.path")
		assert.NotContains(t, got, "buildings")
	}
	f("1 0 http\n2 1 http\n3 2 llm")
	f("1 0 http\n2 1 http\n3 2 llm\n4 2 llm")
	f("1 0 http\n2 1 llm")
}

func TestKnown_isReadAsItWasWritten(t *testing.T) {
	for _, stamp := range []repair.Stamp{{}, {Threshold: sampling.AlwaysSampleThreshold, BroughtBack: true}} {
		k := repair.Trace(lines("1 0 http\n2 1 llm\n3 1 tool\n4 3 http\n5 4 llm"), repair.Options{Prune: true}, stamp).Known
		data := k.AppendBinary(nil)
		again, err := repair.ParseKnown(data)
		require.NoError(t, err)
		assert.Equal(t, data, again.AppendBinary(nil))
		late := "6 4 llm\n7 1 tool\n8 6 http!\n9 99 llm"
		assert.Equal(t, edges(k.Late(lines(late), repair.Options{Prune: true}).Traces),
			edges(again.Late(lines(late), repair.Options{Prune: true}).Traces))
		for i := range data {
			_, err := repair.ParseKnown(data[:i])
			assert.Error(t, err)
		}
	}
}

func FuzzParseKnown(f *testing.F) {
	f.Add(repair.Trace(lines("1 0 llm\n2 1 tool"), repair.Options{}, repair.Stamp{}).Known.AppendBinary(nil))
	never := func(int64) bool { return false }
	f.Add(repair.Trace(lines("1 0 llm\n2 1 tool"), repair.Options{}, repair.Stamp{}).Known.Fit(never).AppendBinary(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := repair.ParseKnown(data)
		if err != nil {
			return
		}
		assert.Len(t, k.AppendBinary(nil), len(k.AppendBinary(nil)))
		k.Late(lines("1 0 llm\n2 1 tool"), repair.Options{}) // ends
		k.Fit(never)
	})
}

func TestTrace_ofInfrastructureAloneKeepsItsRootWhereSomethingMustStay(t *testing.T) {
	f := func(want string, pruned int, in string) {
		t.Helper()
		r := repair.Trace(lines(in), repair.Options{Prune: true, KeepRoot: true}, stamp)
		assert.Equal(t, want, edges(r.Traces))
		assert.Equal(t, pruned, r.Pruned)
		assert.Zero(t, repair.Trace(lines(in), repair.Options{Prune: true}, stamp).Spans)
		assert.Equal(t, "4<1", edges(r.Known.Late(lines("4 2 llm"), repair.Options{Prune: true}).Traces))
	}
	f("1<", 2, "1 0 http\n2 1 http\n3 9 http")
	f("1<", 0, "1 8 http")
	f("1<", 1, "1 2 http\n2 1 http")
}
