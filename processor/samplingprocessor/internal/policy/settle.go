// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// Unsettled reports whether the spans themselves must be looked at once more before a decision: a request has failed
// that is evidence if it stands below a model call, and nothing else is known that would do. That is rare: most
// instrumentations mark such a request as failed.
func (p *Policy) Unsettled(e *Evidence) bool {
	return e.more != nil && len(e.more.suspects) > 0 && e.signs&signProvider == 0 && (!e.Failed || p.tellsClass)
}

// Settle looks at all spans of a trace that is Unsettled.
func (p *Policy) Settle(e *Evidence, td ptrace.Traces) {
	spans := map[spanKey]dialect.Span{}
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				spans[span.SpanID()] = dialect.Span{Span: span, Resource: rs.Resource().Attributes(), Scope: ss.Scope()}
			}
		}
	}
	for _, id := range e.more.suspects {
		if belowModel(spans, id) {
			e.signs |= signProvider
			e.Failed = true
			break
		}
	}
	e.more.suspects = nil
}

// maxClimb is how many spans may stand between a request and the model call that made it: layers of HTTP clients.
const maxClimb = 8

func belowModel(spans map[spanKey]dialect.Span, id spanKey) bool {
	for range maxClimb {
		s, ok := spans[id]
		if !ok {
			return false
		}
		switch dialect.KindOf(s) {
		case "llm", "embedding":
			return true
		case "tool", "retriever":
			return false
		}
		id = [8]byte(s.ParentSpanID())
	}
	return false
}
