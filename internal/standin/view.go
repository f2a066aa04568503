// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// timeLayout is how LangSmith writes times: microseconds, always six digits.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// view is a run as the API shows it, with the fields in only, or all.
func (f *found) view(only []string) map[string]any {
	all := map[string]any{
		"id": f.ID, "trace_id": f.TraceID, "parent_run_id": orNull(f.ParentID), "dotted_order": f.DottedOrder,
		"session_id": f.ProjectID, "session_name": f.Project, "name": f.Name, "run_type": f.Type, "status": f.Status,
		"error": orNull(f.Error), "start_time": timeOrNull(f.Start), "end_time": timeOrNull(f.End),
		"first_token_time": timeOrNull(f.FirstToken), "tags": orEmpty(f.Tags), "reference_example_id": orNull(f.ExampleID),
		"inputs": rawOrNull(f.Inputs), "outputs": rawOrNull(f.Outputs), "extra": rawOrNull(f.Extra),
		"events": rawOrNull(f.Events), "serialized": rawOrNull(f.Serialized), "attachments": orEmpty(f.Attachments),
		"prompt_tokens": f.total.PromptTokens, "completion_tokens": f.total.CompletionTokens,
		"total_tokens": f.total.TotalTokens, "is_root": f.IsRoot(),
		// How many runs the trace of a root has, and how many of them failed, is an addition of the stand-in.
		"trace_run_count": f.traceRuns, "trace_error_count": f.traceErrors,
	}
	if len(only) == 0 {
		return all
	}
	selected := map[string]any{"id": f.ID}
	for _, name := range only {
		name = strings.ToLower(name)
		if v, ok := all[name]; ok {
			selected[name] = v
		}
	}
	return selected
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func rawOrNull(raw json.RawMessage) any {
	if raw == nil {
		return nil
	}
	return raw
}

func timeOrNull(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC().Format(timeLayout)
}

// firstToken finds the first new_token in the events of a native run.
func firstToken(events json.RawMessage) time.Time {
	var list []struct {
		Name string          `json:"name"`
		Time json.RawMessage `json:"time"`
	}
	if json.Unmarshal(events, &list) != nil {
		return time.Time{}
	}
	for _, e := range list {
		if at, refused := wireTime("time", e.Time); e.Name == "new_token" && refused == nil {
			return at
		}
	}
	return time.Time{}
}

func (s *Server) getRun(w http.ResponseWriter, r *http.Request) {
	id, ok := parseUUID(r.PathValue("id"))
	if !ok {
		unprocessable("run_id: invalid UUID").write(w)
		return
	}
	runs, _ := s.search(&runQuery{ID: []string{id}, Limit: 1}, workspaceOf(r))
	if len(runs) == 0 {
		refuse(http.StatusNotFound, "Run not found").write(w)
		return
	}
	writeJSON(w, http.StatusOK, runs[0].view(nil))
}
