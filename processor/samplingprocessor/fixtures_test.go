// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// TestFixtures_comeOutAsOneTree sends every recorded trace through the processor.
func TestFixtures_comeOutAsOneTree(t *testing.T) {
	agents, others := 0, 0
	for _, f := range pdatatest.Fixtures(t) {
		t.Run(f.File, func(t *testing.T) {
			s := startSampler(t, nil)
			s.send(pdatatest.LoadTraces(t, f.Path))
			out := s.stop()
			requireTrees(t, out...)
			if len(out) == 0 { // infrastructure alone, or calls to a model's provider that are no model calls
				assert.Equal(t, policy.NoAgentSpan, s.decisions.only(t).Rule)
				others++
				return
			}
			agents += checkFixture(t, f, out)
		})
	}
	assert.Greater(t, agents, 100)
	assert.Less(t, others, 10)
}

// checkFixture holds what was released against the manifest: every span that is a run is there, and no infrastructure.
func checkFixture(t *testing.T, f pdatatest.Fixture, out []ptrace.Traces) int {
	t.Helper()
	released := shape(out...)
	wanted := 0
	for _, want := range f.Expected {
		if want.Role == "infra" {
			assert.NotContains(t, released, want.SpanID, want.SpanName)
		}
		if want.Role == "infra" || want.Role == "internal" { // whether the inner steps of a framework stay is for dialect to say
			continue
		}
		wanted++
		assert.Contains(t, released, want.SpanID, "%s (%s)", want.SpanName, want.Role)
	}
	for _, td := range out {
		a := rootOf(t, td).Attributes()
		rule, ok := a.Get(contract.SamplingRule)
		require.True(t, ok)
		assert.Equal(t, "everything", rule.Str())
	}
	return min(wanted, 1)
}

// singly makes a request of every span, in their order.
func singly(td ptrace.Traces) []ptrace.Traces {
	var all []ptrace.Traces
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				one := ptrace.NewTraces()
				r := one.ResourceSpans().AppendEmpty()
				rs.Resource().CopyTo(r.Resource())
				s := r.ScopeSpans().AppendEmpty()
				ss.Scope().CopyTo(s.Scope())
				span.CopyTo(s.Spans().AppendEmpty())
				all = append(all, one)
			}
		}
	}
	return all
}

// joined makes one request of several.
func joined(requests []ptrace.Traces) []ptrace.Traces {
	all := ptrace.NewTraces()
	for _, td := range requests {
		td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
	return []ptrace.Traces{all}
}

func shuffled(requests []ptrace.Traces) []ptrace.Traces {
	rand.New(rand.NewPCG(uint64(len(requests)), 3)).Shuffle(len(requests), func(i, j int) {
		requests[i], requests[j] = requests[j], requests[i]
	})
	return requests
}

func reversed(requests []ptrace.Traces) []ptrace.Traces {
	slices.Reverse(requests)
	return requests
}

// phantom gives every root a remote parent that never comes.
func phantom(td ptrace.Traces) ptrace.Traces {
	for _, span := range spansOfAll(td) {
		if span.ParentSpanID().IsEmpty() {
			span.SetParentSpanID([8]byte{0xff, 1, 2, 3, 4, 5, 6, 7})
			span.SetFlags(0x301)
		}
	}
	return td
}

// TestFixtures_comeOutTheSameHoweverTheyCome sends every recording in other orders and pieces, and below a parent that
// nobody has. What comes out is always the same: one root, and every parent there.
func TestFixtures_comeOutTheSameHoweverTheyCome(t *testing.T) {
	ways := map[string]func(ptrace.Traces) []ptrace.Traces{
		"shuffled":                      func(td ptrace.Traces) []ptrace.Traces { return joined(shuffled(singly(td))) },
		"span by span":                  singly,
		"span by span, shuffled":        func(td ptrace.Traces) []ptrace.Traces { return shuffled(singly(td)) },
		"in reverse":                    func(td ptrace.Traces) []ptrace.Traces { return joined(reversed(singly(td))) },
		"span by span, in reverse":      func(td ptrace.Traces) []ptrace.Traces { return reversed(singly(td)) },
		"under a phantom":               func(td ptrace.Traces) []ptrace.Traces { return []ptrace.Traces{phantom(td)} },
		"under a phantom, span by span": func(td ptrace.Traces) []ptrace.Traces { return shuffled(singly(phantom(td))) },
	}
	for _, f := range pdatatest.Fixtures(t) {
		t.Run(f.File, func(t *testing.T) {
			whole, _ := releaseOf(t, nil, pdatatest.LoadTraces(t, f.Path))
			want := shape(whole...)
			for way, requests := range ways {
				s := startSampler(t, nil)
				for _, td := range requests(pdatatest.LoadTraces(t, f.Path)) {
					s.send(td)
				}
				out := s.stop()
				requireTrees(t, out...)
				assert.Equal(t, want, shape(out...), way)
			}
		})
	}
}

// recordings is how many there are: those of the repository, and with those of the shared folder.
const recordings, allRecordings = 342, 418

func TestFixtures_areAllThere(t *testing.T) {
	n := len(pdatatest.Fixtures(t))
	t.Logf("%d recordings", n)
	assert.Contains(t, []int{recordings, allRecordings}, n)
}

// TestFixtures_ofInfrastructureLoseExactlyThat holds traces of web services with agents in them against the manifest.
func TestFixtures_ofInfrastructureLoseExactlyThat(t *testing.T) {
	seen := 0
	for _, f := range pdatatest.Fixtures(t) {
		if !strings.HasPrefix(f.Dialect, "infra-") {
			continue
		}
		t.Run(f.File, func(t *testing.T) {
			seen++
			s := startSampler(t, nil)
			s.send(pdatatest.LoadTraces(t, f.Path))
			out := s.stop()
			requireTrees(t, out...)
			known := map[string]string{}
			for _, want := range f.Expected {
				known[want.SpanID] = want.Role
			}
			released := shape(out...)
			extra := 0
			for at, parent := range released {
				if role, ok := known[at]; !ok || role == "infra" {
					assert.True(t, parent == "" || !ok, "%s is infrastructure", at)
					extra++
				}
			}
			assert.LessOrEqual(t, extra, 1, "at most a root")
			for _, td := range out {
				_, synthetic := rootOf(t, td).Attributes().Get(contract.SamplingSynthetic)
				_, recorded := known[rootOf(t, td).SpanID().String()]
				assert.Equal(t, !recorded, synthetic)
			}
			for at, role := range known {
				if role != "infra" {
					assert.Contains(t, released, at)
				}
			}
		})
	}
	assert.Greater(t, seen, 5)
}
