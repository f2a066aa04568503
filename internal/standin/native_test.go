// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sendBatch(s *Server, body string) reply {
	return request(s, "POST", "/runs/batch", []byte(body), "Content-Type", mediaJSON)
}

func TestBatch_postAndPatch(t *testing.T) {
	s, _ := newTestServer(Options{})
	open := strings.Replace(runJSON(idA, "", `"inputs":{"q":1},`), `"end_time":"2026-08-21T10:11:13",`, "", 1)
	r := sendBatch(s, `{"post":[`+open+`]}`)
	require.Equal(t, http.StatusAccepted, r.status, r.body)
	assert.Equal(t, "pending", s.Runs()[0].Status)
	end := `{"id":"` + idA + `","trace_id":"` + idA + `","dotted_order":"` + stamp1 + idA +
		`","end_time":"2026-08-21T10:11:14Z","outputs":{"a":2}}`
	r = sendBatch(s, `{"patch":[`+end+`]}`)
	require.Equal(t, http.StatusAccepted, r.status, r.body)
	run := s.Runs()[0]
	assert.Equal(t, "success", run.Status)
	assert.Equal(t, `{"q":1} {"a":2}`, string(run.Inputs)+" "+string(run.Outputs))
	assert.Equal(t, "n", run.Name)
	r = sendBatch(s, `{"patch":[`+end+`]}`)
	assert.Equal(t, http.StatusConflict, r.status)
	assert.Contains(t, r.body, "Conflict: payload already received: payloads already received")
}

func TestBatch_patchThatOvertakesItsPostIsTheLaterWord(t *testing.T) {
	s, _ := newTestServer(Options{})
	patch := `{"id":"` + idA + `","trace_id":"` + idA + `","dotted_order":"` + stamp1 + idA + `","outputs":{"a":2},"error":"late"}`
	require.Equal(t, 202, sendBatch(s, `{"patch":[`+patch+`]}`).status)
	assert.Empty(t, s.Runs(), "not shown before its post")
	require.Equal(t, 202, sendBatch(s, `{"post":[`+runJSON(idA, "", `"outputs":{"a":1},`)+`]}`).status)
	run := s.Runs()[0]
	assert.Equal(t, []string{"error", "late", `{"a":2}`, "n"}, []string{run.Status, run.Error, string(run.Outputs), run.Name})
	assert.Equal(t, http.StatusConflict, sendBatch(s, `{"post":[`+runJSON(idA, "", "")+`]}`).status)
}

func TestBatch_conflictAndTheOthers(t *testing.T) {
	f := func(strict bool, want int) {
		t.Helper()
		s, _ := newTestServer(Options{StrictConflict: strict})
		require.Equal(t, 202, sendBatch(s, `{"post":[`+runJSON(idA, "", "")+`]}`).status)
		r := sendBatch(s, `{"post":[`+runJSON(idA, "", "")+`,`+runJSON(idB, idA, "")+`]}`)
		assert.Equal(t, http.StatusConflict, r.status)
		assert.Len(t, s.Runs(), want)
		assert.EqualValues(t, 1, s.Summary().Conflicts)
	}
	f(false, 2)
	f(true, 1)
}

func TestBatch_refuses(t *testing.T) {
	s, _ := newTestServer(Options{})
	f := func(body, contentType string, want int) {
		t.Helper()
		assert.Equal(t, want, request(s, "POST", "/runs/batch", []byte(body), "Content-Type", contentType).status)
	}
	f(`{}`, mediaJSON, 202)
	f(`{}`, "text/plain", 415)
	f(`[`, mediaJSON, 422)
	f(`{"post":[{}]}`, mediaJSON, 422)
	f(`{"patch":[{}]}`, mediaJSON, 422)
}

func TestNative_spansThatWaitedComeIn(t *testing.T) {
	s, _ := newTestServer(Options{})
	tr := newTrace()
	tr.add(1, 0, m{"langsmith.span.parent_id": idA})
	send(t, s, tr)
	assert.Empty(t, s.Runs())
	require.Equal(t, 202, sendBatch(s, `{"post":[`+runJSON(idA, "", "")+`]}`).status)
	require.Len(t, s.Runs(), 2)
	assert.Equal(t, idA, s.Runs()[1].TraceID)
}

func TestNative_missingParentIsTold(t *testing.T) {
	s, _ := newTestServer(Options{})
	require.Equal(t, 202, sendBatch(s, `{"post":[`+runJSON(idB, idA, "")+`]}`).status)
	sum := s.Summary()
	assert.Equal(t, 1, sum.MissingParents)
	assert.Equal(t, 1, sum.TracesWithoutOneRoot)
	assert.Equal(t, []string{idA}, s.Traces()[0].MissingParents)
}

func TestFeedback(t *testing.T) {
	s, _ := newTestServer(Options{})
	post := func(body string) reply {
		return request(s, "POST", "/feedback", []byte(body), "Content-Type", mediaJSON)
	}
	f := func(body string, want int) {
		t.Helper()
		assert.Equal(t, want, post(body).status, body)
	}
	scored := `{"key":"k","score":1,"run_id":"` + idA + `","id":"` + idC + `"}`
	f(scored, 404)
	require.Equal(t, 202, sendBatch(s, `{"post":[`+runJSON(idA, "", "")+`]}`).status)
	f(scored, 200)
	f(strings.Replace(scored, `"score":1`, `"score":2`, 1), 200)
	f(`{"key":"session"}`, 200)
	f(`{"key":""}`, 422)
	f(`{"key":"`+strings.Repeat("k", 181)+`"}`, 422)
	f(`{"key":"k","run_id":"x"}`, 422)
	f(`nonsense`, 422)
	f(`{"key":"k"}{}`, 422)
	f(`{"key":"k","scores":1}`, 422)
	f(`{"key":"k","score":"high"}`, 422)
	f(`{"key":"k","value":["a"]}`, 422)
	f(`{"key":"k","comment":1}`, 422)
	f(`{"key":"k","feedback_source":{"type":"somebody"}}`, 422)
	f(`{"key":"k","extend_trace_retention":"no"}`, 422)
	f(`{"key":"k","start_time":"yesterday"}`, 422)
	f(`{"key":"k","session_id":"x"}`, 422)
	assert.Len(t, s.Feedback(), 2, "the second with the same id replaced the first")
	r := request(s, "GET", "/feedback?run="+idA, nil)
	assert.Contains(t, r.body, `"score":2`)
	assert.NotContains(t, r.body, "session")
}

func TestFeedback_isBounded(t *testing.T) {
	s, _ := newTestServer(Options{})
	for range maxFeedback + 5 {
		s.store.addFeedback(Feedback{Key: "k"})
	}
	assert.Len(t, s.Feedback(), maxFeedback)
}
