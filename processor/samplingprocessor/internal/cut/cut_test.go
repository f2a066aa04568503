// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package cut_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/cut"
)

func marshal(tb testing.TB, td ptrace.Traces) []byte {
	tb.Helper()
	var m ptrace.ProtoMarshaler
	data, err := m.MarshalTraces(td)
	require.NoError(tb, err)
	return data
}

// wanted is what cutting must give for a group, made the long way: a copy of td without the spans of all others.
func wanted(td ptrace.Traces, of []int32, group int32) ptrace.Traces {
	out := ptrace.NewTraces()
	td.CopyTo(out)
	i := 0
	out.ResourceSpans().RemoveIf(func(rs ptrace.ResourceSpans) bool {
		rs.ScopeSpans().RemoveIf(func(ss ptrace.ScopeSpans) bool {
			ss.Spans().RemoveIf(func(ptrace.Span) bool {
				i++
				return of[i-1] != group
			})
			return ss.Spans().Len() == 0
		})
		return rs.ScopeSpans().Len() == 0
	})
	return out
}

func random(r *rand.Rand) ptrace.Traces {
	td := ptrace.NewTraces()
	for i := range r.IntN(4) {
		rs := td.ResourceSpans().AppendEmpty()
		if r.IntN(3) > 0 {
			rs.Resource().Attributes().PutStr("service.name", fmt.Sprint("s", i))
			rs.SetSchemaUrl("https://example.com/r")
		}
		for j := range r.IntN(4) {
			ss := rs.ScopeSpans().AppendEmpty()
			if r.IntN(3) > 0 {
				ss.Scope().SetName(fmt.Sprint("scope", j))
				ss.SetSchemaUrl("https://example.com/s")
			}
			for k := range r.IntN(9) {
				s := ss.Spans().AppendEmpty()
				if r.IntN(9) > 0 { // now and then one that has no bytes at all
					s.SetTraceID(pcommon.TraceID{1, 2, byte(k)})
					s.SetName(string(make([]byte, r.IntN(300))))
				}
			}
		}
	}
	return td
}

func cutsAsWanted(t *testing.T, c *cut.Cutter, td ptrace.Traces, of []int32, groups int) {
	t.Helper()
	parts, err := c.Traces(marshal(t, td), of, groups)
	require.NoError(t, err)
	require.Len(t, parts, groups)
	for g, part := range parts {
		assert.Equal(t, marshal(t, wanted(td, of, int32(g))), normal(t, part))
		assert.Equal(t, len(part), cap(part), "no more memory than it takes")
	}
}

// normal writes a message as the marshaler does.
func normal(t *testing.T, data []byte) []byte {
	t.Helper()
	var u ptrace.ProtoUnmarshaler
	td, err := u.UnmarshalTraces(data)
	require.NoError(t, err)
	return marshal(t, td)
}

func TestTraces_partsAreWhatIsLeftWithoutTheOthers(t *testing.T) {
	var c cut.Cutter
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		td := random(r)
		groups := 1 + r.IntN(5)
		of := make([]int32, td.SpanCount())
		for i := range of {
			of[i] = int32(r.IntN(groups+1)) - 1
		}
		cutsAsWanted(t, &c, td, of, groups)
	}
}

func TestTraces_ofRecordings(t *testing.T) {
	var c cut.Cutter
	for _, fixture := range pdatatest.Fixtures(t) {
		td := pdatatest.LoadTraces(t, fixture.Path)
		of := make([]int32, td.SpanCount())
		for i := range of {
			of[i] = int32(i % 3)
		}
		cutsAsWanted(t, &c, td, of, 3)
	}
}

func TestTraces_refusesWhatWasNotCounted(t *testing.T) {
	var c cut.Cutter
	td := random(rand.New(rand.NewPCG(7, 1)))
	data, n := marshal(t, td), td.SpanCount()
	require.Positive(t, n)
	for _, of := range [][]int32{nil, make([]int32, n-1), make([]int32, n+1)} {
		_, err := c.Traces(data, of, 1)
		assert.Error(t, err)
	}
	for i := range len(data) - 1 {
		parts, err := c.Traces(data[:i+1], make([]int32, n), 1)
		assert.True(t, err != nil || len(parts[0]) <= i+1)
	}
	parts, err := c.Traces(nil, nil, 2)
	require.NoError(t, err)
	assert.Equal(t, [][]byte{{}, {}}, parts)
}

func FuzzTraces(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(marshal(f, random(rand.New(rand.NewPCG(seed, 1)))), seed)
	}
	f.Fuzz(func(t *testing.T, message []byte, seed uint64) {
		var u ptrace.ProtoUnmarshaler
		td, err := u.UnmarshalTraces(message)
		of := make([]int32, 50)
		r := rand.New(rand.NewPCG(seed, 2))
		for i := range of {
			of[i] = int32(r.IntN(4)) - 1
		}
		var c cut.Cutter
		_, _ = c.Traces(message, of, 3) // whatever it is, it ends
		if err == nil && td.SpanCount() <= len(of) {
			cutsAsWanted(t, &c, td, of[:td.SpanCount()], 3)
		}
	})
}

func BenchmarkTraces(b *testing.B) {
	td := ptrace.NewTraces()
	ss := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty()
	const traces, each = 128, 13
	var of []int32
	for i := range traces * each {
		s := ss.Spans().AppendEmpty()
		s.SetTraceID(pcommon.TraceID{1})
		s.SetName(string(make([]byte, 220)))
		of = append(of, int32(i%traces))
	}
	data := marshal(b, td)
	var c cut.Cutter
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Traces(data, of, traces); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(of)), "ns/span")
}
