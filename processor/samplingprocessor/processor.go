// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

var (
	errFull     = errors.New("sampling: memory or disk is full, try again later")
	errTooLarge = errors.New("sampling: the request is larger than all the memory of the processor")
	errClosed   = errors.New("sampling: the processor is shut down")
	errEarly    = errors.New("sampling: the logs pipeline is not started yet")
)

// tracesProcessor is the instance of one traces pipeline.
type tracesProcessor struct {
	core   *core
	outlet uint16
	next   consumer.Traces

	mu      sync.RWMutex // held while a request is admitted
	started bool
	closed  bool

	gone atomic.Bool // nothing may be delivered any more
}

// Capabilities tells that requests are only read: what stands beside this processor needs no copy of them.
func (*tracesProcessor) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

// Start starts the core with the first of its instances.
func (p *tracesProcessor) Start(ctx context.Context, host component.Host) error {
	if err := p.core.start(ctx, host); err != nil {
		return err
	}
	p.mu.Lock()
	p.started = true
	p.mu.Unlock()
	p.core.resume()
	return nil
}

// ConsumeTraces admits td whole or not at all.
func (p *tracesProcessor) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if !p.started || p.closed {
		return errClosed
	}
	return p.core.admit(ctx, p.outlet, td)
}

// Shutdown judges and releases what this pipeline still holds, as far as ctx leaves time: behind the pipeline
// everything still runs, and afterwards nothing may.
func (p *tracesProcessor) Shutdown(ctx context.Context) error {
	p.mu.Lock()
	closed, started := p.closed, p.started
	p.closed = true
	p.mu.Unlock()
	if closed {
		return nil
	}
	var err error
	if started {
		err = p.core.drain(ctx, p.outlet)
	}
	p.gone.Store(true)
	return errors.Join(err, p.core.release(ctx, started))
}
