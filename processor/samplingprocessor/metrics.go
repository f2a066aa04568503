// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// Why spans are dropped: a closed list.
const (
	reasonZeroID    = "zero_id"    // trace or span id is zero: nobody could find the span
	reasonDuplicate = "duplicate"  // the span is already there
	reasonTruncated = "truncated"  // the trace has more spans than LangSmith accepts
	reasonTooLarge  = "too_large"  // the request is larger than the whole budget
	reasonRejected  = "rejected"   // the next consumer refused it for good
	reasonShutdown  = "shutdown"   // there was no time left to deliver it
	reasonGone      = "gone"       // an error came late for a trace that was dropped and is given up
	reasonUnread    = "unreadable" // a part in the storage was damaged
)

// What becomes of a trace or a late span.
const (
	outcomeKept    = "kept"
	outcomeDropped = "dropped"
	outcomePruned  = "pruned"
)

// What is there of a dropped trace when an error comes late.
const (
	outcomeWhole = "whole"
	outcomeStub  = "stub" // the late spans alone
)

// What becomes of the log records that belong to spans.
const (
	outcomeJoined     = "joined"     // they went out as events of spans
	outcomeLate       = "late"       // their trace was released before they came
	outcomeReturned   = "returned"   // they went on as log records
	outcomeUnredacted = "unredacted" // their span has been through redact and they have not
	outcomeShed       = "shed"
	outcomeLost       = "lost" // the process ended first, or nobody took them
)

// metrics counts for one configured processor. Every number carries its id, since all processors of a type share the
// instruments.
type metrics struct {
	builder   *metadata.TelemetryBuilder
	self      metric.MeasurementOption
	selfOnly  []metric.AddOption // self, ready to be passed
	id        attribute.KeyValue
	decisions sync.Map // decisionKey → []metric.AddOption; as many as there are rules and triggers
	outcomes  sync.Map // string → []metric.AddOption
}

// decisionKey is the attributes of a decision.
type decisionKey struct {
	rule    string
	trigger store.Trigger
	outcome string
}

func newMetrics(c *core) (*metrics, error) {
	builder, err := metadata.NewTelemetryBuilder(c.set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	id := attribute.String("processor", c.set.ID.String())
	m := &metrics{builder: builder, id: id, self: metric.WithAttributeSet(attribute.NewSet(id))}
	m.selfOnly = []metric.AddOption{m.self}
	err = builder.RegisterProcessorSamplingBytesHeldCallback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(c.budget.held(), m.self)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = builder.RegisterProcessorSamplingTracesHeldCallback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(c.tracesOpen.Load(), m.self)
		return nil
	})
	return m, err
}

// watch tells how large j is.
func (m *metrics) watch(j *journal) error {
	return m.builder.RegisterProcessorSamplingJournalBytesCallback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(j.bytes(), m.self)
		return nil
	})
}

func (m *metrics) shutdown() { m.builder.Shutdown() }

func (m *metrics) add(counter metric.Int64Counter, n int) {
	if n > 0 {
		counter.Add(context.Background(), int64(n), m.selfOnly...)
	}
}

func (m *metrics) dropped(reason string, intentional bool, spans int) {
	if spans > 0 {
		m.builder.ProcessorSamplingDroppedSpans.Add(context.Background(), int64(spans), metric.WithAttributes(
			m.id, attribute.String("reason", reason), attribute.Bool("intentional", intentional)))
	}
}

func (m *metrics) late(outcome string, spans int) {
	if spans > 0 {
		m.builder.ProcessorSamplingLateSpans.Add(context.Background(), int64(spans), m.outcome(outcome)...)
	}
}

func (m *metrics) logs(outcome string, n int) {
	if n > 0 {
		m.builder.ProcessorSamplingLogRecords.Add(context.Background(), int64(n), m.outcome(outcome)...)
	}
}

func (m *metrics) broughtBack(outcome string) {
	m.builder.ProcessorSamplingBroughtBack.Add(context.Background(), 1, m.outcome(outcome)...)
}

// outcome returns attributes that are made once.
func (m *metrics) outcome(outcome string) []metric.AddOption {
	if options, ok := m.outcomes.Load(outcome); ok {
		return options.([]metric.AddOption)
	}
	options := []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(m.id, attribute.String("outcome", outcome)))}
	m.outcomes.Store(outcome, options)
	return options
}

func (m *metrics) decided(d policy.Decision, trigger store.Trigger, kept bool) {
	outcome := outcomeDropped
	if kept {
		outcome = outcomeKept
		m.builder.ProcessorSamplingAdjustedCount.Add(context.Background(), d.AdjustedCount(), m.selfOnly...)
	}
	if trigger == store.Evicted {
		m.add(m.builder.ProcessorSamplingEvicted, 1)
	}
	m.builder.ProcessorSamplingDecisions.Add(context.Background(), 1, m.decision(decisionKey{d.Rule, trigger, outcome})...)
}

// decision returns the attributes of a decision, which are made once.
func (m *metrics) decision(key decisionKey) []metric.AddOption {
	if options, ok := m.decisions.Load(key); ok {
		return options.([]metric.AddOption)
	}
	options := []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(m.id, attribute.String("rule", key.rule),
		attribute.String("trigger", string(key.trigger)), attribute.String("outcome", key.outcome)))}
	m.decisions.Store(key, options)
	return options
}

func (m *metrics) repaired(r repair.Result) {
	m.add(m.builder.ProcessorSamplingSpansPruned, r.Pruned)
	m.add(m.builder.ProcessorSamplingSpansReparented, r.Reparented)
	m.add(m.builder.ProcessorSamplingSpansSeparated, r.Twins)
	m.add(m.builder.ProcessorSamplingCyclesCut, r.Cycles)
	m.add(m.builder.ProcessorSamplingRootsMade, r.Made)
	m.add(m.builder.ProcessorSamplingTraceStatesUnreadable, r.Unreadable)
	m.dropped(reasonDuplicate, true, r.Duplicates)
	m.dropped(reasonTruncated, false, r.Truncated)
	m.logs(outcomeJoined, r.Joined)
	m.logs(outcomeUnredacted, r.Unredacted)
}

func (m *metrics) repairedLate(l repair.Late) {
	m.late(outcomeKept, l.Spans)
	m.late(outcomePruned, l.Pruned)
	m.late(outcomeDropped, l.Duplicates+l.Truncated)
	m.add(m.builder.ProcessorSamplingSpansReparented, l.Reparented)
	m.add(m.builder.ProcessorSamplingSpansPruned, l.Pruned)
	m.add(m.builder.ProcessorSamplingSpansSeparated, l.Twins)
	m.dropped(reasonDuplicate, true, l.Duplicates)
	m.dropped(reasonTruncated, false, l.Truncated)
}
