// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
)

// watchers are the extensions that want to know what becomes of traces. As a rule there is none, and nothing is looked
// at for them.
type watchers struct{ list []decision.DeliveryObserver }

func (w *watchers) find(host component.Host) {
	w.list = nil
	for _, extension := range host.GetExtensions() {
		if o, ok := extension.(decision.DeliveryObserver); ok {
			w.list = append(w.list, o)
		}
	}
}

// tell says what became of runs, once for those of a trace that stand together. Judgements are no runs.
func (w *watchers) tell(outcome decision.Outcome, reason, subject string, chunks []chunk) {
	if w == nil || len(w.list) == 0 {
		return
	}
	d := decision.Delivery{At: time.Now(), Component: subject, Outcome: outcome, Reason: reason}
	for i := range chunks {
		c := &chunks[i]
		id, ok := encode.TraceID(c.group.protocol, c.data)
		if !ok {
			continue
		}
		if d.Runs > 0 && (id != d.TraceID || c.group.project != d.Project) {
			w.all(d)
			d.Runs = 0
		}
		d.TraceID, d.Project = id, c.group.project
		d.Runs++
	}
	if d.Runs > 0 {
		w.all(d)
	}
}

// tellOf says that a trace goes nowhere.
func (w *watchers) tellOf(trace [16]byte, subject string, runs int, reason string) {
	w.all(decision.Delivery{
		At: time.Now(), TraceID: trace, Component: subject, Outcome: decision.Refused, Reason: reason, Runs: runs,
	})
}

func (w *watchers) all(d decision.Delivery) {
	for _, o := range w.list {
		o.ObserveDelivery(d)
	}
}
