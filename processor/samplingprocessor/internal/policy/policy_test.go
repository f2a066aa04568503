// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
)

var now = time.Unix(1_800_000_000, 0)

// percent takes whole numbers as they are.
func percent[N int | float64](p N) *float64 {
	share := float64(p)
	return &share
}

func compile(t testing.TB, opts Options, rules ...Rule) *Policy {
	t.Helper()
	p, err := Compile(rules, opts)
	require.NoError(t, err)
	p.Start(now)
	return p
}

// span makes a trace of one span with the given attributes; those of the resource are written as resource.key.
func span(attributes map[string]any) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetSpanID([8]byte{1})
	s.SetName("root")
	s.SetStartTimestamp(1)
	s.SetEndTimestamp(1 + 2e9)
	for k, v := range attributes {
		if len(k) > 9 && k[:9] == "resource." {
			_ = rs.Resource().Attributes().PutEmpty(k[9:]).FromRaw(v)
			continue
		}
		_ = s.Attributes().PutEmpty(k).FromRaw(v)
	}
	return td
}

func ExamplePolicy() {
	all, tenth := 100.0, 10.0
	p, err := Compile([]Rule{
		{Name: "errors", When: &When{Error: true}, Keep: &all},
		{Name: "rest", Keep: &tenth},
	}, Options{Seed: "blue"})
	if err != nil {
		panic(err)
	}
	td := ptrace.NewTraces()
	s := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.Status().SetCode(ptrace.StatusCodeError)

	e := p.Observe(td)
	d := p.Decide([16]byte{1}, &e, time.Now())
	fmt.Println(d.Keep, d.Rule, d.AdjustedCount())
	// Output: true errors 1
}

func TestWhen(t *testing.T) {
	f := func(want bool, when When, attributes map[string]any) {
		t.Helper()
		p := compile(t, Options{}, Rule{Name: "r", When: &when, Keep: percent(100)})
		e := p.Observe(span(attributes))
		assert.Equal(t, want, p.Decide([16]byte{1}, &e, now).Keep)
	}
	team := map[string]any{"team": "a", "resource.service.name": "shop", "resource.zone": "z", "n": 5, "ok": true}
	f(true, When{Error: true}, map[string]any{"error.type": "timeout"})
	f(false, When{Error: true}, nil)
	f(true, When{Error: false}, nil)
	f(true, When{Attributes: map[string]any{"team": "a"}}, team)
	f(false, When{Attributes: map[string]any{"team": "b"}}, team)
	f(true, When{Attributes: map[string]any{"team": []any{"b", "a"}}}, team)
	f(true, When{Attributes: map[string]any{"n": 5, "ok": true}}, team)
	f(false, When{Attributes: map[string]any{"n": 5, "ok": false}}, team)
	f(true, When{Attributes: map[string]any{`resource["zone"]`: "z"}}, team)
	f(false, When{Attributes: map[string]any{`resource["team"]`: "a"}}, team)
	f(true, When{Attributes: map[string]any{"zone": "z"}}, team)
	f(true, When{Service: []string{"x", "shop"}}, team)
	f(false, When{Service: []string{"x"}}, team)
	f(true, When{RootName: []string{"root"}}, nil)
	f(false, When{RootName: []string{"leaf"}}, nil)
	f(true, When{MinDuration: 2 * time.Second}, nil)
	f(false, When{MinDuration: 3 * time.Second}, nil)
	f(true, When{All: &[]When{{Error: false}, {RootName: []string{"root"}}}}, nil)
	f(false, When{All: &[]When{{Error: true}, {RootName: []string{"root"}}}}, nil)
	f(true, When{Any: &[]When{{Error: true}, {RootName: []string{"root"}}}}, nil)
	f(false, When{Not: &When{RootName: []string{"root"}}}, nil)
	f(true, When{Not: &When{Error: true}}, nil)
}

