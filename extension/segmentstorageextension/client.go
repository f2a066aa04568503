// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package segmentstorageextension

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/seglog"
)

// tidyEvery is how often segments of which nothing is needed are given up.
const tidyEvery = time.Second

// A record is the length of a name in two bytes, the name and the value. Every value that is stored gets a number of its own:
// what it replaces is deleted by the next write, so that one which fails takes nothing away. Where a crash leaves
// two values of a name, the higher number counts.
const nameLength = 2

// client is the store of one component.
type client struct {
	log    *seglog.Log
	logger *zap.Logger

	mu       sync.Mutex
	names    map[string]seglog.Key
	last     seglog.Key
	replaced []seglog.Key // to be deleted
	closed   bool

	closing chan struct{}
	done    chan struct{}
}

var _ storage.Walker = (*client)(nil)

func newClient(log *seglog.Log, sync time.Duration, logger *zap.Logger) (*client, error) {
	c := &client{
		log: log, logger: logger, names: map[string]seglog.Key{}, closing: make(chan struct{}), done: make(chan struct{}),
	}
	if err := log.Each(c.restore); err != nil {
		return nil, errors.Join(fmt.Errorf("read what was stored: %w", err), log.Close())
	}
	go c.tidy(sync)
	return c, nil
}

// restore notes a record that was found. One that is none is not asked for again.
func (c *client) restore(key seglog.Key, record []byte) bool {
	c.last = max(c.last, key)
	name, _, ok := parse(record)
	if !ok {
		return false
	}
	if other, ok := c.names[name]; ok {
		c.replaced = append(c.replaced, min(key, other))
		key = max(key, other)
	}
	c.names[name] = key
	return true
}

func parse(record []byte) (name string, value []byte, ok bool) {
	if len(record) < nameLength {
		return "", nil, false
	}
	end := nameLength + int(binary.BigEndian.Uint16(record))
	if end > len(record) {
		return "", nil, false
	}
	return string(record[nameLength:end]), record[end:], true
}

// Get returns what is stored by a name, or nil.
func (c *client) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := c.Batch(ctx, op)
	return op.Value, err
}

// Set stores value by a name.
func (c *client) Set(ctx context.Context, key string, value []byte) error {
	return c.Batch(ctx, storage.SetOperation(key, value))
}

// Delete forgets what is stored by a name.
func (c *client) Delete(ctx context.Context, key string) error {
	return c.Batch(ctx, storage.DeleteOperation(key))
}

// Batch does all operations, of which what is set and deleted is written at once. What is got is as it is after the operations
// before it.
func (c *client) Batch(_ context.Context, ops ...*storage.Operation) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.apply(ops)
}

func (c *client) apply(ops []*storage.Operation) error {
	if c.closed {
		return errors.New("the storage is closed")
	}
	changed := map[string]*storage.Operation{}
	for _, op := range ops {
		if len(op.Key) > math.MaxUint16 {
			return fmt.Errorf("a name of %d bytes is too long", len(op.Key))
		}
		if op.Type != storage.Get {
			changed[op.Key] = op
			continue
		}
		var err error
		if op.Value, err = c.get(op.Key, changed); err != nil {
			return err
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return c.write(changed)
}

func (c *client) get(name string, changed map[string]*storage.Operation) ([]byte, error) {
	if op, ok := changed[name]; ok {
		if op.Type == storage.Delete {
			return nil, nil
		}
		return slices.Clone(op.Value), nil
	}
	key, ok := c.names[name]
	if !ok {
		return nil, nil
	}
	record, err := c.log.Read(key)
	if err != nil || record == nil {
		return nil, err
	}
	_, value, ok := parse(record)
	if !ok {
		return nil, errors.New("a record is damaged")
	}
	return value, nil
}

// write writes the last operation on each name.
func (c *client) write(changed map[string]*storage.Operation) error {
	puts := make([]seglog.Put, 0, len(changed))
	deletes := slices.Clone(c.replaced)
	names, old := make([]string, 0, len(changed)), []seglog.Key(nil)
	for name, op := range changed {
		before, there := c.names[name]
		switch {
		case op.Type == storage.Set:
			c.last++
			head := append(binary.BigEndian.AppendUint16(nil, uint16(len(name))), name...)
			puts = append(puts, seglog.Put{Key: c.last, Head: head, Body: op.Value})
			names = append(names, name)
			if there {
				old = append(old, before)
			}
		case there:
			deletes = append(deletes, before)
		}
	}
	if err := c.log.Write(puts, deletes); err != nil {
		return asFull(err)
	}
	c.replaced = old
	for i, name := range names {
		c.names[name] = puts[i].Key
	}
	for name, op := range changed {
		if op.Type == storage.Delete {
			delete(c.names, name)
		}
	}
	return nil
}

func asFull(err error) error {
	if errors.Is(err, seglog.ErrFull) {
		return errors.Join(storage.ErrStorageFull, err)
	}
	return err
}

// Walk calls f for everything that is stored, and then does what f returned.
func (c *client) Walk(ctx context.Context, f storage.WalkFunc) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var later []*storage.Operation
	for _, name := range slices.Collect(maps.Keys(c.names)) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		value, err := c.get(name, nil)
		if err != nil {
			return err
		}
		ops, err := f(name, value)
		later = append(later, ops...)
		if errors.Is(err, storage.SkipAll) {
			break
		}
		if err != nil {
			return err
		}
	}
	return c.apply(later)
}

// tidy gives up segments, and tells the disk to write every so often, until the client is closed.
func (c *client) tidy(sync time.Duration) {
	defer close(c.done)
	every := tidyEvery
	if sync > 0 {
		every = min(every, sync)
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	synced := time.Now()
	for {
		select {
		case <-c.closing:
			return
		case now := <-ticker.C:
			err := c.log.Tidy()
			if sync > 0 && now.Sub(synced) >= sync {
				synced = now
				err = errors.Join(err, c.log.Sync())
			}
			if err != nil {
				c.logger.Error("the storage cannot be tidied", zap.Error(err))
			}
		}
	}
}

// Close closes the store.
func (c *client) Close(context.Context) error {
	c.mu.Lock()
	closed := c.closed
	c.closed = true
	c.mu.Unlock()
	if closed {
		return nil
	}
	close(c.closing)
	<-c.done
	return c.log.Close()
}
