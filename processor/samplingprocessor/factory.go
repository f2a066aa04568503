// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/metadata"
)

// NewFactory returns the factory of the sampling processor.
func NewFactory() processor.Factory {
	cores := newCores()
	return processor.NewFactory(
		metadata.Type,
		createDefaultConfig,
		processor.WithTraces(cores.createTraces, metadata.TracesStability),
		processor.WithLogs(cores.createLogs, metadata.LogsStability),
	)
}

func (c *cores) createTraces(
	_ context.Context, set processor.Settings, cfg component.Config, next consumer.Traces,
) (processor.Traces, error) {
	return c.newTraces(set, cfg.(*Config), next)
}

func (c *cores) createLogs(
	_ context.Context, set processor.Settings, cfg component.Config, next consumer.Logs,
) (processor.Logs, error) {
	return c.newLogs(set, cfg.(*Config), next)
}