func TestDecide_firstMatchWins(t *testing.T) {
	p := compile(t, Options{}, Rule{Name: "first", When: &When{Error: true}, Keep: percent(0)}, Rule{Name: "second", Keep: percent(100)})
	e := p.Observe(span(map[string]any{"error.type": "x"}))
	d := p.Decide([16]byte{1}, &e, now)
	assert.Equal(t, "first", d.Rule)
	assert.False(t, d.Keep)
	assert.Zero(t, d.AdjustedCount())
}

func TestDecide_withoutAMatchingRule(t *testing.T) {
	p := compile(t, Options{}, Rule{Name: "errors", When: &When{Error: true}, Keep: percent(100)})
	assert.Equal(t, Decision{Rule: NoRule}, p.Decide([16]byte{1}, &Evidence{}, now))
	p = compile(t, Options{OnlyAgents: true}, Rule{Name: "all", Keep: percent(100)})
	assert.Equal(t, Decision{Rule: NoAgentSpan}, p.Decide([16]byte{1}, &Evidence{Failed: true}, now))
}

func TestHash_smallerShareIsPartOfTheLarger(t *testing.T) {
	small, large := compile(t, Options{}, Rule{Name: "r", Keep: percent(1)}), compile(t, Options{}, Rule{Name: "r", Keep: percent(10)})
	kept := [2]int{}
	for i := range uint64(50_000) {
		var id [16]byte
		binary.BigEndian.PutUint64(id[8:], i) // ids that hold hardly any randomness
		a, b := small.Decide(id, &Evidence{}, now), large.Decide(id, &Evidence{}, now)
		if a.Keep {
			kept[0]++
			require.True(t, b.Keep)
			require.InDelta(t, 100, a.AdjustedCount(), 1e-6)
		}
		if b.Keep {
			kept[1]++
		}
	}
	assert.InDelta(t, 500, kept[0], 70)
	assert.InDelta(t, 5000, kept[1], 210)
}

// TestHash_isEven compares how hashes of ids that are counted up fall into 256 parts with chance.
func TestHash_isEven(t *testing.T) {
	const n, parts = 1 << 20, 256
	p := compile(t, Options{}, Rule{Name: "r", Keep: percent(1)})
	var fell [parts]int
	for i := range uint64(n) {
		var id [16]byte
		binary.BigEndian.PutUint64(id[:], i)
		fell[randomness(hash(p.keys[ofTrace], id[:]))>>48]++
	}
	chi := 0.0
	for _, f := range fell {
		d := float64(f) - n/parts
		chi += d * d / (n / parts)
	}
	assert.InDelta(t, parts-1, chi, 3*math.Sqrt(2*(parts-1)))
}

func TestConversations_ofOneTraceAreKeptWholeAndCountLess(t *testing.T) {
	p := compile(t, Options{}, Rule{Name: "r", Keep: percent(30)})
	sum, n := 0.0, 20_000
	for i := range n {
		var e Evidence
		e.conversations.add(hash(p.keys[ofConversation], fmt.Sprint("a", i)))
		e.conversations.add(hash(p.keys[ofConversation], fmt.Sprint("b", i)))
		sum += p.Decide([16]byte{1}, &e, now).AdjustedCount()
	}
	assert.InDelta(t, n, sum, 450) // 3 sigma at p = 0.51
}

func TestConversations_doNotDependOnTheOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	values := []uint64{5, 1, 9, 7, 3, 9, 8}
	var want conversations
	for _, v := range values {
		want.add(v)
	}
	assert.Equal(t, conversations{highest: [4]uint64{9, 8, 7, 5}, n: 4}, want)
	for range 50 {
		r.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		var got conversations
		for _, v := range values {
			got.add(v)
		}
		assert.Equal(t, want, got)
	}
}

