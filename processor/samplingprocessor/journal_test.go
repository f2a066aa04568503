// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

var storageID = component.MustNewID("disk")

// disk is a storage in memory that outlives the processors that use it.
type disk struct {
	component.StartFunc
	component.ShutdownFunc
	mu      sync.Mutex
	entries map[string][]byte
	broken  error
	stale   error // what Walk returns at its end
}

func (d *disk) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	return d, nil
}

func (d *disk) Get(context.Context, string) ([]byte, error) { return nil, nil }
func (d *disk) Set(context.Context, string, []byte) error   { return nil }
func (d *disk) Delete(context.Context, string) error        { return nil }
func (d *disk) Close(context.Context) error                 { return nil }
func (d *disk) Batch(_ context.Context, ops ...*storage.Operation) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, op := range ops {
		switch {
		case d.broken != nil:
			return d.broken
		case op.Type == storage.Set:
			d.entries[op.Key] = op.Value
		case op.Type == storage.Delete:
			delete(d.entries, op.Key)
		}
	}
	return nil
}

func (d *disk) Walk(_ context.Context, fn storage.WalkFunc) error {
	d.mu.Lock()
	entries := maps.Clone(d.entries)
	d.mu.Unlock()
	for key, value := range entries {
		ops, err := fn(key, value)
		if err != nil {
			return err
		}
		if err := d.Batch(context.Background(), ops...); err != nil {
			return err
		}
	}
	return d.stale
}

// len is the number of entries that wait for a decision or their delivery.
func (d *disk) len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for key := range d.entries {
		if key, ok := journalKey(key); ok && key&kindMask == kindEntry {
			n++
		}
	}
	return n
}

// copy is what a crash at this moment would leave.
func (d *disk) copy() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	return &disk{entries: maps.Clone(d.entries)}
}

func newDisk() *disk { return &disk{entries: map[string][]byte{}} }

func withStorage(t *testing.T, d component.Component, change func(*Config)) *sampler {
	t.Helper()
	s := newSampler(t, func(c *Config) {
		c.Storage = &storageID
		if change != nil {
			change(c)
		}
	})
	s.host[storageID] = d
	return s
}

func TestJournal_holdsWhatIsOpenAndNothingElse(t *testing.T) {
	d := newDisk()
	s := withStorage(t, d, func(c *Config) { c.Rules = []policy.Rule{keepErrors(), keep("none", 0)} })
	s.start(s.sink)
	s.send(traces(spec{id: 1, kind: "llm"}, spec{trace: 2, id: 1, kind: "llm", failed: true}))
	s.send(traces(spec{id: 2, parent: 1, kind: "llm"}))
	assert.Equal(t, 3, d.len())
	assert.Empty(t, s.stop(), "what is open stays in the storage for the next start")
	assert.Equal(t, 3, d.len())

	next := withStorage(t, d, func(c *Config) {
		c.Rules = []policy.Rule{keepErrors(), keep("none", 0)}
		c.Complete = Complete{AfterRoot: 1, Idle: 1, Max: 1}
	})
	next.start(next.sink)
	require.Eventually(t, func() bool { return d.len() == 0 }, eventually, moment)
	assert.Equal(t, 2.0, next.count("replayed_traces"))
	assert.Len(t, next.stop(), 1)
	assert.Len(t, next.decisions.list(), 2)
}

// TestJournal_survivesACrash takes the storage away from a processor that is never shut down.
func TestJournal_survivesACrash(t *testing.T) {
	d := newDisk()
	s := withStorage(t, d, func(c *Config) { c.Memory.MaxTraceBytes = 2000 }).start(hung{})
	for n := range uint16(20) {
		s.send(payload(n, 200*int(n), true)) // the larger half is on its way out already
	}
	survivor := d.copy()
	hangUp(t, s)

	next := withStorage(t, survivor, func(c *Config) { c.Complete = Complete{AfterRoot: 1, Idle: 1, Max: 1} })
	next.start(next.sink)
	require.Eventually(t, func() bool { return survivor.len() == 0 }, eventually, moment)
	assert.Equal(t, 20, requireTrees(t, next.stop()...))
}

