// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
)

const testdata = "../../testdata"

func load(t *testing.T) []replay.Recording {
	t.Helper()
	recordings, err := replay.Load(testdata)
	require.NoError(t, err)
	return recordings
}

func TestLoad_readsEveryRecording(t *testing.T) {
	recordings := load(t)
	libraries := map[string]bool{}
	spans := 0
	for _, r := range recordings {
		libraries[r.Library] = true
		spans += r.Traces.SpanCount()
		assert.NotZero(t, r.Traces.SpanCount(), r.File)
	}
	assert.GreaterOrEqual(t, len(recordings), 60)
	assert.GreaterOrEqual(t, len(libraries), 12)
	assert.Greater(t, spans, 1500)
}

func TestFresh_makesIDsDistinctPerRecording(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	seen := map[pcommon.TraceID]string{}
	for _, r := range load(t) {
		fresh := r.Fresh("a", now)
		for _, id := range fresh.TraceIDs() {
			assert.NotContains(t, seen, id, "%s shares a trace id with %s", r.File, seen[id])
			seen[id] = r.File
		}
		assert.Len(t, fresh.TraceIDs(), len(r.TraceIDs()), r.File)
		assert.Len(t, fresh.FailedTraceIDs(), len(r.FailedTraceIDs()), r.File)
	}
}

func TestFresh_keepsTheTreeAndMovesTheTime(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	r := load(t)[0]
	fresh := r.Fresh("a", now)
	ids := map[pcommon.SpanID]bool{}
	resolved, last := 0, pcommon.Timestamp(0)
	spans := fresh.Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	for _, s := range spans.All() {
		ids[s.SpanID()] = true
		last = max(last, s.EndTimestamp())
	}
	for _, s := range spans.All() {
		if ids[s.ParentSpanID()] {
			resolved++
		}
	}
	assert.Positive(t, resolved, "parents still name spans of the recording")
	assert.Equal(t, now.UTC(), last.AsTime())
	assert.NotEqual(t, fresh.TraceIDs(), r.Fresh("b", now).TraceIDs(), "another salt gives other ids")
}

func TestSend_triesAgainWhenTheReceiverIsBusy(t *testing.T) {
	var calls atomic.Int32
	var got ptraceotlp.ExportRequest
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/v1/traces" && calls.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if req.URL.Path == "/v1/traces" {
			body, _ := io.ReadAll(req.Body)
			got = ptraceotlp.NewExportRequest()
			assert.NoError(t, got.UnmarshalProto(body))
		}
	}))
	defer srv.Close()
	r := load(t)[0]
	s := replay.Sender{Endpoint: srv.URL + "/", Client: srv.Client(), Tries: 2, Pause: time.Millisecond}
	require.NoError(t, s.Send(context.Background(), r))
	assert.Equal(t, r.Traces.SpanCount(), got.Traces().SpanCount())
	assert.EqualValues(t, 2, calls.Load())
}

func TestSend_namesTheRecordingThatWasRefused(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	r := load(t)[0]
	err := replay.Sender{Endpoint: srv.URL, Client: srv.Client()}.Send(context.Background(), r)
	require.ErrorContains(t, err, r.File)
	require.ErrorContains(t, err, "status 404")
}

// A value that no recording holds would be absent from what left for no merit of ours.
func TestPlanted_standsInTheRecordings(t *testing.T) {
	all, err := filepath.Glob(filepath.Join(testdata, "traces", "*", "*.json"))
	require.NoError(t, err)
	text := ""
	for _, file := range all {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		text += string(b)
	}
	for _, value := range append(replay.Planted(), replay.PlantedAddress) {
		assert.Contains(t, text, value)
	}
}
