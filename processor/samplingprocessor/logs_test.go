// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/join"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// logSampler is a sampler with a logs pipeline.
type logSampler struct {
	*sampler
	logs    processor.Logs
	logSink *consumertest.LogsSink
}

func withLogs(t *testing.T, s *sampler) *logSampler {
	t.Helper()
	l := &logSampler{sampler: s, logSink: &consumertest.LogsSink{}}
	l.pipe(l.logSink)
	return l
}

func (l *logSampler) pipe(next consumer.Logs) {
	l.t.Helper()
	var err error
	l.logs, err = l.factory.CreateLogs(context.Background(), l.set, l.cfg, next)
	require.NoError(l.t, err)
	require.NoError(l.t, l.logs.Start(context.Background(), l.host))
}

func (l *logSampler) sendLogs(records ...record) {
	l.t.Helper()
	require.NoError(l.t, l.logs.ConsumeLogs(context.Background(), logs(records...)))
}

// stop shuts the traces pipeline down first, so that what is given back still finds the other.
func (l *logSampler) stop() []ptrace.Traces {
	l.t.Helper()
	require.NoError(l.t, l.traces.Shutdown(context.Background()))
	require.NoError(l.t, l.logs.Shutdown(context.Background()))
	l.t.Cleanup(func() { require.NoError(l.t, l.telemetry.Shutdown(context.Background())) }) // counts are asked for afterwards
	return l.sink.AllTraces()
}

// record is a log record in a test.
type record struct {
	trace, span byte
	name        string
	at          int // milliseconds
	body        any
	attributes  map[string]any
	severity    plog.SeverityNumber
}

func logs(records ...record) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "shop")
	sl := rl.ScopeLogs().AppendEmpty()
	for _, r := range records {
		out := sl.LogRecords().AppendEmpty()
		if r.trace == 0 {
			r.trace = 1
		}
		out.SetTraceID(traceID(r.trace))
		out.SetSpanID(spanID(r.span))
		out.SetEventName(r.name)
		out.SetSeverityNumber(r.severity)
		out.SetTimestamp(plogTime(r.at))
		_ = out.Body().FromRaw(r.body)
		_ = out.Attributes().FromRaw(r.attributes)
	}
	return ld
}

var (
	question   = record{span: 1, name: "gen_ai.user.message", at: 1, body: map[string]any{"content": "why?"}}
	answer     = record{span: 1, name: "gen_ai.choice", at: 2, body: map[string]any{"index": 0}}
	toolFailed = record{span: 2, name: "claude_code.tool_result", at: 3, attributes: map[string]any{"success": "false"}}
	ordinary   = record{span: 1, name: "login", body: "somebody came"}
)

// eventsOf lists the names of the events of each span.
func eventsOf(all ...ptrace.Traces) map[string][]string {
	m := map[string][]string{}
	for _, span := range spansOfAll(all...) {
		for _, e := range span.Events().All() {
			m[span.SpanID().String()] = append(m[span.SpanID().String()], e.Name())
		}
	}
	return m
}

