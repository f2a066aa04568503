// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

func TestCore_isSharedByTheInstancesOfOneID(t *testing.T) {
	s := startSampler(t, nil)
	logsSink := &consumertest.LogsSink{}
	logs, err := s.factory.CreateLogs(context.Background(), s.set, s.cfg, logsSink)
	require.NoError(t, err)
	require.NoError(t, logs.Start(context.Background(), s.host))
	assert.Same(t, s.traces.(*tracesProcessor).core, logs.(*logsProcessor).core)

	ld := plog.NewLogs()
	ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body().SetStr("passes")
	require.NoError(t, logs.ConsumeLogs(context.Background(), ld))
	assert.Equal(t, 1, logsSink.LogRecordCount())

	require.NoError(t, logs.Shutdown(context.Background()))
	require.NoError(t, logs.Shutdown(context.Background()), "twice is once")
	s.send(traces(spec{id: 1, kind: "llm"}))
	assert.Len(t, s.stop(), 1, "the traces instance goes on without the logs instance")

	other := createDefaultConfig().(*Config)
	p, err := s.factory.CreateTraces(context.Background(), s.set, other, s.sink)
	require.NoError(t, err)
	assert.NotSame(t, s.traces.(*tracesProcessor).core, p.(*tracesProcessor).core)
	require.NoError(t, p.Shutdown(context.Background()))
}

func TestCore_logsInstanceMayOutliveTheTracesInstance(t *testing.T) {
	s := startSampler(t, nil)
	logs, err := s.factory.CreateLogs(context.Background(), s.set, s.cfg, consumertest.NewNop())
	require.NoError(t, err)
	require.NoError(t, logs.Start(context.Background(), s.host))
	s.send(traces(spec{id: 1, kind: "llm"}))
	require.NoError(t, s.traces.Shutdown(context.Background()))
	assert.Len(t, s.sink.AllTraces(), 1, "delivered before the next consumer is shut down")
	require.ErrorIs(t, s.traces.ConsumeTraces(context.Background(), traces(spec{id: 1})), errClosed)
	require.NoError(t, logs.Shutdown(context.Background()))
}

func TestCore_spansLeaveByThePipelineTheyCameFrom(t *testing.T) {
	s := startSampler(t, nil)
	sink := &consumertest.TracesSink{}
	second, err := s.factory.CreateTraces(context.Background(), s.set, s.cfg, sink)
	require.NoError(t, err)
	require.NoError(t, second.Start(context.Background(), s.host))
	s.send(traces(spec{id: 1, kind: "llm"}))
	require.NoError(t, second.ConsumeTraces(context.Background(), traces(spec{id: 2, parent: 1, kind: "llm"})))
	require.NoError(t, second.Shutdown(context.Background()))
	assert.Equal(t, map[string]string{id(2): ""}, shape(sink.AllTraces()...))
	assert.Equal(t, map[string]string{id(1): ""}, shape(s.stop()...))
}

func TestCore_shutdownWithoutStart(t *testing.T) {
	s := newSampler(t, nil)
	p, err := s.factory.CreateTraces(context.Background(), s.set, s.cfg, s.sink)
	require.NoError(t, err)
	require.NoError(t, p.Shutdown(context.Background()))
	require.ErrorIs(t, p.ConsumeTraces(context.Background(), ptrace.NewTraces()), errClosed)
}

func TestCore_tracesWithoutAgentSpansAreDroppedBeforeTheRules(t *testing.T) {
	s := startSampler(t, nil)
	s.send(traces(spec{id: 1, kind: "http", failed: true}, spec{id: 2, parent: 1, kind: "app"}))
	require.NoError(t, s.traces.Shutdown(context.Background()))
	assert.Equal(t, 1.0, s.count("decisions", "rule", "no agent span", "outcome", "dropped"))
	assert.Empty(t, s.sink.AllTraces())
}

func TestCore_anAgentThatComesLateIsNotDroppedWithWhatWasAroundIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, nil)
		s.send(traces(spec{id: 3, parent: 1, kind: "http"}))
		time.Sleep(time.Minute)
		s.send(traces(spec{id: 4, parent: 1, kind: "http"}))
		synctest.Wait()
		assert.Equal(t, 1.0, s.count("late_spans", "outcome", "dropped"))
		s.send(traces(spec{id: 2, parent: 1, kind: "llm"}))
		time.Sleep(time.Minute)
		s.send(traces(spec{id: 5, parent: 2, kind: "tool"}))
		synctest.Wait()
		assert.Equal(t, map[string]string{id(2): "", id(5): id(2)}, shape(s.stop()...))
	})
}

func TestCore_allTracesAndAllSpans(t *testing.T) {
	s := startSampler(t, func(c *Config) { c.Traces, c.Spans = everything, everything })
	s.send(traces(spec{id: 1, kind: "http"}, spec{id: 2, parent: 1, kind: "app"}))
	assert.Equal(t, map[string]string{id(1): "", id(2): id(1)}, shape(s.stop()...))
}

