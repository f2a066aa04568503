// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// attrs are the attributes of a span under test.
type attrs map[string]any

// newSpan makes a span with a scope of the given name.
func newSpan(t testing.TB, scope, name string, attributes attrs) dialect.Span {
	t.Helper()
	rs := ptrace.NewTraces().ResourceSpans().AppendEmpty()
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName(scope)
	span := ss.Spans().AppendEmpty()
	span.SetName(name)
	span.SetStartTimestamp(1_000_000_000)
	span.SetEndTimestamp(3_000_000_000)
	require.NoError(t, span.Attributes().FromRaw(attributes))
	return dialect.Span{Span: span, Resource: rs.Resource().Attributes(), Scope: ss.Scope()}
}

// addEvent adds an event to a span under test.
func addEvent(t testing.TB, s dialect.Span, name string, attributes attrs) {
	t.Helper()
	e := s.Events().AppendEmpty()
	e.SetName(name)
	e.SetTimestamp(pcommon.Timestamp(2_000_000_000))
	require.NoError(t, e.Attributes().FromRaw(attributes))
}

// want is what Read shall say; empty texts mean "nothing".
type want struct{ inputs, outputs string }

func checkContent(t testing.TB, s dialect.Span, w want) dialect.Fields {
	t.Helper()
	f := dialect.Read(s)
	checkJSON(t, "inputs", w.inputs, f.Inputs)
	checkJSON(t, "outputs", w.outputs, f.Outputs)
	return f
}

func checkJSON(t testing.TB, what, want string, got []byte) {
	t.Helper()
	if want == "" {
		require.Empty(t, string(got), what)
		return
	}
	require.JSONEq(t, want, string(got), what)
}
