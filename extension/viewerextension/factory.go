// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewerextension

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"

	"github.com/otelcol-langsmith/otelcol-langsmith/extension/viewerextension/internal/metadata"
)

const (
	// defaultEndpoint is beside the OTLP ports, and on loopback: what it shows is not for others.
	defaultEndpoint = "127.0.0.1:4319"
	// defaultMaxRuns and defaultMaxBytes hold some hundred long sessions.
	defaultMaxRuns  = 50_000
	defaultMaxBytes = 256 << 20
	// defaultMaxRequestBytes is what LangSmith advertises.
	defaultMaxRequestBytes = 20 << 20
	// defaultMaxDecisions is some hours of a busy gateway, in 2 MB.
	defaultMaxDecisions = 10_000
)

// NewFactory makes the factory of the viewer.
func NewFactory() extension.Factory {
	return extension.NewFactory(metadata.Type, createDefaultConfig, create, metadata.ExtensionStability)
}

func createDefaultConfig() component.Config {
	return &Config{
		Endpoint:        defaultEndpoint,
		MaxRuns:         defaultMaxRuns,
		MaxBytes:        defaultMaxBytes,
		MaxRequestBytes: defaultMaxRequestBytes,
		MaxDecisions:    defaultMaxDecisions,
	}
}

func create(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
	return newViewer(set, cfg.(*Config))
}