func TestJournal_undeliveredTracesStay(t *testing.T) {
	d := newDisk()
	s := withStorage(t, d, func(c *Config) { c.Memory.MaxTraceBytes = 1 }).start(hung{})
	s.send(traces(spec{id: 1, kind: "llm"}))
	hangUp(t, s)
	assert.Equal(t, 1, d.len())
}

func TestJournal_damagedEntriesAreDroppedAndCounted(t *testing.T) {
	d := newDisk()
	d.entries["0000000000000001"] = []byte("no entry")
	d.entries["not a number"] = append([]byte{entryVersion}, make([]byte, 40)...)
	d.entries["0000000000000003"] = append(append([]byte{entryVersion}, make([]byte, 16)...), 0xff, 0xff, 0xff)
	s := withStorage(t, d, nil)
	s.start(s.sink)
	assert.Equal(t, 3.0, s.count("dropped_spans", "reason", "unreadable"))
	assert.Zero(t, d.len())
	s.stop()
}

func TestJournal_brokenStorageStopsNothing(t *testing.T) {
	d := newDisk()
	s := withStorage(t, d, nil)
	s.start(s.sink)
	d.broken = errors.New("the disk is full")
	s.send(traces(spec{id: 1, kind: "llm"}))
	assert.Equal(t, 1.0, s.count("journal_failures"))
	assert.Len(t, s.stop(), 1, "what is not in the storage is judged at shutdown")
}

func TestJournal_senderThatHasGoneGetsAnErrorAndLeavesNothing(t *testing.T) {
	d := newDisk()
	s := withStorage(t, d, nil)
	s.start(s.sink)
	d.broken = context.Canceled
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, s.traces.ConsumeTraces(ctx, traces(spec{id: 1, kind: "llm"})), context.Canceled)
	assert.Zero(t, s.count("bytes_held"))
	assert.Empty(t, s.stop())
}

func TestJournal_mistakesInTheConfiguration(t *testing.T) {
	f := func(d component.Component, pipelines int, want string) {
		t.Helper()
		s := withStorage(t, d, nil)
		if d == nil {
			delete(s.host, storageID)
		}
		for range pipelines {
			p, err := s.factory.CreateTraces(context.Background(), s.set, s.cfg, s.sink)
			require.NoError(t, err)
			s.traces = p
			t.Cleanup(func() { _ = p.Shutdown(context.Background()) })
		}
		assert.ErrorContains(t, s.traces.Start(context.Background(), s.host), want)
	}
	f(nil, 1, `storage: there is no extension "disk"`)
	f(&recorder{}, 1, `storage: extension "disk" is no storage`)
	f(newDisk(), 2, "storage: sampling stands in several traces pipelines")
}

func TestJournal_worksWithFileStorage(t *testing.T) {
	directory := t.TempDir()
	open := func() component.Component {
		f := filestorage.NewFactory()
		cfg := f.CreateDefaultConfig().(*filestorage.Config)
		cfg.Directory = directory
		e, err := f.Create(context.Background(), extensiontest.NewNopSettings(f.Type()), cfg)
		require.NoError(t, err)
		require.NoError(t, e.Start(context.Background(), componenttest.NewNopHost()))
		return e
	}
	first := open()
	s := withStorage(t, first, nil)
	s.start(s.sink)
	for n := range uint16(10) {
		s.send(payload(n, 1000, false))
	}
	assert.Empty(t, s.stop())
	require.NoError(t, first.Shutdown(context.Background()))

	second := open()
	next := withStorage(t, second, func(c *Config) { c.Complete = Complete{AfterRoot: 1, Idle: 1, Max: 1} })
	next.start(next.sink)
	require.Eventually(t, func() bool { return next.sink.SpanCount() == 10 }, eventually, moment)
	next.stop()
	require.NoError(t, second.Shutdown(context.Background()))
}

