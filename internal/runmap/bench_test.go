// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// BenchmarkEach maps every recorded trace with agents in it, one call for each trace.
func BenchmarkEach(b *testing.B) {
	var all []ptrace.Traces
	bytes, spans := 0, 0
	for _, f := range pdatatest.Fixtures(b) {
		if f.Dialect == "codex-cli" || strings.HasPrefix(f.Dialect, "lifted/") {
			continue
		}
		td := pdatatest.LoadTraces(b, f.Path)
		bytes += (&ptrace.ProtoMarshaler{}).TracesSize(td)
		spans += td.SpanCount()
		all = append(all, td)
	}
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	for b.Loop() {
		for _, td := range all {
			runmap.Each(td, runmap.Options{WithoutDottedOrder: true}, func(*runmap.Trace) {})
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(spans), "ns/span")
	b.ReportMetric(float64(bytes)/float64(spans), "B/span")
	b.ReportMetric(float64(spans), "spans")
}
