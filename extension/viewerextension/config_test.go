// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewerextension

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/otelcol/otelcoltest"

	"github.com/otelcol-langsmith/otelcol-langsmith/extension/viewerextension/internal/metadata"
)

func TestConfig_fromYAML(t *testing.T) {
	factories, err := otelcoltest.NopFactories()
	require.NoError(t, err)
	factories.Extensions[metadata.Type] = NewFactory()
	cfg, err := otelcoltest.LoadConfigAndValidate("testdata/config.yaml", factories)
	require.NoError(t, err)

	assert.Equal(t, createDefaultConfig(), cfg.Extensions[component.NewID(metadata.Type)])
	assert.Equal(t, &Config{
		Endpoint:        "127.0.0.1:14319",
		AllowedHosts:    []string{"viewer.internal"},
		APIKeys:         []configopaque.String{"one", "two"},
		MaxRuns:         1000,
		MaxBytes:        64 << 20,
		MaxRequestBytes: 5 << 20,
		MaxDecisions:    50, Arrived: true,
		Faults: true,
	}, cfg.Extensions[component.NewIDWithName(metadata.Type, "all")])
}

func TestConfig_defaultsListenOnLoopbackOnly(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	assert.Equal(t, "127.0.0.1:4319", cfg.Endpoint)
	assert.False(t, cfg.Faults)
	assert.NoError(t, cfg.Validate())
}

func TestConfig_everyMistakeNamesItsSetting(t *testing.T) {
	f := func(settings map[string]any, want string) {
		t.Helper()
		cfg := createDefaultConfig().(*Config)
		require.NoError(t, confmap.NewFromStringMap(settings).Unmarshal(cfg))
		assert.ErrorContains(t, cfg.Validate(), want)
	}
	f(map[string]any{"endpiont": "x"}, `unknown key "endpiont": did you mean "endpoint"?`)
	f(map[string]any{"endpoint": ""}, "endpoint: must not be empty")
	f(map[string]any{"endpoint": "localhost"}, `endpoint: must be host:port, is "localhost"`)
	f(map[string]any{"endpoint": "localhost:http"}, `endpoint: port must be between 0 and 65535, is "http"`)
	f(map[string]any{"endpoint": "localhost:70000"}, "endpoint: port")
	f(map[string]any{"allowed_hosts": []any{"ok", "*.example"}}, `allowed_hosts::1: must be a host name`)
	f(map[string]any{"api_keys": []any{""}}, "api_keys::0: must not be empty")
	f(map[string]any{"max_runs": 0}, "max_runs: must be positive, is 0")
	f(map[string]any{"max_bytes": "1kB"}, "max_bytes: must be at least 1MiB")
	f(map[string]any{"max_request_bytes": 0}, "max_request_bytes: must be positive")
	f(map[string]any{"max_bytes": "10MiB"}, "max_request_bytes (20MiB): must not exceed max_bytes (10MiB)")
	f(map[string]any{"max_decisions": 0}, "max_decisions: must be between 1 and 100000, is 0")
}

func TestConfig_mistakesAreReportedTogether(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, confmap.NewFromStringMap(map[string]any{"arived": true, "max_runs": -1, "endpoint": "x"}).Unmarshal(cfg))
	err := cfg.Validate()
	for _, want := range []string{"arived", "max_runs", "endpoint"} {
		assert.ErrorContains(t, err, want)
	}
}
