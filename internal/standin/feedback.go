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

// feedbackWire is FeedbackCreateSchema of LangSmith's OpenAPI document, and what its clients send beyond it.
type feedbackWire struct {
	feedbackIDs
	feedbackTimes
	Key              *string          `json:"key"`
	Score            any              `json:"score"`
	Value            any              `json:"value"`
	Comment          *string          `json:"comment"`
	Correction       any              `json:"correction"`
	Error            *bool            `json:"error"`
	Source           *feedbackSource  `json:"feedback_source"`
	Config           map[string]any   `json:"feedback_config"`
	ExtendRetention  *bool            `json:"extend_trace_retention"`
	SkipTraceUpgrade *bool            `json:"_skip_trace_upgrade"`
	Extra            *json.RawMessage `json:"extra"`
}

type feedbackIDs struct {
	ID            *string `json:"id"`
	RunID         *string `json:"run_id"`
	TraceID       *string `json:"trace_id"`
	SessionID     *string `json:"session_id"`
	GroupID       *string `json:"feedback_group_id"`
	ComparativeID *string `json:"comparative_experiment_id"`
	ThreadID      *string `json:"feedback_thread_id"`
}

type feedbackTimes struct {
	StartTime  json.RawMessage `json:"start_time"`
	CreatedAt  json.RawMessage `json:"created_at"`
	ModifiedAt json.RawMessage `json:"modified_at"`
}

type feedbackSource struct {
	Type     string         `json:"type"`
	Metadata map[string]any `json:"metadata"`
}

func parseFeedback(b []byte, workspace string) (Feedback, *refusal) {
	var wire feedbackWire
	d := decoder(b)
	d.DisallowUnknownFields()
	if err := d.Decode(&wire); err != nil {
		return Feedback{}, unprocessable("feedback: %v", err)
	}
	f := Feedback{Key: text(wire.Key), Raw: b, Workspace: workspace}
	switch {
	case d.More():
		return f, unprocessable("feedback: more than one value")
	case f.Key == "":
		return f, unprocessable("feedback: key: field required")
	case len(f.Key) > maxFeedbackKey:
		return f, unprocessable("feedback: key: longer than %d characters", maxFeedbackKey)
	}
	var unused string
	for _, field := range []struct {
		name string
		from *string
		to   *string
	}{
		{"id", wire.ID, &f.ID},
		{"run_id", wire.RunID, &f.RunID},
		{"trace_id", wire.TraceID, &f.TraceID},
		{"session_id", wire.SessionID, &unused},
		{"feedback_group_id", wire.GroupID, &unused},
		{"comparative_experiment_id", wire.ComparativeID, &unused},
	} {
		if field.from == nil {
			continue
		}
		id, ok := parseUUID(*field.from)
		if !ok {
			return f, unprocessable("feedback: %s: invalid UUID", field.name)
		}
		*field.to = id
	}
	return f, wire.check()
}

// check holds the fields against their types.
func (w *feedbackWire) check() *refusal {
	switch w.Score.(type) {
	case nil, bool, json.Number:
	default:
		return unprocessable("feedback: score: must be a number or a bool")
	}
	if _, list := w.Value.([]any); list {
		return unprocessable("feedback: value: must not be a list")
	}
	if w.Source != nil {
		switch w.Source.Type {
		case "api", "model", "app", "auto_eval":
		default:
			return unprocessable("feedback: feedback_source: type: must be api, model, app or auto_eval")
		}
	}
	for name, raw := range map[string]json.RawMessage{
		"start_time": w.StartTime, "created_at": w.CreatedAt, "modified_at": w.ModifiedAt,
	} {
		if _, refused := wireTime(name, raw); refused != nil {
			return refused
		}
	}
	return nil
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
