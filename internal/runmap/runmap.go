// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package runmap makes runs of the spans of whole traces: it puts what the dialects tell about each span into the
// tree that the spans form, so that usage is counted once, a thread is known to every run, and parents stand before
// children.
package runmap

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/tree"
)

// IDs says how run ids are made of span ids.
type IDs uint8

// The rules for run ids.
const (
	SpanIDs      IDs = iota // LangSmith's own rule: the span id, zero-padded
	TraceSpanIDs            // 128 bits of trace and span id
)

// Options is what the mapping depends on besides the spans. The zero value maps by LangSmith's rules and adds no
// metadata.
type Options struct {
	IDs IDs
	// Owners tells span ids of several traces apart; nil where nobody remembers.
	Owners Owners
	// Metadata fills run metadata from attributes: for each key, the first attribute that is present on the span, on
	// the trace's root or on the resource.
	Metadata map[string][]string
	// Names says how runs are called, and Renames what is called otherwise: the first that matches wins.
	Names   Names
	Renames []Rename
	// APM is where the span of a run is shown by another product; nil adds no such metadata.
	APM *URLTemplate
	// WithoutDottedOrder leaves DottedOrder empty, for encodings that do not need it.
	WithoutDottedOrder bool

	compiled *rules // of Metadata
}

// Compile does once what every call would do again. Metadata must not be changed afterwards.
func (o *Options) Compile() {
	r := compile(o.Metadata)
	o.compiled = &r
}

// Trace is one trace as runs.
type Trace struct {
	TraceID pcommon.TraceID
	// Runs stand parents before their children, siblings by start time and then span id, but for calls without a span,
	// which come first.
	Runs []run.Run

	Root     pcommon.Map // attributes of the root span
	Resource pcommon.Map // attributes of its resource

	SharedIDs int // runs whose span had the id of another one
}

// Map returns the traces of td in order of first appearance. It does not change td, and keeps references into it only
// in Root and Resource. An OpenTelemetry trace with several roots becomes several traces, as it does at LangSmith; a
// span whose parent is not in td is a root (assumption 8), unless it says that it comes late to a trace that was delivered before.
func Map(td ptrace.Traces, opts Options) []Trace {
	var all []Trace
	m := &mapper{}
	m.each(td, opts, func(t *Trace) { all = append(all, *t) })
	return all
}

// Each is Map without the memory that its result takes: it calls yield with one trace after the other, each of which
// is valid until yield returns.
func Each(td ptrace.Traces, opts Options, yield func(*Trace)) {
	m := mappers.Get().(*mapper)
	m.reuse, m.reader.Reuse, m.reader.Room = true, true, usualAdditions
	m.each(td, opts, yield)
	m.release()
	mappers.Put(m)
}

// usualAdditions is how much metadata the mapping adds to most runs: ids, what the resource says, the thread.
const usualAdditions = 16

func (m *mapper) each(td ptrace.Traces, opts Options, yield func(*Trace)) {
	if opts.compiled == nil {
		opts.Compile()
	}
	m.opts, m.rules = opts, opts.compiled
	m.gather(td)
	for _, spans := range m.groups {
		m.begin(spans)
		m.assemble()
		for i := range m.traces {
			yield(&m.traces[i])
		}
	}
}

// mapper maps the spans of one trace after the other. Its slices go by the index of the span and are used again for the
// next trace.
type mapper struct {
	opts  Options
	rules *rules
	reuse bool // what traces hold, too

	gathered
	spans []dialect.Span // of the trace at hand
	tree  tree.Tree
	read
	facts facts

	traces   []Trace
	runs     []run.Run
	metadata run.Values     // of the run at hand
	names    run.Names      // of the metadata
	at       map[run.ID]int // where each trace is
	digits   digits
}

// gathered is the spans of the whole message.
type gathered struct {
	all    []dialect.Span
	sorted []dialect.Span   // by trace, if there are several
	groups [][]dialect.Span // the traces

	index map[pcommon.TraceID]int // of each trace in groups
	ends  []int                   // of each group in sorted, so far
	group int                     // of the span before
}

// digits is the ids of the trace at hand in hexadecimal digits.
type digits struct {
	buffer []byte
	trace  string
	spans  string // one after the other
}

// read is what has been found out about each span.
type read struct {
	reader dialect.Reader
	nodes  []tree.Node
	fields []dialect.Fields
	ids    []run.ID
	roots  []int // the root that each span stands under
	places []place
	below  []priced

	feedback map[int][]run.Feedback // by span; nil as a rule
	streams
	clashes
}

