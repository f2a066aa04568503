// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"context"
	"fmt"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// BenchmarkTraces redacts recorded traces again and again. What was found is gone after the first round, as the figure
// is about reading.
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

// BenchmarkAttribute is what one short attribute costs that stays as it is.
func BenchmarkAttribute(b *testing.B) {
	p := started(b, defaults())
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	const all, each = 100, 100
	for range all {
		attrs := spans.AppendEmpty().Attributes()
		for k := range each {
			attrs.PutStr(fmt.Sprintf("app.note_%d", k), "the report came and so on and so on and ")
		}
	}
	redactTraces(b, p, td)
	b.ReportAllocs()
	for b.Loop() {
		redactTraces(b, p, td)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*all*each), "ns/attribute")
}

// BenchmarkIdentifier is what it costs to hash an identifier that was not seen before.
func BenchmarkIdentifier(b *testing.B) {
	p := started(b, defaults())
	const all = 20_000
	ids := make([]any, all)
	for i := range ids {
		ids[i] = fmt.Sprintf("customer%08d", i)
	}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		td, _ := oneSpan(b, map[string]any{"user.id": ids})
		b.StartTimer()
		redactTraces(b, p, td)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*all), "ns/identifier")
}
