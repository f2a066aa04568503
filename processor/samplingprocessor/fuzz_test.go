// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/metadata"
)

// FuzzConsumeTraces sends whatever decodes as OTLP. What comes out is part of what went in, and each trace is one tree.
func FuzzConsumeTraces(f *testing.F) {
	var m ptrace.ProtoMarshaler
	for _, td := range []ptrace.Traces{
		traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "http"}, spec{id: 3, parent: 2, kind: "tool", failed: true}),
		traces(spec{id: 1, parent: 2, kind: "llm"}, spec{id: 2, parent: 1, kind: "http"}),
		traces(spec{trace: 1, id: 1, kind: "http"}, spec{trace: 1, id: 2, parent: 1, kind: "llm"}, spec{trace: 1, id: 3, parent: 1, kind: "llm"}),
	} {
		b, err := m.MarshalTraces(td)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var u ptrace.ProtoUnmarshaler
		td, err := u.UnmarshalTraces(b)
		if err != nil {
			return
		}
		came := map[pcommon.SpanID]bool{}
		for _, span := range spansOfAll(td) {
			came[span.SpanID()] = true
		}
		cfg := createDefaultConfig().(*Config)
		cfg.Memory.MaxBytes = 16 << 20
		sink := &consumertest.TracesSink{}
		p, err := NewFactory().CreateTraces(context.Background(), processortest.NewNopSettings(metadata.Type), cfg, sink)
		require.NoError(t, err)
		require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
		require.NoError(t, p.ConsumeTraces(context.Background(), td))
		require.NoError(t, p.Shutdown(context.Background()))
		requireTrees(t, sink.AllTraces()...)
		for _, span := range spansOfAll(sink.AllTraces()...) {
			require.True(t, came[span.SpanID()] || span.ParentSpanID().IsEmpty())
		}
	})
}
