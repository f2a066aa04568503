// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/tree"
)

// Counts reports whether decisions depend on how many spans, runs or tokens there are. Evidence counts copies of spans, since
// to know them all while spans arrive would cost every trace: one in which some came twice must be counted again.
func (p *Policy) Counts() bool { return p.counts }

// Recount counts in td, which is all spans of a trace, each of them once.
func (p *Policy) Recount(e *Evidence, td ptrace.Traces) {
	nodes := make([]tree.Node, 0, td.SpanCount())
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				nodes = append(nodes, tree.NodeOf(span))
			}
		}
	}
	once := p.observe(td, tree.Build(nodes).Duplicate)
	e.spans, e.runs = once.spans, once.runs
	if once.more != nil {
		e.details().calls = once.more.calls
	}
}