func TestCore_dryRunReleasesEverythingAndTells(t *testing.T) {
	s := startSampler(t, func(c *Config) {
		c.DryRun = true
		c.Rules = []policy.Rule{keep("none", 0)}
	})
	s.send(traces(spec{id: 1, kind: "http"}, spec{id: 2, parent: 1, kind: "llm"}, spec{id: 3, parent: 9, kind: "llm"}))
	require.NoError(t, s.traces.Shutdown(context.Background()))
	out := s.sink.AllTraces()
	require.Len(t, out, 1)
	assert.Equal(t, map[string]string{id(1): "", id(2): id(1), id(3): id(9)}, shape(out...))
	a := rootOf(t, out[0]).Attributes().AsRaw()
	assert.Equal(t, "none", a[contract.SamplingRule])
	assert.Equal(t, 0.0, a[contract.SamplingAdjustedCount])
	assert.Equal(t, 1.0, s.count("decisions", "outcome", "dropped"))
}

func TestCore_countersAddUp(t *testing.T) {
	s := startSampler(t, nil)
	s.send(traces(
		spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "http"}, spec{id: 3, parent: 2, kind: "tool"},
		spec{trace: 2, id: 1, kind: "llm"},
	))
	require.NoError(t, s.traces.Shutdown(context.Background()))
	assert.Equal(t, 2.0, s.count("traces_received"))
	assert.Equal(t, 4.0, s.count("spans_received"))
	assert.Equal(t, 3.0, s.count("spans_released"))
	assert.Equal(t, 1.0, s.count("spans_pruned"))
	assert.Equal(t, 1.0, s.count("spans_reparented"))
	assert.Equal(t, 2.0, s.count("decisions", "rule", "everything", "trigger", "shutdown", "outcome", "kept"))
	assert.Equal(t, 2.0, s.count("adjusted_count"))
}

func TestOutbox_retriesUntilTheNextConsumerIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &flaky{fails: 5, err: errDown}
		s := newSampler(t, nil).start(next)
		for n := range uint16(5) {
			s.send(payload(n, 10, true))
		}
		time.Sleep(20 * time.Minute)
		assert.Len(t, next.AllTraces(), 5, "not one is lost")
		assert.Equal(t, 5.0, s.count("release_retries"))
		assert.Equal(t, 5.0, s.count("spans_released"))
		s.stop()
	})
}

func TestOutbox_permanentErrorsLoseOnlyTheirTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &flaky{fails: 1, err: consumererror.NewPermanent(errDown)}
		s := newSampler(t, nil).start(next)
		s.send(payload(1, 10, true))
		s.send(payload(2, 10, true))
		time.Sleep(time.Minute)
		assert.Len(t, next.AllTraces(), 1)
		assert.Equal(t, 1.0, s.count("dropped_spans", "reason", "rejected", "intentional", "false"))
		s.stop()
	})
}

func TestOutbox_retriesOnlyWhatWasNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rest := traces(spec{id: 2, parent: 1, kind: "tool"})
		next := &flaky{fails: 1, err: consumererror.NewTraces(errDown, rest)}
		s := newSampler(t, nil).start(next)
		s.send(traces(spec{id: 1, kind: "llm"}, spec{id: 2, parent: 1, kind: "tool"}))
		time.Sleep(time.Minute)
		assert.Equal(t, map[string]string{id(2): id(1)}, shape(next.AllTraces()...))
		s.stop()
	})
}

func TestOutbox_aHungConsumerHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSampler(t, nil).start(hung{})
		for n := range uint16(200) {
			s.send(payload(n, 10, false))
		}
		time.Sleep(time.Minute)
		assert.Equal(t, 200.0, s.count("decisions"))
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		began := time.Now()
		require.ErrorIs(t, s.traces.Shutdown(ctx), context.DeadlineExceeded)
		assert.LessOrEqual(t, time.Since(began), 1100*time.Millisecond)
		assert.Equal(t, 200.0, s.count("dropped_spans", "reason", "shutdown"))
	})
}

func TestStart_warnsOfRulesThatNeverDecide(t *testing.T) {
	assert.Equal(t, []string{"c"}, policy.Unreachable([]policy.Rule{keepErrors(), keep("b", 1), keep("c", 2)}))
}

func TestFactory_makesBothSignals(t *testing.T) {
	f := NewFactory()
	require.NoError(t, componenttest.CheckConfigStruct(f.CreateDefaultConfig()))
	assert.Equal(t, "sampling", f.Type().String())
}

// TestShutdown_deliversWhatWasAcceptedMeanwhile sends from several goroutines while the processor is shut down.
func TestShutdown_deliversWhatWasAcceptedMeanwhile(t *testing.T) {
	s := startSampler(t, nil)
	var accepted atomic.Int64
	var senders sync.WaitGroup
	for sender := range uint16(4) {
		senders.Go(func() {
			for n := uint16(0); ; n++ {
				if s.traces.ConsumeTraces(context.Background(), payload(sender<<12|n, 10, false)) != nil {
					return
				}
				accepted.Add(1)
			}
		})
	}
	require.Eventually(t, func() bool { return accepted.Load() > 500 }, eventually, moment)
	require.NoError(t, s.traces.Shutdown(context.Background()))
	senders.Wait()
	assert.EqualValues(t, accepted.Load(), requireTrees(t, s.sink.AllTraces()...))
}
