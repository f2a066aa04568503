// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// journal keeps what was admitted in a storage until it is dropped by decision or delivered, so that it survives the
// process.
//
// An entry is one part of one trace. It is written before the sender is answered. Entries are deleted later and in
// batches: what is read back once too often is delivered twice with the same ids, which is allowed, and never lost.
type journal struct {
	client storage.Client
	failed func(error)
	seq    atomic.Uint64

	mu      sync.Mutex
	garbage []uint64
	wake    chan struct{}
	closing chan struct{}
	done    chan struct{}
}

const (
	// entryVersion is the first byte of an entry of spans, and logsVersion that of one of log records, which has the
	// number of their pipeline in two more bytes. Entries that begin otherwise are not read.
	entryVersion = 1
	logsVersion  = 2
	entryHeader  = 1 + 16
	logsHeader   = entryHeader + 2
	// deleteBatch bounds a transaction of the storage, which holds up the writers for as long as it takes.
	deleteBatch = 512
)

// openJournal opens the storage that the configuration names, if any.
func (c *core) openJournal(ctx context.Context, host component.Host) (*journal, error) {
	if c.cfg.Storage == nil {
		return nil, nil //nolint:nilnil // all methods of a nil journal do nothing
	}
	if len(c.outlets()) > 1 {
		return nil, fmt.Errorf("storage: %s stands in several traces pipelines, and what is read back would not know "+
			"its own: give it another name in each, as in sampling/2", c.set.ID)
	}
	extension, ok := host.GetExtensions()[*c.cfg.Storage]
	if !ok {
		return nil, fmt.Errorf("storage: there is no extension %q in service::extensions", c.cfg.Storage)
	}
	provider, ok := extension.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: extension %q is no storage", c.cfg.Storage)
	}
	client, err := provider.GetClient(ctx, component.KindProcessor, c.set.ID, "")
	if err != nil {
		return nil, fmt.Errorf("storage: open %q: %w", c.cfg.Storage, err)
	}
	if _, ok := client.(storage.Walker); !ok {
		err := fmt.Errorf("storage: %q cannot list what it holds; file_storage can", c.cfg.Storage)
		return nil, errors.Join(err, client.Close(ctx))
	}
	j := &journal{
		client: client, failed: c.journalFailed,
		wake: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{}),
	}
	go j.collect()
	return j, nil
}

// journalFailed counts and tells. A storage that is full or broken never stops what works without it.
func (c *core) journalFailed(err error) {
	c.metrics.add(c.metrics.builder.ProcessorSamplingJournalFailures, 1)
	c.set.Logger.Error("the storage fails: what is accepted now would not survive a crash", zap.Error(err))
}

// writeJournal writes arrivals and notes on each where. It fails only when the sender has gone.
func (c *core) writeJournal(ctx context.Context, arrivals []arrival) error {
	j := c.journal
	if j == nil {
		return nil
	}
	ops := make([]*storage.Operation, len(arrivals))
	for i := range arrivals {
		arrivals[i].seq = j.seq.Add(1)
		ops[i] = storage.SetOperation(entryKey(arrivals[i].seq), entry(&arrivals[i]))
	}
	err := j.client.Batch(ctx, ops...)
	if err == nil {
		return nil
	}
	for i := range arrivals {
		arrivals[i].seq = 0
	}
	if ctx.Err() != nil {
		return fmt.Errorf("write to the storage: %w", ctx.Err())
	}
	j.failed(err)
	return nil
}

func entryKey(seq uint64) string { return fmt.Sprintf("%016x", seq) }

func entry(a *arrival) []byte {
	b := make([]byte, 0, logsHeader+len(a.part.Data))
	if a.part.Logs == 0 {
		b = append(b, entryVersion)
		b = append(b, a.key.Trace[:]...)
		return append(b, a.part.Data...)
	}
	b = append(b, logsVersion)
	b = append(b, a.key.Trace[:]...)
	b = binary.BigEndian.AppendUint16(b, a.part.Logs)
	return append(b, a.part.Data...)
}

// errDamaged is the entry's fault and not the storage's.
var errDamaged = errors.New("the entry is damaged or of another version")

