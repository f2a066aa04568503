// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"bytes"
	"context"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// Whatever the sizes, each chunk has its own bytes, and writing behind one leaves the next alone.
func TestBlocks_chunksStayApart(t *testing.T) {
	sizes := []int{1, 100, blockBytes - 1, blockBytes, 3, giantBytes + 7, 5, 4 * giantBytes, 0, 9}
	var chunks []chunk
	for round := range 3 {
		b := newBlocks(chunks)
		for i, size := range sizes {
			b.room(size)
			b.add(group{}, append(b.buffer, bytes.Repeat([]byte{byte('a' + i + round)}, size)...))
		}
		chunks = b.finish()
	}
	require.Len(t, chunks, 3*len(sizes))
	for i, c := range chunks {
		require.Len(t, c.data, sizes[i%len(sizes)])
		_ = append(c.data, "overflow"...)
	}
	for i, c := range chunks {
		letter := byte('a' + i%len(sizes) + i/len(sizes))
		assert.Equal(t, len(c.data), bytes.Count(c.data, []byte{letter}), "chunk %d", i)
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// recorded is all recorded traces in one message.
func recorded(tb testing.TB) ptrace.Traces {
	tb.Helper()
	all := ptrace.NewTraces()
	for _, td := range distinctRecordings(tb) {
		td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
	return all
}

// distinctRecordings loads the recorded traces with ids of their own: several share theirs.
func distinctRecordings(tb testing.TB) []ptrace.Traces {
	tb.Helper()
	var all []ptrace.Traces
	for i, fixture := range pdatatest.Fixtures(tb) {
		td := pdatatest.LoadTraces(tb, fixture.Path)
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, span := range ss.Spans().All() {
					renumber(span, i)
				}
			}
		}
		all = append(all, td)
	}
	return all
}

func renumber(span ptrace.Span, number int) {
	trace, id, parent := span.TraceID(), span.SpanID(), span.ParentSpanID()
	mix := func(b []byte) {
		b[0] ^= byte(number)
		b[1] ^= byte(number >> 8)
	}
	mix(trace[:])
	mix(id[:])
	span.SetTraceID(trace)
	span.SetSpanID(id)
	if !parent.IsEmpty() {
		mix(parent[:])
		span.SetParentSpanID(parent)
	}
}

// giants is model calls with long conversations.
func giants(spans, size int) ptrace.Traces {
	td := ptrace.NewTraces()
	all := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	message := `{"role":"user","content":"` + strings.Repeat("Some prose with a \\\"quote\\\" now and then. ", 25) + `"}`
	for i := range spans {
		span := all.AppendEmpty()
		span.SetTraceID(pcommon.TraceID{15: 1})
		span.SetSpanID(pcommon.SpanID{7: byte(i + 1)})
		span.Attributes().PutStr("gen_ai.operation.name", "chat")
		list := "[" + strings.Repeat(message+",", size/len(message)) + message + "]"
		span.Attributes().PutStr("gen_ai.input.messages", list)
	}
	return td
}

// batcher makes bodies of traces, as a call and the sending of its batch do.
type batcher struct {
	*tracesExporter
	compressor *encode.Compressor
}

func newBatcher(tb testing.TB, p encode.Protocol) batcher {
	tb.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.ClientConfig.Endpoint = "http://127.0.0.1:1"
	cfg.Protocol = p.String()
	e, err := newTracesExporter(context.Background(), exportertest.NewNopSettings(metadata.Type), cfg)
	require.NoError(tb, err)
	c, err := encode.NewCompressor(encode.Gzip, 1)
	require.NoError(tb, err)
	return batcher{e, c}
}

// chunks maps and encodes.
func (b batcher) chunks(td ptrace.Traces) []chunk {
	var chunks []chunk
	runmap.Each(td, b.options, func(trace *runmap.Trace) {
		i, g, _ := b.place(context.Background(), trace)
		chunks = b.tracesExporter.encode(context.Background(), b.destinations[i], trace, g, chunks)
	})
	return chunks
}

// encode does all that a batch needs and returns its encoded size.
func (b batcher) encode(tb testing.TB, td ptrace.Traces) int {
	tb.Helper()
	chunks := b.chunks(td)
	parts := make([][]byte, len(chunks))
	for i, c := range chunks {
		parts[i] = c.data
	}
	body, err := b.encoder.Body(parts)
	require.NoError(tb, err)
	_, err = b.compressor.Compress(body)
	require.NoError(tb, err)
	return body.Size
}

func TestAbout_isCloseForGiants(t *testing.T) {
	r := run.Run{ID: run.FromSpan([8]byte{7: 1}), Kind: run.LLM, Inputs: []byte(`{"a":"` + strings.Repeat("x", 1<<20) + `"}`)}
	for _, p := range []encode.Protocol{encode.OTLP, encode.Multipart} {
		enc, err := encode.For(p)
		require.NoError(t, err)
		chunk, err := enc.Append(nil, &r, encode.Place{})
		require.NoError(t, err)
		assert.InEpsilon(t, len(chunk), encode.About(&r), 0.02)
		assert.LessOrEqual(t, len(chunk), encode.About(&r))
	}
}
