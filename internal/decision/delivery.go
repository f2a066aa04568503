// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package decision

import "time"

// Outcome is what an exporter has done with runs.
type Outcome uint8

// The outcomes.
const (
	Queued   Outcome = iota // they wait until LangSmith accepts or refuses them
	Accepted                // LangSmith has answered that it has them
	Refused                 // they will not arrive
)

// Delivery is what became of some runs of a trace. It never holds payload, and no key: ids, names and counts only.
type Delivery struct {
	At        time.Time
	TraceID   [16]byte // OpenTelemetry's
	Component string   // the exporter's id, and of several destinations the name
	Project   string   // at LangSmith
	Outcome   Outcome
	Reason    string // of a refusal, as metrics have it
	Runs      int
}

// DeliveryObserver is told of every delivery. It is called where data passes and must not block.
type DeliveryObserver interface {
	ObserveDelivery(Delivery)
}
