// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

var errUnredacted = errors.New("data that redact has not processed is refused: " +
	"put the redact processor before this exporter, or set unredacted: allow")

// What an exporter is made for. The queues of either are those of traces.
const signalTraces, signalLogs = "traces", "logs"

// subjectUnredacted names the trouble with unredacted data.
const subjectUnredacted = "unredacted data"

// tracesExporter maps, routes and encodes; its destinations do the rest.
type tracesExporter struct {
	config   *Config
	set      exporter.Settings
	signal   string // that it is made for
	router   *router
	options  runmap.Options
	protocol encode.Protocol
	encoder  encode.Encoder
	projects projects
	reports
	compressors  compressors
	pacers       map[target]pacers // by endpoint and key
	destinations []*destination
}

func newTracesExporter(ctx context.Context, set exporter.Settings, config *Config) (*tracesExporter, error) {
	e, err := newBareExporter(set, signalTraces, config)
	if err != nil {
		return nil, err
	}
	for i := range e.router.targets {
		d, err := newDestination(ctx, e, i)
		if err != nil {
			return nil, err
		}
		e.destinations = append(e.destinations, d)
	}
	return e, nil
}

// newBareExporter makes an exporter without destinations.
func newBareExporter(set exporter.Settings, signal string, config *Config) (*tracesExporter, error) {
	e := &tracesExporter{
		config: config, set: set, signal: signal, options: mapOptions(config), pacers: map[target]pacers{},
		reports: reports{
			health: newHealth(set.Logger), letters: newDeadLetters(config.DeadLetter.Get()), watchers: &watchers{},
		},
	}
	var err error
	if e.protocol, err = encode.ParseProtocol(config.Protocol); err != nil {
		return nil, prefix("protocol", err)
	}
	if e.encoder, err = encode.For(e.protocol); err != nil {
		return nil, prefix("protocol", err)
	}
	if e.router, err = newRouter(config); err != nil {
		return nil, err
	}
	if e.compressors, err = newCompressors(int(config.ClientConfig.CompressionParams.Level)); err != nil {
		return nil, prefix("compression_params", err)
	}
	if e.counters, err = newCounters(set); err != nil {
		return nil, fmt.Errorf("create metrics: %w", err)
	}
	return e, nil
}

// pacersFor returns the pacers of t's key, by which LangSmith counts: workspaces share them.
func (e *tracesExporter) pacersFor(t target) pacers {
	t.workspace = ""
	if e.pacers[t] == nil {
		e.pacers[t] = newPacers()
	}
	return e.pacers[t]
}

func mapOptions(config *Config) runmap.Options {
	opts := runmap.Options{
		Owners: newOwners(), Metadata: config.Metadata, WithoutDottedOrder: config.Protocol == encode.OTLP.String(),
	}
	if config.RunIDs == byTraceSpan {
		opts.IDs = runmap.TraceSpanIDs
	}
	opts.Names, opts.Renames, _ = config.naming() // validated, as is what follows
	opts.APM, _ = config.apm()
	opts.Compile()
	return opts
}

// Capabilities: the data is read, never written.
func (e *tracesExporter) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

// Start starts the destinations, or none of them.
func (e *tracesExporter) Start(ctx context.Context, host component.Host) error {
	e.health.start(host)
	e.watchers.find(host)
	if err := e.letters.open(); err != nil {
		return err
	}
	e.tellVanished(ctx, host)
	for i, d := range e.destinations {
		if err := d.begin(ctx, host); err != nil {
			for _, started := range e.destinations[:i] {
				err = errors.Join(err, started.end(ctx))
			}
			return errors.Join(err, e.letters.close())
		}
	}
	return nil
}

// Shutdown tries once more to send what waits in memory. What is in a storage stays there.
func (e *tracesExporter) Shutdown(ctx context.Context) error {
	var errs error
	for _, d := range e.destinations {
		d.close()
	}
	for _, d := range e.destinations {
		errs = errors.Join(errs, d.end(ctx))
	}
	e.counters.builder.Shutdown()
	return errors.Join(errs, e.letters.close())
}

// ConsumeTraces takes td for whole traces.
func (e *tracesExporter) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	if err := e.checkRedacted(ctx, td); err != nil {
		return err
	}
	chunks := make([][]chunk, len(e.destinations))
	traces := make([]map[pcommon.TraceID]bool, len(e.destinations))
	runmap.Each(td, e.options, func(trace *runmap.Trace) {
		i, g, ok := e.place(ctx, trace)
		if !ok {
			return
		}
		e.counters.shared(ctx, trace.SharedIDs)
		chunks[i] = e.encode(ctx, e.destinations[i], trace, g, chunks[i])
		if traces[i] == nil {
			traces[i] = map[pcommon.TraceID]bool{}
		}
		traces[i][trace.TraceID] = true
	})
	return e.queue(ctx, td, chunks, traces)
}

