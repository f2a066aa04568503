// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// batch is one request of 128 traces with 13 spans each, the shape of the benchmarks of contrib's tail_sampling.
func batch() ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "shop")
	rs.Resource().Attributes().PutStr("service.version", "1.2.3")
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	for trace := range 128 {
		for i := range 13 {
			kind := "http"
			if i%4 == 1 {
				kind = "llm"
			}
			spec{trace: byte(trace + 1), id: byte(i + 1), parent: byte((i + 1) / 2), kind: kind, start: i}.put(spans.AppendEmpty())
		}
	}
	return td
}

// renumber gives the traces of a batch ids that were not there before.
func renumber(td ptrace.Traces, n uint64) {
	for _, span := range spansOfAll(td) {
		id := span.TraceID()
		binary.BigEndian.PutUint64(id[:8], n)
		span.SetTraceID(id)
	}
}

// BenchmarkConsume measures arrival and decision: every trace is judged within the run, as memory is bounded.
func BenchmarkConsume(b *testing.B) {
	for _, percent := range []float64{0, 10, 100} {
		b.Run(fmt.Sprintf("keep%.0f", percent), func(b *testing.B) {
			cfg := createDefaultConfig().(*Config)
			cfg.Memory.MaxBytes = 32 << 20
			cfg.Rules = []policy.Rule{keepErrors(), keep("rest", percent)}
			p, err := NewFactory().CreateTraces(context.Background(), processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
			require.NoError(b, err)
			require.NoError(b, p.Start(context.Background(), componenttest.NewNopHost()))
			template := batch()
			var m ptrace.ProtoMarshaler
			b.SetBytes(int64(m.TracesSize(template)))
			b.ReportAllocs()
			n := uint64(0)
			for b.Loop() {
				b.StopTimer()
				td := ptrace.NewTraces()
				template.CopyTo(td)
				n++
				renumber(td, n)
				b.StartTimer()
				for p.ConsumeTraces(context.Background(), td) != nil {
					template.CopyTo(td)
					renumber(td, n)
				}
			}
			b.ReportMetric(float64(b.N*template.SpanCount())/b.Elapsed().Seconds(), "spans/s")
			require.NoError(b, p.Shutdown(context.Background()))
		})
	}
}
