// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
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

// checkFixture holds what was released against the manifest: every span that is a run is there.
func checkFixture(t *testing.T, f pdatatest.Fixture, out []ptrace.Traces) int {
	t.Helper()
	released := shape(out...)
	wanted := 0
	for _, want := range f.Expected {
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

// TestFixtures_underAPhantomParentBehaveTheSame gives every root a remote parent that never comes.
func TestFixtures_underAPhantomParentBehaveTheSame(t *testing.T) {
	for _, f := range pdatatest.Fixtures(t) {
		t.Run(f.File, func(t *testing.T) {
			plain, phantom := startSampler(t, nil), startSampler(t, nil)
			plain.send(pdatatest.LoadTraces(t, f.Path))
			td := pdatatest.LoadTraces(t, f.Path)
			for _, span := range spansOfAll(td) {
				if span.ParentSpanID().IsEmpty() {
					span.SetParentSpanID([8]byte{0xff, 1, 2, 3, 4, 5, 6, 7})
					span.SetFlags(0x301)
				}
			}
			phantom.send(td)
			want, got := plain.stop(), phantom.stop()
			assert.Equal(t, shape(want...), shape(got...))
			requireTrees(t, got...)
		})
	}
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