func TestJournal_startThatIsGivenUpLeavesNothingBehind(t *testing.T) {
	d := newDisk()
	s := withStorage(t, d, nil)
	p, err := s.factory.CreateTraces(context.Background(), s.set, s.cfg, s.sink)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, p.Start(ctx, s.host), context.Canceled)
	require.NoError(t, p.Shutdown(context.Background())) // goleak in TestMain finds what goes on
	require.NoError(t, s.telemetry.Shutdown(context.Background()))
}

func TestJournal_storageThatBreaksOffLosesNothingOfTheRest(t *testing.T) {
	d := newDisk()
	s := withStorage(t, d, nil)
	s.start(s.sink)
	s.send(traces(spec{id: 1, kind: "llm"}))
	s.stop()

	d.stale = errors.New("a page of the file is torn")
	next := withStorage(t, d, nil)
	next.start(next.sink)
	assert.Equal(t, 1.0, next.count("journal_failures"))
	next.send(traces(spec{trace: 2, id: 1, kind: "llm"}))
	assert.Equal(t, 2, d.len(), "no entry is written over another")
	assert.Contains(t, d.entries, storageKey(1))
	assert.NotContains(t, d.entries, storageKey(2))
	next.stop()
}

func FuzzReadEntry(f *testing.F) {
	f.Add(uint64(7), append(appendEntryHeader(nil, &arrival{}), 0x0a, 0x00))
	f.Add(uint64(0), []byte{})
	cfg := createDefaultConfig().(*Config)
	p, err := policy.Compile(cfg.Rules, cfg.policyOptions())
	require.NoError(f, err)
	c := &core{cfg: cfg, policy: p}
	f.Fuzz(func(t *testing.T, seq uint64, value []byte) {
		a, err := c.readEntry(seq, value)
		if err != nil {
			assert.ErrorIs(t, err, errDamaged)
			return
		}
		assert.Equal(t, value[1:17], a.key.Trace[:])
		assert.Equal(t, seq, a.seq)
	})
}

// strict refuses to be used before it is started, as an exporter's queue does.
type strict struct {
	consumertest.TracesSink
	started atomic.Bool
	early   atomic.Int64
}

func (s *strict) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	if !s.started.Load() {
		s.early.Add(1)
	}
	return s.TracesSink.ConsumeTraces(ctx, td)
}

// TestJournal_nothingIsDeliveredBeforeItsPipelineIsStarted starts the logs pipeline first: what stands behind the
// traces pipeline is not there yet.
func TestJournal_nothingIsDeliveredBeforeItsPipelineIsStarted(t *testing.T) {
	d := newDisk()
	s := withStorage(t, d, nil)
	s.start(s.sink)
	s.send(traces(spec{id: 1, kind: "llm"}))
	s.stop()

	synctest.Test(t, func(t *testing.T) {
		next := withStorage(t, d, nil)
		exporter := &strict{}
		var err error
		next.traces, err = next.factory.CreateTraces(context.Background(), next.set, next.cfg, exporter)
		require.NoError(t, err)
		l := withLogs(t, next)
		time.Sleep(time.Hour)
		assert.Zero(t, exporter.SpanCount())
		exporter.started.Store(true)
		require.NoError(t, next.traces.Start(context.Background(), next.host))
		time.Sleep(time.Hour)
		assert.Equal(t, 1, exporter.SpanCount())
		assert.Zero(t, exporter.early.Load())
		l.stop()
	})
}

// TestJournal_nothingIsDeliveredAfterItsPipelineIsShutDown shuts down while the next consumer is down, and keeps the
// logs pipeline.
func TestJournal_nothingIsDeliveredAfterItsPipelineIsShutDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSampler(t, nil)
		exporter := &flaky{fails: 5, err: errDown}
		l := withLogs(t, s.start(exporter))
		s.send(traces(spec{id: 1, kind: "llm"}))
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, s.traces.Shutdown(ctx), context.DeadlineExceeded)
		time.Sleep(time.Hour)
		assert.Zero(t, exporter.SpanCount(), "it may be shut down itself by now")
		require.NoError(t, l.logs.Shutdown(context.Background()))
		assert.Equal(t, 1.0, s.count("dropped_spans", "reason", "shutdown"))
	})
}