// begin reads and places the spans of one trace.
func (m *mapper) begin(spans []dialect.Span) {
	if m.reuse {
		m.forgetTrace()
	} else {
		m.read, m.traces = read{}, nil
	}
	m.spans = spans
	m.fields = resized(m.fields, len(spans))
	m.ids = resized(m.ids, len(spans))
	m.roots = resized(m.roots, len(spans))
	m.places = resized(m.places, len(spans))
	m.facts.begin(m.rules)
	m.digits.write(spans)
	m.arrange()
	m.streams = streams{}
	streamed, called := false, false
	for _, i := range m.tree.Order() {
		m.reader.Read(spans[i], &m.fields[i])
		streamed = streamed || m.fields[i].Streamed
		called = called || m.fields[i].Calls != nil
		m.settleTool(i)
		m.ids[i] = m.idOf(i)
		m.place(i)
	}
	if called {
		m.settleCalls()
	}
	if streamed {
		m.settleAnswers()
	}
	m.settleUsage()
	m.settleFeedback()
	m.shareContext()
}

// assemble makes one trace for each root, or one for all spans that come late to the same root.
func (m *mapper) assemble() {
	m.traces = m.traces[:0]
	if m.at == nil {
		m.at = map[run.ID]int{}
	}
	clear(m.at)
	for _, i := range m.tree.Order() {
		if m.isAnnouncement(i) || m.absorbed[i] {
			continue
		}
		id := m.places[i].trace
		t, ok := m.at[id]
		if !ok {
			t = len(m.traces)
			m.at[id] = t
			root := m.spans[m.roots[i]]
			m.traces = append(m.traces, Trace{
				TraceID: root.TraceID(), Root: root.Attributes(), Resource: root.Resource, Runs: m.room(i),
			})
		}
		m.traces[t].Runs = append(m.traces[t].Runs, run.Run{})
		m.fill(&m.traces[t].Runs[len(m.traces[t].Runs)-1], i)
		if _, came := m.cameShared(i); came || m.shared[i] {
			m.traces[t].SharedIDs++
		}
		m.addCalls(&m.traces[t], i)
	}
}

// isAnnouncement reports whether span i only says that its parent, which is here, has begun.
func (m *mapper) isAnnouncement(i int) bool {
	return m.fields[i].Pending && m.tree.Parent(i) >= 0 && len(m.tree.Children(i)) == 0
}

// room returns memory for the runs of the trace whose root is i.
func (m *mapper) room(i int) []run.Run {
	switch {
	case len(m.tree.Roots()) > 1:
		return make([]run.Run, 0, 1+len(m.tree.Children(i)))
	case m.reuse:
		m.runs = resized(m.runs, m.tree.Len())
		return m.runs[:0]
	}
	return make([]run.Run, 0, m.tree.Len())
}

// fill makes the run of span i.
func (m *mapper) fill(r *run.Run, i int) {
	s, f, p := m.spans[i], &m.fields[i], &m.places[i]
	r.ID, r.TraceID, r.ParentID, r.DottedOrder = m.ids[i], p.trace, p.parent, p.dotted
	r.Name, r.Kind, r.Project = m.nameOf(i), f.Kind, f.Project
	r.Inputs, r.Outputs, r.Usage = f.Inputs, f.Outputs, f.Usage
	r.Invocation, r.Tags = f.Invocation, f.Tags
	r.ExampleID, _ = run.ParseID(f.Example) // what is no id names no example
	r.Start, r.End = times(s.Span)
	if answer, streamed := m.streamed[i]; streamed {
		if _, end := times(m.spans[answer].Span); end.After(r.End) {
			r.End = end
		}
	}
	if f.FirstToken.After(r.Start) {
		r.FirstToken = f.FirstToken
	}
	if f.Failure != nil {
		r.Error = errorText(f.Failure)
	}
	r.Metadata = m.metadataOf(i)
	r.Attachments, r.Feedback = f.Attachments, m.feedback[i]
}

// errorText joins message and stack trace as LangSmith's SDKs do.
func errorText(f *dialect.Failure) string {
	if f.Stacktrace == "" || f.Stacktrace == f.Message {
		return f.Message
	}
	return f.Message + "\n\nStacktrace:\n" + f.Stacktrace
}
