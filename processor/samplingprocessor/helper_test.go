// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/settings"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// sampler is a processor under test with all that stands around it.
type sampler struct {
	t         *testing.T
	cfg       *Config
	set       processor.Settings
	telemetry *componenttest.Telemetry
	factory   processor.Factory
	traces    processor.Traces
	sink      *consumertest.TracesSink
	decisions *recorder
	host      host
}

// newSampler makes a processor that keeps every trace unless change says otherwise.
func newSampler(t *testing.T, change func(*Config)) *sampler {
	t.Helper()
	s := &sampler{t: t, factory: NewFactory(), sink: &consumertest.TracesSink{}, decisions: &recorder{}}
	s.cfg = createDefaultConfig().(*Config)
	s.cfg.Memory.MaxBytes = 64 << 20
	s.cfg.Rules = []policy.Rule{keep("everything", 100)}
	if change != nil {
		change(s.cfg)
	}
	require.NoError(t, s.cfg.Validate())
	s.host = host{component.MustNewID("recorder"): s.decisions}
	s.telemetry = componenttest.NewTelemetry()
	s.set = processortest.NewNopSettings(metadata.Type)
	s.set.TelemetrySettings = s.telemetry.NewTelemetrySettings()
	return s
}

func (s *sampler) start(next consumer.Traces) *sampler {
	s.t.Helper()
	var err error
	s.traces, err = s.factory.CreateTraces(context.Background(), s.set, s.cfg, next)
	require.NoError(s.t, err)
	require.NoError(s.t, s.traces.Start(context.Background(), s.host))
	return s
}

// startSampler makes and starts a processor in front of its sink.
func startSampler(t *testing.T, change func(*Config)) *sampler {
	t.Helper()
	s := newSampler(t, change)
	return s.start(s.sink)
}

func (s *sampler) send(td ptrace.Traces) {
	s.t.Helper()
	require.NoError(s.t, s.traces.ConsumeTraces(context.Background(), td))
}

// stop shuts down, which judges everything that is open, and returns what was released.
func (s *sampler) stop() []ptrace.Traces {
	s.t.Helper()
	require.NoError(s.t, s.traces.Shutdown(context.Background()))
	require.NoError(s.t, s.telemetry.Shutdown(context.Background()))
	return s.sink.AllTraces()
}

// count sums the points of a metric that carry all the given attributes, as key and value in turn.
func (s *sampler) count(name string, attributes ...string) float64 {
	s.t.Helper()
	return sumOf(s.t, s.telemetry, "otelcol_processor_sampling_"+name, attributes)
}

func keep(name string, percent float64) policy.Rule { return policy.Rule{Name: name, Keep: &percent} }

func keepErrors() policy.Rule {
	all := 100.0
	return policy.Rule{Name: "errors", When: &policy.When{Error: true}, Keep: &all}
}

// host has the given extensions.
type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

// recorder is an extension that notes decisions.
type recorder struct {
	component.StartFunc
	component.ShutdownFunc
	mu  sync.Mutex
	all []decision.Decision
}

func (r *recorder) ObserveDecision(d decision.Decision) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, d)
}

func (r *recorder) list() []decision.Decision {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]decision.Decision(nil), r.all...)
}

func (r *recorder) only(t *testing.T) decision.Decision {
	t.Helper()
	require.Len(t, r.list(), 1)
	return r.list()[0]
}

// flaky fails as often as it is told to and then takes everything.
type flaky struct {
	consumertest.TracesSink
	mu    sync.Mutex
	fails int
	err   error
}

func (f *flaky) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	f.mu.Lock()
	fail := f.fails > 0
	f.fails--
	f.mu.Unlock()
	if fail {
		return f.err
	}
	return f.TracesSink.ConsumeTraces(ctx, td)
}

var errDown = errors.New("the destination is down")

// hung never takes anything until its context ends.
type hung struct{ consumertest.Consumer }

func (hung) ConsumeTraces(ctx context.Context, _ ptrace.Traces) error {
	<-ctx.Done()
	return ctx.Err()
}

func (hung) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// spec is a span in a test. Ids are single bytes; kind "llm", "tool", "http" and "app" make spans that dialects know
// as such.
type spec struct {
	trace, id, parent byte
	kind              string
	name              string
	start, end        int // milliseconds
	failed            bool
	flags             uint32
	attributes        map[string]any
}

var epoch = time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)

func plogTime(ms int) pcommon.Timestamp {
	return pcommon.NewTimestampFromTime(epoch.Add(time.Duration(ms) * time.Millisecond))
}

func traceID(n byte) pcommon.TraceID { return pcommon.TraceID{1, 2, 3, 15: n} }

