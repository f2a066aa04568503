// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// scatter is an extension that is told of decisions: how far off the sum of what traces stand for may be. Turns of one
// conversation with probabilities p and q share a hash, so that their covariance is 1/max(p, q) - 1.
type scatter struct {
	component.StartFunc
	component.ShutdownFunc
	mu    sync.Mutex
	turns map[uint32]map[float64]int // by conversation and probability
}

func (s *scatter) ObserveDecision(d decision.Decision) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := conversationOf(d.TraceID)
	if s.turns[c] == nil {
		s.turns[c] = map[float64]int{}
	}
	s.turns[c][d.Probability]++
}

func (s *scatter) sigma() float64 {
	variance := 0.0
	for _, turns := range s.turns {
		for p, n := range turns {
			for q, m := range turns {
				variance += float64(n*m) * (1/max(p, q) - 1)
			}
		}
	}
	return math.Sqrt(variance)
}

// The trace ids of this test begin with the number of their conversation.
func conversationOf(id [16]byte) uint32 { return binary.BigEndian.Uint32(id[:]) }

// TestWeights_ofConversationsAddUpThroughTheProcessor sends turns of conversations of all lengths, of which some fail, so that
// later turns are promoted, and holds what the released roots stand for against the traces that were sent.
func TestWeights_ofConversationsAddUpThroughTheProcessor(t *testing.T) {
	const perRequest = 1000
	n := 1_000_000
	if testing.Short() || raced {
		n = 50_000
	}
	var mu sync.Mutex
	sum, kept := 0.0, 0
	next, err := consumer.NewTraces(func(_ context.Context, td ptrace.Traces) error {
		count, _ := spansOfAll(td)[0].Attributes().Get(contract.SamplingAdjustedCount)
		mu.Lock()
		defer mu.Unlock()
		sum += count.Double()
		kept++
		return nil
	})
	require.NoError(t, err)
	s := newSampler(t, func(c *Config) {
		c.Rules = []policy.Rule{keepErrors(), keep("some", 4)}
		c.Rules[1].Floor = &policy.Rate{Count: 100, Period: 3600e9}
	})
	off := &scatter{turns: map[uint32]map[float64]int{}}
	s.host = host{component.MustNewID("scatter"): off}
	s.start(next)
	r := rand.New(rand.NewPCG(4, 4))
	td := turnsOf(perRequest)
	for sent := 0; sent < n; sent += perRequest {
		redraw(td, r, uint32(sent/perRequest))
		for s.traces.ConsumeTraces(context.Background(), td) != nil {
			continue
		}
	}
	require.NoError(t, s.traces.Shutdown(context.Background()))
	deviations := (sum - float64(n)) / off.sigma()
	t.Logf("%d traces, %d kept, sum %.0f, %+.2f sigma", n, kept, sum, deviations)
	assert.LessOrEqual(t, math.Abs(deviations), 3.0)
	assert.InDelta(t, sum, s.count("adjusted_count"), 1e-3)
	assert.EqualValues(t, n, s.count("traces_received"))
	assert.Positive(t, s.count("decisions", "rule", policy.Promoted))
	assert.Less(t, kept, n/4)
}

// turnsOf is a request of n traces of one model call each.
func turnsOf(n int) ptrace.Traces {
	td := traces()
	spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	for range n {
		spec{id: 1, kind: "llm", attributes: map[string]any{"session.id": ""}}.put(spans.AppendEmpty())
	}
	return td
}

// redraw makes other turns of the request, some of which fail.
func redraw(td ptrace.Traces, r *rand.Rand, request uint32) {
	for i, span := range spansOfAll(td) {
		// one conversation in three is old, and lasts
		conversation := request<<9 + r.Uint32N(512)
		if r.IntN(3) == 0 {
			conversation = r.Uint32N(5000)
		}
		var id pcommon.TraceID
		binary.BigEndian.PutUint32(id[:], conversation)
		binary.BigEndian.PutUint32(id[4:], request)
		binary.BigEndian.PutUint32(id[8:], uint32(i))
		span.SetTraceID(id)
		span.Attributes().PutStr("session.id", fmt.Sprint("conversation ", conversation))
		span.Status().SetCode(ptrace.StatusCodeUnset)
		if r.IntN(2000) == 0 {
			span.Status().SetCode(ptrace.StatusCodeError)
		}
	}
}
