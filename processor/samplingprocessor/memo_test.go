// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/seglog"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// TestMemo_lateSpansFollowTheirTraceOverARestart stops one process and sends late spans to the next.
func TestMemo_lateSpansFollowTheirTraceOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		first := withStorage(t, d, onlyErrors)
		first.start(first.sink)
		first.send(traces(spec{id: 1, kind: "llm", failed: true}, spec{id: 2, parent: 1, kind: "http"}, spec{trace: 2, id: 1, kind: "llm"}))
		time.Sleep(time.Minute)
		crashed := d.copy()
		kept := first.stop()
		require.Len(t, kept, 1)

		next := withStorage(t, crashed, onlyErrors)
		next.start(next.sink)
		next.send(traces(spec{id: 3, parent: 2, kind: "tool"}, spec{trace: 2, id: 2, parent: 1, kind: "llm"}, spec{id: 1, kind: "llm"}))
		synctest.Wait()
		assert.Empty(t, next.decisions.list(), "nothing is judged twice")
		assert.Zero(t, next.count("traces_held"))
		out := next.stop()
		require.Len(t, out, 1)
		assert.Equal(t, map[string]string{id(1): "", id(3): id(1)}, shape(append(kept, out...)...))
		late := spansOfAll(out...)[0].Attributes().AsRaw()
		assert.Equal(t, id(1), late[contract.SamplingRootSpanID])
	})
}

// TestMemo_whatIsJudgedAndNotDeliveredIsJudgedAnew crashes while the next consumer is down.
func TestMemo_whatIsJudgedAndNotDeliveredIsJudgedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		s := withStorage(t, d, nil).start(hung{})
		s.send(traces(spec{id: 1, kind: "llm"}))
		time.Sleep(time.Minute)
		require.Len(t, s.decisions.list(), 1)
		s.send(traces(spec{id: 2, parent: 1, kind: "llm"}))
		synctest.Wait()
		crashed := d.copy()
		hangUp(t, s)

		next := withStorage(t, crashed, nil)
		next.start(next.sink)
		time.Sleep(time.Minute)
		assert.Equal(t, map[string]string{id(1): "", id(2): id(1)}, shape(next.stop()...))
		assert.Zero(t, crashed.len())
	})
}

func TestMemo_damagedDecisionsStopNothing(t *testing.T) {
	d := newDisk()
	s := withStorage(t, d, nil)
	s.start(s.sink)
	s.send(traces(spec{id: 1, kind: "llm"}))
	s.stop()
	d.entries[storageKey(kindDecisions|1)] = []byte{segmentVersion, 0, 0, 0, 0, 1, 2, 3}
	d.entries[decisionsPrefix+"not a number"] = nil
	d.entries[rulesName] = []byte("not what rules write")
	next := withStorage(t, d, func(c *Config) { c.Complete = Complete{AfterRoot: 1, Idle: 1, Max: 1} })
	next.start(next.sink)
	require.Eventually(t, func() bool { return d.len() == 0 }, eventually, moment)
	assert.Len(t, next.stop(), 1)
}

func TestSegments_areBoundedByNumberAndBytes(t *testing.T) {
	s := segments{maxBytes: 1000}
	live := map[seglog.Key]bool{}
	for range 200 {
		puts, old := s.write([][]byte{make([]byte, 95)})
		live[puts[0].Key] = true
		for _, key := range old {
			delete(live, key)
		}
	}
	assert.Len(t, live, 10)
	assert.Len(t, s.list, 10)
	assert.EqualValues(t, 1000, s.bytes)
	s.maxBytes = 1 << 40
	for range maxSegments + 5 {
		s.write([][]byte{{1}})
	}
	assert.LessOrEqual(t, len(s.list), maxSegments)
	puts, old := s.write(nil)
	assert.Empty(t, puts)
	assert.Empty(t, old)
}

func TestJournal_rulesAreWrittenWhenTheyLearned(t *testing.T) {
	now := time.Now()
	learned := "a"
	j := &journal{learned: func() []byte { return []byte(learned) }}
	put := j.rulesRecord(now)
	require.NotNil(t, put)
	assert.Equal(t, "a", string(put.Body))
	learned = "b"
	assert.Nil(t, j.rulesRecord(now.Add(rulesEvery/2)), "not all the time")
	assert.NotNil(t, j.rulesRecord(now.Add(rulesEvery)))
	assert.Nil(t, j.rulesRecord(now.Add(2*rulesEvery)), "nothing new")
}