func TestLogs_goOutAsEventsOfTheirSpans(t *testing.T) {
	td := func() ptrace.Traces { return traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool"}) }
	f := func(steps ...func(*logSampler)) {
		t.Helper()
		s := withLogs(t, startSampler(t, nil))
		for _, step := range steps {
			step(s)
		}
		out := s.stop()
		require.Len(t, out, 1)
		assert.Equal(t, map[string][]string{
			id(1): {"gen_ai.user.message", "gen_ai.choice"}, id(2): {"claude_code.tool_result"},
		}, eventsOf(out...))
		first := spansOfAll(out...)[0].Events().At(0)
		assert.Equal(t, map[string]any{"content": "why?"}, first.Attributes().AsRaw())
		assert.Equal(t, plogTime(1), first.Timestamp())
		assert.Equal(t, 1, s.logSink.LogRecordCount(), "the others pass")
		assert.Equal(t, 3.0, s.count("log_records", "outcome", "joined"))
	}
	spans := func(s *logSampler) { s.send(td()) }
	f(spans, func(s *logSampler) { s.sendLogs(question, ordinary, answer, toolFailed) })
	f(func(s *logSampler) { s.sendLogs(toolFailed, answer, ordinary, question) }, spans)
	f(func(s *logSampler) { s.sendLogs(answer, ordinary) }, spans, func(s *logSampler) { s.sendLogs(question, toolFailed) })
	f(func(s *logSampler) { s.sendLogs(question, answer) }, spans,
		func(s *logSampler) { s.sendLogs(question, answer, toolFailed, ordinary) }) // sent again
}

func TestLogs_speakForAFailure(t *testing.T) {
	f := func(kept bool, r record) {
		t.Helper()
		s := withLogs(t, startSampler(t, func(c *Config) { c.Rules = []policy.Rule{keepErrors(), keep("none", 0)} }))
		s.sendLogs(r)
		s.send(traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool"}))
		assert.Len(t, s.stop(), map[bool]int{true: 1, false: 0}[kept], r.name)
	}
	raised := map[string]any{"exception.type": "ValueError", "exception.message": "no"}
	f(true, toolFailed)
	f(true, record{span: 1, name: "exception", attributes: raised})
	f(true, record{span: 1, severity: plog.SeverityNumberError, body: "oh", attributes: raised})
	f(true, record{span: 1, name: "gen_ai.client.operation.exception", severity: plog.SeverityNumberWarn, attributes: raised})
	f(true, record{span: 1, name: "claude_code.api_error", attributes: map[string]any{"error": "overloaded"}})
	f(true, record{span: 1, name: "gen_ai.choice", attributes: map[string]any{"error.type": "timeout"}})
	f(false, record{span: 1, name: "exception", severity: plog.SeverityNumberWarn, attributes: raised})
	f(false, record{span: 1, name: "exception", attributes: map[string]any{"exception.type": "asyncio.CancelledError"}})
	f(false, record{span: 1, name: "gen_ai.evaluation.result", attributes: map[string]any{"error.type": "timeout"}})
	f(false, record{span: 2, name: "codex.tool_result", attributes: map[string]any{"success": "true"}})
	f(false, question)
}

func TestLogs_withoutTheirSpanGoToTheRootOrToWhatStandsForIt(t *testing.T) {
	s := withLogs(t, startSampler(t, nil))
	raised := map[string]any{"exception.message": "no"}
	s.sendLogs(
		record{span: 9, name: "codex.user_prompt"}, record{name: "gen_ai.evaluation.result"},
		record{span: 9, name: "exception", attributes: raised}, record{span: 3, name: "codex.api_request"},
	)
	s.send(traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool"}, spec{id: 3, parent: 2, kind: "http"}))
	assert.Equal(t, map[string][]string{
		id(1): {"codex.user_prompt", "gen_ai.evaluation.result", "log.exception"}, id(2): {"codex.api_request"},
	}, eventsOf(s.stop()...), "an exception of a span that is not there makes no other look failed")
}

func TestLogs_holdTheirTraceOpenUntilTheSpanComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withLogs(t, startSampler(t, nil))
		s.sendLogs(question)
		time.Sleep(3 * time.Minute) // a model that thinks for long: its span is exported at the end
		s.send(traces(spec{id: 1, kind: "llm"}))
		time.Sleep(11 * time.Second)
		assert.Equal(t, "root", s.decisions.only(t).Trigger)
		assert.Len(t, eventsOf(s.stop()...)[id(1)], 1)
	})
}

func TestLogs_ofSpansThatAreNotSampledWaitUntilIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withLogs(t, startSampler(t, nil))
		s.send(traces(spec{id: 1, kind: "llm"}))
		s.sendLogs(record{span: 9, name: "codex.api_request"})
		time.Sleep(31 * time.Second)
		assert.Equal(t, "idle", s.decisions.only(t).Trigger)
		assert.True(t, s.decisions.only(t).Complete)
		s.stop()
	})
}