func TestConversation_fromConfiguredAttributes(t *testing.T) {
	p := compile(t, Options{Conversation: []string{"thread", `resource["box"]`}}, Rule{Name: "r", Keep: percent(50)})
	f := func(want int, attributes map[string]any) {
		t.Helper()
		e := p.Observe(span(attributes))
		assert.EqualValues(t, want, e.conversations.n)
	}
	f(0, map[string]any{"session.id": "s"})
	f(1, map[string]any{"thread": "t"})
	f(1, map[string]any{"resource.box": "b"})
}

func TestFloor_keepsTheFirstOfEachPeriodAndCountsThemAsOne(t *testing.T) {
	p := compile(t, Options{}, Rule{Name: "r", Keep: percent(0.0001), Floor: &Rate{Count: 3, Period: time.Minute}})
	kept := func(at time.Time) int {
		n := 0
		for i := range byte(50) {
			if d := p.Decide([16]byte{i}, &Evidence{}, at); d.Keep {
				n++
				assert.Equal(t, 1.0, d.AdjustedCount())
			}
		}
		return n
	}
	assert.Equal(t, 3, kept(now))
	assert.Zero(t, kept(now.Add(59*time.Second)))
	assert.Equal(t, 3, kept(now.Add(time.Minute)))
}

func TestRate(t *testing.T) {
	f := func(in string, want Rate) {
		t.Helper()
		var r Rate
		require.NoError(t, r.UnmarshalText([]byte(in)))
		assert.Equal(t, want, r)
		var again Rate
		require.NoError(t, again.UnmarshalText([]byte(r.String())))
		assert.Equal(t, want, again)
	}
	f("10/min", Rate{10, time.Minute})
	f("1/s", Rate{1, time.Second})
	f(" 500 / h ", Rate{500, time.Hour})
	for _, bad := range []string{"", "10", "10/", "-1/s", "a/s", "1/day", "1/s/s"} {
		assert.Error(t, new(Rate).UnmarshalText([]byte(bad)), bad)
	}
}

func FuzzRate(f *testing.F) {
	f.Add("10/min")
	f.Fuzz(func(t *testing.T, s string) {
		var r, again Rate
		if r.UnmarshalText([]byte(s)) == nil {
			require.NoError(t, again.UnmarshalText([]byte(r.String())))
			assert.Equal(t, r, again)
		}
	})
}

func TestMerge_doesNotDependOnTheOrder(t *testing.T) {
	p := compile(t, Options{}, Rule{Name: "r", Keep: percent(1), When: &When{
		Error: true, Attributes: map[string]any{"a": 1, "b": 2},
		NewRelease: &NewRelease{Attributes: []string{"service.version"}, For: 1, Traces: 1},
	}})
	parts := []Evidence{
		p.Observe(span(map[string]any{"a": 1, "session.id": "x", "resource.service.version": "2"})),
		p.Observe(span(map[string]any{"b": 2, "session.id": "y", "resource.service.version": "1"})),
		p.Observe(span(map[string]any{"error.type": "z", "service.version": "3"})),
		p.Observe(span(map[string]any{"gen_ai.operation.name": "chat"})),
	}
	var want Evidence
	for i := range parts {
		want.Merge(&parts[i])
	}
	assert.True(t, want.Agent && want.Failed)
	assert.Len(t, want.releases, 3)
	for range 24 {
		rand.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		var got Evidence
		for i := range parts {
			got.Merge(&parts[i])
		}
		require.Equal(t, want, got)
	}
}

