// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"context"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// BenchmarkTraces redacts recorded traces again and again. What was found is gone after the first round, as the figure is about
// reading.
func BenchmarkTraces(b *testing.B) {
	p := started(b, defaults())
	var all []ptrace.Traces
	size, spans := 0, 0
	for _, file := range fixtures(b, "vercel-ai-v6/*.json") {
		td := readTraces(b, file)
		redactTraces(b, p, td)
		size += (&ptrace.ProtoMarshaler{}).TracesSize(td)
		spans += td.SpanCount()
		all = append(all, td)
	}
	b.ReportAllocs()
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, td := range all {
			if _, err := p.processTraces(context.Background(), td); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*spans), "ns/span")
}
