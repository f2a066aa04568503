// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

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
	garbage []settled

	left *remains // what was read back and is not yet replayed

	// of the goroutine that writes
	segments segments
	learned  func() []byte
	rules    []byte // as written
	rulesAt  time.Time

	closing chan struct{}
	done    chan struct{}
}

// settled is an end of a trace, or of late parts of one.
type settled struct {
	seqs []uint64 // entries that are no longer needed
	memo []byte   // what became of the trace; nil: nothing new
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
	// collectEvery is how often the storage is told what is settled.
	collectEvery = 250 * time.Millisecond
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
		client: client, failed: c.journalFailed, segments: segments{maxBytes: c.budget.max / decidedShare},
		learned: c.policy.Snapshot, closing: make(chan struct{}), done: make(chan struct{}),
	}
	return j, nil
}

func (j *journal) start() {
	if j != nil {
		go j.collect()
	}
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

// entryNumber is the reverse of entryKey.
func entryNumber(key string) (uint64, bool) {
	seq, err := strconv.ParseUint(key, 16, 64)
	return seq, err == nil && len(key) == 16
}

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
	seq, ok := entryNumber(key)
	if !ok || len(value) < entryHeader {
		return arrival{}, errDamaged
	}
	id := pcommon.TraceID(value[1:entryHeader])
	var a arrival
	var err error
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

// readBack reads what the last process left behind. A storage that breaks off stops nothing: what was read until then
// is worked on, and the rest stays where it is for the next start.
func (c *core) readBack(ctx context.Context) (remains, error) {
	if c.journal == nil {
		return remains{}, nil
	}
	left, err := c.readJournal(ctx)
	if err != nil && ctx.Err() != nil {
		return left, fmt.Errorf("storage: read back what was accepted: %w", err)
	}
	c.journal.seq.Store(left.last)
	if err != nil {
		c.journal.seq.Add(unreadGap)
		c.journal.failed(fmt.Errorf("read back what was accepted: %w", err))
	}
	return left, nil
}

// replay hands to the shards what was read back.
func (c *core) replay(left *remains) {
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
}

// remains is what a process has left in the storage.
type remains struct {
	arrivals  []arrival
	last      uint64 // the highest number of an entry
	damaged   int
	decisions []snapshot
	rules     []byte
}

func (c *core) readJournal(ctx context.Context) (remains, error) {
	var left remains
	err := c.journal.client.(storage.Walker).Walk(ctx, func(key string, value []byte) ([]*storage.Operation, error) {
		switch {
		case key == rulesKey:
			left.rules = bytes.Clone(value)
			return nil, ctx.Err()
		case strings.HasPrefix(key, segmentPrefix):
			left.decisions = append(left.decisions, snapshot{key: key, data: bytes.Clone(value)})
			return nil, ctx.Err()
		}
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

// settle deletes entries soon, and writes what became of their trace. It never waits.
func (j *journal) settle(s settled) {
	if j == nil || len(s.seqs) == 0 && s.memo == nil {
		return
	}
	j.mu.Lock()
	j.garbage = append(j.garbage, s)
	j.mu.Unlock()
}

// collect writes what is settled, until the journal is closed.
func (j *journal) collect() {
	defer close(j.done)
	ticker := time.NewTicker(collectEvery)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			j.writeSettled(now)
		case <-j.closing:
			j.rulesAt = time.Time{}
			j.writeSettled(time.Now())
			return
		}
	}
}

// writeSettled writes what became of traces in the same transactions in which it deletes their entries.
func (j *journal) writeSettled(now time.Time) {
	j.mu.Lock()
	garbage := j.garbage
	j.garbage = nil
	j.mu.Unlock()
	if op := j.rulesOperation(now); op != nil {
		j.writeOps([]*storage.Operation{op})
	}
	for len(garbage) > 0 {
		var ops []*storage.Operation
		var memos [][]byte
		n, size := 0, 0
		for n < len(garbage) && len(ops) < deleteBatch && size < maxSegmentBytes {
			for _, seq := range garbage[n].seqs {
				ops = append(ops, storage.DeleteOperation(entryKey(seq)))
			}
			if m := garbage[n].memo; m != nil {
				memos = append(memos, m)
				size += len(m)
			}
			n++
		}
		garbage = garbage[n:]
		j.writeOps(append(ops, j.segments.write(memos)...))
	}
}

// abandon closes a journal that was never started.
func (j *journal) abandon(ctx context.Context) error {
	if j == nil {
		return nil
	}
	return j.client.Close(ctx)
}

func (j *journal) close(ctx context.Context) error {
	close(j.closing)
	<-j.done
	if err := j.client.Close(ctx); err != nil {
		return fmt.Errorf("storage: close: %w", err)
	}
	return nil
}
