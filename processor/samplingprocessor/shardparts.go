// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// worthReading is the size from which a part is left to the journal while its trace waits: what is smaller is soon read.
const worthReading = 2 << 10

// shrink makes parts take less memory: what the journal has is left to it, all else is compressed. It returns the bytes that
// this gives back.
func (s *shard) shrink(parts []store.Part) (freed int64) {
	if s.core.journal.readable() {
		for i := range parts {
			if len(parts[i].Data) >= worthReading {
				freed += parts[i].Leave()
			}
		}
	}
	return freed + s.packer.Pack(parts)
}

// data returns the data of a part, and of those that are packed with it.
func (s *shard) data(part store.Part) ([]byte, error) {
	if part.Away > 0 {
		return s.core.journal.entry(part.Entry)
	}
	return s.packer.Unpack(part)
}

// decode reads the parts of a trace into one message.
func (s *shard) decode(parts ...store.Part) ptrace.Traces {
	var u ptrace.ProtoUnmarshaler
	all := ptrace.NewTraces()
	for _, part := range parts {
		if part.Logs != 0 {
			continue
		}
		if part.Elsewhere() {
			continue
		}
		data, err := s.data(part)
		var td ptrace.Traces
		if err == nil {
			td, err = u.UnmarshalTraces(data)
		}
		if err != nil { // only what is read back from a disk can be damaged
			s.core.set.Logger.Error("a part of a trace cannot be decoded", zap.Error(err))
			s.core.metrics.dropped(reasonUnread, false, len(part.Spans))
			continue
		}
		td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
	return all
}
