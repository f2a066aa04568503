// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"
	"net/http"
	"time"
)

// wireRun is a run of the native API, as its JSON has it.
type wireRun struct {
	ID          *string         `json:"id"`
	TraceID     *string         `json:"trace_id"`
	DottedOrder *string         `json:"dotted_order"`
	ParentRunID *string         `json:"parent_run_id"`
	Name        *string         `json:"name"`
	RunType     *string         `json:"run_type"`
	StartTime   json.RawMessage `json:"start_time"`
	EndTime     json.RawMessage `json:"end_time"`
	Status      *string         `json:"status"`
	SessionID   *string         `json:"session_id"`
	SessionName *string         `json:"session_name"`
	ExampleID   *string         `json:"reference_example_id"`
	Tags        []string        `json:"tags"`
	Error       *string         `json:"error"`
	wireContent
}

type wireContent struct {
	Inputs     json.RawMessage `json:"inputs"`
	Outputs    json.RawMessage `json:"outputs"`
	Events     json.RawMessage `json:"events"`
	Extra      json.RawMessage `json:"extra"`
	Serialized json.RawMessage `json:"serialized"`
}

// operation is a post or a patch of one run, checked.
type operation struct {
	patch     bool
	run       Run
	project   string
	projectID string
}

// newOperation checks the fields of a run and its place.
func newOperation(w *wireRun, patch bool, workspace string) (operation, *refusal) {
	op := operation{patch: patch, project: text(w.SessionName)}
	place, refused := wirePlace(w, workspace)
	if refused != nil {
		return op, refused
	}
	op.run = Run{
		Place: place, Name: text(w.Name), Type: text(w.RunType), Status: text(w.Status),
		Error: text(w.Error), Tags: w.Tags, Content: Content(w.wireContent),
	}
	if w.SessionID != nil {
		id, ok := parseUUID(*w.SessionID)
		if !ok {
			return op, unprocessable("session_id: invalid UUID")
		}
		op.projectID = id
	}
	op.run.ExampleID, _ = parseUUID(text(w.ExampleID))
	if op.run.Start, refused = wireTime("start_time", w.StartTime); refused != nil {
		return op, refused
	}
	if op.run.End, refused = wireTime("end_time", w.EndTime); refused != nil {
		return op, refused
	}
	if refused = checkFields(&op); refused != nil {
		return op, refused
	}
	op.run.Usage = usageOf(&op.run)
	return op, nil
}

func wirePlace(w *wireRun, workspace string) (Place, *refusal) {
	p := Place{Workspace: workspace, DottedOrder: text(w.DottedOrder)}
	for _, field := range []struct {
		name     string
		from     *string
		to       *string
		required bool
	}{
		{"id", w.ID, &p.ID, true},
		{"trace_id", w.TraceID, &p.TraceID, true},
		{"parent_run_id", w.ParentRunID, &p.ParentID, false},
	} {
		if field.from == nil {
			if field.required {
				return p, unprocessable("%s: field required", field.name)
			}
			continue
		}
		id, ok := parseUUID(*field.from)
		if !ok {
			return p, unprocessable("%s: invalid UUID", field.name)
		}
		*field.to = id
	}
	return p, checkPlace(p)
}

func checkFields(op *operation) *refusal {
	run := &op.run
	if !op.patch {
		switch {
		case run.Name == "":
			return unprocessable("name: field required")
		case run.Type == "":
			return unprocessable("run_type: field required")
		case run.Start.IsZero():
			return unprocessable("start_time: field required")
		}
	}
	if run.Type != "" && !isRunType(run.Type) {
		return unprocessable("run_type: must be one of tool, chain, llm, retriever, embedding, prompt, parser")
	}
	switch run.Status {
	case "", statusSuccess, statusError, statusPending:
	default:
		return unprocessable("status: must be one of success, error, pending")
	}
	return checkContent(&run.Content)
}

// checkContent demands objects, and a list where a list belongs; null is as good as nothing.
func checkContent(c *Content) *refusal {
	for _, field := range []struct {
		name string
		raw  *json.RawMessage
		open byte
	}{
		{"inputs", &c.Inputs, '{'},
		{"outputs", &c.Outputs, '{'},
		{"extra", &c.Extra, '{'},
		{"serialized", &c.Serialized, '{'},
		{"events", &c.Events, '['},
	} {
		switch raw := *field.raw; {
		case len(raw) == 0 || string(raw) == "null":
			*field.raw = nil
		case !json.Valid(raw) || firstByte(raw) != field.open:
			return unprocessable("%s: wrong type", field.name)
		}
	}
	return nil
}

func firstByte(raw []byte) byte {
	for _, c := range raw {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// wireTime reads ISO 8601 with or without a zone, in which case it is UTC, as Python writes it.
func wireTime(name string, raw json.RawMessage) (time.Time, *refusal) {
	if len(raw) == 0 || string(raw) == "null" {
		return time.Time{}, nil
	}
	var millis int64 // as LangSmith's JavaScript client writes the end of a run, and nothing else
	if name == "end_time" && json.Unmarshal(raw, &millis) == nil {
		return time.UnixMilli(millis).UTC(), nil
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return time.Time{}, unprocessable("%s: not a date in ISO 8601", name)
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, unprocessable("%s: not a date in ISO 8601", name)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// queued is the answer to a native request that was taken.
func queued() answer {
	return answer{status: http.StatusAccepted, contentType: mediaJSON, body: []byte(`{"message":"Runs batch ingested"}`)}
}
