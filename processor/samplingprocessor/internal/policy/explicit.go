// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"strings"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
)

// explicit is what the trace state of a trace says of its sampling: the randomness that all who sample it share (ot=rv), and the
// threshold that it has passed (ot=th). Who sets rv asks for it to be used, be it by trace or by conversation.
type explicit struct {
	here       bool
	randomness uint64
	threshold  uint64 // 0: it may have passed none
	// alone is the highest threshold that came without randomness: passed by dice that nobody else knows.
	alone uint64
}

// merge takes the highest of what should be one and the same, so that the order plays no part.
func (x *explicit) merge(o explicit) {
	x.here = x.here || o.here
	x.randomness = max(x.randomness, o.randomness)
	x.threshold = max(x.threshold, o.threshold)
	x.alone = max(x.alone, o.alone)
}

// readExplicit reads a trace state. One that cannot be read says nothing.
func readExplicit(state string) explicit {
	if !strings.Contains(state, "rv:") && !strings.Contains(state, "th:") {
		return explicit{}
	}
	w3c, err := sampling.NewW3CTraceState(state)
	if err != nil {
		return explicit{}
	}
	th, thinned := w3c.OTelValue().TValueThreshold()
	randomness, ok := w3c.OTelValue().RValueRandomness()
	switch {
	case !ok && thinned:
		return explicit{alone: th.Unsigned()}
	case !ok:
		return explicit{}
	}
	x := explicit{here: true, randomness: randomness.Unsigned()}
	if thinned && th.ShouldSample(randomness) {
		x.threshold = th.Unsigned()
	}
	return x
}

// beside makes th the threshold of two samplers that know nothing of each other's dice: upstream by the trace id, here by the
// conversation. A trace had to be lucky with both, and stands for as many as both together left out.
func (x explicit) beside(th sampling.Threshold) sampling.Threshold {
	upstream, err := sampling.UnsignedToThreshold(x.alone)
	if err != nil || x.here || x.alone == 0 {
		return th
	}
	both, err := sampling.ProbabilityToThreshold(upstream.Probability() * th.Probability())
	if err != nil {
		return th // less than can be written
	}
	return both
}

// readState notes what the trace state of the span says. Nearly all have none, or the same as the one before.
func (o *Observer) readState() {
	state := o.span.TraceState().AsRaw()
	if state == "" {
		return
	}
	if state != o.state {
		o.state, o.explicit = state, readExplicit(state)
	}
	if o.explicit != (explicit{}) {
		o.e.details().explicit.merge(o.explicit)
	}
}

// byRandomness keeps a trace if the randomness that came with it says so. One that has passed a threshold upstream had to have
// much of it: among the traces that come here its chance was better by as much.
func (x explicit) byRandomness(th sampling.Threshold, d *Decision) {
	randomness, err := sampling.UnsignedToRandomness(x.randomness)
	if err != nil || !th.ShouldSample(randomness) {
		return
	}
	d.Keep, d.Threshold = true, th
	if passed, err := sampling.UnsignedToThreshold(x.threshold); err == nil {
		d.Probability = min(1, d.Probability/passed.Probability())
	}
}