// BenchmarkObserve reads recorded traces of several libraries, as the default rules want it.
func BenchmarkObserve(b *testing.B) {
	defaults := []Rule{
		{Name: "errors", When: &When{Error: true}, Keep: percent(100)},
		{Name: "new", When: &When{NewRelease: &NewRelease{Attributes: []string{"service.version"}, For: 1e12, Traces: 200}}, Keep: percent(100)},
		{Name: "r", Keep: percent(10)},
	}
	everything := append([]Rule{
		{Name: "failed", When: &When{Error: "failed"}, Keep: percent(100)},
		{Name: "slow", When: &When{MinDuration: 1e12, MinTokens: 1e9, RootName: []string{"x*"}}, Keep: percent(100)},
		{Name: "team", When: &When{Attributes: map[string]any{"team": "x", "gen_ai.request.model": "y"}}, Keep: percent(100)},
	}, defaults...)
	for _, bench := range []struct {
		name  string
		rules []Rule
	}{{"default", defaults}, {"everything", everything}} {
		b.Run(bench.name, func(b *testing.B) {
			p := compile(b, Options{OnlyAgents: true, Keep: []string{"sampling.keep"}}, bench.rules...)
			var traces []ptrace.Traces
			spans := 0
			for _, name := range []string{"vercel-ai-v6/agent.json", "openinference-js/rag.json", "strands-ts-latest/agent.json"} {
				td := pdatatest.LoadTraces(b, filepath.Join(pdatatest.Repository(b), "testdata", "traces", name))
				traces = append(traces, td)
				spans += td.SpanCount()
			}
			b.ReportAllocs()
			for b.Loop() {
				for _, td := range traces {
					p.Observe(td)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*spans), "ns/span")
		})
	}
}

func TestCompile_tellsEverythingThatIsWrong(t *testing.T) {
	f := func(want string, rules ...Rule) {
		t.Helper()
		_, err := Compile(rules, Options{})
		assert.ErrorContains(t, err, want)
	}
	f("rules: at least one is needed")
	f("rules::0::name: must be given", Rule{Keep: percent(1)})
	f(`rules::1::name: "a" is the name of an earlier rule`, Rule{Name: "a", Keep: percent(1)}, Rule{Name: "a", Keep: percent(1)})
	f("rules::0::keep: must be given", Rule{Name: "a"})
	f("rules::0::keep: must be a percentage", Rule{Name: "a", Keep: percent(-1)})
	f("rules::0::keep: 1e-20 percent is too small", Rule{Name: "a", Keep: percent(1e-20)})
	f("rules::0::when: asks for nothing", Rule{Name: "a", Keep: percent(1), When: &When{}})
	f("rules::0::when::min_duration: must not be negative", Rule{Name: "a", Keep: percent(1), When: &When{MinDuration: -1}})
	f("rules::0::when::all: needs at least one", Rule{Name: "a", Keep: percent(1), When: &When{All: &[]When{}}})
	f("rules::0::when::not: asks for nothing", Rule{Name: "a", Keep: percent(1), When: &When{Not: &When{}}})
	f("learn: must not be negative", Rule{Name: "a", Keep: percent(1), When: &When{NewRelease: &NewRelease{
		Attributes: []string{"v"}, For: 1, Traces: 1, Learn: new(time.Duration(-1)),
	}}})

	deep := &When{RootName: []string{"x"}}
	for range maxDepth {
		deep = &When{Not: deep}
	}
	f("is nested more than 8 deep", Rule{Name: "a", Keep: percent(1), When: deep})

	many := map[string]any{}
	for i := range maxBits + 1 {
		many[fmt.Sprint("k", i)] = i
	}
	f("ask for 65 attributes and conditions, more than 64", Rule{Name: "a", Keep: percent(1), When: &When{Attributes: many}})
}

func TestUnreachable(t *testing.T) {
	conditional := Rule{Name: "c", When: &When{Error: true}}
	assert.Empty(t, Unreachable([]Rule{conditional, {Name: "all"}}))
	assert.Equal(t, []string{"c"}, Unreachable([]Rule{{Name: "all"}, conditional}))
	assert.Empty(t, Unreachable([]Rule{conditional}))
}

