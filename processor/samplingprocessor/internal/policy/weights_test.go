// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// estimate is what the kept traces of a rule, or of all, say about how many came, and how far off that may be.
type estimate struct {
	came, sum, variance float64
	kept                int
}

func (e estimate) deviations() float64 {
	if e.variance == 0 {
		return e.sum - e.came
	}
	return (e.sum - e.came) / math.Sqrt(e.variance)
}

// turn is one trace of a conversation, as far as the variance needs it.
type turn struct {
	rule        string
	probability float64
}

// addConversation adds the variance of a conversation's turns. They share one hash, so that two turns with
// probabilities p and q are both kept with the smaller of them: their covariance is 1/max(p, q) - 1.
func addConversation(into map[string]*estimate, turns []turn) {
	for _, a := range turns {
		for _, b := range turns {
			covariance := 1/max(a.probability, b.probability) - 1
			into[""].variance += covariance
			if a.rule == b.rule {
				into[a.rule].variance += covariance
			}
		}
	}
}

// traffic sends n traces of conversations of all lengths through p, in bursts, over some hours.
func traffic(p *Policy, n int, seed uint64) map[string]*estimate {
	r := rand.New(rand.NewPCG(seed, 1))
	all := map[string]*estimate{"": {}}
	open := make([]struct {
		id    uint64
		turns []turn
	}, 500)
	at := now
	for i := range n {
		c := &open[r.IntN(len(open))]
		if c.id == 0 || r.IntN(6) == 0 {
			addConversation(all, c.turns)
			c.id, c.turns = hash(p.keys[ofConversation], binary.BigEndian.AppendUint64(nil, r.Uint64())), nil
		}
		e := Evidence{Agent: true, runs: uint32(1 + r.IntN(30)), top: top{here: true}}
		e.conversations.add(c.id)
		if r.IntN(100) == 0 {
			e.signs, e.Failed = dialect.SignStatus, true
		}
		e.matched = uint64(r.IntN(16))
		e.releases = []releaseID{{rule: 0, hash: uint64(1 + i/100_000)}}
		var id [16]byte
		binary.BigEndian.PutUint64(id[:], r.Uint64())
		d := p.Decide(id, &e, at)
		if i%5000 < 4000 {
			at = at.Add(time.Duration(r.ExpFloat64() * float64(5*time.Millisecond)))
		} else {
			at = at.Add(time.Duration(r.ExpFloat64() * float64(200*time.Millisecond)))
		}
		if all[d.Rule] == nil {
			all[d.Rule] = &estimate{}
		}
		for _, sum := range []*estimate{all[""], all[d.Rule]} {
			sum.came++
			sum.sum += d.AdjustedCount()
			if d.Keep {
				sum.kept++
			}
		}
		c.turns = append(c.turns, turn{d.Rule, d.Probability})
	}
	for _, c := range open {
		addConversation(all, c.turns)
	}
	return all
}

// every uses every kind of sampler there is.
func every(t testing.TB, seed string, total *Rate) *Policy {
	t.Helper()
	attribute := func(key string) *When { return &When{Attributes: map[string]any{key: true}} }
	return compile(t, Options{Seed: seed, OnlyAgents: true, Promote: 30 * time.Minute, Budget: total},
		Rule{Name: "errors", When: &When{Error: true}, Keep: percent(50)},
		Rule{Name: "new", Keep: percent(100), When: &When{NewRelease: &NewRelease{
			Attributes: []string{"service.version"}, For: 10 * time.Minute, Traces: 2000, Learn: new(time.Duration(0)),
		}}},
		Rule{Name: "throttled", When: attribute("a"), Rate: &Rate{2, time.Second}},
		Rule{Name: "budgeted", When: attribute("b"), Budget: &Rate{20_000, time.Hour}},
		Rule{Name: "both", When: attribute("c"), Keep: percent(30), Rate: &Rate{100, time.Minute}},
		Rule{Name: "successes", Keep: percent(3), Floor: &Rate{10, time.Minute}},
	)
}

// TestWeights_addUpToTheTracesThatCame counts conversations as clusters: their turns are kept or dropped together.
func TestWeights_addUpToTheTracesThatCame(t *testing.T) {
	f := func(n int, p *Policy, seed uint64) {
		t.Helper()
		all := traffic(p, n, seed)
		require.EqualValues(t, n, all[""].came)
		for rule, e := range all {
			t.Logf("%-12s came %8.0f, sum %10.1f, kept %7d, %+.2f sigma", rule, e.came, e.sum, e.kept, e.deviations())
			assert.LessOrEqual(t, math.Abs(e.deviations()), 3.0, rule)
			assert.NotZero(t, e.kept, rule)
		}
		assert.Less(t, all[""].kept, n/2)
	}
	f(1_000_000, every(t, "blue", nil), 1)
	f(200_000, every(t, "green", &Rate{100_000, time.Hour}), 2)
}

func TestWeights_thresholdSaysTheSameAsTheCount(t *testing.T) {
	p := every(t, "red", &Rate{50_000, time.Hour})
	r := rand.New(rand.NewPCG(3, 3))
	for range 20_000 {
		e := Evidence{Agent: true, runs: 5, matched: uint64(r.IntN(16))}
		for range r.IntN(3) {
			e.conversations.add(r.Uint64())
		}
		var id [16]byte
		binary.BigEndian.PutUint64(id[8:], r.Uint64())
		d := p.Decide(id, &e, now)
		if d.Keep {
			require.InEpsilon(t, d.AdjustedCount(), d.Threshold.AdjustedCount(), 1e-9)
			require.GreaterOrEqual(t, d.AdjustedCount(), 1.0)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, bench := range []struct {
		name string
		p    *Policy
	}{
		{"share", compile(b, Options{}, Rule{Name: "r", Keep: percent(10)})},
		{"every", every(b, "", nil)},
		{"budget", every(b, "", &Rate{100_000, time.Hour})},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var e Evidence
			e.Agent = true
			e.conversations.add(7)
			e.releases = addRelease(e.releases, releaseID{0, 5})
			b.ReportAllocs()
			for b.Loop() {
				bench.p.Decide([16]byte{1}, &e, now)
			}
		})
	}
}
