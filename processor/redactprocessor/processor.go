// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/detect"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/replace"
)

// redactProcessor is what the traces and the logs instance of one id share.
type redactProcessor struct {
	cfg    *Config
	rules  *rules
	logger *zap.Logger
	meter  *meter

	mu     sync.RWMutex
	ready  *ready
	file   fileState
	warned bool
}

// ready is what depends on the keys, and is made anew when they change.
type ready struct {
	policy string
	idle   sync.Pool // of *redactor
}

// fileState is what the key file looked like when it was read.
type fileState struct {
	modified time.Time
	size     int64
	checked  time.Time
}

// fileInterval is how often the key file is looked at: a rotation takes effect within this time.
const fileInterval = 10 * time.Second

func newProcessor(set processor.Settings, cfg *Config) (*redactProcessor, error) {
	r, err := cfg.compile()
	if err != nil {
		return nil, err
	}
	p := &redactProcessor{cfg: cfg, rules: r, logger: set.Logger}
	p.meter, err = newMeter(set.TelemetrySettings, set.ID, detect.New(r.options))
	return p, err
}

// start takes the keys. It may be called for each signal.
func (p *redactProcessor) start(context.Context, component.Host) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ready != nil {
		return nil
	}
	keys := p.cfg.Hash.keys()
	switch {
	case p.cfg.Hash.KeyFile != "":
		return p.readFileLocked(time.Now())
	case len(keys) == 0:
		keys = []replace.Key{processKey()}
		p.logger.Warn("no hash key is configured: identifiers are hashed with a random key, so their tokens change with " +
			"every start " +
			"and differ between replicas; set hash::keys or hash::key_file")
	}
	return p.useLocked(keys)
}

func (p *redactProcessor) useLocked(keys []replace.Key) error {
	hasher, err := replace.NewHasher(keys)
	if err != nil {
		return fmt.Errorf("hash::keys: %w", err)
	}
	options := p.rules.options
	options.Inert = hasher.Own
	set := detect.New(options)
	masks := masksOf(set)
	next := &ready{policy: p.cfg.policy(hasher.IDs())}
	next.idle.New = func() any { return newRedactor(p.rules, set, hasher, masks) }
	p.ready = next
	return nil
}

// readFileLocked reads the key file.
func (p *redactProcessor) readFileLocked(now time.Time) error {
	p.file.checked = now
	info, err := os.Stat(p.cfg.Hash.KeyFile)
	if err != nil {
		return fmt.Errorf("hash::key_file: %w", err)
	}
	if p.ready != nil && info.ModTime().Equal(p.file.modified) && info.Size() == p.file.size {
		return nil
	}
	keys, err := readKeyFile(p.cfg.Hash.KeyFile)
	if err != nil {
		return err
	}
	p.file.modified, p.file.size = info.ModTime(), info.Size()
	return p.useLocked(keys)
}

// current returns what is in use now, after a look at the key file when it is time for one. A file that became
// unreadable leaves the keys as they are.
func (p *redactProcessor) current(now time.Time) *ready {
	p.mu.RLock()
	r, due := p.ready, p.cfg.Hash.KeyFile != "" && now.Sub(p.file.checked) >= fileInterval
	p.mu.RUnlock()
	if !due {
		return r
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.readFileLocked(now)
	if err != nil && !p.warned {
		p.logger.Error("the key file cannot be read again: the keys read before stay in use", zap.Error(err))
	}
	p.warned = err != nil
	return p.ready
}

func (p *redactProcessor) processTraces(ctx context.Context, td ptrace.Traces) (ptrace.Traces, error) {
	return td, p.call(ctx, func(r *redactor, policy string) {
		if p.rules.dryRun {
			r.traces(copyTraces(td))
			policy = ""
		} else {
			r.traces(td)
		}
		for _, rs := range td.ResourceSpans().All() {
			stamp(rs.Resource(), policy)
		}
	})
}

func (p *redactProcessor) processLogs(ctx context.Context, ld plog.Logs) (plog.Logs, error) {
	return ld, p.call(ctx, func(r *redactor, policy string) {
		if p.rules.dryRun {
			r.logs(copyLogs(ld))
			policy = ""
		} else {
			r.logs(ld)
		}
		for _, rl := range ld.ResourceLogs().All() {
			stamp(rl.Resource(), policy)
		}
	})
}

// call lends a redactor for one message and writes what it counted. When it fails outside a value the message is
// refused: nothing that was not read to its end goes on.
func (p *redactProcessor) call(ctx context.Context, do func(*redactor, string)) (err error) {
	ready := p.current(time.Now())
	if ready == nil {
		return errNotStarted
	}
	r := ready.idle.Get().(*redactor)
	defer func() {
		if recover() != nil {
			err = errFailed
			return
		}
		ready.idle.Put(r)
	}()
	do(r, ready.policy)
	p.meter.write(ctx, &r.tally)
	return nil
}

func (p *redactProcessor) shutdown(context.Context) error {
	p.meter.builder.Shutdown()
	return nil
}

// policyAttribute is where the next in line finds by which policy the resource was redacted.
const policyAttribute = contract.RedactPolicy
