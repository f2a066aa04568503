// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestThrottle_keepsItsRateWhateverComes(t *testing.T) {
	f := func(perSecond int, want float64) {
		t.Helper()
		l := newThrottle(Rate{5, time.Second})
		granted := 0.0
		const seconds = 600
		for i := range perSecond * seconds {
			granted += l.take(now.Add(time.Duration(i)*time.Second/time.Duration(perSecond)), 1, 1)
		}
		assert.InDelta(t, want, granted/seconds, 0.05*want)
	}
	f(1, 1)
	f(4, 4)
	f(20, 5)
	f(5000, 5)
}

func TestThrottle_aCrowdGetsOneSecondsWorth(t *testing.T) {
	l := newThrottle(Rate{50, time.Second})
	granted := 0.0
	for range 100_000 {
		share := l.take(now, 1, 1)
		require.GreaterOrEqual(t, share, smallestShare)
		granted += share
	}
	assert.Less(t, granted, 51.0)
	assert.Greater(t, granted, 45.0)
}

func TestThrottle_toleratesClocksThatCross(t *testing.T) {
	l := newThrottle(Rate{5, time.Second})
	granted := 0.0
	for i := range 10_000 {
		at := now
		if i%2 == 0 {
			at = at.Add(-time.Second)
		}
		granted += l.take(at, 1, 1)
	}
	assert.Less(t, granted, 7.0, "what was saved up, and one second's refill at most")
}

func TestBudget_isSpreadOverTheHour(t *testing.T) {
	l := newBudget(Rate{6000, time.Hour})
	start := now.UTC().Truncate(time.Hour).Add(time.Hour)
	l.take(start.Add(-time.Nanosecond), 1, 1) // the hour before does not count
	byMinute := make([]float64, 60)
	for second := range 3600 {
		at := start.Add(time.Duration(second) * time.Second)
		for range 10 { // ten traces with five runs: thirty times too many
			byMinute[second/60] += 5 * l.take(at, 1, 5)
		}
	}
	total := 0.0
	for minute, runs := range byMinute {
		if minute > 0 { // the first may use its own share and the one that is lent to every hour's start
			assert.InDelta(t, 100, runs, 60, "minute %d", minute)
		}
		total += runs
	}
	assert.LessOrEqual(t, total, 6000.0)
	assert.Greater(t, total, 5800.0)
}

func TestBudget_whatWasNotUsedIsForTheRestOfTheHour(t *testing.T) {
	l := newBudget(Rate{3600, time.Hour})
	start := now.UTC().Truncate(time.Hour).Add(time.Hour)
	l.take(start.Add(-time.Nanosecond), 1, 1)
	l.take(start, 1, 1)
	granted := 0.0
	for range 100_000 {
		granted += l.take(start.Add(30*time.Minute), 1, 1)
	}
	assert.InDelta(t, 1800+100_000*smallestBudgetShare, granted, 100)

	next := 0.0
	for range 10_000 {
		next += l.take(start.Add(time.Hour), 1, 1)
	}
	assert.Less(t, next, 60+10_000*smallestBudgetShare+1, "a new hour begins with a minute's worth")
}

func TestBudget_startsWithWhatIsLeftOfTheHour(t *testing.T) {
	l := newBudget(Rate{3600, time.Hour})
	start := now.UTC().Truncate(time.Hour).Add(45 * time.Minute)
	granted := 0.0
	for second := range 15 * 60 {
		for range 10 {
			granted += l.take(start.Add(time.Duration(second)*time.Second), 1, 1)
		}
	}
	assert.InDelta(t, 900, granted, 20)
}

func TestBudget_giantsAreNotGrantedMoreThanIsLeft(t *testing.T) {
	l := newBudget(Rate{3600, time.Hour})
	share := l.take(now, 1, 25_000)
	assert.LessOrEqual(t, share*25_000, 61.0)
}