func TestJournal_failureOfWritingIsTold(t *testing.T) {
	d := newDisk()
	d.broken = errors.New("the disk is full")
	var told error
	j := &journal{vault: extensionVault{d}, failed: func(err error) { told = err }, learned: func() []byte { return nil }}
	j.settle(settled{seqs: []uint64{1}, memo: memo(store.Key{}, &verdict{})})
	j.writeSettled(time.Now())
	assert.ErrorIs(t, told, d.broken)
}

// TestMemo_releasesAreKnownAfterARestart sees a version again that was there before.
func TestMemo_releasesAreKnownAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		rules := func(c *Config) {
			all := 100.0
			c.Rules = []policy.Rule{{Name: "new", When: &policy.When{NewRelease: &policy.NewRelease{
				Attributes: []string{"service.version"}, For: 10 * time.Minute, Traces: 1000,
			}}, Keep: &all}, keep("none", 0)}
		}
		version := func(s *sampler, trace byte, v string) {
			td := traces(spec{trace: trace, id: 1, kind: "llm"})
			td.ResourceSpans().At(0).Resource().Attributes().PutStr("service.version", v)
			s.send(td)
			time.Sleep(time.Minute)
		}
		s := withStorage(t, d, rules)
		s.start(s.sink)
		version(s, 1, "1.0")
		time.Sleep(2 * time.Hour)
		version(s, 2, "1.1")
		assert.Len(t, s.stop(), 1, "1.1 is new, 1.0 was there when we came")

		next := withStorage(t, d, rules)
		next.start(next.sink)
		time.Sleep(2 * time.Hour)
		version(next, 3, "1.1")
		version(next, 4, "1.2")
		out := next.stop()
		require.Len(t, out, 1)
		assert.Equal(t, traceID(4), spansOfAll(out...)[0].TraceID())
	})
}

func someKnown() *repair.Known {
	td := traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "http"}, spec{id: 3, parent: 2, kind: "tool"})
	return repair.Trace(td, repair.Options{Prune: true}, repair.Stamp{}).Known
}

func TestMemo_isReadAsItWasWritten(t *testing.T) {
	keys := []store.Key{{Trace: traceID(1)}, {Trace: traceID(2)}, {Trace: traceID(3)}}
	verdicts := []*verdict{{known: someKnown()}, {}, {noAgent: true}}
	var memos [][]byte
	for i := range keys {
		memos = append(memos, memo(keys[i], verdicts[i]))
	}
	puts, _ := (&segments{maxBytes: 1 << 20}).write(memos)
	require.Len(t, puts, 1)
	body := puts[0].Body
	n := 0
	require.True(t, readMemos(body, func(key store.Key, v *verdict) {
		assert.Equal(t, keys[n], key)
		assert.Equal(t, verdicts[n].noAgent, v.noAgent)
		assert.Equal(t, verdicts[n].known == nil, v.known == nil)
		n++
	}))
	assert.Equal(t, 3, n)
	for i := range body { // no byte may be torn off or changed unnoticed
		assert.False(t, readMemos(body[:i], func(store.Key, *verdict) {}))
		body[i] ^= 4
		assert.False(t, readMemos(body, func(store.Key, *verdict) {}))
		body[i] ^= 4
	}
}

func FuzzReadMemos(f *testing.F) {
	f.Add(memo(store.Key{}, &verdict{known: someKnown()}))
	f.Add([]byte(strings.Repeat("x", 60)))
	f.Fuzz(func(t *testing.T, data []byte) {
		puts, _ := (&segments{maxBytes: 1 << 30}).write([][]byte{data})
		for _, put := range puts {
			readMemos(put.Body, func(_ store.Key, v *verdict) {
				if v.known != nil { // whatever it is, it has a place for what comes late
					late := v.known.Late(traces(spec{id: 9, kind: "llm"}), repair.Options{})
					for _, span := range spansOfAll(late.Traces) {
						require.NotEqual(t, span.SpanID(), span.ParentSpanID())
					}
				}
			})
		}
	})
}