// readEntry is the reverse of entry, with everything computed that is not stored.
func (c *core) readEntry(key string, value []byte) (arrival, error) {
	seq, err := strconv.ParseUint(key, 16, 64)
	if err != nil || len(value) < entryHeader {
		return arrival{}, errDamaged
	}
	id := pcommon.TraceID(value[1:entryHeader])
	var a arrival
	switch {
	case value[0] == entryVersion:
		a, err = c.readSpansEntry(id, value[entryHeader:])
	case value[0] == logsVersion && len(value) >= logsHeader:
		a, err = c.readLogsEntry(id, value[entryHeader:])
	default:
		return arrival{}, errDamaged
	}
	a.seq = seq
	return a, err
}

func (c *core) readSpansEntry(id pcommon.TraceID, data []byte) (arrival, error) {
	var u ptrace.ProtoUnmarshaler
	td, err := u.UnmarshalTraces(data)
	if err != nil {
		return arrival{}, errDamaged
	}
	var a arrival
	err = c.read(&a, 0, &piece{id: id, td: td})
	return a, err
}

func (c *core) readLogsEntry(id pcommon.TraceID, data []byte) (arrival, error) {
	var u plog.ProtoUnmarshaler
	ld, err := u.UnmarshalLogs(data[2:])
	pipe := binary.BigEndian.Uint16(data)
	if err != nil || pipe == 0 {
		return arrival{}, errDamaged
	}
	return c.readLogs(store.Key{Trace: id}, pipe, ld)
}

// unreadGap is added to the number of the last entry that was read when the storage broke off: what could not be read
// must not be overwritten, and no storage holds as many entries.
const unreadGap = 1 << 40

// replay hands to the shards what the last process left behind. A storage that breaks off stops nothing: what was read
// until then is worked on, and the rest stays where it is for the next start.
func (c *core) replay(ctx context.Context) error {
	if c.journal == nil {
		return nil
	}
	left, err := c.readJournal(ctx)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("storage: read back what was accepted: %w", err)
	}
	c.journal.seq.Store(left.last)
	if err != nil {
		c.journal.seq.Add(unreadGap)
		c.journal.failed(fmt.Errorf("read back what was accepted: %w", err))
	}
	traces := map[store.Key]struct{}{}
	for i := range left.arrivals {
		c.budget.add(left.arrivals[i].part.Cost())
		traces[left.arrivals[i].key] = struct{}{}
	}
	if len(left.arrivals) > 0 {
		c.dispatch(left.arrivals)
	}
	c.metrics.add(c.metrics.builder.ProcessorSamplingReplayedTraces, len(traces))
	c.metrics.dropped(reasonUnread, false, left.damaged)
	return nil
}

// remains is what a process has left in the storage.
type remains struct {
	arrivals []arrival
	last     uint64 // the highest number of an entry
	damaged  int
}

func (c *core) readJournal(ctx context.Context) (remains, error) {
	var left remains
	err := c.journal.client.(storage.Walker).Walk(ctx, func(key string, value []byte) ([]*storage.Operation, error) {
		a, err := c.readEntry(key, value)
		if err != nil {
			left.damaged++
			return []*storage.Operation{storage.DeleteOperation(key)}, nil
		}
		left.last = max(left.last, a.seq)
		left.arrivals = append(left.arrivals, a)
		return nil, ctx.Err()
	})
	if err != nil {
		return left, err
	}
	return left, ctx.Err()
}

// remove deletes entries soon. It never waits.
func (j *journal) remove(seqs []uint64) {
	if j == nil || len(seqs) == 0 {
		return
	}
	j.mu.Lock()
	j.garbage = append(j.garbage, seqs...)
	j.mu.Unlock()
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// collect deletes what remove was told, until the journal is closed.
func (j *journal) collect() {
	defer close(j.done)
	for {
		select {
		case <-j.wake:
			j.deleteGarbage()
		case <-j.closing:
			j.deleteGarbage()
			return
		}
	}
}

func (j *journal) deleteGarbage() {
	j.mu.Lock()
	garbage := j.garbage
	j.garbage = nil
	j.mu.Unlock()
	for len(garbage) > 0 {
		n := min(len(garbage), deleteBatch)
		ops := make([]*storage.Operation, n)
		for i, seq := range garbage[:n] {
			ops[i] = storage.DeleteOperation(entryKey(seq))
		}
		garbage = garbage[n:]
		if err := j.client.Batch(context.Background(), ops...); err != nil {
			j.failed(err)
		}
	}
}

func (j *journal) close(ctx context.Context) error {
	close(j.closing)
	<-j.done
	if err := j.client.Close(ctx); err != nil {
		return fmt.Errorf("storage: close: %w", err)
	}
	return nil
}
