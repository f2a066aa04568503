// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
)

// core is what all instances of one configured processor share: traces are completed and judged once, whatever
// pipeline they came by, and one budget holds for all.
type core struct {
	cores *cores
	cfg   *Config
	set   processor.Settings

	metrics  *metrics
	policy   *policy.Policy
	budget   *budget
	maxTrace int64
	outbox   *outbox
	journal  *journal // nil without storage
	shards   []*shard
	entrance entrance

	tracesOpen atomic.Int64

	pipes pipes

	mu        sync.Mutex
	instances struct {
		made    int // and not yet shut down
		started int // and not yet shut down
	}
}

// entrance is what requests share on their way in.
type entrance struct {
	splitters sync.Pool // of *splitter
	room      rooms
}

// rooms makes one request at a time make room, of another shard than the last one did.
type rooms struct {
	sync.Mutex
	turn int
}

// pipes are the instances in the pipelines. The lists are replaced as a whole.
type pipes struct {
	traces atomic.Pointer[[]*tracesProcessor] // by outlet
	logs   atomic.Pointer[[]*logsProcessor]
}

// cores finds the core of a configuration. Instances of one component id are given the same configuration, by pointer.
type cores struct {
	mu  sync.Mutex
	all map[*Config]*core
}

func newCores() *cores { return &cores{all: map[*Config]*core{}} }

func (c *cores) newTraces(set processor.Settings, cfg *Config, next consumer.Traces) (processor.Traces, error) {
	shared, err := c.acquire(set, cfg)
	if err != nil {
		return nil, err
	}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	outlet, err := pipeNumber(shared.outlets())
	if err != nil {
		return nil, err
	}
	p := &tracesProcessor{core: shared, outlet: outlet, next: next}
	list := append(slices.Clone(shared.outlets()), p)
	shared.pipes.traces.Store(&list)
	return p, nil
}

// pipeNumber returns the number of the pipeline that comes after those that are there.
func pipeNumber[P any](there []P) (uint16, error) {
	if len(there) >= math.MaxUint16 {
		return 0, errors.New("sampling: too many pipelines")
	}
	return uint16(len(there)), nil
}

// outlets returns the instances of all traces pipelines.
func (c *core) outlets() []*tracesProcessor { return all(&c.pipes.traces) }

// logOutlets returns the instances of all logs pipelines.
func (c *core) logOutlets() []*logsProcessor { return all(&c.pipes.logs) }

func all[P any](pipes *atomic.Pointer[[]P]) []P {
	if list := pipes.Load(); list != nil {
		return *list
	}
	return nil
}

func (c *cores) newLogs(set processor.Settings, cfg *Config, next consumer.Logs) (processor.Logs, error) {
	shared, err := c.acquire(set, cfg)
	if err != nil {
		return nil, err
	}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	pipe, err := pipeNumber(shared.logOutlets())
	if err != nil {
		return nil, err
	}
	p := &logsProcessor{core: shared, pipe: pipe + 1, next: next}
	list := append(slices.Clone(shared.logOutlets()), p)
	shared.pipes.logs.Store(&list)
	return p, nil
}

func (c *cores) acquire(set processor.Settings, cfg *Config) (*core, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	shared, ok := c.all[cfg]
	if !ok {
		var err error
		if shared, err = newCore(c, set, cfg); err != nil {
			return nil, err
		}
		c.all[cfg] = shared
	}
	shared.mu.Lock()
	shared.instances.made++
	shared.mu.Unlock()
	return shared, nil
}

func newCore(c *cores, set processor.Settings, cfg *Config) (*core, error) {
	p, err := policy.Compile(cfg.Rules, cfg.policyOptions())
	if err != nil {
		return nil, fmt.Errorf("compile rules: %w", err)
	}
	maxBytes := cfg.Memory.budgetOf(memoryLimit(""))
	return &core{
		cores: c, cfg: cfg, set: set, policy: p,
		budget:   &budget{max: maxBytes},
		maxTrace: cfg.Memory.maxTrace(maxBytes),
	}, nil
}