func spanID(n byte) pcommon.SpanID {
	if n == 0 {
		return pcommon.SpanID{}
	}
	return pcommon.SpanID{7: n}
}

// traces makes one message of the specs, all of one service and scope.
func traces(specs ...spec) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "shop")
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("test")
	for _, s := range specs {
		s.put(ss.Spans().AppendEmpty())
	}
	return td
}

func (s spec) put(span ptrace.Span) {
	if s.trace == 0 {
		s.trace = 1
	}
	span.SetTraceID(traceID(s.trace))
	span.SetSpanID(spanID(s.id))
	span.SetParentSpanID(spanID(s.parent))
	span.SetName(s.name)
	if s.name == "" {
		span.SetName(fmt.Sprintf("%s %d", s.kind, s.id))
	}
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(epoch.Add(time.Duration(s.start) * time.Millisecond)))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(epoch.Add(time.Duration(max(s.end, s.start+1)) * time.Millisecond)))
	span.SetFlags(s.flags)
	a := span.Attributes()
	switch s.kind {
	case "llm":
		a.PutStr("gen_ai.operation.name", "chat")
		a.PutStr("gen_ai.request.model", "m")
	case "tool":
		a.PutStr("gen_ai.operation.name", "execute_tool")
		a.PutStr("gen_ai.tool.name", "search")
	case "http":
		span.SetKind(ptrace.SpanKindClient)
		a.PutStr("http.request.method", "GET")
		a.PutStr("url.full", "https://example.com/")
	}
	if s.failed {
		span.Status().SetCode(ptrace.StatusCodeError)
		span.Status().SetMessage("it broke")
	}
	for k, v := range s.attributes {
		_ = a.PutEmpty(k).FromRaw(v)
	}
}

// spansOfAll lists the spans of several messages.
func spansOfAll(all ...ptrace.Traces) []ptrace.Span {
	var spans []ptrace.Span
	for _, td := range all {
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, span := range ss.Spans().All() {
					spans = append(spans, span)
				}
			}
		}
	}
	return spans
}

// shape is the parents by span id, in hex, of the spans of one trace.
func shape(all ...ptrace.Traces) map[string]string {
	m := map[string]string{}
	for _, span := range spansOfAll(all...) {
		m[span.SpanID().String()] = span.ParentSpanID().String()
	}
	return m
}

// id is a span id as shape has it.
func id(n byte) string { return spanID(n).String() }

// requireTrees checks that what was released of each trace is one tree, and returns the number of traces.
func requireTrees(t *testing.T, all ...ptrace.Traces) int {
	t.Helper()
	byTrace := map[pcommon.TraceID]map[pcommon.SpanID]pcommon.SpanID{}
	for _, span := range spansOfAll(all...) {
		if byTrace[span.TraceID()] == nil {
			byTrace[span.TraceID()] = map[pcommon.SpanID]pcommon.SpanID{}
		}
		_, twice := byTrace[span.TraceID()][span.SpanID()]
		require.False(t, twice, "%s is there twice", span.SpanID())
		byTrace[span.TraceID()][span.SpanID()] = span.ParentSpanID()
	}
	for _, parents := range byTrace {
		requireTree(t, parents)
	}
	return len(byTrace)
}

func requireTree(t *testing.T, parents map[pcommon.SpanID]pcommon.SpanID) {
	t.Helper()
	roots := 0
	for span, parent := range parents {
		if parent.IsEmpty() {
			roots++
			continue
		}
		_, here := parents[parent]
		require.True(t, here, "the parent of %s is missing", span)
		steps := 0
		for at := span; !at.IsEmpty() && steps <= len(parents); at = parents[at] {
			steps++
		}
		require.LessOrEqual(t, steps, len(parents), "%s is on a cycle", span)
	}
	require.Equal(t, 1, roots, "roots")
}

// rootOf returns the only root of td.
func rootOf(t *testing.T, td ptrace.Traces) ptrace.Span {
	t.Helper()
	for _, span := range spansOfAll(td) {
		if span.ParentSpanID().IsEmpty() {
			return span
		}
	}
	require.Fail(t, "no root")
	return ptrace.NewSpan()
}

func size(n int) settings.ByteSize { return settings.ByteSize(n) }

// How long and how often to look for what other goroutines do on the real clock.
const (
	eventually = 10 * time.Second
	moment     = 5 * time.Millisecond
)

// hookInto writes the messages of a logger.
func hookInto(lines *strings.Builder) zap.Option {
	return zap.WrapCore(func(zapcore.Core) zapcore.Core {
		return zapcore.NewCore(zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "m"}), zapcore.AddSync(lines), zap.DebugLevel)
	})
}