func TestLogs_thatNobodyCanTakeGoOnAsLogRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withLogs(t, startSampler(t, nil))
		s.send(traces(spec{id: 1, kind: "llm"}))
		time.Sleep(time.Minute)
		s.sendLogs(question, answer)
		s.sendLogs(record{trace: 2, span: 1, name: "codex.user_prompt"})
		synctest.Wait()
		assert.Equal(t, 2, s.logSink.LogRecordCount(), "their run is posted already")
		assert.Equal(t, 2.0, s.count("log_records", "outcome", "late"))
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		assert.Equal(t, 3, s.logSink.LogRecordCount(), "no span ever came")
		assert.Equal(t, 3.0, s.count("log_records", "outcome", "returned"))
		assert.Len(t, s.decisions.list(), 1, "log records alone are no trace")
		assert.Equal(t, 1.0, s.count("traces_received"))
		s.stop()
		assert.Len(t, s.sink.AllTraces(), 1)
	})
}

// TestLogs_thatWaitForLongAreReturnedAsTheyCame gives the store the time to compress them.
func TestLogs_thatWaitForLongAreReturnedAsTheyCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withLogs(t, startSampler(t, nil))
		text := strings.Repeat("again and again ", 1000)
		for n := range 5 {
			s.sendLogs(record{span: 1, name: "gen_ai.choice", at: n, body: text})
			time.Sleep(time.Minute)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		require.Equal(t, 5, s.logSink.LogRecordCount())
		for _, ld := range s.logSink.AllLogs() {
			assert.Equal(t, text, ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Body().Str())
		}
		assert.Equal(t, 5.0, s.count("log_records", "outcome", "returned"))
		assert.Zero(t, s.count("bytes_held"))
		s.stop()
	})
}

// TestLogs_besideSeveralTracesPipelines expects of every record that it goes on once: with the spans of whichever
// pipeline has them, or as the record that it is.
func TestLogs_besideSeveralTracesPipelines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withLogs(t, startSampler(t, func(c *Config) { c.Rules = []policy.Rule{keep("everything", 100)} }))
		var second consumertest.TracesSink
		other, err := s.factory.CreateTraces(context.Background(), s.set, s.cfg, &second)
		require.NoError(t, err)
		require.NoError(t, other.Start(context.Background(), s.host))
		of := func(trace byte, r record) record { r.trace = trace; return r }

		s.sendLogs(of(1, question), of(2, question), of(3, question))
		s.send(traces(spec{trace: 1, id: 1, kind: "llm"}))
		require.NoError(t, other.ConsumeTraces(context.Background(), traces(spec{trace: 2, id: 1, kind: "llm"})))
		time.Sleep(time.Minute)
		assert.Equal(t, map[string][]string{id(1): {"gen_ai.user.message"}}, eventsOf(s.sink.AllTraces()...))
		assert.Equal(t, map[string][]string{id(1): {"gen_ai.user.message"}}, eventsOf(second.AllTraces()...))
		assert.Zero(t, s.logSink.LogRecordCount())

		s.sendLogs(of(1, answer), of(2, answer)) // their traces are released
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, 3, s.logSink.LogRecordCount(), "two came late, and one belongs to no trace")
		s.sendLogs(of(4, answer)) // the shutdown finds it
		assert.Zero(t, s.count("log_records", "outcome", "lost"))
		require.NoError(t, other.Shutdown(context.Background()))
		s.stop()
		assert.Equal(t, 4, s.logSink.LogRecordCount())
		assert.Zero(t, s.traces.(*tracesProcessor).core.budget.held()-heldForDecided(s.sampler))
	})
}

