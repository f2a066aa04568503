// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter/exportertest"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// TestArrive_contentFromLogRecordsIsContentOfRuns follows a library that writes prompts and answers as log records
// only, to the stand-in.
func TestArrive_contentFromLogRecordsIsContentOfRuns(t *testing.T) {
	seen := 0
	for _, f := range pdatatest.Fixtures(t) {
		if f.Dialect != "otel-js-openai" || f.LogsFile == "" || f.Scenario == "no_content" {
			continue
		}
		t.Run(f.Scenario, func(t *testing.T) {
			seen++
			server := standin.New(standin.Options{})
			deliver(t, server, f)
			for _, run := range server.Runs() {
				if run.Type != "llm" {
					continue
				}
				assert.Contains(t, string(run.Inputs), `"messages"`, run.Name)
				if run.Error == "" {
					assert.Contains(t, string(run.Outputs), `"messages"`, run.Name)
				}
			}
			if f.Scenario == "chat" {
				assert.Contains(t, string(server.Runs()[0].Inputs), "What is the capital of France?")
				assert.Contains(t, string(server.Runs()[0].Inputs), "You are brief.")
				assert.Contains(t, string(server.Runs()[0].Outputs), "Paris")
			}
		})
	}
	assert.Greater(t, seen, 5)
}

// deliver sends a recorded pair of logs and traces through the sampler and the exporter.
func deliver(t *testing.T, server *standin.Server, f pdatatest.Fixture) {
	t.Helper()
	web := httptest.NewServer(server)
	defer web.Close()
	factory := langsmithexporter.NewFactory()
	cfg := factory.CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(map[string]any{
		"endpoint": web.URL, "api_key": "none", "unredacted": "allow",
	}).Unmarshal(cfg))
	exporter, err := factory.CreateTraces(context.Background(), exportertest.NewNopSettings(factory.Type()), cfg)
	require.NoError(t, err)
	s := newSampler(t, nil)
	require.NoError(t, exporter.Start(context.Background(), s.host))
	l := withLogs(t, s.start(exporter))
	require.NoError(t, l.logs.ConsumeLogs(context.Background(),
		pdatatest.LoadLogs(t, filepath.Join(filepath.Dir(f.Path), f.Scenario+".logs.json"))))
	l.send(pdatatest.LoadTraces(t, f.Path))
	l.stop()
	require.NoError(t, exporter.Shutdown(context.Background()))
}
