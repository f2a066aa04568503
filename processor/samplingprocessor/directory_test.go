// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/seglog"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/settings"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

func withDirectory(t *testing.T, dir string, change func(*Config)) *sampler {
	t.Helper()
	return newSampler(t, func(c *Config) {
		c.Directory = dir
		if change != nil {
			change(c)
		}
	})
}

// crashedDirectory is what a crash at this moment would leave.
func crashedDirectory(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	require.NoError(t, os.CopyFS(to, os.DirFS(dir)))
	return to
}

// entriesIn counts what waits for a decision or its delivery.
func entriesIn(t *testing.T, dir string) int {
	t.Helper()
	log, err := seglog.Open(crashedDirectory(t, dir), seglog.Options{})
	require.NoError(t, err)
	n := 0
	require.NoError(t, log.Each(func(key seglog.Key, _ []byte) bool {
		if key&kindMask == kindEntry {
			n++
		}
		return true
	}))
	require.NoError(t, log.Close())
	return n
}

func keepOnlyErrors(c *Config) { c.Rules = []policy.Rule{keepErrors(), keep("none", 0)} }

func soon(c *Config) { c.Complete = Complete{AfterRoot: 1, Idle: 1, Max: 1} }

func TestDirectory_holdsWhatIsOpenAndNothingElse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sampling")
	s := withDirectory(t, dir, keepOnlyErrors)
	s.start(s.sink)
	s.send(traces(spec{id: 1, kind: "llm"}, spec{trace: 2, id: 1, kind: "llm", failed: true}))
	s.send(traces(spec{id: 2, parent: 1, kind: "llm"}))
	assert.Equal(t, 3, entriesIn(t, dir))
	assert.Positive(t, s.count("journal_bytes"))
	assert.Empty(t, s.stop(), "what is open stays for the next start")

	next := withDirectory(t, dir, func(c *Config) { keepOnlyErrors(c); soon(c) })
	next.start(next.sink)
	require.Eventually(t, func() bool { return entriesIn(t, dir) == 0 }, eventually, moment)
	assert.Equal(t, 2.0, next.count("replayed_traces"))
	assert.Len(t, next.stop(), 1)
	assert.Len(t, next.decisions.list(), 2)
}

func TestDirectory_survivesACrash(t *testing.T) {
	dir := t.TempDir()
	s := withDirectory(t, dir, func(c *Config) { c.Memory.MaxTraceBytes = 2000 }).start(hung{})
	for n := range uint16(20) {
		s.send(payload(n, 200*int(n), true)) // the larger half is on its way out already
	}
	survivor := crashedDirectory(t, dir)
	hangUp(t, s)

	next := withDirectory(t, survivor, soon)
	next.start(next.sink)
	require.Eventually(t, func() bool { return entriesIn(t, survivor) == 0 }, eventually, moment)
	assert.Equal(t, 20, requireTrees(t, next.stop()...))
}

// TestDirectory_lateSpansFollowTheirTraceOverARestart has decisions and log records in the directory, too.
func TestDirectory_lateSpansFollowTheirTraceOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		first := withDirectory(t, dir, keepOnlyErrors)
		l := withLogs(t, first.start(first.sink))
		first.send(traces(spec{id: 1, kind: "llm", failed: true}, spec{trace: 2, id: 1, kind: "llm"}))
		time.Sleep(time.Minute)
		ld := plog.NewLogs()
		record := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		record.SetTraceID(traceID(3))
		record.SetSpanID(spanID(1))
		record.SetEventName("exception")
		require.NoError(t, l.logs.ConsumeLogs(context.Background(), ld))
		crashed := crashedDirectory(t, dir)
		require.NoError(t, l.logs.Shutdown(context.Background()))
		kept := first.stop()
		require.Len(t, kept, 1)

		next := withDirectory(t, crashed, keepOnlyErrors)
		l = withLogs(t, next.start(next.sink))
		next.send(traces(spec{id: 3, parent: 1, kind: "tool"}, spec{trace: 2, id: 2, parent: 1, kind: "llm"}, spec{trace: 3, id: 1, kind: "llm"}))
		time.Sleep(time.Minute)
		require.NoError(t, l.logs.Shutdown(context.Background()))
		out := next.stop()
		require.Len(t, out, 2)
		for _, span := range spansOfAll(out...) {
			switch span.TraceID() {
			case traceID(1):
				assert.Equal(t, id(1), span.Attributes().AsRaw()[contract.SamplingRootSpanID])
			case traceID(3):
				assert.Equal(t, 1, span.Events().Len(), "the record has survived, and counts as an error")
			default:
				assert.Fail(t, "a dropped trace comes back")
			}
		}
	})
}

func TestDirectory_damageStopsNothing(t *testing.T) {
	dir := t.TempDir()
	s := withDirectory(t, dir, nil)
	s.start(s.sink)
	for n := range uint16(10) {
		s.send(payload(n, 100, true))
	}
	s.stop()
	path := filepath.Join(dir, "00000001.seg")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(path, data[:len(data)-5], 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "README"), nil, 0o600))

	next := withDirectory(t, dir, soon)
	next.start(next.sink)
	assert.Equal(t, 1.0, next.count("journal_failures"))
	require.Eventually(t, func() bool { return next.sink.SpanCount() >= 8 }, eventually, moment)
	next.stop()
}

