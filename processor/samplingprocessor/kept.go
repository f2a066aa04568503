// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"maps"
	"slices"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/seglog"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// kept is a decision to keep a trace whose entries are still in the journal: it is not delivered. After a restart
// these are released with the same stamp, and no rule is asked again, whose floor, rate or window would be another.
//
// It is written when the journal is tidied, before anything that was settled until then, and not at all for what is
// delivered by then: a next component that takes what it is given makes it cost nothing. A crash before that leaves a
// trace of which nobody outside knows that it was decided, and it is judged anew.
type kept struct {
	key   store.Key
	upto  uint64 // the highest number of its entries
	stamp repair.Stamp

	records []seglog.Key // where it was read from
}

const (
	// keptVersion is the first byte of a record; no entry begins with it. A checksum of what follows comes next: the
	// trace, its last entry and the stamp.
	keptVersion = 4
	keptHeader  = 1 + 4
	keptFixed   = keptHeader + 16 + 8
)

var errNoDecision = errors.New("no decision that this version can read")

func (k *kept) binary() []byte {
	b := append(make([]byte, 0, 2*keptFixed+64), keptVersion, 0, 0, 0, 0)
	b = append(b, k.key.Trace[:]...)
	b = binary.BigEndian.AppendUint64(b, k.upto)
	b = k.stamp.AppendBinary(b)
	binary.BigEndian.PutUint32(b[1:], crc32.ChecksumIEEE(b[keptHeader:]))
	return b
}

// parseKept reads what binary wrote.
func parseKept(value []byte) (*kept, error) {
	if len(value) < keptFixed || value[0] != keptVersion ||
		crc32.ChecksumIEEE(value[keptHeader:]) != binary.BigEndian.Uint32(value[1:]) {
		return nil, errNoDecision
	}
	stamp, err := repair.ParseStamp(value[keptFixed:])
	if err != nil {
		return nil, errNoDecision
	}
	return &kept{
		key: store.Key{Trace: [16]byte(value[keptHeader:])}, upto: binary.BigEndian.Uint64(value[keptFixed-8:]), stamp: stamp,
	}, nil
}

// decision is what the rules said.
func (k *kept) decision() policy.Decision {
	return policy.Decision{Keep: true, Rule: k.stamp.Rule, Probability: k.stamp.Probability, Threshold: k.stamp.Threshold}
}

// keep has it written that the trace of the given entries is kept, and returns what is to be settled once it is
// delivered.
func (j *journal) keep(key store.Key, seqs []uint64, stamp repair.Stamp) []uint64 {
	if j == nil || len(seqs) == 0 {
		return seqs
	}
	record := kindKept | j.seq.Add(1)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.unsaid == nil {
		j.unsaid = map[seglog.Key]kept{}
	}
	j.unsaid[record] = kept{key: key, upto: slices.Max(seqs), stamp: stamp}
	return append(slices.Clip(seqs), record)
}

// unkeep takes from keys the records that are not written yet, and which then never are. The journal is locked.
func (j *journal) unkeep(keys []seglog.Key) []seglog.Key {
	return slices.DeleteFunc(keys, func(key seglog.Key) bool {
		_, unwritten := j.unsaid[key]
		delete(j.unsaid, key)
		return unwritten
	})
}

// writeKept writes the decisions of which the traces are not yet delivered.
func (j *journal) writeKept() {
	j.mu.Lock()
	all := j.unsaid
	j.unsaid = nil
	j.mu.Unlock()
	puts := make([]seglog.Put, 0, len(all))
	for record, k := range all {
		puts = append(puts, seglog.Put{Key: record, Body: k.binary()})
	}
	for batch := range slices.Chunk(puts, deleteBatch) {
		err := j.vault.write(context.Background(), batch, nil)
		if err == nil {
			continue
		}
		if !errors.Is(err, seglog.ErrFull) { // what is settled makes room
			j.failed(err)
		}
		j.keepLater(all)
		return
	}
}

// keepLater has decisions written with the next ones.
func (j *journal) keepLater(all map[seglog.Key]kept) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.unsaid != nil {
		maps.Copy(all, j.unsaid)
	}
	j.unsaid = all
}

// decisionsOf returns those of keys that are decisions.
func decisionsOf(keys []seglog.Key) []seglog.Key {
	return slices.DeleteFunc(slices.Clone(keys), func(key seglog.Key) bool { return key&kindMask != kindKept })
}

// addKept notes a decision that was found at start. What cannot be read is forgotten: its trace is judged anew.
func (r *remains) addKept(key seglog.Key, value []byte) bool {
	r.last = max(r.last, key&^kindMask)
	k, err := parseKept(value)
	if err != nil {
		r.undecided++
		return false
	}
	k.records = []seglog.Key{key}
	r.kept = append(r.kept, k)
	return true
}

// restoreKept gives the shards, which have not begun yet, the decisions on what is read back. Those of which nothing
// else is left are deleted.
func (c *core) restoreKept(left *remains) {
	if left.undecided > 0 {
		c.set.Logger.Warn("decisions in the journal are damaged or of another version: their traces are judged anew")
	}
	slices.SortFunc(left.kept, func(a, b *kept) int { return cmp.Compare(a.upto, b.upto) })
	for _, k := range left.kept { // the latest of a trace counts
		s := c.shardOf(k.key)
		if other := s.kept[k.key]; other != nil {
			k.records = append(k.records, other.records...)
		}
		s.kept[k.key] = k
	}
	found := map[store.Key]bool{}
	for i := range left.arrivals {
		a := &left.arrivals[i]
		if c.shardOf(a.key).keptOf(a) != nil {
			found[a.key] = true
		}
	}
	for _, k := range left.kept {
		if s := c.shardOf(k.key); !found[k.key] && s.kept[k.key] == k {
			delete(s.kept, k.key)
			c.journal.settle(settled{seqs: k.records})
		}
	}
}

// keptOf returns the decision to keep a trace that the last process had made when it had a.
func (s *shard) keptOf(a *arrival) *kept {
	if !a.replayed {
		return nil
	}
	if k := s.kept[a.key]; k != nil && a.seq <= k.upto {
		return k
	}
	return nil
}

// ruled returns the decision on a trace that is no longer open, and how it is stamped.
func (s *shard) ruled(t *store.Trace[note], trigger store.Trigger, now time.Time) (policy.Decision, repair.Stamp) {
	if k := s.kept[t.Key]; k != nil {
		return k.decision(), k.stamp
	}
	d := s.decide(t.Note.id, &t.Note.evidence, t.Parts, now)
	return d, stampOf(d, trigger, s.open.Complete(t))
}

// keep has it written that t is kept, unless that stands there of all its entries.
func (s *shard) keep(t *store.Trace[note], stamp repair.Stamp) {
	k, seqs := s.kept[t.Key], t.Note.seqs
	if k == nil || len(seqs) > 0 && slices.Max(seqs) > k.upto {
		t.Note.seqs = s.core.journal.keep(t.Key, seqs, stamp)
	}
	if k != nil {
		t.Note.seqs = append(t.Note.seqs, k.records...)
		delete(s.kept, t.Key)
	}
}

// unkept is for a trace of which nothing is released though it was to be kept.
func (s *shard) unkept(t *store.Trace[note]) {
	if k := s.kept[t.Key]; k != nil {
		delete(s.kept, t.Key)
		s.core.journal.settle(settled{seqs: k.records})
	}
}
