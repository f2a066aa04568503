// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewerextension

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
)

func TestWhereis_tellsWhatExportersHaveDone(t *testing.T) {
	e, url := started(t, func(cfg *Config) { cfg.MaxDecisions = 2 })
	at := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	trace := [16]byte{0x4b, 0xf9, 15: 0x36}
	tell := func(component, project string, outcome decision.Outcome, reason string, runs int) {
		e.ObserveDelivery(decision.Delivery{
			At: at, TraceID: trace, Component: component, Project: project, Outcome: outcome, Reason: reason, Runs: runs,
		})
		at = at.Add(time.Second)
	}
	ask := func(name string) string {
		t.Helper()
		_, body, _ := get(t, url+"/standin/whereis/"+name)
		return body
	}
	const name = "4bf90000000000000000000000000036"
	tell("langsmith", "shop", decision.Queued, "", 9)
	assert.Equal(t, `  langsmith, project "shop": 9 runs waiting in the queue; the last at 2026-03-14T09:00:00Z`+"\n", ask(name))
	tell("langsmith", "shop", decision.Accepted, "", 6)
	tell("langsmith", "shop", decision.Refused, "rejected", 1)
	tell("langsmith/eu", "", decision.Refused, "unmatched", 3)
	tell("langsmith/other", "shop", decision.Accepted, "", 2)
	const ways = `  langsmith, project "shop": 6 runs accepted by LangSmith, 2 runs waiting in the queue, 1 run given up (rejected); the last at 2026-03-14T09:00:02Z
  langsmith/eu: 3 runs given up (unmatched); the last at 2026-03-14T09:00:03Z
  langsmith/other, project "shop": 2 runs accepted by LangSmith; the last at 2026-03-14T09:00:04Z
`
	assert.Equal(t, ways, ask(name))

	e.ObserveDecision(decision.Decision{At: at, TraceID: trace, Kept: true, Rule: "all", RootSpanID: [8]byte{7}, Complete: true})
	assert.Contains(t, ask("0700000000000000"), ways, "by the root span that the sampler has told")
	assert.Contains(t, ask(name), `rule "all"`)

	trace = [16]byte{1}
	tell("langsmith", "shop", decision.Queued, "", 1)
	trace = [16]byte{2}
	tell("langsmith", "shop", decision.Queued, "", 1)
	assert.NotContains(t, ask(name), "langsmith/eu", "two traces are remembered")
	assert.Len(t, e.delivered.traces, 2)
}

func TestDeliveries_waysOfATraceAreBounded(t *testing.T) {
	d := newDeliveries(1)
	for n := range 100 {
		d.add(decision.Delivery{TraceID: [16]byte{1}, Project: string(rune('a' + n)), Runs: 1})
	}
	assert.Len(t, d.of([16]byte{1}), maxWays)
	d.add(decision.Delivery{Runs: 1})
	assert.Empty(t, d.of([16]byte{}))
	assert.Empty(t, d.of([16]byte{1}))
}
