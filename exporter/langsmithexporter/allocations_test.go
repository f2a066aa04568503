// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package langsmithexporter

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
)

// TestEncode_allocationsForASpan holds what docs/benchmarks.md says. The race detector throws away what would be used
// again.
func TestEncode_allocationsForASpan(t *testing.T) {
	all, spans := distinctRecordings(t), 0
	for _, td := range all {
		spans += td.SpanCount()
	}
	for p, most := range map[encode.Protocol]float64{encode.OTLP: 3.5, encode.Multipart: 4.8} {
		b := newBatcher(t, p)
		allocations := testing.AllocsPerRun(5, func() {
			for _, td := range all {
				b.chunks(td)
			}
		})
		t.Logf("%s: %.2f allocations for a span", p, allocations/float64(spans))
		assert.LessOrEqual(t, allocations/float64(spans), most, p)
	}
}

// What is asked for is counted and not what is held, with the garbage collector off: less than that can only be held.
func TestEncode_aBatchTakesLittleMoreMemoryThanItsSize(t *testing.T) {
	for _, p := range []encode.Protocol{encode.OTLP, encode.Multipart} {
		for name, td := range map[string]ptrace.Traces{"recorded traces": recorded(t), "giants": giants(8, 2<<20)} {
			b := newBatcher(t, p)
			b.encode(t, td) // memory that is used again is there before
			before := allocated()
			size := b.encode(t, td)
			ratio := float64(allocated()-before) / float64(size)
			t.Logf("%s, %s: %.2f times %d bytes", name, p, ratio, size)
			assert.Less(t, ratio, float64(maxMemory), "%s, %s", name, p)
		}
	}
}
