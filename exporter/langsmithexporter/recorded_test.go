// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// into serves requests by a handler, without a network.
type into struct{ http.Handler }

func (h into) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

// noQueue sends in the caller's goroutine and neither waits nor retries.
func noQueue(c *Config) {
	c.QueueConfig = configoptional.None[exporterhelper.QueueBatchConfig]()
	c.RetryConfig.Enabled = false
}

// What LangSmith's documented rules make of our bytes is what the mapping meant, for every recorded trace. The stand-in shares
// no code with the exporter.
func TestConsumeTraces_recordedTracesArriveAsTheyWereMapped(t *testing.T) {
	t.Parallel()
	for _, ids := range []string{bySpan, byTraceSpan} {
		for _, fixture := range fixtures(t) {
			t.Run(filepath.Join(ids, fixture.Dialect, fixture.Scenario), func(t *testing.T) {
				t.Parallel()
				server := standin.New(standin.Options{})
				r := newRig(t, into{server}, func(c *Config) {
					noQueue(c)
					c.RunIDs = ids
				})
				td := pdatatest.LoadTraces(t, fixture.Path)
				td.MarkReadOnly()
				require.NoError(t, r.ConsumeTraces(context.Background(), td))
				got := map[string]standin.Run{}
				for _, arrived := range server.Runs() {
					got[arrived.ID] = arrived
				}
				meant := 0
				for _, trace := range runmap.Map(td, r.options) {
					for i := range trace.Runs {
						meant++
						sameRun(t, &trace.Runs[i], got[trace.Runs[i].ID.String()])
					}
				}
				assert.Len(t, got, meant)
				assert.Zero(t, server.Summary().OrphansWaiting)
			})
		}
	}
}

func sameRun(t *testing.T, want *run.Run, got standin.Run) {
	t.Helper()
	assert.Equal(t, want.Name, got.Name)
	assert.Equal(t, string(want.Kind), got.Type, want.Name)
	assert.Equal(t, want.Error, got.Error, want.Name)
	assert.Equal(t, want.TraceID.String(), got.TraceID, want.Name)
	parent := ""
	if !want.ParentID.IsZero() {
		parent = want.ParentID.String()
	}
	assert.Equal(t, parent, got.ParentID, want.Name)
	assert.Equal(t, object(t, want.Inputs), object(t, got.Inputs), want.Name)
	assert.Equal(t, object(t, want.Outputs), object(t, got.Outputs), want.Name)
	if want.Usage != nil {
		assert.Equal(t, want.Usage.Input, got.PromptTokens, want.Name)
		assert.Equal(t, want.Usage.Output, got.CompletionTokens, want.Name)
	} else {
		assert.Zero(t, got.TotalTokens, want.Name)
	}
	arrived := got.Metadata()
	for key, value := range want.Metadata.Map() {
		assert.EqualValues(t, value, arrived[key], "%s: %s", want.Name, key)
	}
}

// object decodes a run's content, without the usage that LangSmith puts into it.
func object(t *testing.T, text []byte) map[string]any {
	t.Helper()
	m := map[string]any{}
	if len(text) > 0 {
		require.NoError(t, json.Unmarshal(text, &m))
	}
	delete(m, "usage_metadata")
	return m
}

// BenchmarkConsumeTraces is mapping and encoding of every recorded trace, counted in bytes of OTLP that came in.
func BenchmarkConsumeTraces(b *testing.B) {
	all, size, spans := distinctRecordings(b), 0, 0
	for _, td := range all {
		size += (&ptrace.ProtoMarshaler{}).TracesSize(td)
		spans += td.SpanCount()
	}
	for _, p := range []encode.Protocol{encode.OTLP, encode.Multipart} {
		b.Run(p.String(), func(b *testing.B) {
			batch := newBatcher(b, p)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, td := range all {
					batch.chunks(td)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(spans), "ns/span")
		})
	}
}