// start starts the core with the first instance that is started.
func (c *core) start(ctx context.Context, host component.Host) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.instances.started > 0 {
		c.instances.started++
		return nil
	}
	for _, name := range policy.Unreachable(c.cfg.Rules) {
		c.set.Logger.Warn("this rule never decides: an earlier one takes every trace", zap.String("rule", name))
	}
	var err error
	if c.metrics, err = newMetrics(c); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	if c.journal, err = c.openJournal(ctx, host); err != nil {
		c.metrics.shutdown()
		return err
	}
	left, err := c.readBack(ctx)
	if err == nil {
		err = errors.Join(c.makeShards(observersOf(host)), c.metrics.watch(c.journal))
	}
	if err != nil {
		c.metrics.shutdown()
		return errors.Join(err, c.journal.abandon(ctx))
	}
	c.run(&left)
	c.instances.started++
	c.set.Logger.Info("sampling holds traces in memory", zap.Int64("max_bytes", c.budget.max),
		zap.Int64("max_trace_bytes", c.maxTrace), zap.Int("shards", len(c.shards)))
	return nil
}

// run starts all goroutines. From here on nothing can fail. What was read back waits for a traces pipeline.
func (c *core) run(left *remains) {
	c.restoreRules(left.rules)
	c.policy.Start(time.Now())
	c.outbox = newOutbox(c)
	c.restore(left.decisions)
	c.restoreReleases(left.releases)
	c.restoreKept(left)
	c.journal.start()
	c.outbox.start()
	for _, s := range c.shards {
		s.start()
	}
	if c.journal != nil {
		c.journal.left = left
	}
}

// resume replays what was read back, once. Only a traces pipeline may ask for it: when one is started, what stands
// behind it is started too, and that is not so for a logs pipeline.
func (c *core) resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if j := c.journal; j != nil && j.left != nil {
		c.replay(j.left)
		j.left = nil
	}
}

func (c *core) makeShards(observers []decision.Observer) error {
	n := runtime.GOMAXPROCS(0)
	c.shards = make([]*shard, 0, n)
	for range n {
		s, err := newShard(c, observers, c.budget.max/int64(n), c.graveDisk(int64(n)))
		if err != nil {
			return err
		}
		c.shards = append(c.shards, s)
	}
	return nil
}

// observersOf finds the extensions that want to be told of decisions.
func observersOf(host component.Host) []decision.Observer {
	var observers []decision.Observer
	for _, extension := range host.GetExtensions() {
		if o, ok := extension.(decision.Observer); ok {
			observers = append(observers, o)
		}
	}
	return observers
}

// drain judges everything that an outlet holds, or leaves it to the storage, and waits for its delivery.
func (c *core) drain(ctx context.Context, outlet uint16) error {
	for _, s := range c.shards {
		s.send(message{drain: &drain{outlet: outlet, giveUp: ctx.Done()}})
	}
	for _, s := range c.shards {
		s.sync()
	}
	if !c.outbox.drain(ctx, outlet) {
		return fmt.Errorf("sampling: deliver the last traces: %w", context.Cause(ctx))
	}
	return nil
}

// release gives up one instance's hold on the core. The last one that was started stops it.
func (c *core) release(ctx context.Context, started bool) error {
	c.cores.mu.Lock()
	c.mu.Lock()
	c.instances.made--
	if c.instances.made == 0 {
		delete(c.cores.all, c.cfg)
	}
	c.cores.mu.Unlock()
	defer c.mu.Unlock()
	if !started {
		return nil
	}
	c.instances.started--
	if c.instances.started > 0 {
		return nil
	}
	return c.stop(ctx)
}

func (c *core) stop(ctx context.Context) error {
	for _, s := range c.shards {
		s.stop()
	}
	err := c.outbox.stop(ctx)
	if c.journal != nil {
		err = errors.Join(err, c.journal.close(ctx))
	}
	c.metrics.shutdown()
	return err
}

func (c *core) repairOptions() repair.Options {
	return c.cfg.repairOptions()
}
