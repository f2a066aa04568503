// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"encoding/binary"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// maxOwned is how many span ids one half of the memory holds: five minutes at some hundred spans a second, in about two
// megabytes. Ids that clash come from generators with little chance in them, and clash soon.
const maxOwned = 1 << 16

// owners remembers to which trace span ids belong, the last 65,536 of them at least. LangSmith makes run ids of the 64
// bits of a span id, and would take a second span with the same for a repetition.
type owners struct {
	mu         sync.Mutex
	young, old map[pcommon.SpanID]uint64
}

func newOwners() *owners { return &owners{young: map[pcommon.SpanID]uint64{}} }

// Owns reports whether span belongs to trace. One that is not known does from now on.
func (o *owners) Owns(trace pcommon.TraceID, span pcommon.SpanID) bool {
	mark := binary.LittleEndian.Uint64(trace[:8]) ^ binary.LittleEndian.Uint64(trace[8:])
	o.mu.Lock()
	defer o.mu.Unlock()
	if known, ok := o.young[span]; ok {
		return known == mark
	}
	known, ok := o.old[span]
	if !ok {
		known = mark
	}
	if len(o.young) >= maxOwned {
		o.young, o.old = make(map[pcommon.SpanID]uint64, maxOwned), o.young
	}
	o.young[span] = known
	return known == mark
}
