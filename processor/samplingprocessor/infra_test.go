// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// TestInfra_countsAddUpWithTracesOfInfrastructureAlone keeps every trace, and then about half.
func TestInfra_countsAddUpWithTracesOfInfrastructureAlone(t *testing.T) {
	f := func(percent, within float64) {
		t.Helper()
		const n = 200
		s := startSampler(t, func(c *Config) {
			c.Traces = everything
			c.Rules = []policy.Rule{keep("r", percent)}
		})
		for i := range byte(n) {
			kind := [...]string{"http", "llm"}[i%2]
			s.send(traces(spec{trace: i + 1, id: 1, kind: "http"}, spec{trace: i + 1, id: 2, parent: 1, kind: kind}))
		}
		out := s.stop()
		requireTrees(t, out...)
		sum := 0.0
		for _, td := range out {
			v, _ := rootOf(t, td).Attributes().Get(contract.SamplingAdjustedCount)
			sum += v.Double()
		}
		assert.InDelta(t, n, sum, within)
		kept := 0.0
		for _, d := range s.decisions.list() {
			if d.Kept {
				kept += d.AdjustedCount
			}
		}
		assert.InDelta(t, sum, kept, 1e-6)
	}
	f(100, 0)
	f(50, 3*14.2)
}

func TestInfra_lateAgentFindsItsPlaceBelowTheRootThatStayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) { c.Traces = everything })
		s.send(traces(spec{id: 1, kind: "http"}, spec{id: 2, parent: 1, kind: "http"}))
		time.Sleep(time.Minute)
		s.send(traces(spec{id: 3, parent: 2, kind: "llm"}))
		synctest.Wait()
		assert.Equal(t, map[string]string{id(1): "", id(3): id(1)}, shape(s.stop()...))
	})
}
