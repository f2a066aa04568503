// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repair

import (
	"strings"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// overrides says what of the ids that an application set for LangSmith no longer holds. An override of the parent
// never stays: the parent's native id says the same, unless the parent has an override of its own.
type overrides struct {
	parent    [16]byte // the parent's own override
	dropRoot  bool
	dropOrder bool
	dropTrace bool
}

// apply drops what no longer holds, and what only this processor may say.
func (o overrides) apply(a pcommon.Map) {
	a.RemoveIf(func(key string, _ pcommon.Value) bool {
		switch key {
		case contract.LangSmithParentID:
			return true
		case contract.LangSmithIsRoot:
			return o.dropRoot
		case contract.LangSmithDottedOrder:
			return o.dropOrder
		case contract.LangSmithTraceID:
			return o.dropTrace
		case contract.SamplingLate, contract.SamplingRootSpanID, contract.SamplingAncestry:
			return true
		}
		return false
	})
	if o.parent != [16]byte{} {
		a.PutStr(contract.LangSmithParentID, run.ID(o.parent).String())
	}
}

// traceStates writes the sampling threshold into trace states. Spans of one trace mostly have the same one, so that
// the last result is kept.
type traceStates struct {
	threshold sampling.Threshold
	off       bool // there is none
	last      string
	result    string
	valid     bool
	// unreadable counts spans with a state that says nothing; damaged tells whether the last one is such.
	unreadable int
	damaged    bool
}

// write never lowers a threshold that came in, and leaves a state that it cannot read as it is.
func (t *traceStates) write(state pcommon.TraceState) {
	if t.off {
		return
	}
	raw := state.AsRaw()
	if !t.valid || raw != t.last {
		result, ok := withThreshold(raw, t.threshold)
		t.last, t.result, t.valid, t.damaged = raw, result, true, !ok
	}
	if t.damaged {
		t.unreadable++
	}
	state.FromRaw(t.result)
}

// withThreshold returns raw as it is, and false, when it cannot be read. A higher threshold in it stays.
func withThreshold(raw string, threshold sampling.Threshold) (state string, readable bool) {
	w3c, err := sampling.NewW3CTraceState(raw)
	if err != nil {
		return raw, false
	}
	if err := w3c.OTelValue().UpdateTValueWithSampling(threshold); err != nil {
		return raw, true
	}
	var b strings.Builder
	if err := w3c.Serialize(&b); err != nil {
		return raw, false
	}
	return b.String(), true
}
