// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"container/list"
	"net/http"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// arrivals keeps traces as they came in at the front door, for a view of before and after. They are not what
// LangSmith sees, and are neither mapped nor recorded.
type arrivals struct {
	limit int64

	mu     sync.Mutex
	traces map[pcommon.TraceID]*arrival
	order  list.List // of *arrival, longest untouched first
	bytes  int64
}

// arrival is one trace as concatenated messages, which protobuf reads as one.
type arrival struct {
	id    pcommon.TraceID
	proto []byte
	place *list.Element
}

func (a *arrivals) init(limit int64) {
	a.limit = limit
	a.traces = map[pcommon.TraceID]*arrival{}
}

func (a *arrivals) len() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.traces)
}

func (a *arrivals) add(id pcommon.TraceID, proto []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	one := a.traces[id]
	if one == nil {
		one = &arrival{id: id}
		one.place = a.order.PushBack(one)
		a.traces[id] = one
	}
	a.order.MoveToBack(one.place)
	one.proto = append(one.proto, proto...)
	a.bytes += int64(len(proto))
	for a.bytes > a.limit && a.order.Len() > 0 {
		oldest := a.order.Remove(a.order.Front()).(*arrival)
		delete(a.traces, oldest.id)
		a.bytes -= int64(len(oldest.proto))
	}
}

// get returns a trace; what it returns stays as it is.
func (a *arrivals) get(id pcommon.TraceID) ([]byte, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	one, ok := a.traces[id]
	if !ok {
		return nil, false
	}
	return slices.Clip(one.proto), true
}

func (s *Server) postArrived(w http.ResponseWriter, r *http.Request) {
	sub := &submission{r: r}
	if refused := s.readBody(sub); refused != nil {
		refused.write(w)
		return
	}
	td, media, refused := decodeTraces(sub)
	if refused != nil {
		refused.write(w)
		return
	}
	var marshaler ptrace.ProtoMarshaler
	for id, one := range byTrace(td) {
		proto, err := marshaler.MarshalTraces(one)
		if err != nil {
			badRequest("read OTLP: %v", err).write(w)
			return
		}
		s.arrived.add(id, proto)
	}
	a := accepted(media)
	w.Header().Set("Content-Type", a.contentType)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the client has gone: there is nobody left to tell
}

// byTrace splits a batch, the spans of each trace under copies of their resources and scopes.
func byTrace(td ptrace.Traces) map[pcommon.TraceID]ptrace.Traces {
	out := map[pcommon.TraceID]ptrace.Traces{}
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			scopes := map[pcommon.TraceID]ptrace.ScopeSpans{}
			for _, span := range ss.Spans().All() {
				id := span.TraceID()
				to, ok := scopes[id]
				if !ok {
					to = newScope(out, id, rs, ss)
					scopes[id] = to
				}
				span.MoveTo(to.Spans().AppendEmpty())
			}
		}
	}
	return out
}

func newScope(
	out map[pcommon.TraceID]ptrace.Traces, id pcommon.TraceID, rs ptrace.ResourceSpans, ss ptrace.ScopeSpans,
) ptrace.ScopeSpans {
	td, ok := out[id]
	if !ok {
		td = ptrace.NewTraces()
		out[id] = td
	}
	r := td.ResourceSpans().AppendEmpty()
	rs.Resource().CopyTo(r.Resource())
	r.SetSchemaUrl(rs.SchemaUrl())
	s := r.ScopeSpans().AppendEmpty()
	ss.Scope().CopyTo(s.Scope())
	s.SetSchemaUrl(ss.SchemaUrl())
	return s
}

// getArrived answers with a trace as it arrived, in OTLP/JSON. It is asked for by the OTel trace id.
func (s *Server) getArrived(w http.ResponseWriter, r *http.Request) {
	id, ok := parseTraceID(r.PathValue("traceid"))
	if !ok {
		badRequest("trace id must be 32 hex digits").write(w)
		return
	}
	proto, ok := s.arrived.get(id)
	if !ok {
		refuse(http.StatusNotFound, "Trace not found").write(w)
		return
	}
	var unmarshaler ptrace.ProtoUnmarshaler
	td, err := unmarshaler.UnmarshalTraces(proto)
	if err == nil {
		var b []byte
		var marshaler ptrace.JSONMarshaler
		if b, err = marshaler.MarshalTraces(td); err == nil {
			w.Header().Set("Content-Type", mediaJSON)
			_, _ = w.Write(b) // the client has gone: there is nobody left to tell
			return
		}
	}
	refuse(http.StatusInternalServerError, "Internal server error").write(w)
}

func parseTraceID(s string) (pcommon.TraceID, bool) {
	s = strings.ReplaceAll(strings.ToLower(s), "-", "")
	if len(s) != 32 {
		return pcommon.TraceID{}, false
	}
	var id pcommon.TraceID
	for i := range len(s) {
		if !isHex(s[i]) {
			return id, false
		}
		id[i/2] = id[i/2]<<4 | hexDigit(s[i])
	}
	return id, true
}

func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c - 'a' + 10
}
