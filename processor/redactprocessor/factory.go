// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processorhelper"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/metadata"
)

var capabilities = consumer.Capabilities{MutatesData: true}

// shared holds the processors that exist, by the configuration that they were made from.
type shared struct {
	mu       sync.Mutex
	existing map[*Config]*holder
}

// holder is a processor and how many signals use it.
type holder struct {
	*redactProcessor
	users int
}

// NewFactory returns the factory of the redact processor. Its traces and logs instances of one id share everything.
func NewFactory() processor.Factory {
	s := &shared{existing: map[*Config]*holder{}}
	return processor.NewFactory(metadata.Type, createDefaultConfig,
		processor.WithTraces(s.createTraces, metadata.TracesStability),
		processor.WithLogs(s.createLogs, metadata.LogsStability))
}

func (s *shared) createTraces(
	ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Traces,
) (processor.Traces, error) {
	p, options, err := s.get(set, cfg.(*Config))
	if err != nil {
		return nil, err
	}
	return processorhelper.NewTraces(ctx, set, cfg, next, p.processTraces, options...)
}

func (s *shared) createLogs(
	ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Logs,
) (processor.Logs, error) {
	p, options, err := s.get(set, cfg.(*Config))
	if err != nil {
		return nil, err
	}
	return processorhelper.NewLogs(ctx, set, cfg, next, p.processLogs, options...)
}

// get returns the processor for a configuration, made when the first signal asks for it.
func (s *shared) get(set processor.Settings, cfg *Config) (*redactProcessor, []processorhelper.Option, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.existing[cfg]
	if h == nil {
		p, err := newProcessor(set, cfg)
		if err != nil {
			return nil, nil, err
		}
		h = &holder{redactProcessor: p}
		s.existing[cfg] = h
	}
	h.users++
	release := func(ctx context.Context) error { return s.release(ctx, cfg) }
	return h.redactProcessor, []processorhelper.Option{
		processorhelper.WithCapabilities(capabilities),
		processorhelper.WithStart(h.start), processorhelper.WithShutdown(release),
	}, nil
}

// release ends the processor when its last signal does.
func (s *shared) release(ctx context.Context, cfg *Config) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.existing[cfg]
	if h == nil {
		return nil
	}
	if h.users--; h.users > 0 {
		return nil
	}
	delete(s.existing, cfg)
	return h.shutdown(ctx)
}
