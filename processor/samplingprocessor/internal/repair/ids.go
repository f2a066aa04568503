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
}

// write never lowers a threshold that came in, and leaves a state that it cannot read as it is.
func (t *traceStates) write(state pcommon.TraceState) {
	if t.off {
		return
	}
	raw := state.AsRaw()
	if !t.valid || raw != t.last {
		t.last, t.result, t.valid = raw, withThreshold(raw, t.threshold), true
	}
	state.FromRaw(t.result)
}

func withThreshold(raw string, threshold sampling.Threshold) string {
	w3c, err := sampling.NewW3CTraceState(raw)
	if err != nil {
		return raw
	}
	if err := w3c.OTelValue().UpdateTValueWithSampling(threshold); err != nil {
		return raw
	}
	var b strings.Builder
	if err := w3c.Serialize(&b); err != nil {
		return raw
	}
	return b.String()
}
