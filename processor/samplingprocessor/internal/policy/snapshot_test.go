// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// remembering has everything that a snapshot holds.
func remembering(t testing.TB, seed string) *Policy {
	t.Helper()
	p, err := Compile([]Rule{
		{Name: "new", Keep: percent(100), When: &When{NewRelease: &NewRelease{
			Attributes: []string{"service.version"}, For: 30 * time.Minute, Traces: 100,
		}}},
		{Name: "costly", When: &When{MinSpans: 5}, Budget: &Rate{1000, time.Hour}},
		{Name: "rest", Keep: percent(0.0001)},
	}, Options{Seed: seed, Promote: time.Hour, Budget: &Rate{100_000, time.Hour}})
	require.NoError(t, err)
	return p
}

func ofVersion(p *Policy, version string) *Evidence {
	e := p.Observe(span(map[string]any{"resource.service.name": "shop", "resource.service.version": version}))
	return &e
}

func TestSnapshot_aRestartMakesNothingNew(t *testing.T) {
	before := remembering(t, "")
	before.Start(now)
	at := now
	decide := func(p *Policy, version string) string { return p.Decide([16]byte{1}, ofVersion(p, version), at).Rule }
	assert.Equal(t, "rest", decide(before, "1"))
	at = at.Add(time.Hour)
	assert.Equal(t, "new", decide(before, "2"))

	at = at.Add(5 * time.Minute)
	after := remembering(t, "")
	require.NoError(t, after.Restore(before.Snapshot(), at))
	after.Start(at)
	assert.Equal(t, "rest", decide(after, "1"), "known")
	assert.Equal(t, "new", decide(after, "2"), "still new")
	assert.Equal(t, "new", decide(after, "3"), "what comes with the restart is new: there is nothing to learn")
	at = at.Add(30 * time.Minute)
	assert.Equal(t, "rest", decide(after, "2"))

	anew := remembering(t, "")
	anew.Start(at)
	assert.Equal(t, "rest", decide(anew, "3"), "without a snapshot, all was there before")
}

func TestSnapshot_learningGoesOn(t *testing.T) {
	before := remembering(t, "")
	before.Start(now)
	after := remembering(t, "")
	at := now.Add(time.Minute)
	require.NoError(t, after.Restore(before.Snapshot(), at))
	after.Start(at)
	assert.Equal(t, "rest", after.Decide([16]byte{1}, ofVersion(after, "1"), at).Rule)
	at = now.Add(11 * time.Minute)
	assert.Equal(t, "new", after.Decide([16]byte{1}, ofVersion(after, "2"), at).Rule)
}

func TestSnapshot_holdsPromotionsAndBudgets(t *testing.T) {
	before := remembering(t, "")
	before.promoted.add([]uint64{7, 8}, now, time.Hour)
	before.promoted.add([]uint64{9}, now, time.Second)
	before.budget.spend(now, 500)
	costly := before.budgets()["costly"]
	costly.spend(now, 50)

	after := remembering(t, "")
	at := now.Add(time.Minute)
	require.NoError(t, after.Restore(before.Snapshot(), at))
	assert.True(t, after.promoted.holds([]uint64{7}, at))
	assert.False(t, after.promoted.holds([]uint64{9}, at))
	assert.Equal(t, 500.0, after.budget.spent)
	assert.Equal(t, 50.0, after.budgets()["costly"].spent)

	later := remembering(t, "")
	require.NoError(t, later.Restore(before.Snapshot(), now.Add(2*time.Hour)))
	assert.Zero(t, later.budget.spent)
	assert.Equal(t, 100_000.0, later.budget.total)
	assert.False(t, later.promoted.holds([]uint64{7}, now.Add(2*time.Hour)))
}

func TestRestore_whatDoesNotFitIsRefused(t *testing.T) {
	good := remembering(t, "").Snapshot()
	f := func(want string, data []byte) {
		t.Helper()
		assert.ErrorContains(t, remembering(t, "").Restore(data, now), want)
	}
	f("not a snapshot", nil)
	f("not a snapshot", good[:len(good)/2])
	f("not a snapshot", []byte("\x00\x01"))
	f("version 0 is not known", []byte("{}"))
	f("another hash_seed", remembering(t, "other").Snapshot())
	assert.NoError(t, remembering(t, "").Restore(good, now))
}

