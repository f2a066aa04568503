// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// What became of traces is written to the storage in segments, together with the deletion of the entries of these
// traces: after a crash there is either all of a trace or what became of it. Segments are never changed; the oldest are
// deleted.
const (
	segmentPrefix = "decisions-"
	rulesKey      = "rules" // what the rules have learned

	segmentVersion = 1
	segmentHeader  = 1 + 4 // version, checksum
	// maxSegments bounds what is walked over at start, and maxSegmentBytes what is held until it is written.
	maxSegments     = 4096
	maxSegmentBytes = 4 << 20
	// rulesEvery is how often the storage is told what the rules have learned.
	rulesEvery = 10 * time.Second

	memoHeader = 16 + 1 + 4
	memoKept   = 1
	memoAlien  = 2 // no agent's span was there
	// maxLateMemo is the number of spans up to which a trace is written again as late ones come: for larger ones a
	// restart forgets these few.
	maxLateMemo = 256
)

// memo writes down what became of a trace.
func memo(key store.Key, v *verdict) []byte {
	b := make([]byte, memoHeader, memoHeader+24)
	copy(b, key.Trace[:])
	switch {
	case v.known != nil:
		b[16] = memoKept
		b = v.known.AppendBinary(b)
	case v.noAgent:
		b[16] = memoAlien
	}
	binary.BigEndian.PutUint32(b[17:], uint32(len(b)-memoHeader))
	return b
}

// readMemos calls f for every trace of a segment, and reports whether the segment is whole.
func readMemos(segment []byte, f func(store.Key, *verdict)) bool {
	if len(segment) < segmentHeader || segment[0] != segmentVersion ||
		crc32.ChecksumIEEE(segment[segmentHeader:]) != binary.BigEndian.Uint32(segment[1:]) {
		return false
	}
	for rest := segment[segmentHeader:]; len(rest) > 0; {
		if len(rest) < memoHeader {
			return false
		}
		size := uint64(binary.BigEndian.Uint32(rest[17:]))
		if uint64(len(rest)-memoHeader) < size {
			return false
		}
		v := &verdict{noAgent: rest[16] == memoAlien}
		if rest[16] == memoKept {
			var err error
			if v.known, err = repair.ParseKnown(rest[memoHeader : memoHeader+size]); err != nil {
				return false
			}
		}
		f(store.Key{Trace: [16]byte(rest)}, v)
		rest = rest[memoHeader+size:]
	}
	return true
}

// segments are the keys of what is written, oldest first.
type segments struct {
	next     uint64
	list     []segment
	bytes    int64
	maxBytes int64
}

type segment struct {
	key   string
	bytes int64
}

// write returns the operations that add a segment of memos and delete what is too old.
func (s *segments) write(memos [][]byte) []*storage.Operation {
	if len(memos) == 0 {
		return nil
	}
	b := append(make([]byte, 0, segmentHeader), segmentVersion, 0, 0, 0, 0)
	for _, m := range memos {
		b = append(b, m...)
	}
	binary.BigEndian.PutUint32(b[1:], crc32.ChecksumIEEE(b[segmentHeader:]))
	s.next++
	key := segmentPrefix + entryKey(s.next)
	s.add(key, int64(len(b)))
	return append(s.trim(), storage.SetOperation(key, b))
}

func (s *segments) add(key string, size int64) {
	s.list = append(s.list, segment{key: key, bytes: size})
	s.bytes += size
}

func (s *segments) trim() (ops []*storage.Operation) {
	for len(s.list) > 1 && (s.bytes > s.maxBytes || len(s.list) > maxSegments) {
		ops = append(ops, storage.DeleteOperation(s.list[0].key))
		s.bytes -= s.list[0].bytes
		s.list = s.list[1:]
	}
	return ops
}

// snapshot is a segment that was found at start.
type snapshot struct {
	key  string
	data []byte
}

// restore gives the shards, which have not begun yet, what the last process knew of decided traces.
func (c *core) restore(found []snapshot) {
	if c.journal == nil {
		return
	}
	slices.SortFunc(found, func(a, b snapshot) int { return strings.Compare(a.key, b.key) })
	segments := &c.journal.segments
	for _, s := range found {
		segments.add(s.key, int64(len(s.data)))
		whole := readMemos(s.data, func(key store.Key, v *verdict) { c.shardOf(key).remember(key, v) })
		if !whole {
			c.set.Logger.Warn("decisions in the storage are damaged: late spans of their traces are judged anew")
		}
	}
	if n := len(found); n > 0 {
		last, ok := entryNumber(found[n-1].key[len(segmentPrefix):])
		if ok {
			segments.next = last
		}
	}
}

// restoreRules gives the rules back what they had learned. What cannot be read any more they learn again.
func (c *core) restoreRules(data []byte) {
	if data == nil {
		return
	}
	if err := c.policy.Restore(data, time.Now()); err != nil {
		c.set.Logger.Warn("what the rules had learned is not restored", zap.Error(err))
	}
}

// rulesOperation returns the writing of what the rules have learned since it was last written, if anything.
func (j *journal) rulesOperation(now time.Time) *storage.Operation {
	if now.Sub(j.rulesAt) < rulesEvery {
		return nil
	}
	j.rulesAt = now
	data := j.learned()
	if data == nil || bytes.Equal(data, j.rules) {
		return nil
	}
	j.rules = data
	return storage.SetOperation(rulesKey, data)
}

// writeOps writes in one transaction. Whatever is lost by a failure is only known less well after a restart.
func (j *journal) writeOps(ops []*storage.Operation) {
	if len(ops) == 0 {
		return
	}
	if err := j.client.Batch(context.Background(), ops...); err != nil {
		j.failed(err)
	}
}
