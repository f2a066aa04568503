// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"sync"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/seglog"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// When the next component takes less than what is released, an outage costs disk and not memory: what waits is put into
// the directory as it will leave, in place of the parts that it was made of, and read back when its turn comes.

const (
	// stowShare of the directory is kept for what is released.
	stowShare = 8
	// releaseVersion is the first byte of a record of what is released. Its header goes on with the number of the logs
	// pipeline or 0, the number of spans or records, and the length of the memo that stands before the data.
	releaseVersion = 3
	releaseHeader  = 1 + 2 + 4 + 4
)

// release is what is known of a stowed delivery without reading it.
type release struct {
	key   seglog.Key
	logs  uint16
	spans int
	memo  []byte
	size  int64
}

// stow leaves the data of d to the directory alone, and reports whether that worked. Its entries are deleted after that: a
// crash between the two delivers nothing twice, since the memo knows the spans, and the decision on them goes at once.
func (j *journal) stow(d *delivery) bool {
	head := make([]byte, 0, releaseHeader+len(d.memo))
	head = append(head, releaseVersion)
	head = binary.BigEndian.AppendUint16(head, d.logs)
	head = binary.BigEndian.AppendUint32(head, uint32(d.spans))
	head = binary.BigEndian.AppendUint32(head, uint32(len(d.memo)))
	head = append(head, d.memo...)
	key := kindRelease | j.seq.Add(1)
	put := seglog.Put{Key: key, Head: head, Body: d.data}
	err := j.vault.write(context.Background(), []seglog.Put{put}, decisionsOf(d.seqs))
	if err != nil {
		if !errors.Is(err, seglog.ErrFull) {
			j.failed(err)
		}
		return false
	}
	j.settle(settled{seqs: d.seqs})
	d.stowed, d.data, d.seqs = int64(len(d.data)), nil, []uint64{key}
	return true
}

// byteLimit bounds the bytes that are worked on at the same time. One piece of work always may, however large.
type byteLimit struct {
	mu   sync.Mutex
	left sync.Cond
	busy int64
	most int64
}

func (l *byteLimit) enter(size int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.busy > 0 && l.busy+size > l.most {
		l.left.Wait()
	}
	l.busy += size
}

func (l *byteLimit) leave(size int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy -= size
	l.left.Broadcast()
}

// readable reports whether what is written can be left to the journal.
func (j *journal) readable() bool { return j != nil && j.vault.readable() }

// fetch returns the data of a stowed delivery.
func (j *journal) fetch(d *delivery) ([]byte, error) {
	value, err := j.vault.read(d.seqs[0])
	if err != nil {
		return nil, err
	}
	_, data, err := parseRelease(d.seqs[0], value)
	return data, err
}

func parseRelease(key seglog.Key, value []byte) (release, []byte, error) {
	if len(value) < releaseHeader || value[0] != releaseVersion {
		return release{}, nil, errDamaged
	}
	memo := uint64(binary.BigEndian.Uint32(value[7:]))
	if memo > uint64(len(value)-releaseHeader) {
		return release{}, nil, errDamaged
	}
	data := value[releaseHeader+memo:]
	return release{
		key: key, logs: binary.BigEndian.Uint16(value[1:]), spans: int(binary.BigEndian.Uint32(value[3:])),
		memo: value[releaseHeader : releaseHeader+memo], size: int64(len(data)),
	}, data, nil
}

// restoreReleases gives the shards, which have not begun yet, the memos of what was stowed.
func (c *core) restoreReleases(found []release) {
	slices.SortFunc(found, func(a, b release) int { return cmp.Compare(a.key, b.key) })
	for i := range found {
		whole := len(found[i].memo) == 0 || readMemo(found[i].memo, func(key store.Key, v *verdict) {
			c.shardOf(key).recall(key, v)
		})
		if !whole {
			c.set.Logger.Warn("a decision in the directory is damaged: late spans of its trace are judged anew")
		}
	}
}

// resumeReleases puts what was stowed into the outbox again. There is one traces pipeline where there is a directory.
func (c *core) resumeReleases(found []release) {
	for i := range found {
		r := &found[i]
		d := &delivery{logs: r.logs, spans: r.spans, seqs: []uint64{r.key}, memo: r.memo, stowed: r.size}
		d.bytes = d.cost()
		c.budget.add(d.bytes)
		c.outbox.enqueue(d)
	}
}
