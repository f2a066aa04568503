// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/seglog"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// What became of traces is written to the storage in segments, together with the deletion of the entries of these
// traces: after a crash there is either all of a trace or what became of it. Segments are never changed; the oldest are
// deleted.
const (
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
	case v.buried > 0:
		b = binary.BigEndian.AppendUint64(b, v.buried)
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
	return readMemo(segment[segmentHeader:], f)
}

// readMemo calls f for every memo of some that stand one behind the other, and reports whether all are whole.
func readMemo(rest []byte, f func(store.Key, *verdict)) bool {
	for len(rest) > 0 {
		if len(rest) < memoHeader {
			return false
		}
		size := uint64(binary.BigEndian.Uint32(rest[17:]))
		if uint64(len(rest)-memoHeader) < size {
			return false
		}
		v, err := readVerdict(rest[16], rest[memoHeader:memoHeader+size])
		if err != nil {
			return false
		}
		f(store.Key{Trace: [16]byte(rest)}, v)
		rest = rest[memoHeader+size:]
	}
	return true
}

func readVerdict(kind byte, data []byte) (*verdict, error) {
	v := &verdict{noAgent: kind == memoAlien}
	switch {
	case kind == memoKept:
		var err error
		v.known, err = repair.ParseKnown(data)
		return v, err
	case len(data) == 8:
		v.buried = binary.BigEndian.Uint64(data)
	}
	return v, nil
}

// segments are the numbers of what is written, oldest first.
type segments struct {
	next     uint64
	list     []segment
	bytes    int64
	maxBytes int64
}

type segment struct {
	number uint64
	bytes  int64
}

// write returns the record that adds a segment of memos, and what is too old and to be deleted.
func (s *segments) write(memos [][]byte) (puts []seglog.Put, old []seglog.Key) {
	if len(memos) == 0 {
		return nil, nil
	}
	b := append(make([]byte, 0, segmentHeader), segmentVersion, 0, 0, 0, 0)
	for _, m := range memos {
		b = append(b, m...)
	}
	binary.BigEndian.PutUint32(b[1:], crc32.ChecksumIEEE(b[segmentHeader:]))
	s.next++
	s.add(s.next, int64(len(b)))
	return []seglog.Put{{Key: kindDecisions | s.next, Body: b}}, s.trim()
}

func (s *segments) add(number uint64, size int64) {
	s.list = append(s.list, segment{number: number, bytes: size})
	s.bytes += size
}

func (s *segments) trim() (old []seglog.Key) {
	for len(s.list) > 1 && (s.bytes > s.maxBytes || len(s.list) > maxSegments) {
		old = append(old, kindDecisions|s.list[0].number)
		s.bytes -= s.list[0].bytes
		s.list = s.list[1:]
	}
	return old
}

// snapshot is a segment that was found at start.
type snapshot struct {
	number uint64
	data   []byte
}

// restore gives the shards, which have not begun yet, what the last process knew of decided traces.
func (c *core) restore(found []snapshot) {
	if c.journal == nil {
		return
	}
	slices.SortFunc(found, func(a, b snapshot) int { return cmp.Compare(a.number, b.number) })
	segments := &c.journal.segments
	for _, s := range found {
		segments.add(s.number, int64(len(s.data)))
		whole := readMemos(s.data, func(key store.Key, v *verdict) { c.shardOf(key).recall(key, v) })
		if !whole {
			c.set.Logger.Warn("decisions in the storage are damaged: late spans of their traces are judged anew")
		}
	}
	if n := len(found); n > 0 {
		segments.next = found[n-1].number
	}
}

// recall remembers a verdict that was read back. Deliveries end in any order, and so are their notes written.
func (s *shard) recall(key store.Key, v *verdict) {
	is := s.decided.Get(key)
	if is == nil || is.known == nil || v.known != nil && v.known.After(is.known) {
		s.remember(key, v)
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

// rulesRecord returns what the rules have learned since it was last written, if anything.
func (j *journal) rulesRecord(now time.Time) *seglog.Put {
	if now.Sub(j.rulesAt) < rulesEvery {
		return nil
	}
	j.rulesAt = now
	data := j.learned()
	if data == nil || bytes.Equal(data, j.rules) {
		return nil
	}
	j.rules = data
	return &seglog.Put{Key: kindRules, Body: data}
}

// writeRecords writes all at once. Whatever is lost by a failure is only known less well after a restart.
func (j *journal) writeRecords(puts []seglog.Put, deletes []seglog.Key) {
	err := j.vault.write(context.Background(), puts, deletes)
	if errors.Is(err, seglog.ErrFull) && len(deletes) > 0 {
		err = j.vault.write(context.Background(), nil, deletes) // these make room
	}
	if err != nil {
		j.failed(err)
	}
}
