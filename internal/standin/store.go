// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"container/list"
	"slices"
)

// runKey names a run, a trace or a project: ids are worth something inside a workspace only.
type runKey struct{ workspace, id string }

// stored is a run and what is known of how it came.
type stored struct {
	run     Run
	size    int64
	posted  bool // not yet, when a patch overtook its post; then it is not shown
	patched bool
}

// traceRuns is the owner of a trace's runs.
type traceRuns struct {
	key   runKey
	runs  []*stored
	place *list.Element // in store.order
}

// store holds runs by trace. The trace that got a run longest ago goes first when there is no room. It is not safe
// for concurrent use: Server's mutex guards it.
type store struct {
	maxRuns, maxTraceRuns int
	maxBytes              int64
	noOrphans             bool

	runs     map[runKey]*stored
	traces   map[runKey]*traceRuns
	order    list.List // of *traceRuns, longest untouched first
	bytes    int64
	projects map[runKey]*project
	orphans  *orphanage
	feedback []Feedback
	count    Counts
}

// Counts is what happened since the start.
type Counts struct {
	Requests       int64 `json:"requests"`        // that sent something, refused ones included
	Refused        int64 `json:"refused"`         // answered 4xx or 5xx
	Bytes          int64 `json:"bytes"`           // of the requests' bodies on the wire
	Spans          int64 `json:"spans"`           // received over OTLP
	InvalidSpans   int64 `json:"invalid_spans"`   // without a span id
	DuplicateSpans int64 `json:"duplicate_spans"` // whose run was here: ignored
	Conflicts      int64 `json:"conflicts"`       // posts and patches of a run that had come
	RejectedRuns   int64 `json:"rejected_runs"`   // over the limit of a trace
	// BadDottedOrders are langsmith.span.dotted_order attributes that do not fit the ids of their run or do not
	// continue their parent's.
	BadDottedOrders int64 `json:"bad_dotted_orders"`
	OrphansExpired  int64 `json:"orphans_expired"`
	OrphansDropped  int64 `json:"orphans_dropped"` // for want of room
	EvictedTraces   int64 `json:"evicted_traces"`
	EvictedRuns     int64 `json:"evicted_runs"`
}

func newStore(opt Options) *store {
	return &store{
		maxRuns: opt.MaxRuns, maxTraceRuns: opt.MaxTraceRuns, maxBytes: opt.MaxBytes,
		noOrphans: opt.NoOrphans,
		runs:      map[runKey]*stored{},
		traces:    map[runKey]*traceRuns{},
		projects:  map[runKey]*project{},
		orphans:   newOrphanage(opt.MaxRuns/4, opt.MaxBytes/4, opt.OrphanTTL),
	}
}

func (r *Run) key() runKey      { return runKey{r.Workspace, r.ID} }
func (r *Run) traceKey() runKey { return runKey{r.Workspace, r.TraceID} }

// insert adds a run to its trace and makes room for it. It reports whether the trace took it.
func (s *store) insert(one *stored) bool {
	s.projects[runKey{one.run.Workspace, one.run.ProjectID}].runs++
	key := one.run.traceKey()
	t := s.traces[key]
	if t == nil {
		t = &traceRuns{key: key}
		t.place = s.order.PushBack(t)
		s.traces[key] = t
	}
	if len(t.runs) >= s.maxTraceRuns {
		s.release(one)
		s.count.RejectedRuns++
		return false
	}
	one.size = one.run.size()
	t.runs = append(t.runs, one)
	s.runs[one.run.key()] = one
	s.bytes += one.size
	s.order.MoveToBack(t.place)
	s.makeRoom()
	return true
}

// resized accounts for a run that was changed in place.
func (s *store) resized(one *stored) {
	size := one.run.size()
	s.bytes += size - one.size
	one.size = size
	s.makeRoom()
}

func (s *store) makeRoom() {
	for len(s.runs) > s.maxRuns || s.bytes > s.maxBytes {
		oldest := s.order.Front()
		if oldest == nil {
			return
		}
		s.evict(oldest.Value.(*traceRuns))
	}
}

func (s *store) evict(t *traceRuns) {
	for _, one := range t.runs {
		delete(s.runs, one.run.key())
		s.bytes -= one.size
		s.release(one)
	}
	s.count.EvictedTraces++
	s.count.EvictedRuns += int64(len(t.runs))
	s.order.Remove(t.place)
	delete(s.traces, t.key)
}

// find returns a run that can be shown.
func (s *store) find(key runKey) *stored {
	if one := s.runs[key]; one != nil && one.posted {
		return one
	}
	return nil
}

// Runs returns every run that is shown, in the order of traces and, inside one, of dotted order.
func (s *Server) Runs() []Run {
	var runs []Run
	for _, t := range s.Traces() {
		runs = append(runs, t.Runs...)
	}
	return runs
}

// Trace is the runs that have one trace id.
type Trace struct {
	ID        string
	Workspace string
	Runs      []Run
	Roots     int // runs without a parent: one, if all is well
	// MissingParents are the ids of parents that no run of the trace has.
	MissingParents []string
}

// Traces returns all traces, the one that was touched longest ago first.
func (s *Server) Traces() []Trace {
	s.mu.Lock()
	defer s.mu.Unlock()
	traces := make([]Trace, 0, len(s.store.traces))
	for e := s.store.order.Front(); e != nil; e = e.Next() {
		if t := e.Value.(*traceRuns).view(); len(t.Runs) > 0 {
			traces = append(traces, t)
		}
	}
	return traces
}

func (t *traceRuns) view() Trace {
	v := Trace{ID: t.key.id, Workspace: t.key.workspace}
	ids := map[string]bool{}
	for _, one := range t.runs {
		if one.posted {
			v.Runs = append(v.Runs, one.run)
			ids[one.run.ID] = true
		}
	}
	for i := range v.Runs {
		switch run := &v.Runs[i]; {
		case run.IsRoot():
			v.Roots++
		case !ids[run.ParentID]:
			v.MissingParents = append(v.MissingParents, run.ParentID)
		}
	}
	slices.SortStableFunc(v.Runs, func(a, b Run) int {
		switch {
		case a.DottedOrder < b.DottedOrder:
			return -1
		case a.DottedOrder > b.DottedOrder:
			return 1
		}
		return 0
	})
	return v
}
