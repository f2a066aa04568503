// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func TestTraceID_isThatOfTheRun(t *testing.T) {
	const imitation = `{"x":"\"OTEL_TRACE_ID\":\"ffffffffffffffffffffffffffffffff\"","OTEL_TRACE_ID":"ffffffffffffffffffffffffffffffff"}`
	r := run.Run{ID: run.ID{15: 1}, Kind: run.Chain, Start: time.Unix(1, 0), Inputs: []byte(imitation), Outputs: []byte(imitation)}
	r.Metadata.Add("note", run.Str(imitation))
	r.Metadata.Add("OTEL_TRACE_ID", run.Str("000102030405060708090a0b0c0d0e0f"))
	want := [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	for _, protocol := range []encode.Protocol{encode.OTLP, encode.Multipart} {
		enc, err := encode.For(protocol)
		require.NoError(t, err)
		for _, service := range []string{"", "shop"} {
			chunk, err := enc.Append(nil, &r, encode.Place{TraceID: want, Service: service})
			require.NoError(t, err)
			got, ok := encode.TraceID(protocol, chunk)
			assert.True(t, ok, protocol)
			assert.Equal(t, want, got, protocol)
			for n := range min(len(chunk), 500) { // what is cut may hold the id, and never another
				if got, ok := encode.TraceID(protocol, chunk[:n]); ok {
					assert.Equal(t, want, got, protocol)
				}
			}
		}
	}
	_, ok := encode.TraceID(encode.Feedback, []byte(`{"id":"x"}`))
	assert.False(t, ok)
}
