// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"
	"net/http"
)

const (
	// maxFeedback bounds the list; the oldest goes first.
	maxFeedback = 10_000
	// maxFeedbackKey is LangSmith's limit.
	maxFeedbackKey = 180
)

// Feedback is a score of a run.
type Feedback struct {
	ID      string
	RunID   string
	TraceID string
	Key     string
	// Raw is all that was sent.
	Raw       json.RawMessage
	Workspace string
}

func parseFeedback(b []byte, workspace string) (Feedback, *refusal) {
	var wire struct {
		ID      *string `json:"id"`
		RunID   *string `json:"run_id"`
		TraceID *string `json:"trace_id"`
		Key     *string `json:"key"`
	}
	if json.Unmarshal(b, &wire) != nil {
		return Feedback{}, unprocessable("feedback: not an object in JSON")
	}
	f := Feedback{Key: text(wire.Key), Raw: b, Workspace: workspace}
	switch {
	case f.Key == "":
		return f, unprocessable("feedback: key: field required")
	case len(f.Key) > maxFeedbackKey:
		return f, unprocessable("feedback: key: longer than %d characters", maxFeedbackKey)
	}
	for _, field := range []struct {
		name string
		from *string
		to   *string
	}{{"id", wire.ID, &f.ID}, {"run_id", wire.RunID, &f.RunID}, {"trace_id", wire.TraceID, &f.TraceID}} {
		if field.from == nil {
			continue
		}
		id, ok := parseUUID(*field.from)
		if !ok {
			return f, unprocessable("feedback: %s: invalid UUID", field.name)
		}
		*field.to = id
	}
	return f, nil
}

// addFeedback stores f; one that has an id already known replaces it.
func (s *store) addFeedback(f Feedback) {
	for i := range s.feedback {
		if f.ID != "" && s.feedback[i].ID == f.ID && s.feedback[i].Workspace == f.Workspace {
			s.feedback[i] = f
			return
		}
	}
	if len(s.feedback) == maxFeedback {
		s.feedback = s.feedback[1:]
	}
	s.feedback = append(s.feedback, f)
}

// postFeedback takes a score of a run that can be seen. One that is not there yet is 404, which clients try again.
func (s *Server) postFeedback(sub *submission) (answer, *refusal) {
	f, refused := parseFeedback(sub.body, sub.workspace)
	if refused != nil {
		return answer{}, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.RunID != "" && s.store.find(runKey{f.Workspace, f.RunID}) == nil {
		return answer{}, refuse(http.StatusNotFound, "Run not found")
	}
	s.store.addFeedback(f)
	return answer{status: http.StatusOK, contentType: mediaJSON, body: f.Raw}, nil
}

// getFeedback lists the scores, of one run with ?run=.
func (s *Server) getFeedback(w http.ResponseWriter, r *http.Request) {
	run := r.URL.Query().Get("run")
	list := []json.RawMessage{}
	for _, f := range s.Feedback() {
		if run == "" || f.RunID == run {
			list = append(list, f.Raw)
		}
	}
	writeJSON(w, http.StatusOK, list)
}

// Feedback returns the scores in the order of their arrival.
func (s *Server) Feedback() []Feedback {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Feedback(nil), s.store.feedback...)
}
