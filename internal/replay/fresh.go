// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Fresh returns a copy whose ids are its own and whose last span ended at now. The ids depend on salt, the file and
// the recorded ids alone, so that a replay can be repeated exactly.
func (r Recording) Fresh(salt string, now time.Time) Recording {
	f := freshener{salt: salt + "\x00" + r.File, shift: now.Sub(lastEnd(r.Traces))}
	out := r
	out.Traces = ptrace.NewTraces()
	r.Traces.CopyTo(out.Traces)
	for span := range spans(out.Traces) {
		f.span(span)
	}
	out.Logs = plog.NewLogs()
	r.Logs.CopyTo(out.Logs)
	f.logs(out.Logs)
	out.Failed = make([]string, len(r.Failed))
	for i, id := range r.Failed {
		out.Failed[i] = f.spanHex(id)
	}
	return out
}

// TraceIDs returns the trace ids of the recording, each once, in order of appearance.
func (r Recording) TraceIDs() []pcommon.TraceID {
	var ids []pcommon.TraceID
	seen := map[pcommon.TraceID]bool{}
	for span := range spans(r.Traces) {
		if id := span.TraceID(); !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// FailedTraceIDs returns those trace ids that hold a span which failed.
func (r Recording) FailedTraceIDs() []pcommon.TraceID {
	failed := map[string]bool{}
	for _, id := range r.Failed {
		failed[id] = true
	}
	hit := map[pcommon.TraceID]bool{}
	for span := range spans(r.Traces) {
		id := span.SpanID()
		if failed[hex.EncodeToString(id[:])] {
			hit[span.TraceID()] = true
		}
	}
	var ids []pcommon.TraceID
	for _, id := range r.TraceIDs() {
		if hit[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

type freshener struct {
	salt  string
	shift time.Duration
}

func (f freshener) span(s ptrace.Span) {
	s.SetTraceID(f.trace(s.TraceID()))
	s.SetSpanID(f.id(s.SpanID()))
	s.SetParentSpanID(f.id(s.ParentSpanID()))
	s.SetStartTimestamp(f.time(s.StartTimestamp()))
	s.SetEndTimestamp(f.time(s.EndTimestamp()))
	for _, e := range s.Events().All() {
		e.SetTimestamp(f.time(e.Timestamp()))
	}
	for _, l := range s.Links().All() {
		l.SetTraceID(f.trace(l.TraceID()))
		l.SetSpanID(f.id(l.SpanID()))
	}
}

func (f freshener) logs(ld plog.Logs) {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				r.SetTraceID(f.trace(r.TraceID()))
				r.SetSpanID(f.id(r.SpanID()))
				r.SetTimestamp(f.time(r.Timestamp()))
				r.SetObservedTimestamp(f.time(r.ObservedTimestamp()))
			}
		}
	}
}

func (f freshener) trace(id pcommon.TraceID) pcommon.TraceID {
	if id.IsEmpty() {
		return id
	}
	sum := sha256.Sum256([]byte(f.salt + string(id[:])))
	return pcommon.TraceID(sum[:16])
}

func (f freshener) id(id pcommon.SpanID) pcommon.SpanID {
	if id.IsEmpty() {
		return id
	}
	sum := sha256.Sum256([]byte(f.salt + string(id[:])))
	return pcommon.SpanID(sum[:8])
}

func (f freshener) spanHex(id string) string {
	raw, err := hex.DecodeString(strings.TrimSpace(id))
	if err != nil || len(raw) != 8 {
		return ""
	}
	fresh := f.id(pcommon.SpanID(raw))
	return hex.EncodeToString(fresh[:])
}

func (f freshener) time(t pcommon.Timestamp) pcommon.Timestamp {
	if t == 0 {
		return 0
	}
	return pcommon.NewTimestampFromTime(t.AsTime().Add(f.shift))
}

func lastEnd(td ptrace.Traces) time.Time {
	var last pcommon.Timestamp
	for span := range spans(td) {
		last = max(last, span.EndTimestamp())
	}
	return last.AsTime()
}

// Label puts a string attribute on every resource of the recording, so that a sampling rule can tell it.
func (r Recording) Label(key, value string) {
	for _, rs := range r.Traces.ResourceSpans().All() {
		rs.Resource().Attributes().PutStr(key, value)
	}
}
