// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/seglog"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// custody is a directory or a storage, as a processor has left it.
type custody struct {
	dir  string
	disk *disk
}

// with makes a processor that finds it.
func (c custody) with(t *testing.T, change func(*Config)) *sampler {
	t.Helper()
	if c.disk != nil {
		return withStorage(t, c.disk, change)
	}
	return withDirectory(t, c.dir, change)
}

// crashed is what a crash at this moment would leave.
func (c custody) crashed(t *testing.T) custody {
	t.Helper()
	if c.disk != nil {
		return custody{disk: c.disk.copy()}
	}
	return custody{dir: crashedDirectory(t, c.dir)}
}

// records counts the decisions that are written.
func (c custody) records(t *testing.T) int {
	t.Helper()
	n := 0
	count := func(key seglog.Key) {
		if key&kindMask == kindKept {
			n++
		}
	}
	if c.disk != nil {
		for name := range c.disk.copy().entries {
			key, _ := journalKey(name)
			count(key)
		}
		return n
	}
	log, err := seglog.Open(crashedDirectory(t, c.dir), seglog.Options{})
	require.NoError(t, err)
	require.NoError(t, log.Each(func(key seglog.Key, _ []byte) bool {
		count(key)
		return true
	}))
	require.NoError(t, log.Close())
	return n
}

// eachCustody runs f with a directory and with a storage.
func eachCustody(t *testing.T, f func(t *testing.T, c custody)) {
	t.Helper()
	t.Run("directory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { f(t, custody{dir: t.TempDir()}) })
	})
	t.Run("storage", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { f(t, custody{disk: newDisk()}) })
	})
}

// stamped is what a released trace tells of its decision.
type stamped struct {
	attributes map[string]any
	state      string
}

func stampOfRoot(t *testing.T, td ptrace.Traces) stamped {
	t.Helper()
	root := rootOf(t, td)
	s := stamped{attributes: map[string]any{}, state: root.TraceState().AsRaw()}
	for name, value := range root.Attributes().AsRaw() {
		if strings.HasPrefix(name, "sampling.") {
			s.attributes[name] = value
		}
	}
	return s
}

// witness refuses what it is told to, and notes how it was stamped.
type witness struct {
	consumertest.TracesSink
	t       *testing.T
	refuses func(ptrace.Traces) bool
	mu      sync.Mutex
	seen    map[pcommon.TraceID]stamped
}

func (w *witness) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.refuses(td) {
		return w.TracesSink.ConsumeTraces(ctx, td)
	}
	if w.seen == nil {
		w.seen = map[pcommon.TraceID]stamped{}
	}
	w.seen[rootOf(w.t, td).TraceID()] = stampOfRoot(w.t, td)
	return errDown
}

func (w *witness) refused() map[pcommon.TraceID]stamped {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.seen)
}

func everyTrace(ptrace.Traces) bool { return true }

// fewOf keeps the first ten of each minute and a tenth of the rest.
func fewOf(c *Config) {
	c.Rules = []policy.Rule{keep("few", 10)}
	c.Rules[0].Floor = &policy.Rate{Count: 10, Period: time.Minute}
	c.Complete = Complete{AfterRoot: time.Second, Idle: time.Second, Max: time.Minute}
}

// TestKept_aDecisionSurvivesTheProcess has the next component down, while the floor of ten minutes is used up. A process that
// judged anew would have that of one.
func TestKept_aDecisionSurvivesTheProcess(t *testing.T) {
	f := func(t *testing.T, c custody, end func(*sampler) custody) {
		t.Helper()
		s := c.with(t, fewOf)
		down := &witness{t: t, refuses: everyTrace}
		s.start(down)
		for n := range uint16(300) {
			s.send(payload(n, 100, false))
			time.Sleep(2 * time.Second)
		}
		time.Sleep(10 * time.Second)
		kept := int(s.count("decisions", "outcome", "kept"))
		require.Greater(t, kept, 100)
		left := end(s)
		assert.Equal(t, kept, left.records(t))

		next := left.with(t, fewOf)
		next.start(next.sink)
		time.Sleep(time.Minute)
		assert.Zero(t, left.records(t))
		out := next.stop()
		require.Len(t, out, kept)
		seen := down.refused()
		for _, td := range out {
			assert.Equal(t, seen[rootOf(t, td).TraceID()], stampOfRoot(t, td))
		}
	}
	eachCustody(t, func(t *testing.T, c custody) {
		t.Helper()
		f(t, c, func(s *sampler) custody {
			left := c.crashed(t)
			hangUp(t, s)
			return left
		})
	})
	eachCustody(t, func(t *testing.T, c custody) {
		t.Helper()
		f(t, c, func(s *sampler) custody {
			s.stopWithin(time.Second)
			return c
		})
	})
	eachCustody(t, func(t *testing.T, c custody) { // killed once more, before what was read back is released
		t.Helper()
		f(t, c, func(s *sampler) custody {
			left := c.crashed(t)
			hangUp(t, s)
			again := left.with(t, fewOf)
			again.start(&witness{t: t, refuses: everyTrace})
			time.Sleep(time.Minute)
			later := left.crashed(t)
			hangUp(t, again)
			return later
		})
	})
}

func TestKept_whatIsDeliveredAtOnceCostsNothing(t *testing.T) {
	eachCustody(t, func(t *testing.T, c custody) {
		t.Helper()
		s := c.with(t, fewOf)
		s.start(s.sink)
		time.Sleep(collectEvery / 2) // what is decided while the journal is tidied may be written and deleted again
		for n := range uint16(30) {
			s.send(payload(n, 100, true))
			time.Sleep(time.Second)
			assert.Zero(t, c.records(t))
		}
		s.stop()
	})
}

