// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// TestAdversarial_copiesAreNoEvidence sends requests again, in time and when the trace was dropped.
func TestAdversarial_copiesAreNoEvidence(t *testing.T) {
	all := 100.0
	tokens := map[string]any{"gen_ai.usage.input_tokens": 10, "gen_ai.usage.cost": 0.5}
	request := []spec{{id: 1, kind: "llm", attributes: tokens}, {id: 2, parent: 1, kind: "tool"}}
	more := []spec{{id: 3, parent: 2, kind: "llm", start: 9, attributes: tokens}}
	f := func(when policy.When) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := startSampler(t, func(c *Config) {
				c.Rules = []policy.Rule{{Name: "much", When: &when, Keep: &all}, keep("none", 0)}
			})
			for range 3 {
				s.send(traces(request...))
			}
			time.Sleep(time.Minute)
			assert.Equal(t, "none", s.decisions.only(t).Rule)
			s.send(traces(request...))
			synctest.Wait()
			assert.Empty(t, s.sink.AllTraces())
			s.send(traces(more...))
			assert.Len(t, shape(s.stop()...), 3, "a third span is")
		})
	}
	f(policy.When{MinSpans: 3})
	f(policy.When{MinTokens: 11})
}
