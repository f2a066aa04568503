// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package langsmithexporter

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
)

// TestEncode_allocationsForASpan holds what docs/benchmarks.md says. The race detector throws away what would be used
// again.
func TestEncode_allocationsForASpan(t *testing.T) {
	all, spans := distinctRecordings(t), 0
	for _, td := range all {
		spans += td.SpanCount()
	}
	for p, most := range map[encode.Protocol]float64{encode.OTLP: 5, encode.Multipart: 8} {
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
