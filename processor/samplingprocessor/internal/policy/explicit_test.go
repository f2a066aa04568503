// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func observeStates(p *Policy, attributes map[string]any, states ...string) Evidence {
	var e Evidence
	for _, state := range states {
		td := span(attributes)
		td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).TraceState().FromRaw(state)
		part := p.Observe(td)
		e.Merge(&part)
	}
	return e
}

func quarter() Rule {
	percent := 25.0
	return Rule{Name: "quarter", Keep: &percent}
}

func TestExplicit_randomnessDecides(t *testing.T) {
	p := compile(t, Options{Conversation: []string{"session.id"}}, quarter())
	f := func(kept bool, probability float64, states ...string) {
		t.Helper()
		for n := range 20 { // neither the trace id nor the conversation plays a part
			e := observeStates(p, map[string]any{"session.id": fmt.Sprint(n)}, states...)
			d := p.Decide([16]byte{byte(n)}, &e, now)
			require.Equal(t, kept, d.Keep)
			if kept {
				require.InDelta(t, probability, d.Probability, 1e-9)
				require.Equal(t, "c", d.Threshold.TValue())
			}
		}
	}
	f(true, 0.25, "ot=rv:c0000000000000")
	f(false, 0, "ot=rv:bfffffffffffff")
	f(true, 0.25, "vendor=x,ot=rv:ffffffffffffff;a:b")
	f(true, 0.25, "", "ot=rv:ffffffffffffff", "")
	f(true, 0.5, "ot=th:8;rv:c0000000000000")
	f(true, 1, "ot=th:c;rv:c0000000000000")
	f(true, 1, "ot=th:e;rv:f0000000000000")
	f(true, 0.25, "ot=th:e;rv:c0000000000000") // it cannot have passed that
	f(true, 0.25, "ot=rv:c0000000000000", "ot=rv:10000000000000")
	f(true, 0.25, "ot=rv:10000000000000", "ot=rv:c0000000000000")
}

func TestExplicit_whatCannotBeReadSaysNothing(t *testing.T) {
	p := compile(t, Options{}, quarter())
	for n := range 100 {
		id := [16]byte{byte(n), 1}
		plain := observeStates(p, nil, "")
		want := p.Decide(id, &plain, now)
		for _, state := range []string{"ot=rv:c0", "ot=rv:zz", "rv:", "ot=th:zz", "ot=th:0", ",,,rv:=", "other=rv:c0000000000000"} {
			e := observeStates(p, nil, state)
			assert.Equal(t, want, p.Decide(id, &e, now), state)
		}
	}
}

// TestExplicit_weightsOfAChain has a sampler upstream keep half by the same randomness: what we keep of the rest stands for the
// rest, and with the threshold for all.
func TestExplicit_weightsOfAChain(t *testing.T) {
	p := compile(t, Options{}, quarter())
	r := rand.New(rand.NewPCG(3, 4))
	came, sum, all := 0, 0.0, 0.0
	const n = 20_000
	for range n {
		randomness, err := sampling.UnsignedToRandomness(r.Uint64() >> 8)
		require.NoError(t, err)
		half, err := sampling.ProbabilityToThreshold(0.5)
		require.NoError(t, err)
		if !half.ShouldSample(randomness) {
			continue
		}
		came++
		e := observeStates(p, nil, "ot=th:8;rv:"+randomness.RValue())
		if d := p.Decide([16]byte{1}, &e, now); d.Keep {
			sum += d.AdjustedCount()
			all += d.Threshold.AdjustedCount()
		}
	}
	assert.InEpsilon(t, came, sum, 0.05)
	assert.InEpsilon(t, n, all, 0.05)
}

// TestExplicit_thresholdAlone has a sampler upstream keep half by the trace ids, as SDKs do: we keep a quarter of whole
// conversations of what comes, and the thresholds say how many there were before.
func TestExplicit_thresholdAlone(t *testing.T) {
	p := compile(t, Options{Conversation: []string{"session.id"}}, Rule{Name: "failed", When: &When{Error: true}, Keep: percent(100)}, quarter())
	r := rand.New(rand.NewPCG(5, 6))
	half, err := sampling.ProbabilityToThreshold(0.5)
	require.NoError(t, err)
	came, sum, all := 0, 0.0, 0.0
	const n = 40_000
	for i := range n {
		var id [16]byte
		binary.BigEndian.PutUint64(id[8:], r.Uint64())
		if !half.ShouldSample(sampling.TraceIDToRandomness(id)) {
			continue
		}
		came++
		e := observeStates(p, map[string]any{"session.id": fmt.Sprint(i)}, "ot=th:8", "")
		if d := p.Decide(id, &e, now); d.Keep {
			sum += d.AdjustedCount()
			all += d.Threshold.AdjustedCount()
		}
	}
	assert.InEpsilon(t, came, sum, 0.05)
	assert.InEpsilon(t, n, all, 0.05)

	e := observeStates(p, map[string]any{"error.type": "x", "gen_ai.operation.name": "chat"}, "ot=th:8")
	d := p.Decide([16]byte{1}, &e, now)
	require.Equal(t, "failed", d.Rule)
	assert.Equal(t, "8", d.Threshold.TValue(), "what is kept for certain stands for what was left out upstream")
}