// heldForDecided is what is held of traces that are out.
func heldForDecided(s *sampler) (bytes int64) {
	for _, shard := range s.traces.(*tracesProcessor).core.shards {
		bytes += shard.decided.Bytes() + shard.graves.Bytes()
	}
	return bytes
}

func TestLogs_ofADroppedTraceAreDroppedWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withLogs(t, startSampler(t, func(c *Config) { c.Rules = []policy.Rule{keep("none", 0)} }))
		s.sendLogs(question)
		s.send(traces(spec{id: 1, kind: "llm"}))
		time.Sleep(time.Minute)
		s.sendLogs(answer)
		synctest.Wait()
		assert.Equal(t, 1.0, s.count("log_records", "outcome", "dropped"))
		assert.Empty(t, s.stop())
		assert.Zero(t, s.logSink.LogRecordCount())
	})
}

func TestLogs_thatWereNotRedactedDoNotJoinASpanThatWas(t *testing.T) {
	s := withLogs(t, startSampler(t, nil))
	td := traces(spec{id: 1, kind: "llm"})
	td.ResourceSpans().At(0).Resource().Attributes().PutStr(contract.RedactPolicy, "p")
	s.send(td)
	ld := logs(answer)
	ld.ResourceLogs().At(0).Resource().Attributes().PutStr(contract.RedactPolicy, "p")
	require.NoError(t, s.logs.ConsumeLogs(context.Background(), ld))
	s.sendLogs(question, record{span: 9, name: "codex.user_prompt"})
	assert.Equal(t, map[string][]string{id(1): {"gen_ai.choice"}}, eventsOf(s.stop()...))
	assert.Equal(t, 2.0, s.count("log_records", "outcome", "unredacted"))
}

func TestLogs_dryRunPassesEverythingAndCountsItAsEvidence(t *testing.T) {
	s := withLogs(t, startSampler(t, func(c *Config) {
		c.DryRun = true
		c.Rules = []policy.Rule{keepErrors(), keep("none", 0)}
	}))
	s.sendLogs(question, toolFailed, ordinary)
	s.send(traces(spec{id: 1, kind: "llm"}))
	assert.Empty(t, eventsOf(s.stop()...))
	assert.Equal(t, 3, s.logSink.LogRecordCount())
	assert.Equal(t, "errors", s.decisions.only(t).Rule)
}

func TestLogs_areRefusedOrShedWhenThereIsNoRoom(t *testing.T) {
	big := record{span: 1, name: "gen_ai.choice", body: string(make([]byte, 2<<20))}
	s := withLogs(t, startSampler(t, tinyMemory))
	err := s.logs.ConsumeLogs(context.Background(), logs(ordinary, big))
	require.ErrorIs(t, err, errTooLarge)
	assert.True(t, consumererror.IsPermanent(err))
	assert.Zero(t, s.logSink.LogRecordCount(), "whole or not at all")
	s.stop()

	s = withLogs(t, startSampler(t, func(c *Config) {
		tinyMemory(c)
		c.WhenFull = whenFullShed
	}))
	s.sendLogs(ordinary, big)
	assert.Equal(t, 1, s.logSink.LogRecordCount())
	assert.Equal(t, 1.0, s.count("log_records", "outcome", "shed"))
	assert.Zero(t, s.count("bytes_held"))
	s.stop()
}

// picky refuses log records as long as it is told to.
type picky struct {
	consumertest.LogsSink
	mu  sync.Mutex
	err error
}

func (p *picky) set(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
}

func (p *picky) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	p.mu.Lock()
	err := p.err
	p.mu.Unlock()
	if err != nil {
		return err
	}
	return p.LogsSink.ConsumeLogs(ctx, ld)
}

func TestLogs_nothingIsTakenOfARequestWhoseRestIsRefused(t *testing.T) {
	s := &logSampler{sampler: startSampler(t, nil)}
	next := &picky{err: errDown}
	s.pipe(next)
	require.ErrorIs(t, s.logs.ConsumeLogs(context.Background(), logs(ordinary, question)), errDown)
	assert.Zero(t, s.count("bytes_held"))
	assert.Zero(t, s.count("traces_held"))
	s.stop()
}

