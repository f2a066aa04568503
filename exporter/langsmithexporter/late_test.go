// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// addSpan appends a span with an id of one byte.
func addSpan(td ptrace.Traces, id, parent byte, at int64) ptrace.Span {
	s := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetTraceID(pcommon.TraceID{1})
	s.SetSpanID(pcommon.SpanID{id})
	if parent != 0 {
		s.SetParentSpanID(pcommon.SpanID{parent})
	}
	s.SetName(fmt.Sprintf("span %d", id))
	s.SetStartTimestamp(pcommon.Timestamp(at))
	s.SetEndTimestamp(pcommon.Timestamp(at + 1))
	return s
}

// A span that comes after its trace takes the place that it would have had, clocks that disagree included, though all
// that is known of its ancestors are ids and times.
func TestConsumeTraces_lateSpansFindTheirPlace(t *testing.T) {
	const base = 1_700_000_000_000_000_000
	for _, ids := range []string{bySpan, byTraceSpan} {
		for _, protocol := range []string{"otlp", "multipart"} {
			t.Run(ids+"/"+protocol, func(t *testing.T) {
				whole, first, late := ptrace.NewTraces(), ptrace.NewTraces(), ptrace.NewTraces()
				for _, td := range []ptrace.Traces{whole, first} {
					addSpan(td, 1, 0, base+5000)
					addSpan(td, 2, 1, base-7_000_000) // by the clock of another host
					addSpan(td, 3, 2, base+9_000_123)
				}
				addSpan(whole, 4, 3, base+8_000_000)
				s := addSpan(late, 4, 3, base+8_000_000)
				s.Attributes().PutBool(contract.SamplingLate, true)
				s.Attributes().PutStr(contract.SamplingRootSpanID, pcommon.SpanID{1}.String())
				s.Attributes().PutStr(contract.SamplingAncestry, fmt.Sprintf("%s@%d,%s@%d,%s@%d",
					pcommon.SpanID{1}, base+5000, pcommon.SpanID{2}, base-7_000_000, pcommon.SpanID{3}, base+9_000_123))

				want := placesAfter(t, protocol, ids, whole)
				assert.Equal(t, want, placesAfter(t, protocol, ids, first, late))
				assert.Equal(t, 3, strings.Count(want["span 4"].DottedOrder, "."))
			})
		}
	}
}

func placesAfter(t *testing.T, protocol, ids string, calls ...ptrace.Traces) map[string]standin.Place {
	t.Helper()
	server := standin.New(standin.Options{Record: true, Now: time.Now})
	r := newRig(t, into{server}, func(c *Config) {
		noQueue(c)
		c.Protocol, c.RunIDs, c.Project = protocol, ids, "p"
	})
	for _, td := range calls {
		require.NoError(t, r.ConsumeTraces(context.Background(), td))
	}
	for _, req := range server.Requests() {
		require.Less(t, req.Status, http.StatusMultipleChoices)
	}
	places := map[string]standin.Place{}
	for _, run := range server.Runs() {
		run.ProjectID = ""
		places[run.Name] = run.Place
	}
	return places
}
