// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// maxPage is LangSmith's limit of runs in an answer.
	maxPage = 100
	// maxQuery bounds the body of a query.
	maxQuery = 1 << 20
)

// runQuery is the body of POST /runs/query, as far as it is understood; other fields are passed over.
type runQuery struct {
	Session   []string   `json:"session"`
	ID        []string   `json:"id"`
	Trace     string     `json:"trace"`
	ParentRun string     `json:"parent_run"`
	RunType   string     `json:"run_type"`
	IsRoot    *bool      `json:"is_root"`
	Error     *bool      `json:"error"`
	StartTime *time.Time `json:"start_time"`
	EndTime   *time.Time `json:"end_time"`
	Filter    string     `json:"filter"`
	Select    []string   `json:"select"`
	Limit     int        `json:"limit"`
	Order     string     `json:"order"`
	Cursor    string     `json:"cursor"`

	filter condition
}

// queryRuns answers with the runs that match, newest first.
func (s *Server) queryRuns(w http.ResponseWriter, r *http.Request) {
	q, refused := readQuery(r)
	if refused != nil {
		refused.write(w)
		return
	}
	runs, next := s.search(q, workspaceOf(r))
	views := make([]map[string]any, 0, len(runs))
	for _, run := range runs {
		views = append(views, run.view(q.Select))
	}
	cursors := map[string]any{"next": nil}
	if next != "" {
		cursors["next"] = next
	}
	writeJSON(w, http.StatusOK, map[string]any{"runs": views, "cursors": cursors})
}

func readQuery(r *http.Request) (*runQuery, *refusal) {
	b, err := readLimited(r.Body, maxQuery)
	if err != nil {
		return nil, bodyRefusal(err)
	}
	var q runQuery
	if err := json.Unmarshal(b, &q); err != nil {
		return nil, unprocessable("body: %v", err)
	}
	if len(q.Session) == 0 && len(q.ID) == 0 && q.Trace == "" && q.ParentRun == "" {
		return nil, badRequest("at least one of 'session', 'id', 'parent_run' or 'trace' must be specified")
	}
	if q.Limit == 0 {
		q.Limit = maxPage
	}
	if q.Limit < 1 || q.Limit > maxPage {
		return nil, unprocessable("limit: must be between 1 and %d", maxPage)
	}
	if q.Filter != "" {
		if q.filter, err = parseFilter(q.Filter); err != nil {
			return nil, badRequest("%v", err)
		}
	}
	if len(q.ID) > 0 {
		q.filter = nil
	}
	for i, id := range q.ID {
		q.ID[i] = strings.ToLower(id)
	}
	q.Trace, q.ParentRun = strings.ToLower(q.Trace), strings.ToLower(q.ParentRun)
	return &q, nil
}

// found is a run and what its trace adds to it.
type found struct {
	Run
	traceRuns   int
	traceErrors int
	total       Usage // of a root: of all runs of the trace
}

// search returns one page, and the cursor of the next. A question for a trace has all of it on one page.
func (s *Server) search(q *runQuery, workspace string) ([]found, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var runs []found
	for _, t := range s.store.matching(q) {
		for _, one := range t.runs {
			if one.posted && (workspace == "" || one.run.Workspace == workspace) && q.matches(&one.run) {
				if f := t.found(one); q.filter == nil || q.filter(&f) {
					runs = append(runs, f)
				}
			}
		}
	}
	slices.SortFunc(runs, func(a, b found) int { return q.compare(positionOf(&a.Run), positionOf(&b.Run)) })
	if q.Trace != "" {
		return runs, ""
	}
	return page(runs, q)
}

// matching narrows a question to the traces that may hold an answer.
func (s *store) matching(q *runQuery) []*traceRuns {
	traces := make([]*traceRuns, 0, len(s.traces))
	for e := s.order.Front(); e != nil; e = e.Next() {
		if t := e.Value.(*traceRuns); q.Trace == "" || len(q.ID) > 0 || t.key.id == q.Trace {
			traces = append(traces, t)
		}
	}
	return traces
}

func (t *traceRuns) found(one *stored) found {
	f := found{Run: one.run, traceRuns: len(t.runs), total: one.run.Usage}
	if !one.run.IsRoot() {
		return f
	}
	f.total = Usage{}
	for _, r := range t.runs {
		if r.run.Status == statusError {
			f.traceErrors++
		}
		f.total.PromptTokens += r.run.PromptTokens
		f.total.CompletionTokens += r.run.CompletionTokens
		f.total.TotalTokens += r.run.TotalTokens
	}
	return f
}

// position is where a run stands in an answer: by start, and by id where that is equal.
type position struct {
	micros int64
	id     string
}

func positionOf(r *Run) position { return position{r.Start.UnixMicro(), r.ID} }

// compare orders positions, the newest first unless asked otherwise.
func (q *runQuery) compare(a, b position) int {
	order := cmp.Or(cmp.Compare(a.micros, b.micros), strings.Compare(a.id, b.id))
	if q.Order == "asc" {
		return order
	}
	return -order
}

func (p position) cursor() string { return strconv.FormatInt(p.micros, 36) + "_" + p.id }

func parseCursor(s string) (position, bool) {
	micros, id, found := strings.Cut(s, "_")
	n, err := strconv.ParseInt(micros, 36, 64)
	return position{n, id}, found && err == nil
}

func page(runs []found, q *runQuery) ([]found, string) {
	if after, ok := parseCursor(q.Cursor); ok {
		at := slices.IndexFunc(runs, func(f found) bool { return q.compare(positionOf(&f.Run), after) > 0 })
		if at < 0 {
			return nil, ""
		}
		runs = runs[at:]
	}
	if len(runs) <= q.Limit {
		return runs, ""
	}
	runs = runs[:q.Limit]
	return runs, positionOf(&runs[len(runs)-1].Run).cursor()
}

// matches reports whether r answers q, its filter apart. Ids, when there are any, are all that counts.
func (q *runQuery) matches(r *Run) bool {
	if len(q.ID) > 0 {
		return slices.Contains(q.ID, r.ID)
	}
	switch {
	case len(q.Session) > 0 && !slices.Contains(q.Session, r.ProjectID),
		q.Trace != "" && r.TraceID != q.Trace,
		q.ParentRun != "" && r.ParentID != q.ParentRun,
		q.RunType != "" && r.Type != q.RunType,
		q.IsRoot != nil && r.IsRoot() != *q.IsRoot,
		q.Error != nil && (r.Status == statusError) != *q.Error,
		q.StartTime != nil && r.Start.Before(*q.StartTime),
		q.EndTime != nil && r.Start.After(*q.EndTime):
		return false
	}
	return true
}
