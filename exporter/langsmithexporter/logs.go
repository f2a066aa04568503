// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// logsExporter sends judgements that come as log records of their own, when their trace has long been sent: most
// applications are judged minutes later. All other records pass away: LangSmith takes no logs.
type logsExporter struct{ tracesExporter *tracesExporter }

func newLogsExporter(ctx context.Context, set exporter.Settings, config *Config) (*logsExporter, error) {
	e, err := newBareExporter(set, signalLogs, config)
	if err != nil || !config.Feedback {
		return &logsExporter{e}, err
	}
	for i := range e.router.targets {
		d, err := newLateDestination(ctx, e, i)
		if err != nil {
			return nil, err
		}
		e.destinations = append(e.destinations, d)
	}
	return &logsExporter{e}, nil
}

// Capabilities: the data is read, never written.
func (*logsExporter) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// Start starts the destinations.
func (l *logsExporter) Start(ctx context.Context, host component.Host) error {
	return l.tracesExporter.Start(ctx, host)
}

// Shutdown tries once more to send what waits in memory.
func (l *logsExporter) Shutdown(ctx context.Context) error { return l.tracesExporter.Shutdown(ctx) }

// ConsumeLogs takes the judgements out of ld.
func (l *logsExporter) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	e := l.tracesExporter
	if !e.config.Feedback {
		return nil
	}
	chunks := make([][]chunk, len(e.destinations))
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				if err := e.addLate(ctx, chunks, rl.Resource().Attributes(), r); err != nil {
					return err
				}
			}
		}
	}
	var errs error
	for i, d := range e.destinations {
		if len(chunks[i]) > 0 {
			errs = errors.Join(errs, d.consume(ctx, chunks[i]))
		}
	}
	return errs
}

// addLate adds a record to what goes to its destination, if it is a judgement.
func (e *tracesExporter) addLate(ctx context.Context, chunks [][]chunk, resource pcommon.Map, r plog.LogRecord) error {
	one, ok := runmap.Judged(r.TraceID(), r.SpanID(), eventOf(r), e.options.IDs)
	if !ok {
		return nil
	}
	if _, redacted := resource.Get(contract.RedactPolicy); !redacted && e.config.Unredacted != allow {
		e.health.trouble(subjectUnredacted, errUnredacted)
		return consumererror.NewPermanent(errUnredacted)
	}
	if r.SpanID().IsEmpty() {
		e.counters.feedbackRefused(ctx, reasonNoRun, 1, errors.New("a judgement names no span"))
		return nil
	}
	trace := runmap.Trace{TraceID: r.TraceID(), Root: pcommon.NewMap(), Resource: resource}
	i, g, ok := e.place(ctx, &trace)
	if !ok {
		e.counters.feedbackRefused(ctx, reasonUnmatched, 1, errors.New("no route matches a judgement"))
		return nil
	}
	data := encode.AppendFeedback(nil, &one.Feedback[0], &one, e.config.ExtendTraceRetention)
	chunks[i] = append(chunks[i], chunk{group: group{encode.Feedback, g.project}, data: data})
	return nil
}

// eventOf returns a record as the event that it would have been on its span.
func eventOf(r plog.LogRecord) ptrace.SpanEvent {
	e := ptrace.NewSpanEvent()
	e.SetName(r.EventName())
	if name, ok := r.Attributes().Get("event.name"); ok && e.Name() == "" {
		e.SetName(name.AsString())
	}
	e.SetTimestamp(cmp.Or(r.Timestamp(), r.ObservedTimestamp()))
	r.Attributes().CopyTo(e.Attributes())
	if r.Body().Type() == pcommon.ValueTypeMap {
		for k, v := range r.Body().Map().All() {
			if _, there := e.Attributes().Get(k); !there {
				v.CopyTo(e.Attributes().PutEmpty(k))
			}
		}
	}
	return e
}

// newLateDestination is a destination for judgements alone, with a client of its own.
func newLateDestination(ctx context.Context, e *tracesExporter, i int) (*destination, error) {
	d := bareDestination(e, i)
	d.name = "late-" + feedbackName
	if name := e.router.names[i]; name != generalName {
		d.name = name + "-" + d.name
	}
	d.rename(e.set.ID, d.name)
	if err := d.makeFeedbackQueue(ctx, d.start, d.shutdown); err != nil {
		return nil, fmt.Errorf("%s: %w", d.subject, err)
	}
	return d, nil
}
