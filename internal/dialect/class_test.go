// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
)

// eachRecorded calls f for every recorded span that somebody has judged.
func eachRecorded(t *testing.T, f func(pdatatest.Fixture, pdatatest.Expected, dialect.Span)) {
	t.Helper()
	for _, fixture := range pdatatest.Fixtures(t) {
		byID := map[string]pdatatest.Expected{}
		for _, e := range fixture.Expected {
			byID[e.SpanID] = e
		}
		for _, s := range spans(pdatatest.LoadTraces(t, fixture.Path)) {
			if e, ok := byID[s.SpanID().String()]; ok {
				f(fixture, e, s)
			}
		}
	}
}

// spans lists the spans of td.
func spans(td ptrace.Traces) []dialect.Span {
	var all []dialect.Span
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				all = append(all, dialect.Span{Span: s, Resource: rs.Resource().Attributes(), Scope: ss.Scope()})
			}
		}
	}
	return all
}

func TestKindOf_recorded(t *testing.T) {
	wrong, judged := 0, 0
	eachRecorded(t, func(f pdatatest.Fixture, e pdatatest.Expected, s dialect.Span) {
		judged++
		if got := string(dialect.KindOf(s)); !slices.Contains(e.RunTypeAnyOf, got) {
			wrong++
			t.Logf("%s %s %q: %s, want %v", f.File, e.SpanID, s.Name(), got, e.RunTypeAnyOf)
		}
	})
	t.Logf("run types: %d of %d right", judged-wrong, judged)
	assert.Zero(t, wrong)
}

func TestFailureOf_recorded(t *testing.T) {
	eachRecorded(t, func(f pdatatest.Fixture, e pdatatest.Expected, s dialect.Span) {
		failure, failed := dialect.FailureOf(s)
		if e.Error != nil {
			assert.Equal(t, *e.Error, failed, "%s %s %s", f.File, e.SpanID, s.Name())
		}
		assert.Contains(t, failure.Message+failure.Stacktrace, e.ErrorContains, "%s %s %s", f.File, e.SpanID, s.Name())
		if failed {
			assert.NotEmpty(t, failure.Message)
		}
	})
}

func TestClassify_recorded(t *testing.T) {
	eachRecorded(t, func(f pdatatest.Fixture, e pdatatest.Expected, s dialect.Span) {
		class := dialect.Classify(s)
		where := f.File + " " + e.SpanID + " " + s.Name()
		switch {
		case e.Role == "infra":
			assert.Equal(t, dialect.Infra, class, where)
		case s.Scope.Name() == "shop", s.Scope.Name() == "demo-tracer", strings.HasPrefix(s.Scope.Name(), "codex"):
		case e.Role == "leaf", e.Role == "agg", strings.HasPrefix(e.Role, "dup"):
			assert.Equal(t, dialect.Agent, class, where)
		}
	})
}

func TestConversation_recorded(t *testing.T) {
	eachRecorded(t, func(f pdatatest.Fixture, _ pdatatest.Expected, s dialect.Span) {
		if c := dialect.Conversation(s); f.SessionID != "" && c != "" && dialect.Classify(s) == dialect.Agent {
			assert.Equal(t, f.SessionID, c, f.File)
		}
	})
}
