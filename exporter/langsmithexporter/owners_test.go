// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

func TestOwners_rememberTheLatestAndNoMore(t *testing.T) {
	o := newOwners()
	one, two := pcommon.TraceID{1}, pcommon.TraceID{2}
	span := func(i int) pcommon.SpanID {
		var id pcommon.SpanID
		binary.BigEndian.PutUint64(id[:], uint64(i+1))
		return id
	}
	for i := range 5 * maxOwned {
		require.True(t, o.Owns(one, span(i)))
		require.True(t, o.Owns(one, span(0)), "what is seen again and again stays")
		if i >= maxOwned/4 {
			require.False(t, o.Owns(two, span(i-maxOwned/4)))
		}
	}
	assert.LessOrEqual(t, len(o.young)+len(o.old), 2*maxOwned)
}

// Two traces whose generators of ids know no chance arrive both, by either protocol.
func TestOwners_tracesWithTheSameSpanIDsArriveBoth(t *testing.T) {
	forBoth(t, func(t *testing.T, protocol string) {
		t.Helper()
		server := standin.New(standin.Options{Now: time.Now})
		r := newRig(t, line{server}, func(c *Config) { c.Protocol = protocol })
		for i := range 3 {
			td := tracesOf("t", 1, 4)
			for _, s := range td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().All() {
				s.SetTraceID(pcommon.TraceID{byte(i), 9})
			}
			require.NoError(t, r.ConsumeTraces(context.Background(), td))
		}
		td := tracesOf("t", 7, 3) // and in one trace
		spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
		spans.At(2).SetSpanID(spans.At(1).SpanID())
		require.NoError(t, r.ConsumeTraces(context.Background(), td))
		settle(time.Minute)
		assert.Len(t, server.Runs(), 3*4+3)
		assert.Len(t, server.Traces(), 3+1)
		assert.Zero(t, server.Summary().OrphansWaiting)
		assert.Equal(t, 2*4+1, r.count("span_ids_shared"))
	})
}

func BenchmarkOwners(b *testing.B) {
	o := newOwners()
	var id pcommon.SpanID
	i := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		i++
		binary.BigEndian.PutUint64(id[:], i)
		o.Owns(pcommon.TraceID{1}, id)
	}
}
