// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// recorded returns the traces that real libraries wrote.
func recorded(t testing.TB) map[string]ptrace.Traces {
	t.Helper()
	files, err := filepath.Glob("../../testdata/traces/*/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all := map[string]ptrace.Traces{}
	for _, file := range files {
		if strings.HasSuffix(file, ".logs.json") {
			continue
		}
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		// A library writes null for NaN, which is not OTLP: whoever receives it refuses it.
		b = bytes.ReplaceAll(b, []byte(`"doubleValue": null`), []byte(`"doubleValue": 0`))
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(b)
		require.NoError(t, err, file)
		all[file] = td
	}
	return all
}

func TestRecorded_everySpanBecomesARunOrWaits(t *testing.T) {
	for file, td := range recorded(t) {
		s, _ := newTestServer(Options{})
		r := request(s, "POST", "/otel/v1/traces", proto(td), "Content-Type", mediaProtobuf)
		require.Equal(t, 200, r.status, file)
		sum := s.Summary()
		assert.Equal(t, td.SpanCount(), sum.Runs+sum.OrphansWaiting+int(sum.DuplicateSpans), file)
		assert.Zero(t, sum.TracesWithoutOneRoot, file)
		assert.Zero(t, sum.MissingParents, file)
		for _, run := range s.Runs() {
			require.Nil(t, checkPlace(run.Place), file)
			for _, raw := range []json.RawMessage{run.Inputs, run.Outputs, run.Extra, run.Events} {
				assert.True(t, raw == nil || json.Valid(raw), file)
			}
		}
	}
}

func TestRecorded_orderDoesNotMatter(t *testing.T) {
	for file, td := range recorded(t) {
		forth, _ := newTestServer(Options{})
		back, _ := newTestServer(Options{})
		spans := mapTraces(td)
		for i := range spans {
			forth.store.arrive(spans[i], epoch)
			back.store.arrive(spans[len(spans)-1-i], epoch)
		}
		places := func(s *Server) map[string]Place {
			out := map[string]Place{}
			for _, run := range s.Runs() {
				out[run.ID] = run.Place
			}
			return out
		}
		assert.Equal(t, places(forth), places(back), file)
	}
}

func BenchmarkTraces(b *testing.B) {
	for file, td := range recorded(b) {
		if filepath.Base(file) != "long.json" {
			continue
		}
		body := proto(td)
		b.Run(filepath.Base(filepath.Dir(file)), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				New(Options{}).postOne(body)
			}
		})
	}
}

func (s *Server) postOne(body []byte) {
	request(s, "POST", "/otel/v1/traces", body, "Content-Type", mediaProtobuf)
}
