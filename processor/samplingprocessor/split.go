// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/tree"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/cut"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// splitter takes requests apart by trace and tenant, one after the other: it reads every span once, and then encodes
// the request as a whole and cuts the bytes. Requests are not changed. What it needs for that is used again.
type splitter struct {
	cfg      *Config
	observer *policy.Observer
	cutter   cut.Cutter

	lots     []lot // in the order in which the traces appear
	byKey    map[store.Key]int32
	latest   int32 // the lot that was added to last: spans of a trace stand together
	spans    []store.Span
	of       []int32 // the lot of each span; none for those without a name
	nameless int     // spans with a zero id, which nobody could ever find
}

// lot is what a request holds of one trace.
type lot struct {
	id    pcommon.TraceID
	key   store.Key
	sight policy.Sight
	spans []store.Span
	count int32
	data  []byte
}

const none = -1

func newSplitter(cfg *Config, p *policy.Policy) *splitter {
	return &splitter{cfg: cfg, observer: p.NewObserver(), byKey: map[store.Key]int32{}}
}

// split fills the lots with all that td holds.
func (s *splitter) split(td ptrace.Traces) error {
	s.read(td)
	var m ptrace.ProtoMarshaler
	data, err := m.MarshalTraces(td)
	if err != nil {
		return fmt.Errorf("encode spans: %w", err)
	}
	for i := range s.lots {
		s.observer.Finish(&s.lots[i].sight)
	}
	s.deal()
	if len(s.lots) == 1 && s.nameless == 0 { // most SDKs send so
		s.lots[0].data = data
		return nil
	}
	parts, err := s.cutter.Traces(data, s.of, len(s.lots))
	for i := range parts {
		s.lots[i].data = parts[i]
	}
	return err
}

// read finds out which traces there are, and looks at every span.
func (s *splitter) read(td ptrace.Traces) {
	for _, rs := range td.ResourceSpans().All() {
		t := s.cfg.tenantOf(rs.Resource().Attributes())
		s.observer.Enter(rs)
		for _, ss := range rs.ScopeSpans().All() {
			s.observer.EnterScope(ss)
			for _, span := range ss.Spans().All() {
				s.add(t, span)
			}
		}
	}
}

func (s *splitter) add(t tenant, span ptrace.Span) {
	id := span.TraceID()
	if id.IsEmpty() || span.SpanID().IsEmpty() {
		s.nameless++
		s.of, s.spans = append(s.of, none), append(s.spans, store.Span{})
		return
	}
	n := s.lotOf(t.key(id, 0), id)
	l := &s.lots[n]
	l.count++
	s.observer.Read(&l.sight, span)
	s.of, s.spans = append(s.of, n), append(s.spans, spanOf(span, s.observer.Overrides()))
}

// lotOf returns the lot of a trace, and makes it if there is none. The first one is entered in the map when a second comes.
func (s *splitter) lotOf(key store.Key, id pcommon.TraceID) int32 {
	if len(s.lots) > 0 && s.lots[s.latest].key == key {
		return s.latest
	}
	if len(s.lots) == 1 {
		s.byKey[s.lots[0].key] = 0
	}
	n, ok := s.byKey[key]
	if !ok {
		n = int32(len(s.lots))
		s.lots = append(s.lots, lot{id: id, key: key})
		if n > 0 {
			s.byKey[key] = n
		}
	}
	s.latest = n
	return n
}

// deal gives each lot its spans.
func (s *splitter) deal() {
	for i := range s.lots {
		s.lots[i].spans = make([]store.Span, 0, s.lots[i].count)
	}
	for i, n := range s.of {
		if n != none {
			s.lots[n].spans = append(s.lots[n].spans, s.spans[i])
		}
	}
}

const (
	// maxScratch is the number of spans up to which a splitter is used again.
	maxScratch = 8192
	// maxKeys is the number of traces up to which the map of them is: clearing a map takes time by its capacity.
	maxKeys = 512
)

// reset forgets the request. It reports whether the splitter is worth using again.
func (s *splitter) reset() bool {
	if cap(s.of) > maxScratch {
		return false
	}
	clear(s.lots) // what they point to is somebody else's now
	if len(s.byKey) > maxKeys {
		s.byKey = map[store.Key]int32{}
	} else if len(s.byKey) > 0 {
		clear(s.byKey)
	}
	s.observer.Reset()
	s.lots, s.spans, s.of = s.lots[:0], s.spans[:0], s.of[:0]
	s.latest, s.nameless = 0, 0
	return true
}

// spansOf reads what completion needs to know. Where an application overrides the parent, the overriding one counts:
// LangSmith's own exporters drop the native parent and will never send it.
func spansOf(td ptrace.Traces) []store.Span {
	spans := make([]store.Span, 0, td.SpanCount())
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				spans = append(spans, spanOf(span, true))
			}
		}
	}
	return spans
}

// spanOf reads one span. Overrides says whether it may have attributes that override its place.
func spanOf(span ptrace.Span, overrides bool) store.Span {
	entry := span.Kind() == ptrace.SpanKindServer || span.Kind() == ptrace.SpanKindConsumer
	s := store.Span{ID: span.SpanID(), Parent: span.ParentSpanID(), Origin: store.OriginOf(span.Flags(), entry)}
	if !overrides {
		return s
	}
	switch n := tree.NodeOf(span); {
	case n.IsRoot:
		s.Parent = [8]byte{}
	case n.ParentRunID == [16]byte{}:
	case [8]byte(n.ParentRunID[:8]) == [8]byte{}:
		s.Parent, s.Origin = [8]byte(n.ParentRunID[8:]), store.Unknown
	default: // a run of which only LangSmith knows the span
		s.Origin = store.Unknown
	}
	return s
}
