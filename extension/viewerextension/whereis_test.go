// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewerextension

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
)

func TestWhereis_tellsWhatBecameOfATrace(t *testing.T) {
	e, url := started(t, func(cfg *Config) { cfg.MaxDecisions = 2 })
	at := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	trace := [16]byte{0x4b, 0xf9, 15: 0x36}
	ask := func(name string, status int) string {
		t.Helper()
		resp, body, _ := get(t, url+"/standin/whereis/"+name)
		assert.Equal(t, status, resp, name)
		return body
	}
	assert.Contains(t, ask("4bf90000000000000000000000000036", 404), "none of its spans came here since the start; traces judged since: 0")

	e.ObserveDecision(decision.Decision{
		At: at, TraceID: trace, Component: "sampling", Rule: "successes", Trigger: "root", Probability: 0.1, Complete: true, Spans: 3,
	})
	e.ObserveDecision(decision.Decision{
		At: at.Add(time.Minute), TraceID: trace, Component: "sampling", Kept: true, Rule: "errors", Trigger: "late", Probability: 1,
		Spans: 4, Pruned: 1, Reparented: 2, RootSpanID: [8]byte{1, 7: 2}, Evidence: "failed: status",
	})
	const want = `2026-03-14T09:01:00Z  trace 4bf90000000000000000000000000036 was kept by sampling, rule "errors"
  judged on what came late, not complete, with 4 spans
  root span 0100000000000002; 1 span left out, 2 spans hung elsewhere
  probability 1, stands for 0
  evidence: failed: status
`
	all := want + `2026-03-14T09:00:00Z  trace 4bf90000000000000000000000000036 was dropped by sampling, rule "successes"
  judged on its root and all parents being there, complete, with 3 spans
  probability 0.1, stands for 0
`
	assert.Equal(t, all, ask("4bf90000000000000000000000000036", 200))
	assert.Equal(t, all, ask("4BF90000-0000-0000-0000-000000000036", 200), "as a UUID")
	assert.Equal(t, want, ask("0100000000000002", 200), "by its root span")
	assert.Equal(t, want, ask("00000000-0000-0000-0100-000000000002", 200), "by its root run")
	assert.Contains(t, ask("00000000-0000-0000-0000-000000000000", 400), "32 hex digits")
	assert.Contains(t, ask("4bf9", 400), "32 hex digits")
	assert.Contains(t, ask("<script>", 400), "32 hex digits")
	assert.Contains(t, ask("ffffffffffffffffffffffffffffffff", 404), "or it was judged before the last 2 traces")
}

func TestDecisions_areFiltered(t *testing.T) {
	e, url := started(t, nil)
	for n, rule := range []string{"errors", "successes", "successes"} {
		e.ObserveDecision(decision.Decision{TraceID: [16]byte{15: byte(n + 1)}, Rule: rule, Kept: n < 2})
	}
	f := func(query string, want int) {
		t.Helper()
		status, body, _ := get(t, url+"/standin/decisions?"+query)
		assert.Equal(t, 200, status)
		assert.Len(t, decisionsIn(t, body), want, query)
	}
	f("", 3)
	f("rule=successes", 2)
	f("rule=successes&kept=false", 1)
	f("kept=true", 2)
	status, _, _ := get(t, url+"/standin/decisions?trace_id=what")
	assert.Equal(t, 400, status)
}

func decisionsIn(t *testing.T, body string) []decisionView {
	t.Helper()
	var answer struct{ Decisions []decisionView }
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	return answer.Decisions
}

func TestTrigger_isToldInWords(t *testing.T) {
	for _, name := range []string{"root", "learned", "idle", "max", "size", "evicted", "shutdown", "late"} {
		assert.NotContains(t, trigger(name), name+`"`, name)
	}
	assert.Equal(t, `"another"`, trigger("another"), "of a newer sampler")
}
