// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package tree

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// NodeOf reads the node of a span: its ids and times, and the langsmith.* attributes by which an application
// overrides them. An override that is not an id is ignored, as LangSmith does with a langsmith.is_root that is not a
// boolean.
func NodeOf(span ptrace.Span) Node {
	n := Node{
		ID:     span.SpanID(),
		Parent: span.ParentSpanID(),
		Start:  uint64(span.StartTimestamp()),
		End:    uint64(span.EndTimestamp()),
		Name:   span.Name(),
		Weight: span.Attributes().Len() + span.Events().Len(),
	}
	for key, value := range span.Attributes().All() {
		if Overrides(key) {
			n.override(key, value)
		}
	}
	return n
}

// Overrides reports whether an attribute of that name may override something. It is false for nearly every attribute, for
// less than it takes to compare names: nearly always, the length alone tells, which does not fetch the name.
func Overrides(key string) bool {
	n := len(key)
	return (n == len(contract.LangSmithSpanID) || n == len(contract.LangSmithParentID) ||
		n == len(contract.LangSmithIsRoot)) && key[0] == 'l'
}

func (n *Node) override(key string, value pcommon.Value) {
	switch key { // by length first, which alone tells nearly every attribute apart
	case contract.LangSmithSpanID:
		n.RunID = runID(value)
	case contract.LangSmithParentID:
		n.ParentRunID = runID(value)
	case contract.LangSmithIsRoot:
		n.IsRoot = value.Type() == pcommon.ValueTypeBool && value.Bool()
	}
}

func runID(value pcommon.Value) run.ID {
	if value.Type() != pcommon.ValueTypeStr {
		return run.ID{}
	}
	id, _ := run.ParseID(value.Str())
	return id
}
