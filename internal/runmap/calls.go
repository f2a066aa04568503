// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"encoding/hex"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// addCalls adds the tool calls that the events of span i tell of, as runs below its own. Their ids follow from the span
// and the call, so that sending them again makes no second run; a record that came twice is one call.
func (m *mapper) addCalls(t *Trace, i int) {
	calls := m.fields[i].Calls
	if len(calls) == 0 {
		return
	}
	slices.SortStableFunc(calls, func(a, b dialect.Call) int { return a.Start.Compare(b.Start) })
	first := len(t.Runs)
	for c := range calls {
		if calls[c].HasSpan {
			continue
		}
		r := m.callRun(i, &calls[c])
		if !slices.ContainsFunc(t.Runs[first:], func(other run.Run) bool { return other.ID == r.ID }) {
			t.Runs = append(t.Runs, r)
		}
	}
}

func (m *mapper) callRun(i int, c *dialect.Call) run.Run {
	above, p := m.spans[i], &m.places[i]
	derived := m.ids[i].Derive("call", c.ID, c.Name)
	span := pcommon.SpanID(derived[8:])
	start, end := m.timesOfCall(i, c)
	r := run.Run{
		ID: m.idOfSpan(above.TraceID(), span), TraceID: p.trace, ParentID: m.ids[i],
		Name: c.Name, Kind: run.Tool, Start: start, End: end,
		Inputs: c.Inputs, Outputs: c.Outputs, Error: c.Error,
	}
	if name, ok := m.renamed(c.Name); ok {
		r.Name = name
	} else if m.opts.Names == Storyboard {
		r.Name = "tool." + word(c.Name)
	}
	r.DottedOrder = m.dotted(p.dotted, start, r.ID)
	m.beginMetadata(c.Metadata)
	m.set("OTEL_TRACE_ID", run.Str(m.digits.trace))
	m.set("OTEL_SPAN_ID", run.Str(hex.EncodeToString(span[:])))
	m.addSurroundings(i)
	r.Metadata = m.metadata
	return r
}

// timesOfCall keeps a call within the time that its span took to begin: records come from the same process, but some
// have no time.
func (m *mapper) timesOfCall(i int, c *dialect.Call) (start, end time.Time) {
	from, to := times(m.spans[i].Span)
	if c.End.Before(from) {
		return from, from
	}
	start, end = c.Start, c.End
	if start.Before(from) {
		start = from
	}
	if end.After(to) && !start.After(to) {
		end = to
	}
	return start, end
}

// settleCalls gives the runs of tools the arguments that events elsewhere in the trace tell of their calls.
func (m *mapper) settleCalls() {
	var tools map[string]int
	for _, i := range m.tree.Order() {
		for c := range m.fields[i].Calls {
			call := &m.fields[i].Calls[c]
			if !call.HasSpan || call.ID == "" || len(call.Inputs) == 0 {
				continue
			}
			if tools == nil {
				tools = m.toolsByCall()
			}
			if t, found := tools[call.ID]; found {
				m.fields[t].Inputs = dialect.WithMembers(m.fields[t].Inputs, call.Inputs)
			}
		}
	}
}

// toolsByCall finds the runs of tools by what the model has called the call.
func (m *mapper) toolsByCall() map[string]int {
	tools := map[string]int{}
	for _, i := range m.tree.Order() {
		if id := m.fields[i].Metadata.Text("gen_ai.tool.call.id"); id != "" && m.fields[i].Kind == run.Tool {
			tools[id] = i
		}
	}
	return tools
}
