// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewerextension

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
)

// maxWays bounds to how many destinations and projects the runs of one trace are remembered to have gone.
const maxWays = 8

// deliveries keeps what exporters have done with the last traces.
type deliveries struct {
	mu     sync.Mutex
	traces map[[16]byte][]way
	ring   [][16]byte // the traces, of which the one that came first is forgotten first
	next   int
	max    int
}

// way is what became of the runs of a trace that went the same way.
type way struct {
	component, project string

	queued, accepted, refused int
	reason                    string // of the last refusal
	at                        time.Time
}

func newDeliveries(n int) *deliveries {
	return &deliveries{traces: map[[16]byte][]way{}, max: n}
}

func (d *deliveries) add(one decision.Delivery) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ways, known := d.traces[one.TraceID]
	if !known {
		d.enterLocked(one.TraceID)
	}
	d.traces[one.TraceID] = added(ways, one)
}

// enterLocked forgets the oldest trace for a new one, if there is no room.
func (d *deliveries) enterLocked(trace [16]byte) {
	if len(d.ring) < d.max {
		d.ring = append(d.ring, trace)
		return
	}
	delete(d.traces, d.ring[d.next])
	d.ring[d.next] = trace
	d.next = (d.next + 1) % len(d.ring)
}

func added(ways []way, one decision.Delivery) []way {
	i := 0
	for i < len(ways) && (ways[i].component != one.Component || ways[i].project != one.Project) {
		i++
	}
	if i == len(ways) {
		if i == maxWays {
			return ways
		}
		ways = append(ways, way{component: one.Component, project: one.Project})
	}
	w := &ways[i]
	w.at = one.At
	switch one.Outcome {
	case decision.Queued:
		w.queued += one.Runs
	case decision.Accepted:
		w.accepted += one.Runs
	case decision.Refused:
		w.refused += one.Runs
		w.reason = one.Reason
	}
	return ways
}

// of returns the ways that the runs of a trace have gone; traces without an id are not told apart.
func (d *deliveries) of(trace [16]byte) []way {
	d.mu.Lock()
	defer d.mu.Unlock()
	if trace == [16]byte{} {
		return nil
	}
	return slices.Clone(d.traces[trace])
}

// inWords tells of a way in a line. What was queued before the Collector's last start is not known.
func (w way) inWords() string {
	var parts []string
	if w.accepted > 0 {
		parts = append(parts, decision.Count(w.accepted, "run")+" accepted by LangSmith")
	}
	if waiting := w.queued - w.accepted - w.refused; waiting > 0 {
		parts = append(parts, decision.Count(waiting, "run")+" waiting in the queue")
	}
	if w.refused > 0 {
		parts = append(parts, fmt.Sprintf("%s given up (%s)", decision.Count(w.refused, "run"), w.reason))
	}
	project := ""
	if w.project != "" {
		project = fmt.Sprintf(", project %q", w.project)
	}
	return fmt.Sprintf("  %s%s: %s; the last at %s\n", w.component, project, strings.Join(parts, ", "), w.at.UTC().Format(time.RFC3339))
}
