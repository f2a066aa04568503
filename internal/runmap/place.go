// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// place is where a run stands at LangSmith.
type place struct {
	trace, parent run.ID
	dotted        string
}

// idOf returns the id that the application chose, or the one made of the span's.
func (m *mapper) idOf(i int) run.ID {
	n := m.tree.Node(i)
	if n.RunID != (run.ID{}) {
		return m.chosen(i, n.RunID)
	}
	s := m.spans[i]
	switch {
	case s.SpanID().IsEmpty():
		return m.idWithout(i)
	case m.opts.IDs == TraceSpanIDs:
		return run.FromTraceSpan(s.TraceID(), n.ID)
	}
	id, shared := m.claim(s.TraceID(), n.ID)
	if shared {
		m.markShared(i)
	}
	return id
}

// idOfSpan returns the id of a run that need not be here.
func (m *mapper) idOfSpan(trace pcommon.TraceID, span pcommon.SpanID) run.ID {
	if m.opts.IDs == TraceSpanIDs {
		return run.FromTraceSpan(trace, span)
	}
	id, _ := m.claim(trace, span)
	return id
}

// idWithout makes an id for a span that has none, of what else tells it apart, so that sending it again makes no
// second run.
func (m *mapper) idWithout(i int) run.ID {
	s := m.spans[i]
	trace := s.TraceID()
	b := binary.BigEndian.AppendUint64(trace[:], uint64(s.StartTimestamp()))
	b = binary.BigEndian.AppendUint64(b, uint64(s.EndTimestamp()))
	b = binary.BigEndian.AppendUint64(b, uint64(i))
	sum := sha256.Sum256(append(b, s.Name()...))
	id := run.ID(sum[:16])
	id[6] = id[6]&0x0f | 0x80 // version 8
	id[8] = id[8]&0x3f | 0x80
	return id
}

// place decides trace, parent and dotted order of span i. Its parent has been placed before.
func (m *mapper) place(i int) {
	m.roots[i] = i
	if p := m.tree.Parent(i); p >= 0 {
		m.roots[i] = m.roots[p]
		m.places[i] = place{
			trace: m.places[p].trace, parent: m.ids[p], dotted: m.dottedOf(i, m.places[p].dotted),
		}
		return
	}
	if m.placeLate(i) || m.placeByApplication(i) {
		return
	}
	m.places[i] = place{trace: m.ids[i], dotted: m.dottedOf(i, "")}
}

// dottedOf returns the dotted order of span i, if that is wanted.
func (m *mapper) dottedOf(i int, parent string) string {
	if m.opts.WithoutDottedOrder {
		return ""
	}
	start, _ := times(m.spans[i].Span)
	return run.Dotted(parent, start, m.ids[i])
}

func (m *mapper) dotted(parent string, start time.Time, id run.ID) string {
	if m.opts.WithoutDottedOrder {
		return ""
	}
	return run.Dotted(parent, start, id)
}

// placeLate keeps a span that came after its trace was delivered under the parent that is at LangSmith by now.
func (m *mapper) placeLate(i int) bool {
	s := m.spans[i]
	if late, ok := s.Attributes().Get(contract.SamplingLate); !ok || late.Type() != pcommon.ValueTypeBool || !late.Bool() {
		return false
	}
	root, ok := spanID(s.Attributes(), contract.SamplingRootSpanID)
	if !ok || s.ParentSpanID().IsEmpty() || root == s.SpanID() {
		return false
	}
	m.places[i] = place{
		trace:  m.idOfSpan(s.TraceID(), root),
		parent: m.idOfSpan(s.TraceID(), s.ParentSpanID()),
		dotted: m.dottedOf(i, m.ancestry(i, root)),
	}
	if parent := m.tree.Node(i).ParentRunID; parent != (run.ID{}) {
		m.places[i].parent = parent
	}
	return true
}

// maxAncestors bounds the path that is read: LangSmith limits the depth of a trace far below.
const maxAncestors = 10_000

// ancestry returns the dotted order of a late span's parent, made of the path that sampling wrote down. Without a
// path, the parent is placed under the root at the time of the span.
func (m *mapper) ancestry(i int, root pcommon.SpanID) string {
	s := m.spans[i]
	dotted := ""
	if path, ok := s.Attributes().Get(contract.SamplingAncestry); ok && path.Type() == pcommon.ValueTypeStr {
		for step := range strings.SplitSeq(path.Str(), ",") {
			id, nanos, ok := parseStep(step)
			if !ok || len(dotted) > maxAncestors*len(step) {
				break
			}
			dotted = run.Dotted(dotted, time.Unix(0, nanos), m.idOfSpan(s.TraceID(), id))
		}
	}
	if dotted != "" {
		return dotted
	}
	start, _ := times(s.Span)
	dotted = run.Dotted("", start, m.idOfSpan(s.TraceID(), root))
	if s.ParentSpanID() != root {
		dotted = run.Dotted(dotted, start, m.idOfSpan(s.TraceID(), s.ParentSpanID()))
	}
	return dotted
}

// parseStep reads "<span id hex>@<start unix nanos>".
func parseStep(step string) (id pcommon.SpanID, nanos int64, ok bool) {
	digits, at, found := strings.Cut(step, "@")
	nanos, err := strconv.ParseInt(at, 10, 64)
	if !found || err != nil {
		return id, 0, false
	}
	id, ok = parseSpanID(digits)
	return id, nanos, ok
}

func spanID(attributes pcommon.Map, key string) (pcommon.SpanID, bool) {
	v, ok := attributes.Get(key)
	if !ok || v.Type() != pcommon.ValueTypeStr {
		return pcommon.SpanID{}, false
	}
	return parseSpanID(v.Str())
}

func parseSpanID(digits string) (id pcommon.SpanID, ok bool) {
	if len(digits) != 2*len(id) {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(digits))
	return id, err == nil && !id.IsEmpty()
}

// placeByApplication keeps a span where the application put it, in a trace whose root is elsewhere: its own dotted
// order must say so completely, or LangSmith would refuse it.
func (m *mapper) placeByApplication(i int) bool {
	n := m.tree.Node(i)
	if n.IsRoot || n.ParentRunID == (run.ID{}) {
		return false
	}
	v, ok := m.spans[i].Attributes().Get(contract.LangSmithDottedOrder)
	if !ok || v.Type() != pcommon.ValueTypeStr {
		return false
	}
	path := dottedIDs(v.Str())
	if len(path) < 2 || path[len(path)-1] != m.ids[i] || path[len(path)-2] != n.ParentRunID {
		return false
	}
	m.places[i] = place{trace: path[0], parent: n.ParentRunID, dotted: v.Str()}
	return true
}

// uuidLength is the length of a run id in its text form.
const uuidLength = 36

// dottedIDs returns the ids of a dotted order, or nothing if any segment is malformed.
func dottedIDs(dotted string) []run.ID {
	var ids []run.ID
	for segment := range strings.SplitSeq(dotted, ".") {
		if len(segment) <= uuidLength || len(ids) >= maxAncestors {
			return nil
		}
		id, ok := run.ParseID(segment[len(segment)-uuidLength:])
		if !ok {
			return nil
		}
		ids = append(ids, id)
	}
	return ids
}

// times returns start and end of a span in an order that LangSmith accepts.
func times(s ptrace.Span) (start, end time.Time) {
	from, to := s.StartTimestamp(), s.EndTimestamp()
	if from == 0 {
		from = to
	}
	return from.AsTime(), max(from, to).AsTime()
}
