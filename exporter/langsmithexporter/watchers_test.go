// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
)

// watcher is an extension that adds up what it is told.
type watcher struct {
	component.StartFunc
	component.ShutdownFunc

	mu   sync.Mutex
	runs map[decision.Delivery]int // by all but time and number
}

func (w *watcher) ObserveDelivery(d decision.Delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := d.Runs
	d.At, d.Runs = time.Time{}, 0
	w.runs[d] += n
}

func TestWatchers_areToldWhatBecameOfEachTrace(t *testing.T) {
	for _, protocol := range []string{"otlp", "multipart"} {
		synctest.Test(t, func(t *testing.T) {
			bad := func(p post) bool { return slices.Contains(p.names, "a 2 1") }
			s := &sink{answer: refuseIf(422, bad)}
			w := &watcher{runs: map[decision.Delivery]int{}}
			r := newRig(t, s, func(c *Config) {
				c.Protocol, c.Unmatched = protocol, reject
				c.Routes = []Route{{Match: map[string]any{`resource["tenant"]`: "a"}, Project: "p"}}
			})
			r.host.extensions = map[component.ID]component.Component{component.MustNewID("w"): w}
			r.watchers.find(r.host)
			require.NoError(t, r.ConsumeTraces(context.Background(), tracesOf("a", 1, 3)))
			require.NoError(t, r.ConsumeTraces(context.Background(), tracesOf("a", 2, 3)))
			require.NoError(t, r.ConsumeTraces(context.Background(), tracesOf("b", 3, 4)))
			settle(time.Minute)
			one := func(trace byte, project string, outcome decision.Outcome, reason string) decision.Delivery {
				return decision.Delivery{
					TraceID: [16]byte{trace, 15: 1}, Component: "langsmith", Project: project, Outcome: outcome, Reason: reason,
				}
			}
			assert.Equal(t, map[decision.Delivery]int{
				one(1, "p", decision.Queued, ""): 3, one(1, "p", decision.Accepted, ""): 3,
				one(2, "p", decision.Queued, ""): 3, one(2, "p", decision.Accepted, ""): 2,
				one(2, "p", decision.Refused, "rejected"): 1,
				one(3, "", decision.Refused, "unmatched"): 4,
			}, w.runs, protocol)
		})
	}
}
