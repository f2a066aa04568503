// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// refusal is an answer that is not a success. Its text is LangSmith's where that is documented.
type refusal struct {
	status int
	text   string
	key    string // of the text in the body: "error", or "detail" as the authentication layer has it
}

func (r *refusal) Error() string { return fmt.Sprintf("status %d: %s", r.status, r.text) }

func refuse(status int, format string, args ...any) *refusal {
	return &refusal{status: status, text: fmt.Sprintf(format, args...)}
}

// badRequest is the form that LangSmith gives to a run it cannot place.
func badRequest(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "Bad request: "+format, args...)
}

func unprocessable(format string, args ...any) *refusal {
	return refuse(http.StatusUnprocessableEntity, "Unprocessable entity: "+format, args...)
}

func (r *refusal) write(w http.ResponseWriter) {
	if r.key != "" {
		writeJSON(w, r.status, map[string]string{r.key: r.text})
		return
	}
	writeJSON(w, r.status, map[string]string{"error": r.text, "details": http.StatusText(r.status)})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"error":"encode the answer"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client has gone: there is nobody left to tell
}

// deafWriter lets a request be handled whose answer shall not be seen.
type deafWriter struct{ header http.Header }

func (d *deafWriter) Header() http.Header         { return d.header }
func (d *deafWriter) Write(p []byte) (int, error) { return len(p), nil }
func (d *deafWriter) WriteHeader(int)             {}
