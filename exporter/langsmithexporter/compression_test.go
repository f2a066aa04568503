// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// BenchmarkCompress is why the fastest level is the default, and zstd before gzip where the server reads it: bodies of
// recorded traces, in bytes before compression, and how many times smaller they become.
func BenchmarkCompress(b *testing.B) {
	for _, p := range []encode.Protocol{encode.OTLP, encode.Multipart} {
		bodies := recordedBodies(b, p)
		for _, how := range []encode.Compression{encode.Gzip, encode.Zstd} {
			for _, level := range []int{1, 3, 6} {
				b.Run(fmt.Sprintf("%s/%s/%d", p, how, level), func(b *testing.B) { compressAll(b, bodies, how, level) })
			}
		}
	}
}

func compressAll(b *testing.B, bodies []encode.Body, how encode.Compression, level int) {
	b.Helper()
	c, err := encode.NewCompressor(how, level)
	require.NoError(b, err)
	size := 0
	for _, body := range bodies {
		size += body.Size
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	small := 0
	for b.Loop() {
		small = 0
		for _, body := range bodies {
			out, err := c.Compress(body)
			require.NoError(b, err)
			small += out.Size
		}
	}
	b.ReportMetric(float64(size)/float64(small), "ratio")
}

// recordedBodies puts recorded traces into requests of a hundred runs.
func recordedBodies(b testing.TB, p encode.Protocol) []encode.Body {
	b.Helper()
	enc, err := encode.For(p)
	require.NoError(b, err)
	var chunks []chunk
	for _, fixture := range pdatatest.Fixtures(b) {
		for _, trace := range runmap.Map(pdatatest.LoadTraces(b, fixture.Path), runmap.Options{}) {
			for i := range trace.Runs {
				data, err := enc.Append(nil, &trace.Runs[i], encode.Place{TraceID: trace.TraceID, Project: "p"})
				require.NoError(b, err)
				chunks = append(chunks, chunk{data: data})
			}
		}
	}
	var bodies []encode.Body
	for _, part := range cut(chunks, maxBodyBytes, maxBodyRuns) {
		body, err := enc.Body(dataOf(part))
		require.NoError(b, err)
		bodies = append(bodies, body)
	}
	return bodies
}