// queue hands the chunks to their destinations. Where only some have room, the error holds the traces of the others, so
// that a caller who looks does not send again what has been taken.
func (e *tracesExporter) queue(
	ctx context.Context, td ptrace.Traces, chunks [][]chunk, traces []map[pcommon.TraceID]bool,
) error {
	var lost, full error
	again := map[pcommon.TraceID]bool{}
	settled := false
	for i, d := range e.destinations {
		if len(chunks[i]) == 0 {
			continue
		}
		err := d.consume(ctx, chunks[i])
		if err != nil && !consumererror.IsPermanent(err) {
			full = errors.Join(full, err)
			maps.Copy(again, traces[i])
			continue
		}
		lost = errors.Join(lost, err)
		settled = true
	}
	if full == nil {
		return lost
	}
	if !settled {
		return full
	}
	return consumererror.NewTraces(full, only(td, again))
}

// only copies the spans of some traces.
func only(td ptrace.Traces, ids map[pcommon.TraceID]bool) ptrace.Traces {
	out := ptrace.NewTraces()
	td.CopyTo(out)
	out.ResourceSpans().RemoveIf(func(rs ptrace.ResourceSpans) bool {
		rs.ScopeSpans().RemoveIf(func(ss ptrace.ScopeSpans) bool {
			ss.Spans().RemoveIf(func(s ptrace.Span) bool { return !ids[s.TraceID()] })
			return ss.Spans().Len() == 0
		})
		return rs.ScopeSpans().Len() == 0
	})
	return out
}

// checkRedacted refuses td as a whole when a part of it lacks redact's mark: what comes from the same pipeline was
// treated alike, and a trace in parts is no use.
func (e *tracesExporter) checkRedacted(ctx context.Context, td ptrace.Traces) error {
	if e.config.Unredacted == allow {
		return nil
	}
	for _, rs := range td.ResourceSpans().All() {
		if policy, ok := rs.Resource().Attributes().Get(contract.RedactPolicy); ok && policy.AsString() != "" {
			continue
		}
		if !hasSpans(rs) {
			continue
		}
		e.counters.unredacted(ctx, td.SpanCount())
		e.health.trouble(subjectUnredacted, errUnredacted)
		return consumererror.NewPermanent(errUnredacted)
	}
	e.health.well(subjectUnredacted)
	return nil
}

func hasSpans(rs ptrace.ResourceSpans) bool {
	for _, ss := range rs.ScopeSpans().All() {
		if ss.Spans().Len() > 0 {
			return true
		}
	}
	return false
}

// place finds where a trace goes.
func (e *tracesExporter) place(ctx context.Context, trace *runmap.Trace) (destination int, g group, ok bool) {
	i, tmpl, matched := e.router.find(trace)
	if i == unrouted {
		e.counters.refused(ctx, reasonUnmatched, len(trace.Runs), errors.New("no route matches a trace"))
		e.watchers.tellOf(trace.TraceID, e.set.ID.String(), len(trace.Runs), reasonUnmatched)
		return 0, group{}, false
	}
	project, overflow := e.projects.name(tmpl, trace, !matched)
	if overflow {
		e.counters.overflow()
	}
	return i, group{protocol: e.protocol, project: project}, true
}

// encode appends the runs of a trace, parents first.
func (e *tracesExporter) encode(
	ctx context.Context, d *destination, trace *runmap.Trace, g group, chunks []chunk,
) []chunk {
	b := newBlocks(slices.Grow(chunks, len(trace.Runs)))
	at := encode.Place{TraceID: trace.TraceID, Service: lookup(trace, "service.name"), Project: g.project}
	for i := range trace.Runs {
		b.room(encode.About(&trace.Runs[i]))
		buffer, err := e.encoder.Append(b.buffer, &trace.Runs[i], at)
		if err != nil {
			e.counters.refused(ctx, reasonEncode, 1, err)
			continue
		}
		if len(buffer)-len(b.buffer) > maxRunBytes {
			buffer = e.shorten(ctx, d, g, b.buffer, buffer)
		}
		if len(buffer) > len(b.buffer) {
			b.add(g, buffer)
			e.addFeedback(b, &trace.Runs[i], g.project)
		}
	}
	return b.finish()
}

// addFeedback appends what is to be told of r once it has arrived.
func (e *tracesExporter) addFeedback(b *blocks, r *run.Run, project string) {
	if !e.config.Feedback {
		return
	}
	g := group{encode.Feedback, project}
	for i := range r.Feedback {
		b.add(g, encode.AppendFeedback(b.buffer, &r.Feedback[i], r, e.config.ExtendTraceRetention))
	}
}

// shorten writes the run that has been appended to before once more, without its content, or not at all: it is beyond
// all limits.
func (e *tracesExporter) shorten(ctx context.Context, d *destination, g group, before, buffer []byte) []byte {
	data := buffer[len(before):]
	if short, ok := e.encoder.Shorten(data, maxRunBytes); ok {
		e.counters.shortened(ctx)
		data = short
	}
	if len(data) > maxRunBytes {
		err := errors.New("a run is larger than any server takes")
		d.giveUp(ctx, reasonTooLarge, []chunk{{group: g, data: bytes.Clone(data)}}, err)
		return before
	}
	return append(before, data...)
}
