// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/seglog"
)

// vault is where the journal keeps its records. What is written at once is there as a whole after a crash, or not at
// all.
type vault interface {
	write(ctx context.Context, puts []seglog.Put, deletes []seglog.Key) error
	// walk calls f for everything that is there, and deletes that for which it returns false. A key that is not the
	// journal's is 0.
	walk(ctx context.Context, f func(key seglog.Key, value []byte) bool) error
	// read returns the value of key, or nil when it is not there. It is asked only of a vault that readable is true of.
	read(key seglog.Key) ([]byte, error)
	readable() bool
	// room reports whether n bytes more would be taken; more than capacity never are.
	room(n int64) bool
	capacity() int64
	// tidy is called now and then, by one goroutine.
	tidy(now time.Time) error
	bytes() int64
	close(ctx context.Context) error
}

// The kinds of records: the highest byte of their keys. The rest is their number.
const (
	kindEntry seglog.Key = iota << 56
	kindDecisions
	kindRules
	kindRelease
	kindKept

	kindMask seglog.Key = 0xff << 56
)

// openVault opens what the configuration names, if anything.
func (c *core) openVault(ctx context.Context, host component.Host) (vault, error) {
	setting := "directory"
	if c.cfg.Storage != nil {
		setting = "storage"
	}
	if setting == "directory" && c.cfg.Directory == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	if len(c.outlets()) > 1 {
		return nil, fmt.Errorf("%s: %s stands in several traces pipelines, and what is read back would not know "+
			"its own: give it another name in each, as in sampling/2", setting, c.set.ID)
	}
	if c.cfg.Storage != nil {
		return c.openStorage(ctx, host)
	}
	return c.openDirectory()
}

// extensionVault keeps records in a storage extension of the Collector.
type extensionVault struct{ client storage.Client }

func (c *core) openStorage(ctx context.Context, host component.Host) (vault, error) {
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
	return extensionVault{client}, nil
}

func (v extensionVault) write(ctx context.Context, puts []seglog.Put, deletes []seglog.Key) error {
	ops := make([]*storage.Operation, 0, len(puts)+len(deletes))
	for _, key := range deletes {
		ops = append(ops, storage.DeleteOperation(storageKey(key)))
	}
	for i := range puts {
		ops = append(ops, storage.SetOperation(storageKey(puts[i].Key), slices.Concat(puts[i].Head, puts[i].Body)))
	}
	return v.client.Batch(ctx, ops...)
}

func (v extensionVault) walk(ctx context.Context, f func(seglog.Key, []byte) bool) error {
	return v.client.(storage.Walker).Walk(ctx, func(name string, value []byte) ([]*storage.Operation, error) {
		key, _ := journalKey(name)
		if !f(key, value) {
			return []*storage.Operation{storage.DeleteOperation(name)}, ctx.Err()
		}
		return nil, ctx.Err()
	})
}

// What waits is not left to an extension alone: nothing bounds what that takes on the disk, and reading back is slow.
func (extensionVault) readable() bool                  { return false }
func (extensionVault) read(seglog.Key) ([]byte, error) { return nil, errors.ErrUnsupported }

func (extensionVault) room(int64) bool      { return true }
func (extensionVault) capacity() int64      { return math.MaxInt64 }
func (extensionVault) tidy(time.Time) error { return nil }
func (extensionVault) bytes() int64         { return 0 }

func (v extensionVault) close(ctx context.Context) error { return v.client.Close(ctx) }

// The names of records in a storage.
const (
	decisionsPrefix = "decisions-"
	keptPrefix      = "kept-"
	rulesName       = "rules"
)

func storageKey(key seglog.Key) string {
	number := fmt.Sprintf("%016x", key&^kindMask)
	switch key & kindMask {
	case kindDecisions:
		return decisionsPrefix + number
	case kindKept:
		return keptPrefix + number
	case kindRules:
		return rulesName
	}
	return number
}

// journalKey is the reverse of storageKey.
func journalKey(name string) (seglog.Key, bool) {
	if name == rulesName {
		return kindRules, true
	}
	kind, digits := kindEntry, name
	for prefix, of := range map[string]seglog.Key{decisionsPrefix: kindDecisions, keptPrefix: kindKept} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			kind, digits = of, rest
		}
	}
	number, err := strconv.ParseUint(digits, 16, 64)
	if err != nil || len(digits) != 16 || number&kindMask != 0 {
		return 0, false
	}
	return kind | number, true
}

// directoryVault keeps records in a log of its own.
type directoryVault struct {
	log    *seglog.Log
	sync   time.Duration // 0: the log does it, or nobody
	synced time.Time
}

func (c *core) openDirectory() (vault, error) {
	most := int64(c.cfg.Disk.MaxBytes)
	if most == 0 {
		most = diskOfMemory * c.budget.max
	}
	fsync := c.cfg.Disk.Fsync
	log, err := seglog.Open(c.cfg.Directory, seglog.Options{
		MaxBytes: most, Durable: fsync.Always(), Synced: fsync.Synced(),
	})
	if err != nil {
		return nil, fmt.Errorf("directory: open %q: %w", c.cfg.Directory, err)
	}
	c.reportLog(log.Report())
	return &directoryVault{log: log, sync: fsync.Every()}, nil
}

// reportLog tells what is wrong in the directory. None of it keeps the processor from starting.
func (c *core) reportLog(r seglog.Report) {
	if r.Damaged+int64(r.Missing)+int64(r.Aside) > 0 {
		c.metrics.add(c.metrics.builder.ProcessorSamplingJournalFailures, 1)
		c.set.Logger.Error("a part of what was accepted cannot be read back from the directory; files that cannot be read stay",
			zap.Int64("damaged_bytes", r.Damaged), zap.Int("segments_missing", r.Missing), zap.Int("segments_unreadable", r.Aside))
	}
	if r.Foreign > 0 {
		c.set.Logger.Warn("there are files in the directory that are not the sampling processor's", zap.Int("files", r.Foreign))
	}
	if r.Torn > 0 {
		c.set.Logger.Info("the last process was ended while it wrote to the directory", zap.Int64("unfinished_bytes", r.Torn))
	}
}

func (v *directoryVault) write(_ context.Context, puts []seglog.Put, deletes []seglog.Key) error {
	return v.log.Write(puts, deletes)
}

func (v *directoryVault) walk(ctx context.Context, f func(seglog.Key, []byte) bool) error {
	err := v.log.Each(func(key seglog.Key, value []byte) bool { return ctx.Err() != nil || f(key, value) })
	return errors.Join(err, ctx.Err())
}

func (v *directoryVault) read(key seglog.Key) ([]byte, error) { return v.log.Read(key) }
func (*directoryVault) readable() bool                        { return true }

func (v *directoryVault) room(n int64) bool { return v.log.Room(n) }
func (v *directoryVault) capacity() int64   { return v.log.Capacity() }
func (v *directoryVault) bytes() int64      { return v.log.Bytes() }

func (v *directoryVault) tidy(now time.Time) error {
	if v.sync > 0 && now.Sub(v.synced) >= v.sync {
		v.synced = now
		if err := v.log.Sync(); err != nil {
			return err
		}
	}
	return v.log.Tidy()
}

func (v *directoryVault) close(context.Context) error { return v.log.Close() }