func TestRestore_rulesMayHaveChanged(t *testing.T) {
	data := remembering(t, "").Snapshot()
	p := compile(t, Options{}, Rule{Name: "new", Keep: percent(1), When: &When{NewRelease: &NewRelease{
		Attributes: []string{"revision"}, For: time.Hour, Traces: 5,
	}}})
	require.NoError(t, p.Restore(data, now))
	assert.Empty(t, p.releases[0].known)
}

// FuzzRestore must bear whatever a damaged storage holds.
func FuzzRestore(f *testing.F) {
	p := remembering(f, "")
	p.Start(now)
	p.Decide([16]byte{1}, ofVersion(p, "1"), now.Add(time.Hour))
	p.promoted.add([]uint64{7}, now, time.Hour)
	f.Add(p.Snapshot())
	f.Fuzz(func(t *testing.T, data []byte) {
		after := remembering(t, "")
		if after.Restore(data, now) != nil {
			return
		}
		after.Start(now)
		d := after.Decide([16]byte{1}, ofVersion(after, "2"), now)
		require.GreaterOrEqual(t, d.Probability, 0.0)
		require.LessOrEqual(t, d.Probability, 1.0)
		require.LessOrEqual(t, after.releases[0].open, maxReleaseWindows)
		require.True(t, json.Valid(after.Snapshot()))
	})
}

func TestNewRelease_endsInAFade(t *testing.T) {
	p := compile(t, Options{},
		Rule{Name: "new", Keep: percent(100), When: &When{NewRelease: &NewRelease{
			Attributes: []string{"service.version"}, For: 100 * time.Minute, Traces: 1e6,
		}}},
		Rule{Name: "rest", Keep: percent(20)})
	at := now.Add(time.Hour)
	share := func(minute int) (string, float64) {
		d := p.Decide([16]byte{1}, ofVersion(p, "2"), at.Add(time.Duration(minute)*time.Minute))
		return d.Rule, d.Probability
	}
	f := func(minute int, wantRule string, want float64) {
		t.Helper()
		rule, got := share(minute)
		assert.Equal(t, wantRule, rule, "minute %d", minute)
		assert.InDelta(t, want, got, 1e-6, "minute %d", minute)
	}
	f(0, "new", 1)
	f(79, "new", 1)
	f(90, "new", 0.5)
	f(95, "new", 0.25)
	f(97, "rest", 0.2) // by now the rule behind keeps more
	f(101, "rest", 0.2)
}

func TestNewRelease_countsExpectedTraces(t *testing.T) {
	p := compile(t, Options{}, Rule{Name: "new", Keep: percent(10), When: &When{NewRelease: &NewRelease{
		Attributes: []string{"service.version"}, For: time.Hour, Traces: 10,
	}}}, Rule{Name: "rest", Keep: percent(0)})
	at := now.Add(time.Hour)
	n := 0
	for p.Decide([16]byte{byte(n), byte(n >> 8)}, ofVersion(p, "2"), at).Probability >= 0.1 {
		n++
	}
	assert.InDelta(t, 80, n, 2, "ten traces at ten percent, and the last fifth fades")
}

func TestNewRelease_isOfAnEnvironment(t *testing.T) {
	p := remembering(t, "")
	p.Start(now)
	rule := func(environment string, at time.Duration) string {
		e := p.Observe(span(map[string]any{
			"resource.service.name": "shop", "resource.service.version": "2",
			"resource.deployment.environment.name": environment,
		}))
		return p.Decide([16]byte{1}, &e, now.Add(at)).Rule
	}
	assert.Equal(t, "rest", rule("staging", 0))
	assert.Equal(t, "new", rule("production", time.Hour))
	assert.Equal(t, "rest", rule("staging", time.Hour))
}