func TestBudgetOfAll_goesToTheRulesInTheirOrder(t *testing.T) {
	p := compile(t, Options{Budget: &Rate{36_000, time.Hour}},
		Rule{Name: "errors", When: &When{Error: true}, Keep: percent(100)},
		Rule{Name: "slow", When: &When{MinDuration: time.Second}, Keep: percent(100)},
		Rule{Name: "rest", Keep: percent(100)})
	start := now.UTC().Truncate(time.Hour)
	granted := map[string]float64{}
	n := 0
	for second := range 3600 {
		at := start.Add(time.Duration(second) * time.Second)
		for i := range 30 {
			e := Evidence{runs: 1}
			switch {
			case i < 2:
				e.signs, e.Failed = 1, true
			case i < 16:
				e.longest = time.Minute
			}
			n++
			d := p.Decide([16]byte{byte(n), byte(n >> 8), byte(n >> 16)}, &e, at)
			granted[d.Rule] += d.Probability
		}
	}
	assert.InDelta(t, 7200, granted["errors"], 1, "all errors")
	assert.Greater(t, granted["slow"], 2.5*granted["rest"])
	assert.Greater(t, granted["rest"], 1000.0)
	assert.InDelta(t, 36_000, granted["errors"]+granted["slow"]+granted["rest"], 1500)
}

func TestBudgetOfAll_errorsMayTakeTheRestOfTheHour(t *testing.T) {
	p := compile(t, Options{Budget: &Rate{3600, time.Hour}},
		Rule{Name: "errors", When: &When{Error: true}, Keep: percent(100)}, Rule{Name: "rest", Keep: percent(100)})
	start := now.UTC().Truncate(time.Hour)
	p.Decide([16]byte{}, &Evidence{}, start.Add(-time.Second))
	kept := 0.0
	for range 20_000 {
		kept += p.Decide([16]byte{}, &Evidence{signs: 1, Failed: true, runs: 1}, start).Probability
	}
	assert.InDelta(t, 3600, kept, 60)
	d := p.Decide([16]byte{}, &Evidence{runs: 1}, start.Add(time.Minute))
	assert.InEpsilon(t, smallestBudgetShare, d.Probability, 1e-6)
}

func TestPromoted_turnsAfterAFailureAreKeptAndCountAsOne(t *testing.T) {
	p := compile(t, Options{Promote: 10 * time.Minute},
		Rule{Name: "health", When: &When{RootName: []string{"health*"}}, Keep: percent(0)},
		Rule{Name: "rest", Keep: percent(0.0001)})
	turn := func(conversation uint64, failed bool, root string) *Evidence {
		e := &Evidence{Failed: failed, top: top{here: true, name: root}}
		if failed {
			e.signs = 1
		}
		e.conversations.add(conversation)
		return e
	}
	p.promoting = allSigns
	at := now
	decide := func(e *Evidence) Decision { return p.Decide([16]byte{1}, e, at) }

	assert.False(t, decide(turn(1, false, "")).Keep)
	assert.False(t, decide(turn(1, true, "")).Keep, "a failure is dealt with by its own rule")
	d := decide(turn(1, false, ""))
	assert.Equal(t, Promoted, d.Rule)
	assert.Equal(t, 1.0, d.AdjustedCount())
	assert.False(t, decide(turn(2, false, "")).Keep, "another conversation")
	assert.False(t, decide(turn(1, false, "health check")).Keep, "nothing is wanted of these")
	at = at.Add(10 * time.Minute)
	assert.False(t, decide(turn(1, false, "")).Keep)
}

func TestPromoted_byTheEvidenceThatRulesAskFor(t *testing.T) {
	f := func(want bool, when any, promote time.Duration) {
		t.Helper()
		p := compile(t, Options{Promote: promote},
			Rule{Name: "errors", When: &When{Error: when}, Keep: percent(50)}, Rule{Name: "rest", Keep: percent(0.0001)})
		failed := p.Observe(span(map[string]any{"session.id": "s", "gen_ai.response.finish_reasons": "length"}))
		p.Decide([16]byte{1}, &failed, now)
		next := p.Observe(span(map[string]any{"session.id": "s"}))
		assert.Equal(t, want, p.Decide([16]byte{2}, &next, now).Keep)
	}
	f(true, true, time.Minute)
	f(false, true, 0)
	f(false, map[string]any{"evidence": map[string]any{"finish_reason": false}}, time.Minute)
	f(false, "expected", time.Minute)
}

func TestPromoted_isBounded(t *testing.T) {
	var p promoted
	for i := range uint64(5 * maxPromoted) {
		p.add([]uint64{i}, now, time.Hour)
		require.True(t, p.holds([]uint64{i}, now))
		require.LessOrEqual(t, len(p.young)+len(p.old), 2*maxPromoted)
	}
	assert.False(t, p.holds([]uint64{1}, now), "the oldest go")
	assert.True(t, p.holds([]uint64{1, 5*maxPromoted - 1}, now), "any of several")
}
