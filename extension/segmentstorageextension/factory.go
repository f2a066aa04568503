// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package segmentstorageextension

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"

	"github.com/otelcol-langsmith/otelcol-langsmith/extension/segmentstorageextension/internal/metadata"
)

// NewFactory makes the factory of the extension.
func NewFactory() extension.Factory {
	return extension.NewFactory(metadata.Type, createDefaultConfig, create, metadata.ExtensionStability)
}

func createDefaultConfig() component.Config { return &Config{} }

func create(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
	return &segmentStorage{cfg: cfg.(*Config), logger: set.Logger}, nil
}
