// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

func TestSimulate_judgesInTheOrderAndTheTimeOfTheTraces(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.Rules = []policy.Rule{{Name: "first of each minute", Keep: new(0.0001), Floor: &policy.Rate{Count: 1, Period: time.Minute}}}
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	for _, second := range []int{70, 10, 130, 20} {
		spec{trace: byte(second), id: 1, kind: "llm", end: 1000 * second}.put(spans.AppendEmpty())
	}
	var got []Simulated
	require.NoError(t, Simulate(cfg, td, func(s Simulated) { got = append(got, s) }))
	require.Len(t, got, 4)
	for i, want := range []struct {
		trace byte
		kept  bool
	}{{10, true}, {20, false}, {70, true}, {130, true}} {
		assert.Equal(t, [16]byte(traceID(want.trace)), got[i].TraceID, i)
		assert.Equal(t, want.kept, got[i].Kept, i)
		assert.Equal(t, want.kept, got[i].Released == 1, i)
	}
	assert.Equal(t, cfg.Complete.AfterRoot+10*time.Second, got[0].At.Sub(epoch))

	cfg.Rules = nil
	require.ErrorContains(t, Simulate(cfg, td, nil), "compile rules")
}
