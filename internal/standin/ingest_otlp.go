// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"mime"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

const (
	mediaProtobuf = "application/x-protobuf"
	mediaJSON     = "application/json"
)

// postTraces takes a batch, answers 200 and says nothing about what becomes of it.
func (s *Server) postTraces(sub *submission) (answer, *refusal) {
	td, media, refused := decodeTraces(sub)
	if refused != nil {
		return answer{}, refused
	}
	spans := mapTraces(td)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.store.count.OrphansExpired += int64(s.store.orphans.expire(now))
	s.store.count.Spans += int64(td.SpanCount())
	s.store.count.InvalidSpans += int64(td.SpanCount() - len(spans))
	for _, m := range spans {
		m.run.Workspace = sub.workspace
		if sub.project != "" {
			m.project, m.projectID = sub.project, ""
		}
		s.store.arrive(m, now)
	}
	return accepted(media), nil
}

// accepted is an empty ExportTraceServiceResponse: partial success is never told.
func accepted(media string) answer {
	a := answer{status: http.StatusOK, contentType: media}
	if media == mediaJSON {
		a.body = []byte("{}")
	}
	return a
}

func decodeTraces(sub *submission) (ptrace.Traces, string, *refusal) {
	media, _, err := mime.ParseMediaType(sub.r.Header.Get("Content-Type"))
	if err != nil {
		media = ""
	}
	req := ptraceotlp.NewExportRequest()
	switch media {
	case mediaProtobuf:
		if tooDeep(sub.body) {
			return ptrace.Traces{}, media, badRequest("read OTLP protobuf: nested too deep")
		}
		err = req.UnmarshalProto(sub.body)
	case mediaJSON:
		err = req.UnmarshalJSON(sub.body)
	default:
		return ptrace.Traces{}, media, refuse(http.StatusUnsupportedMediaType, "Unsupported Content-Type: %q", media)
	}
	if err != nil {
		return ptrace.Traces{}, media, badRequest("read OTLP: %v", err)
	}
	return req.Traces(), media, nil
}

// mapTraces maps every span that has an id.
func mapTraces(td ptrace.Traces) []mapped {
	spans := make([]mapped, 0, td.SpanCount())
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				if !span.SpanID().IsEmpty() {
					spans = append(spans, mapSpan(span))
				}
			}
		}
	}
	return spans
}

// arrive finds the place of a span's run: under its parent when that is here, at the top when it has none, else among
// those that wait. Whoever waited for it comes along, and so on down the tree.
func (s *store) arrive(m mapped, now time.Time) {
	if s.runs[m.run.key()] != nil || s.orphans.ids[m.run.key()] != nil {
		s.count.DuplicateSpans++
		return
	}
	for next := []mapped{m}; len(next) > 0; next = next[1:] {
		m := next[0]
		if !m.run.IsRoot() && s.find(runKey{m.run.Workspace, m.run.ParentID}) == nil {
			s.wait(m, now)
			continue
		}
		s.settle(&m)
		p := s.projectFor(m.run.Workspace, m.project, m.projectID, now)
		m.run.ProjectID, m.run.Project = p.id, p.name
		if s.insert(&stored{run: m.run, posted: true}) {
			next = append(next, s.orphans.take(m.run.key())...)
		}
	}
}

// wait lets a child wait for its parent, where the server can wait.
func (s *store) wait(m mapped, now time.Time) {
	if s.noOrphans {
		s.count.OrphansDropped++
		return
	}
	s.count.OrphansDropped += int64(s.orphans.add(m, now))
}

// settle gives a run its trace and dotted order. A child is in the trace of its parent, whatever the OTel trace id:
// LangSmith's trace id is the run id of the root.
func (s *store) settle(m *mapped) {
	run := &m.run
	above := ""
	if !run.IsRoot() {
		parent := &s.find(runKey{run.Workspace, run.ParentID}).run
		above = parent.DottedOrder + "."
		if run.TraceID == "" {
			run.TraceID = parent.TraceID
		}
	}
	if run.DottedOrder == "" {
		run.DottedOrder = above + segment(run.Start, run.ID)
		return
	}
	if !strings.HasPrefix(run.DottedOrder, above) || checkPlace(run.Place) != nil {
		s.count.BadDottedOrders++
	}
}