func TestLogs_returnedRecordsAreTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &logSampler{sampler: startSampler(t, nil)}
		next := &picky{err: errDown}
		s.pipe(next)
		s.send(traces(spec{id: 1, kind: "llm"}))
		time.Sleep(time.Minute)
		s.sendLogs(question)
		time.Sleep(time.Minute)
		next.set(nil)
		time.Sleep(time.Minute)
		assert.Equal(t, 1, next.LogRecordCount())
		next.set(consumererror.NewPermanent(errors.New("never")))
		s.sendLogs(answer)
		synctest.Wait()
		assert.Equal(t, 1.0, s.count("log_records", "outcome", "lost"))
		s.stop()
	})
}

func TestLogs_surviveACrash(t *testing.T) {
	d := newDisk()
	s := withLogs(t, withStorage(t, d, nil).start(hung{}))
	s.sendLogs(question, answer)
	s.send(traces(spec{id: 1, kind: "llm"}))
	assert.Equal(t, 2, d.len())
	s.stop()

	next := withStorage(t, d, func(c *Config) { c.Complete = Complete{AfterRoot: 1, Idle: 1, Max: 1} })
	next.start(next.sink)
	require.Eventually(t, func() bool { return d.len() == 0 }, eventually, moment)
	assert.Equal(t, map[string][]string{id(1): {"gen_ai.user.message", "gen_ai.choice"}}, eventsOf(next.stop()...))
}

func TestLogs_passWhereNoTracesPipelineTakesPart(t *testing.T) {
	s := withLogs(t, newSampler(t, nil))
	s.sendLogs(question, ordinary)
	assert.Equal(t, 2, s.logSink.LogRecordCount())
	require.NoError(t, s.logs.Shutdown(context.Background()))
	require.ErrorIs(t, s.logs.ConsumeLogs(context.Background(), logs(question)), errClosed)
}

// TestLogs_recordedPairs sends what SDKs wrote as log records together with their traces.
func TestLogs_recordedPairs(t *testing.T) {
	joined := map[string]int{}
	for _, f := range pdatatest.Fixtures(t) {
		path := filepath.Join(filepath.Dir(f.Path), f.Scenario+".logs.json")
		if f.LogsFile == "" {
			continue
		}
		t.Run(f.File, func(t *testing.T) {
			ld := pdatatest.LoadLogs(t, path)
			total, byTrace := ld.LogRecordCount(), recordsByTrace(ld)
			s := withLogs(t, startSampler(t, nil))
			require.NoError(t, s.logs.ConsumeLogs(context.Background(), ld))
			s.send(pdatatest.LoadTraces(t, f.Path))
			out := s.stop()
			events := 0
			for _, names := range eventsOf(out...) {
				events += len(names)
			}
			belong := 0
			for _, td := range out { // a request may hold traces of bookkeeping, which are dropped with their records
				belong += byTrace[rootOf(t, td).TraceID()]
			}
			assert.GreaterOrEqual(t, events, belong)
			assert.Equal(t, float64(belong), s.count("log_records", "outcome", "joined"))
			all := 0
			for _, n := range byTrace {
				all += n
			}
			assert.Equal(t, total-all, s.logSink.LogRecordCount())
			joined[f.Dialect] += belong
		})
	}
	for _, dialect := range []string{"otel-js-openai", "claude-code", "codex-cli", "openlit-js"} {
		assert.Positive(t, joined[dialect], dialect)
	}
}

// recordsByTrace counts the records that belong to spans.
func recordsByTrace(ld plog.Logs) map[pcommon.TraceID]int {
	m := map[pcommon.TraceID]int{}
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				if join.Belongs(r) {
					m[r.TraceID()]++
				}
			}
		}
	}
	return m
}