// TestDirectory_fullIsLikeMemoryThatIsFull has the next component take nothing, so that nothing of the directory comes
// free.
func TestDirectory_fullIsLikeMemoryThatIsFull(t *testing.T) {
	small := func(c *Config) { c.Disk.MaxBytes = 1 << 20 }
	t.Run("refuse", func(t *testing.T) {
		dir := t.TempDir()
		s := withDirectory(t, dir, small).start(hung{})
		admitted := fill(t, s)
		err := s.traces.ConsumeTraces(context.Background(), payload(2000, 50<<10, false))
		require.ErrorIs(t, err, errFull)
		assert.False(t, consumererror.IsPermanent(err))
		assert.Positive(t, s.count("refused_requests"))
		assert.Zero(t, s.count("journal_failures"))
		assert.Equal(t, admitted, entriesIn(t, dir))
		assert.LessOrEqual(t, s.count("journal_bytes"), float64(1<<20))
		err = s.traces.ConsumeTraces(context.Background(), payload(2001, 1<<20, false))
		assert.True(t, consumererror.IsPermanent(err), "it would never find room")
		hangUp(t, s)
	})
	t.Run("shed", func(t *testing.T) {
		s := withDirectory(t, t.TempDir(), func(c *Config) { small(c); c.WhenFull = whenFullShed }).start(hung{})
		for n := range uint16(100) {
			require.NoError(t, s.traces.ConsumeTraces(context.Background(), payload(n, 50<<10, false)))
		}
		assert.Equal(t, 100.0, s.count("shed_spans")+s.count("spans_received"))
		assert.Greater(t, s.count("shed_spans"), 80.0)
		hangUp(t, s)
	})
	t.Run("the oldest are judged to make room", func(t *testing.T) {
		s := withDirectory(t, t.TempDir(), func(c *Config) { small(c); keepOnlyErrors(c) })
		s.start(s.sink)
		for n := range uint16(100) {
			require.Eventually(t, func() bool {
				return s.traces.ConsumeTraces(context.Background(), payload(n, 50<<10, n < 5)) == nil
			}, eventually, moment)
		}
		assert.Empty(t, s.sink.AllTraces(), "errors are the last to go")
		assert.Greater(t, s.count("evicted"), 80.0)
		s.stop()
	})
}

func TestDirectory_mistakesInTheConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	start := func(dir string) error {
		s := withDirectory(t, dir, nil)
		p, err := s.factory.CreateTraces(context.Background(), s.set, s.cfg, s.sink)
		require.NoError(t, err)
		t.Cleanup(func() { _ = p.Shutdown(context.Background()) })
		return p.Start(context.Background(), s.host)
	}
	require.ErrorContains(t, start(file), `directory: open "`+file)
	dir := t.TempDir()
	require.NoError(t, start(dir))
	require.ErrorIs(t, start(dir), seglog.ErrLocked)
	require.ErrorContains(t, start(dir), "directory: open")

	require.NoError(t, load(t, `{directory: /d, disk: {max_bytes: 1GiB, fsync: 1s}}`))
	require.NoError(t, load(t, `{directory: /d, disk: {fsync: always}}`))
	require.NoError(t, load(t, `{directory: /d, disk: {fsync: never}}`))
	err := load(t, `{directory: /d, storage: file_storage, disk: {max_bytes: 1kB, fsync: sometimes, size: 1}}`)
	for _, want := range []string{
		"directory: cannot be used together with storage", "disk::max_bytes: must be at least 1MiB, is 1000B",
		`"sometimes" must be never, always, or a duration from 250ms`, `disk::size`,
	} {
		assert.ErrorContains(t, err, want)
	}
	require.ErrorContains(t, load(t, `{disk: {fsync: 1s}}`), "disk: says how a directory is used")
}

// TestDirectory_fsync goes through all policies. Whether the disk has written cannot be seen from here.
func TestDirectory_fsync(t *testing.T) {
	for _, policy := range []string{"never", "always", "250ms"} {
		t.Run(policy, func(t *testing.T) {
			dir := t.TempDir()
			s := withDirectory(t, dir, func(c *Config) {
				require.NoError(t, c.Disk.Fsync.UnmarshalText([]byte(policy)))
				c.Disk.MaxBytes = settings.ByteSize(1 << 20)
			})
			s.start(s.sink)
			s.send(payload(1, 100, true))
			time.Sleep(2 * collectEvery)
			assert.Empty(t, s.stop())
			assert.Equal(t, 1, entriesIn(t, dir))
		})
	}
}

// TestDirectory_moreThanMemoryHoldsIsReadBackCompressed starts again with a fraction of the memory.
func TestDirectory_moreThanMemoryHoldsIsReadBackCompressed(t *testing.T) {
	dir := t.TempDir()
	s := withDirectory(t, dir, nil)
	s.start(s.sink)
	for n := range uint16(100) {
		s.send(payload(n, 200<<10, true))
	}
	s.stop()
	next := withDirectory(t, dir, func(c *Config) { c.Memory.MaxBytes = 4 << 20 })
	next.start(next.sink)
	assert.Equal(t, 100.0, next.count("replayed_traces"))
	assert.LessOrEqual(t, next.count("bytes_held"), float64(4<<20))
	next.stop()

	again := withDirectory(t, dir, soon)
	again.start(again.sink)
	require.Eventually(t, func() bool { return again.sink.SpanCount() == 100 }, eventually, moment)
	out := again.stop()
	text, _ := spansOfAll(out[0])[0].Attributes().Get("text")
	assert.Len(t, text.Str(), 200<<10)
}
