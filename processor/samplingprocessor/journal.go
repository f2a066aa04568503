// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/seglog"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// journal keeps what was admitted in a storage or a directory until it is dropped by decision or delivered, so that it
// survives the process.
//
// An entry is one part of one trace. It is written before the sender is answered. Entries are deleted later and in
// batches: what is read back once too often is delivered twice with the same ids, which is allowed, and never lost.
type journal struct {
	vault  vault
	failed func(error)
	seq    atomic.Uint64

	mu      sync.Mutex
	garbage []settled
	unsaid  map[seglog.Key]kept // decisions that are not yet written
	owed    atomic.Int64        // entries that are settled and not yet deleted
	wanted  chan struct{}       // somebody waits for them

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
	seqs []uint64 // keys of what is no longer needed: entries, or what was stowed
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

// openJournal opens the journal, if the configuration asks for one.
func (c *core) openJournal(ctx context.Context, host component.Host) (*journal, error) {
	v, err := c.openVault(ctx, host)
	if v == nil || err != nil {
		return nil, err // all methods of a nil journal do nothing
	}
	return &journal{
		vault: v, failed: c.journalFailed, segments: segments{maxBytes: c.budget.max / decidedShare},
		learned: c.policy.Snapshot, wanted: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{}),
	}, nil
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

// room reports whether n bytes more find room. A storage of the Collector tells only when it fails.
func (j *journal) room(n int64) bool { return j == nil || j.vault.room(n+j.kept()) }

// kept is what is not given to requests: what is released is written before its entries are deleted.
func (j *journal) kept() int64 {
	if !j.readable() {
		return 0
	}
	return j.vault.capacity() / stowShare
}

// capacity is how many bytes there is room for.
func (j *journal) capacity() int64 {
	if j == nil {
		return math.MaxInt64
	}
	return j.vault.capacity() - j.kept()
}

// bytes is what the journal takes on the disk, as far as it knows.
func (j *journal) bytes() int64 {
	if j == nil {
		return 0
	}
	return j.vault.bytes()
}

// writeJournal writes arrivals and notes on each where. It fails when the sender has gone, or when there is no room.
func (c *core) writeJournal(ctx context.Context, arrivals []arrival) error {
	j := c.journal
	if j == nil || len(arrivals) == 0 {
		return nil
	}
	puts := make([]seglog.Put, len(arrivals))
	heads := make([]byte, 0, len(arrivals)*logsHeader)
	for i := range arrivals {
		a := &arrivals[i]
		a.seq = j.seq.Add(1)
		from := len(heads)
		heads = appendEntryHeader(heads, a)
		puts[i] = seglog.Put{Key: kindEntry | a.seq, Head: heads[from:], Body: a.part.Data}
	}
	err := j.vault.write(ctx, puts, nil)
	if err == nil {
		c.leave(arrivals)
		return nil
	}
	for i := range arrivals {
		arrivals[i].seq = 0
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("write to the storage: %w", ctx.Err())
	case errors.Is(err, seglog.ErrFull):
		return errJournalFull
	}
	j.failed(err)
	return nil
}

// leave leaves what was just written to the journal alone, when much is held already.
func (c *core) leave(arrivals []arrival) {
	warm, freed := c.warm(), int64(0)
	for i := range arrivals {
		a := &arrivals[i]
		a.part.Entry = a.seq
		if warm {
			freed += a.part.Leave()
		}
	}
	c.budget.add(-freed)
}

// entry returns the data of an entry.
func (j *journal) entry(number uint64) ([]byte, error) {
	value, err := j.vault.read(kindEntry | number)
	switch {
	case err != nil:
		return nil, err
	case len(value) >= entryHeader && value[0] == entryVersion:
		return value[entryHeader:], nil
	case len(value) >= logsHeader && value[0] == logsVersion:
		return value[logsHeader:], nil
	}
	return nil, errDamaged
}

// errJournalFull stays within the processor.
var errJournalFull = errors.New("the journal is full")

// appendEntryHeader appends what stands before the data of an entry.
func appendEntryHeader(b []byte, a *arrival) []byte {
	if a.part.Logs == 0 {
		b = append(b, entryVersion)
		return append(b, a.id[:]...)
	}
	b = append(b, logsVersion)
	b = append(b, a.id[:]...)
	return binary.BigEndian.AppendUint16(b, a.part.Logs)
}

// errDamaged is the entry's fault and not the storage's.
var errDamaged = errors.New("the entry is damaged or of another version")

// readEntry reads what writeJournal wrote, with everything computed that is not stored.
func (c *core) readEntry(seq uint64, value []byte) (arrival, error) {
	if seq == 0 || len(value) < entryHeader {
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
	a.seq, a.part.Entry, a.replayed = seq, seq, true
	return a, err
}

func (c *core) readSpansEntry(id pcommon.TraceID, data []byte) (arrival, error) {
	var u ptrace.ProtoUnmarshaler
	td, err := u.UnmarshalTraces(data)
	if err != nil {
		return arrival{}, errDamaged
	}
	a := arrival{key: c.cfg.tenantOfPart(td).key(id, 0), id: id}
	err = c.read(&a, td)
	return a, err
}

func (c *core) readLogsEntry(id pcommon.TraceID, data []byte) (arrival, error) {
	var u plog.ProtoUnmarshaler
	ld, err := u.UnmarshalLogs(data[2:])
	pipe := binary.BigEndian.Uint16(data)
	if err != nil || pipe == 0 {
		return arrival{}, errDamaged
	}
	piece := logPiece{id: id, ld: ld}
	if ld.ResourceLogs().Len() > 0 {
		piece.tenant = c.cfg.tenantOf(ld.ResourceLogs().At(0).Resource().Attributes())
	}
	return c.readLogs(&piece, 0, pipe)
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
		return left, fmt.Errorf("read back what was accepted: %w", err)
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
	c.resumeReleases(left.releases)
	slices.SortFunc(left.arrivals, func(a, b arrival) int { return cmp.Compare(a.seq, b.seq) }) // what was moved comes late
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

// rawShare of the budget may be read back from a storage as it is, and the rest is compressed, as much of it was when the
// process ended: a disk holds several times what memory may.
const rawShare = 2

// remains is what a process has left in the storage.
type remains struct {
	arrivals  []arrival
	cost      int64  // of these
	last      uint64 // the highest number of an entry
	damaged   int
	decisions []snapshot
	releases  []release
	rules     []byte
	kept      []*kept
	undecided int // decisions that cannot be read
}

func (c *core) readJournal(ctx context.Context) (remains, error) {
	var left remains
	packer, err := store.NewPacker()
	if err != nil {
		return left, err
	}
	err = c.journal.vault.walk(ctx, func(key seglog.Key, value []byte) bool {
		number := key &^ kindMask
		switch key & kindMask {
		case kindRelease:
			return left.addRelease(key, value)
		case kindKept:
			return left.addKept(key, value)
		case kindRules:
			left.rules = bytes.Clone(value)
			return true
		case kindDecisions:
			left.decisions = append(left.decisions, snapshot{number: number, data: bytes.Clone(value)})
			return true
		}
		a, err := c.readEntry(number, value)
		if err != nil {
			left.damaged++
			return false
		}
		left.cost += a.part.Cost()
		switch {
		case c.journal.readable():
			if left.cost > c.budget.max/warmShare {
				left.cost -= a.part.Leave()
			}
		case left.cost > c.budget.max/rawShare:
			parts := []store.Part{a.part}
			left.cost -= packer.Pack(parts)
			a.part = parts[0]
		}
		left.last = max(left.last, a.seq)
		left.arrivals = append(left.arrivals, a)
		return true
	})
	return left, errors.Join(err, ctx.Err())
}

// addRelease notes what was stowed, whose data stays where it is.
func (r *remains) addRelease(key seglog.Key, value []byte) bool {
	r.last = max(r.last, key&^kindMask)
	found, _, err := parseRelease(key, value)
	if err != nil {
		r.damaged++
		return false
	}
	found.memo = bytes.Clone(found.memo)
	r.releases = append(r.releases, found)
	return true
}

// settle deletes entries soon, and writes what became of their trace. It never waits.
func (j *journal) settle(s settled) {
	if j == nil || len(s.seqs) == 0 && s.memo == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	s.seqs = j.unkeep(s.seqs)
	j.owed.Add(int64(len(s.seqs)))
	j.garbage = append(j.garbage, s)
}

// hurry has settled entries deleted now, and reports whether there are any.
func (j *journal) hurry() bool {
	if j.owed.Load() == 0 {
		return false
	}
	select {
	case j.wanted <- struct{}{}:
	default: // somebody has asked before
	}
	return true
}

// collect writes what is settled, until the journal is closed.
func (j *journal) collect() {
	defer close(j.done)
	ticker := time.NewTicker(collectEvery)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			j.tidy(now)
		case <-j.wanted:
			j.tidy(time.Now())
		case <-j.closing:
			j.rulesAt = time.Time{}
			j.writeKept()
			j.writeSettled(time.Now())
			return
		}
	}
}

func (j *journal) tidy(now time.Time) {
	j.writeKept()
	j.writeSettled(now)
	if err := j.vault.tidy(now); err != nil {
		j.failed(err)
	}
}

// writeSettled writes what became of traces in the same transactions in which it deletes their entries.
func (j *journal) writeSettled(now time.Time) {
	j.mu.Lock()
	garbage := j.garbage
	j.garbage = nil
	j.mu.Unlock()
	if put := j.rulesRecord(now); put != nil {
		j.writeRecords([]seglog.Put{*put}, nil)
	}
	for len(garbage) > 0 {
		var deletes []seglog.Key
		var memos [][]byte
		n, size := 0, 0
		for n < len(garbage) && len(deletes) < deleteBatch && size < maxSegmentBytes {
			deletes = append(deletes, garbage[n].seqs...)
			if m := garbage[n].memo; m != nil {
				memos = append(memos, m)
				size += len(m)
			}
			n++
		}
		garbage = garbage[n:]
		puts, old := j.segments.write(memos)
		j.writeRecords(puts, append(deletes, old...))
		j.owed.Add(-int64(len(deletes)))
	}
}

// abandon closes a journal that was never started.
func (j *journal) abandon(ctx context.Context) error {
	if j == nil {
		return nil
	}
	return j.vault.close(ctx)
}

func (j *journal) close(ctx context.Context) error {
	close(j.closing)
	<-j.done
	if err := j.vault.close(ctx); err != nil {
		return fmt.Errorf("close the journal: %w", err)
	}
	return nil
}
