// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// ruleOf returns the rule by which the only released trace was kept, and whether its count is one.
func ruleOf(t *testing.T, s *sampler) string {
	t.Helper()
	time.Sleep(time.Minute)
	synctest.Wait()
	out := s.sink.AllTraces()
	require.NotEmpty(t, out)
	a := rootOf(t, out[len(out)-1]).Attributes().AsRaw()
	assert.Equal(t, 1.0, a[contract.SamplingAdjustedCount])
	return a[contract.SamplingRule].(string)
}

func TestRules_aSpanKeepsItsTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) { c.Rules = []policy.Rule{keep("none", 0)} })
		s.send(traces(spec{id: 1, kind: "llm"}, spec{
			id: 2, parent: 1, kind: "tool",
			attributes: map[string]any{"langsmith.trace.keep": "true"},
		}))
		assert.Equal(t, policy.KeepRequested, ruleOf(t, s))
		s.stop()
	})
}

func TestRules_aLateSpanKeepsItsTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := afterDrop(t, nil, func(s *logSampler) {
			s.send(traces(spec{id: 3, parent: 1, kind: "llm", attributes: map[string]any{"sampling.keep": true}}))
		})
		out := s.stop()
		require.Len(t, out, 1)
		assert.Equal(t, map[string]string{id(1): "", id(2): id(1), id(3): id(1)}, shape(out...))
	})
}

func TestRules_aRequestThatFailedBelowAModelCallIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) { c.Rules = []policy.Rule{keepErrors()} })
		busy := map[string]any{"http.response.status_code": 429}
		s.send(traces(spec{id: 3, parent: 2, kind: "http", attributes: busy})) // before what it stands below
		s.send(traces(spec{id: 1, kind: "tool"}, spec{id: 2, parent: 1, kind: "llm"}))
		s.send(traces(spec{trace: 2, id: 1, kind: "tool"}, spec{trace: 2, id: 2, parent: 1, kind: "http", attributes: busy}))
		assert.Equal(t, "errors", ruleOf(t, s))
		assert.Len(t, s.stop(), 1)
	})
}

func TestRules_aFailurePromotesTheTurnsThatFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) { c.Rules = []policy.Rule{keepErrors(), keep("rest", 0.0001)} })
		turn := func(n byte, failed bool) {
			s.send(traces(spec{trace: n, id: 1, kind: "llm", failed: failed, attributes: map[string]any{"session.id": "s"}}))
		}
		turn(1, false)
		time.Sleep(time.Minute)
		turn(2, true)
		assert.Equal(t, "errors", ruleOf(t, s))
		turn(3, false)
		assert.Equal(t, policy.Promoted, ruleOf(t, s))
		assert.Len(t, s.stop(), 2)
	})
}