func TestObserve_whatMakesTheTop(t *testing.T) {
	f := func(want string, parts ...[3]int) { // id, parent, start
		t.Helper()
		p := compile(t, Options{}, Rule{Name: "r", Keep: percent(1)})
		for _, reverse := range []bool{false, true} {
			var e Evidence
			for i := range parts {
				at := i
				if reverse {
					at = len(parts) - 1 - i
				}
				td := span(nil)
				s := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
				s.SetSpanID([8]byte{byte(parts[at][0])})
				s.SetParentSpanID([8]byte{byte(parts[at][1])})
				s.SetStartTimestamp(pcommon.Timestamp(parts[at][2]))
				s.SetName(fmt.Sprint(parts[at][0]))
				o := p.Observe(td)
				e.Merge(&o)
			}
			assert.Equal(t, want, fmt.Sprint(e.top.id[0]))
		}
	}
	f("1", [3]int{1, 0, 5})
	f("1", [3]int{2, 1, 1}, [3]int{1, 0, 5})
	f("3", [3]int{1, 0, 5}, [3]int{3, 0, 4})
	f("1", [3]int{1, 0, 5}, [3]int{3, 0, 5})
	f("2", [3]int{2, 9, 1}, [3]int{3, 2, 4})
}

func TestEvidence_durationOfBrokenClocksIsNone(t *testing.T) {
	p := compile(t, Options{}, Rule{Name: "r", Keep: percent(1)})
	f := func(start, end uint64, want time.Duration) {
		t.Helper()
		td := span(nil)
		s := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		s.SetStartTimestamp(pcommon.Timestamp(start))
		s.SetEndTimestamp(pcommon.Timestamp(end))
		assert.Equal(t, want, p.Observe(td).longest)
	}
	f(5, 9, 4)
	f(9, 5, 0)
	f(0, 9, 0)
	f(1, 1<<64-1, 0)
	f(1, 1+uint64(maxDuration), maxDuration)
	f(1, 2+uint64(maxDuration), 0)
}

func TestEvidence_brokenClocksAreNoOutliers(t *testing.T) {
	p := compile(t, Options{}, Rule{Name: "slow", When: &When{MinDuration: 30 * time.Second}, Keep: percent(100)})
	f := func(want string, start, end time.Time) {
		t.Helper()
		td := span(nil)
		s := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(end))
		e := p.Observe(td)
		assert.Equal(t, want, p.Decide([16]byte{1}, &e, now).Rule)
	}
	f("slow", now, now.Add(time.Minute))
	f("slow", now, now.AddDate(0, 0, 6))
	f(NoRule, now, now.Add(time.Second))
	f(NoRule, now.AddDate(-10, 0, 0), now)
	f(NoRule, now, now.AddDate(10, 0, 0))
	f(NoRule, now.AddDate(10, 0, 0), now)
	f(NoRule, time.Unix(0, 0), now)
	f(NoRule, time.Unix(0, 1), now)
}

func TestConversation_ofAnotherTenantIsAnother(t *testing.T) {
	tenant := func(resource pcommon.Map) (id [16]byte) {
		if v, ok := resource.Get("tenant"); ok {
			copy(id[:], v.Str())
		}
		return id
	}
	p := compile(t, Options{Tenant: tenant}, Rule{Name: "r", Keep: percent(50)})
	without := compile(t, Options{}, Rule{Name: "r", Keep: percent(50)})
	ids := map[uint64]bool{}
	td := ptrace.NewTraces()
	for _, name := range []string{"", "a", "b", "a"} {
		one := span(map[string]any{"session.id": "1"})
		if name != "" {
			one.ResourceSpans().At(0).Resource().Attributes().PutStr("tenant", name)
		}
		e := p.Observe(one)
		ids[e.conversations.highest[0]] = true
		if name == "" {
			was := without.Observe(one)
			assert.Equal(t, was.conversations, e.conversations)
		}
		one.ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
	}
	assert.Len(t, ids, 3)
	e := p.Observe(td) // all in one request
	assert.EqualValues(t, 3, e.conversations.n)
	for _, id := range e.conversations.all() {
		assert.True(t, ids[id])
	}
}