// TestKept_aLatePartThatIsTakenFirstTakesNothingAway has a trace refused whose late span is not.
func TestKept_aLatePartThatIsTakenFirstTakesNothingAway(t *testing.T) {
	eachCustody(t, func(t *testing.T, c custody) {
		t.Helper()
		s := c.with(t, fewOf)
		next := &witness{t: t, refuses: func(td ptrace.Traces) bool { return spansOfAll(td)[0].SpanID() == spanID(1) }}
		s.start(next)
		s.send(traces(spec{id: 1, kind: "llm"}))
		time.Sleep(10 * time.Second)
		s.send(traces(spec{id: 2, parent: 1, kind: "tool"}))
		time.Sleep(10 * time.Second)
		require.Equal(t, 1, next.SpanCount())
		left := c.crashed(t)
		hangUp(t, s)

		again := left.with(t, fewOf)
		again.start(again.sink)
		time.Sleep(time.Minute)
		assert.Contains(t, shape(again.stop()...), id(1))
		assert.Zero(t, left.records(t))
	})
}

func TestKept_whatWasBroughtBackStaysSo(t *testing.T) {
	eachCustody(t, func(t *testing.T, c custody) {
		t.Helper()
		rules := func(c *Config) { fewOf(c); keepOnlyErrors(c) }
		s := c.with(t, rules)
		down := &witness{t: t, refuses: everyTrace}
		s.start(down)
		s.send(traces(spec{id: 1, kind: "llm"}))
		time.Sleep(10 * time.Second)
		s.send(traces(spec{id: 2, parent: 1, kind: "tool", failed: true}))
		time.Sleep(10 * time.Second)
		require.Len(t, down.refused(), 1)
		left := c.crashed(t)
		hangUp(t, s)

		next := left.with(t, rules)
		next.start(next.sink)
		time.Sleep(time.Minute)
		out := next.stop()
		require.Len(t, out, 1)
		assert.Equal(t, 0.0, rootOf(t, out[0]).Attributes().AsRaw()[contract.SamplingAdjustedCount])
	})
}

// TestKept_whatCannotBeReadIsJudgedAnew has records that are torn, of another version, and of traces that are gone.
func TestKept_whatCannotBeReadIsJudgedAnew(t *testing.T) {
	stamp := repair.Stamp{Rule: "gone", Trigger: "root", Probability: 1, Complete: true}
	whole := (&kept{key: store.Key{Trace: payloadID(1)}, upto: 100, stamp: stamp}).binary()
	other := (&kept{key: store.Key{Trace: payloadID(9)}, upto: 100, stamp: stamp}).binary()
	newer := append([]byte{keptVersion + 1}, whole[1:]...)
	eachCustody(t, func(t *testing.T, c custody) {
		t.Helper()
		s := c.with(t, fewOf)
		s.start(s.sink)
		s.send(payload(1, 100, false))
		s.stop()
		puts := []seglog.Put{
			{Key: kindKept | 11, Body: whole[:len(whole)-1]},
			{Key: kindKept | 12, Body: newer},
			{Key: kindKept | 13, Body: nil},
			{Key: kindKept | 14, Body: other},
		}
		if c.disk != nil {
			require.NoError(t, extensionVault{c.disk}.write(context.Background(), puts, nil))
		} else {
			log, err := seglog.Open(c.dir, seglog.Options{})
			require.NoError(t, err)
			require.NoError(t, log.Write(puts, nil))
			require.NoError(t, log.Close())
		}
		next := c.with(t, fewOf)
		next.start(next.sink)
		next.send(payload(2, 100, false))
		time.Sleep(time.Minute)
		assert.Zero(t, c.records(t))
		assert.Zero(t, next.count("dropped_spans"))
		out := next.stop()
		require.Len(t, out, 2)
		for _, td := range out {
			assert.Equal(t, "few", rootOf(t, td).Attributes().AsRaw()[contract.SamplingRule])
		}
	})
}

func TestKept_aJournalThatFailsIsWrittenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := custody{disk: newDisk()}
		s := c.with(t, fewOf)
		s.start(&witness{t: t, refuses: everyTrace})
		s.send(payload(1, 100, false))
		c.disk.breaks(errors.New("the disk is full"))
		time.Sleep(10 * time.Second)
		assert.Zero(t, c.records(t))
		assert.Positive(t, s.count("journal_failures"))
		c.disk.breaks(nil)
		time.Sleep(time.Second)
		assert.Equal(t, 1, c.records(t))
		hangUp(t, s)
	})
}

func (d *disk) breaks(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = err
}

func FuzzParseKept(f *testing.F) {
	all := kept{key: store.Key{Trace: [16]byte{1, 15: 9}}, upto: 7, stamp: repair.Stamp{
		Rule: "errors", Trigger: "late", Probability: 0.1, AdjustedCount: 10, Complete: true, BroughtBack: true, Lost: 5,
	}}
	for _, k := range []kept{all, {}} {
		b := k.binary()
		got, err := parseKept(b)
		require.NoError(f, err)
		require.Equal(f, k, *got)
		f.Add(b)
		f.Add(b[:len(b)-1])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := parseKept(b)
		if err != nil {
			require.ErrorIs(t, err, errNoDecision)
			return
		}
		again, err := parseKept(k.binary())
		require.NoError(t, err)
		assert.Equal(t, k.key, again.key)
	})
}
