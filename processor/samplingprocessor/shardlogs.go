// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/join"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// addLateLogs is for records of a trace that is already judged. A run that was posted is never changed, so that they go
// on as the log records that they are; those of a dropped trace are dropped with it.
func (s *shard) addLateLogs(v *verdict, a *arrival, seqs []uint64) {
	if v.known != nil && !s.core.cfg.DryRun {
		s.core.metrics.logs(outcomeLate, len(a.part.Spans))
		s.core.returnLogs(a.key, a.part, seqs)
		return
	}
	s.core.metrics.logs(outcomeDropped, len(a.part.Spans))
	s.core.budget.add(-a.part.Cost())
	s.core.journal.remove(seqs)
}

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
		ld, err := u.UnmarshalLogs(part.Data)
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
