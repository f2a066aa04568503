// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// migrations are policies of the stock sampler and the rules that docs/sampling.md gives for them.
var migrations = []struct{ policies, rules string }{
	{`{name: p, type: always_sample}`, `{name: p, keep: 100}`},
	{
		`{name: p, type: status_code, status_code: {status_codes: [ERROR]}}`,
		`{name: p, when: {condition: 'span.status.code == STATUS_CODE_ERROR'}, keep: 100}`,
	},
	{
		`{name: p, type: string_attribute, string_attribute: {key: team, values: [search, pay]}}`,
		`{name: p, when: {attributes: {team: [search, pay]}}, keep: 100}`,
	},
	{
		`{name: p, type: string_attribute, string_attribute: {key: team, values: ["^s.*h$", "x"], enabled_regex_matching: true}}`,
		`{name: p, when: {attributes: {team: {pattern: "^s.*h$|x"}}}, keep: 100}`,
	},
	{
		`{name: p, type: string_attribute, string_attribute: {key: zone, values: [eu]}}`, // of the resource
		`{name: p, when: {attributes: {zone: eu}}, keep: 100}`,
	},
	{
		`{name: p, type: numeric_attribute, numeric_attribute: {key: retries, min_value: 2, max_value: 4}}`,
		`{name: p, when: {attributes: {retries: {min: 2, max: 4}}}, keep: 100}`,
	},
	{
		`{name: p, type: boolean_attribute, boolean_attribute: {key: vip, value: true}}`,
		`{name: p, when: {attributes: {vip: true}}, keep: 100}`,
	},
	{
		`{name: p, type: ottl_condition, ottl_condition: {error_mode: ignore, span: ['span.attributes["retries"] > 3', 'span.name == "span 7"']}}`,
		`{name: p, when: {condition: 'span.attributes["retries"] > 3 or span.name == "span 7"'}, keep: 100}`,
	},
	{
		`{name: p, type: span_count, span_count: {min_spans: 4, max_spans: 6}}`,
		`{name: p, when: {min_spans: 4, not: {min_spans: 7}}, keep: 100}`,
	},
	{
		`{name: p, type: trace_state, trace_state: {key: tier, values: [gold]}}`,
		`{name: p, when: {condition: 'span.trace_state["tier"] == "gold"'}, keep: 100}`,
	},
	{
		`{name: p, type: and, and: {and_sub_policy: [{name: a, type: status_code, status_code: {status_codes: [ERROR]}},
			{name: b, type: string_attribute, string_attribute: {key: zone, values: [eu]}}]}}`,
		`{name: p, when: {condition: 'span.status.code == STATUS_CODE_ERROR', attributes: {zone: eu}}, keep: 100}`,
	},
	{
		`{name: p, type: not, not: {not_sub_policy: {name: a, type: string_attribute, string_attribute: {key: team, values: [pay]}}}}`,
		`{name: p, when: {not: {attributes: {team: pay}}}, keep: 100}`,
	},
	{
		`{name: d, type: drop, drop: {drop_sub_policy: [{name: a, type: string_attribute, string_attribute: {key: team, values: [pay]}}]}},
			{name: p, type: always_sample}`,
		`{name: d, when: {attributes: {team: pay}}, keep: 0}, {name: p, keep: 100}`,
	},
}

// TestMigration_rulesKeepWhatThePoliciesKept plays the same traces to both samplers for each line of the table.
func TestMigration_rulesKeepWhatThePoliciesKept(t *testing.T) {
	for _, m := range migrations {
		t.Run(m.rules, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stock := stockSampler(t, "decision_wait: 1s\npolicies: ["+m.policies+"]\n")
				ours := ourSampler(t, "complete: {after_root: 1s, idle: 1s, max: 1m}\ntraces: all\nspans: all\nrules: ["+m.rules+"]\n")
				r := rand.New(rand.NewPCG(1, 7))
				const n = 200
				for trace := range byte(n) {
					td := randomTrace(r, trace)
					copied := ptrace.NewTraces()
					td.CopyTo(copied)
					stock.send(t, td)
					ours.send(t, copied)
				}
				time.Sleep(time.Minute)
				want, got := slices.Collect(maps.Keys(stock.spans)), slices.Collect(maps.Keys(ours.spans))
				assert.ElementsMatch(t, want, got)
				assert.NotEmpty(t, want)
				t.Logf("%d of %d", len(want), n)
				stock.stop(t)
				ours.stop(t)
			})
		})
	}
}

// randomTrace has what the policies above ask for, or not.
func randomTrace(r *rand.Rand, trace byte) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("zone", []string{"eu", "us"}[r.IntN(2)])
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	for i := range 1 + r.IntN(8) {
		s := spans.AppendEmpty()
		s.SetTraceID(pcommon.TraceID{0: 1, 15: trace})
		s.SetSpanID(pcommon.SpanID{7: byte(i + 1)})
		if i > 0 {
			s.SetParentSpanID(pcommon.SpanID{7: 1})
		}
		s.SetName(fmt.Sprint("span ", i))
		start := time.Unix(1_800_000_000, 0)
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(time.Duration(r.IntN(1000)) * time.Millisecond)))
		if r.IntN(10) == 0 {
			s.Status().SetCode(ptrace.StatusCodeError)
		}
		if r.IntN(4) == 0 {
			s.Attributes().PutStr("team", []string{"search", "pay", "x"}[r.IntN(3)])
		}
		if r.IntN(4) == 0 {
			s.Attributes().PutInt("retries", r.Int64N(6))
		}
		if r.IntN(8) == 0 {
			s.Attributes().PutBool("vip", r.IntN(2) == 0)
		}
		if r.IntN(8) == 0 {
			s.TraceState().FromRaw("tier=" + []string{"gold", "tin"}[r.IntN(2)])
		}
	}
	return td
}
