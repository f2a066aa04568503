// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repair

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
)

// separate gives ids of their own to spans that came with the id of another span, as bad generators and forked processes
// make them: whoever receives both would take the second for a repetition of the first. It returns how many there were.
func (w *work) separate() (n int) {
	for i := range w.nodes {
		if w.tree.Twin(i) {
			w.rename(i, w.freeID(twinSeed(w.spans[i].Span)))
			n++
		}
	}
	return n
}

// rename gives span i another id, and notes the one that it came with.
func (w *work) rename(i int, id pcommon.SpanID) {
	span := w.spans[i].Span
	was := span.SpanID()
	span.Attributes().PutStr(contract.SamplingSharedSpanID, hex.EncodeToString(was[:]))
	span.SetSpanID(id)
	w.nodes[i].ID = id
}

// twinSeed is all that tells a span from others with its id.
func twinSeed(span ptrace.Span) []byte {
	trace, id, parent := span.TraceID(), span.SpanID(), span.ParentSpanID()
	seed := append([]byte("twin in "), trace[:]...)
	seed = append(append(seed, id[:]...), parent[:]...)
	seed = binary.BigEndian.AppendUint64(seed, uint64(span.StartTimestamp()))
	return append(seed, span.Name()...)
}

// twinID is the id that a twin is given unless another span of the trace has that one, too.
func twinID(span ptrace.Span) [8]byte {
	sum := sha256.Sum256(twinSeed(span))
	return [8]byte(sum[:8])
}

// freeID derives an id from seed that no span of the trace has: a restarted or another replica makes the same one.
func (w *work) freeID(seed []byte) pcommon.SpanID {
	if w.taken == nil {
		w.taken = make(map[[8]byte]bool, len(w.nodes))
		for i := range w.nodes {
			w.taken[w.nodes[i].ID] = true
		}
	}
	sum := sha256.Sum256(seed)
	for id := [8]byte(sum[:8]); ; id[7]++ {
		if !w.taken[id] && id != [8]byte{} {
			w.taken[id] = true
			return id
		}
		if id[7] == 0xff {
			sum = sha256.Sum256(sum[:])
			id = [8]byte(sum[:8])
		}
	}
}
