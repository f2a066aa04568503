// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e || soak

package e2e

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

const apiKey = "lsv2_sk_" + "00000000000000000000000000000000" + "_0000000000"

// planted are values of the recordings that may not be in anything that leaves, whatever the configuration.
var planted = replay.Planted()

// langsmith is a stand-in for LangSmith in this process, which keeps every byte that it gets.
type langsmith struct {
	*standin.Server
	http *httptest.Server
}

func newLangSmith(t *testing.T) *langsmith {
	t.Helper()
	s := standin.New(standin.Options{Now: time.Now, APIKeys: []string{apiKey}, Record: true})
	l := &langsmith{Server: s, http: httptest.NewServer(s)}
	t.Cleanup(l.http.Close)
	return l
}

func (l *langsmith) env() []string {
	return []string{"LANGSMITH_ENDPOINT=" + l.http.URL, "LANGSMITH_API_KEY=" + apiKey, "REDACT_HASH_KEY=" + hashKey}
}

// waitForTraces blocks until n OpenTelemetry traces can be read, or fails.
func (l *langsmith) waitForTraces(t *testing.T, n int, limit time.Duration) {
	t.Helper()
	require.Eventually(t, func() bool { return len(l.byTrace()) >= n }, limit, 100*time.Millisecond,
		"%d traces are wanted", n)
}

// byTrace groups what can be read by OpenTelemetry trace id.
func (l *langsmith) byTrace() map[string][]standin.Run {
	byTrace := map[string][]standin.Run{}
	for _, r := range l.Runs() {
		id := metadata(r)["OTEL_TRACE_ID"]
		byTrace[id] = append(byTrace[id], r)
	}
	return byTrace
}

// assertWhole checks that every trace has one root and no missing parent.
func (l *langsmith) assertWhole(t *testing.T) {
	t.Helper()
	for id, runs := range l.byTrace() {
		here := map[string]bool{}
		for _, r := range runs {
			here[r.ID] = true
		}
		roots := 0
		for _, r := range runs {
			if r.ParentID == "" {
				roots++
				continue
			}
			assert.True(t, here[r.ParentID], "trace %s: a run's parent is missing", id)
		}
		assert.Equal(t, 1, roots, "trace %s: one root", id)
	}
}

// assertClean checks that no planted value is in any byte that arrived.
func (l *langsmith) assertClean(t *testing.T) {
	t.Helper()
	for _, value := range planted {
		assert.False(t, l.Contains(value), "%q is in what left", value)
	}
}
