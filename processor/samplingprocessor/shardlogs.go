// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/join"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// returnLogs gives back the records of a trace of which no span ever came.
func (s *shard) returnLogs(t *store.Trace[note]) {
	for i, part := range t.Parts {
		var seqs []uint64
		switch {
		case len(t.Note.seqs) == len(t.Parts):
			seqs = t.Note.seqs[i : i+1]
		case i == len(t.Parts)-1: // the storage has failed for some
			seqs = t.Note.seqs
		}
		s.core.returnLogs(t.Key, part, seqs)
	}
}

// events reads the log records among parts.
func (s *shard) events(parts []store.Part) []join.Event {
	var u plog.ProtoUnmarshaler
	all := plog.NewLogs()
	for _, part := range parts {
		if part.Logs == 0 || len(part.Data) == 0 {
			continue
		}
		data, err := s.packer.Unpack(part)
		var ld plog.Logs
		if err == nil {
			ld, err = u.UnmarshalLogs(data)
		}
		if err != nil {
			s.core.set.Logger.Error("log records of a trace cannot be decoded", zap.Error(err))
			continue
		}
		ld.ResourceLogs().MoveAndAppendTo(all.ResourceLogs())
	}
	if all.ResourceLogs().Len() == 0 {
		return nil
	}
	return join.Events(all)
}
