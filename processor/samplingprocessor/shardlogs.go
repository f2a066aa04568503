// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/join"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// returnLogs gives back the records of a trace of which no span ever came.
func (s *shard) returnLogs(t *store.Trace[note]) {
	elsewhere := s.knownElsewhere(t.Key)
	for i := 0; i < len(t.Parts); {
		whole, cost, next := t.Parts[i], t.Parts[i].Cost(), i+1
		for ; whole.Packed && next < len(t.Parts) && t.Parts[next].Elsewhere(); next++ { // their records are in it
			whole.Spans = append(slices.Clip(whole.Spans), t.Parts[next].Spans...)
			cost += t.Parts[next].Cost()
		}
		var seqs []uint64
		switch {
		case len(t.Note.seqs) == len(t.Parts):
			seqs = t.Note.seqs[i:next]
		case next == len(t.Parts): // the storage has failed for some
			seqs = t.Note.seqs
		}
		s.giveBack(t.Key, whole, cost, seqs, elsewhere)
		i = next
	}
}

// giveBack hands records, which cost so much of the budget, to the pipeline that they came by. Every traces pipeline was
// given a copy, and one of them gives it back.
func (s *shard) giveBack(key store.Key, part store.Part, cost int64, seqs []uint64, elsewhere bool) {
	c := s.core
	data, err := s.data(part)
	if err != nil || len(data) == 0 || elsewhere { // a dry run has passed them
		c.budget.add(-cost)
		c.journal.settle(settled{seqs: seqs})
		return
	}
	held := int64(len(data)) + deliveryOverhead
	c.budget.add(held - cost)
	c.outbox.put(delivery{outlet: key.Outlet, logs: part.Logs, data: data, spans: len(part.Spans), bytes: held, seqs: seqs})
}

// others returns the trace of key as the other pipelines have it. All are in this shard.
func (s *shard) others(key store.Key, f func(outlet uint16, open *store.Trace[note], v *verdict) bool) bool {
	for outlet := range s.core.outlets() {
		other := store.Key{Trace: key.Trace, Outlet: uint16(outlet)}
		if other == key {
			continue
		}
		if f(other.Outlet, s.open.Get(other), s.decided.Get(other)) {
			return true
		}
	}
	return false
}

// knownElsewhere reports whether another pipeline has what became of records for which no span came here: it had the
// trace, or its copy waits there.
func (s *shard) knownElsewhere(key store.Key) bool {
	return s.others(key, func(_ uint16, open *store.Trace[note], v *verdict) bool { return open != nil || v != nil })
}

// takenElsewhere is the same for records that came when their trace had been released here.
func (s *shard) takenElsewhere(key store.Key) bool {
	return s.others(key, func(outlet uint16, open *store.Trace[note], v *verdict) bool {
		return open != nil && open.Spans > 0 || v != nil && v.known != nil && outlet < key.Outlet
	})
}

// events reads the log records among parts.
func (s *shard) events(parts []store.Part) []join.Event {
	var u plog.ProtoUnmarshaler
	all := plog.NewLogs()
	for _, part := range parts {
		if part.Logs == 0 || part.Elsewhere() {
			continue
		}
		data, err := s.data(part)
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
