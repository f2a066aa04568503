// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"
)

// A storage cannot say what is in it, and so the exporter keeps a list there of the queues that it has made, by the
// component id that each is stored under, with the endpoint that it was for. A queue whose route is gone from the
// configuration stays as it is: nobody knows its key any more. It is told of at each start until it is empty or its route
// is back.
const (
	listName = "_queues" // behind the signal of the exporter, in the name of the list's storage
	listKey  = "queues"
	// queueStateKey is where the Collector's persistent queue keeps its indices.
	queueStateKey = "qmv0"
)

// tellVanished looks for queues without a route. What goes wrong here is told and hinders nothing.
func (e *tracesExporter) tellVanished(ctx context.Context, host component.Host) {
	ext, ok := e.storage(host)
	if !ok {
		return
	}
	waiting, err := e.vanished(ctx, ext)
	if err != nil {
		e.set.Logger.Warn("Nobody knows whether queues of former routes wait in the storage", zap.Error(err))
	}
	e.counters.vanished(ctx, waiting)
}

// storage returns where the queues are kept, if they are. The queues themselves complain about one that is not there.
func (e *tracesExporter) storage(host component.Host) (storage.Extension, bool) {
	queue := e.config.QueueConfig.Get()
	if queue == nil || queue.StorageID == nil {
		return nil, false
	}
	ext, ok := host.GetExtensions()[*queue.StorageID].(storage.Extension)
	return ext, ok
}

// vanishedQueue is a queue that no destination empties.
type vanishedQueue struct {
	id, endpoint string
	items        int
}

func (e *tracesExporter) vanished(ctx context.Context, ext storage.Extension) (waiting []vanishedQueue, errs error) {
	client, err := ext.GetClient(ctx, component.KindExporter, e.set.ID, e.signal+listName)
	if err != nil {
		return nil, fmt.Errorf("open list of queues: %w", err)
	}
	defer func() { errs = errors.Join(errs, client.Close(ctx)) }()
	known := map[string]string{}
	data, err := client.Get(ctx, listKey)
	if err == nil && data != nil {
		err = json.Unmarshal(data, &known)
	}
	if err != nil {
		return nil, fmt.Errorf("read list of queues: %w", err)
	}
	list := e.queues()
	for _, id := range slices.Sorted(maps.Keys(known)) {
		if _, ok := list[id]; ok {
			continue
		}
		q := vanishedQueue{id: id, endpoint: known[id]}
		if q.items, err = itemsIn(ctx, ext, id); err != nil {
			errs = errors.Join(errs, fmt.Errorf("open queue %s: %w", id, err))
		} else if q.items == 0 {
			continue
		} else {
			waiting = append(waiting, q)
		}
		list[id] = known[id]
	}
	return waiting, errors.Join(errs, store(ctx, client, list))
}

// queues returns the queues that there are now.
func (e *tracesExporter) queues() map[string]string {
	list := map[string]string{}
	for _, d := range e.destinations {
		list[d.set.ID.String()] = d.target.endpoint
		if d.feedback != nil {
			list[d.feedback.set.ID.String()] = d.target.endpoint
		}
	}
	return list
}

func store(ctx context.Context, client storage.Client, list map[string]string) error {
	data, err := json.Marshal(list)
	if err == nil {
		err = client.Set(ctx, listKey, data)
	}
	if err != nil {
		return fmt.Errorf("write list of queues: %w", err)
	}
	return nil
}

// itemsIn counts what waits in a queue that is not open.
func itemsIn(ctx context.Context, ext storage.Extension, id string) (items int, err error) {
	var queue component.ID
	if err := queue.UnmarshalText([]byte(id)); err != nil {
		return 0, err
	}
	client, err := ext.GetClient(ctx, component.KindExporter, queue, signalTraces)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, client.Close(ctx)) }()
	state, err := client.Get(ctx, queueStateKey)
	if err != nil || state == nil {
		return 0, err
	}
	return itemsOf(state)
}

var errQueueState = errors.New("the state of a queue is not in a form that this version reads")

// itemsOf reads the state of a queue, which is protobuf: the indices of what is read and written next, and a list of what
// was under way.
func itemsOf(state []byte) (int, error) {
	const (
		readIndex, writeIndex = 3, 4
		underWay              = 5
	)
	indices, under := map[byte]uint64{}, uint64(0)
	for len(state) > 0 {
		field, wireType := state[0]>>3, state[0]&7
		state = state[1:]
		switch {
		case wireType == 1 && len(state) >= 8:
			indices[field] = binary.LittleEndian.Uint64(state)
			state = state[8:]
		case wireType == 2 && field == underWay:
			n, size := binary.Uvarint(state)
			if size <= 0 || n > uint64(len(state)-size) {
				return 0, errQueueState
			}
			under, state = n/8, state[size+int(n):]
		default:
			return 0, errQueueState
		}
	}
	if indices[writeIndex] < indices[readIndex] {
		return 0, errQueueState
	}
	return int(indices[writeIndex]-indices[readIndex]) + int(under), nil
}
