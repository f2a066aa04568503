// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFault_statusByPathAndCount(t *testing.T) {
	s, _ := newTestServer(Options{})
	s.Inject(
		Fault{Path: "/runs/multipart", Status: 429, RetryAfter: "7", Count: 2},
		Fault{Path: "/runs/batch", Status: 503, Body: "<html>", Skip: 1},
	)
	first := sendForm(s, jsonPiece("post."+idA, runJSON(idA, "", "")))
	assert.Equal(t, 429, first.status)
	assert.Equal(t, "7", first.header.Get("Retry-After"))
	assert.Equal(t, `{"details":"Too Many Requests","error":"Too Many Requests"}`, first.body)
	assert.Equal(t, 429, sendForm(s).status)
	assert.Equal(t, 202, sendForm(s, jsonPiece("post."+idA, runJSON(idA, "", ""))).status, "used up")

	assert.Equal(t, 202, sendBatch(s, "{}").status, "skipped")
	for range 3 {
		assert.Equal(t, reply{503, "<html>", http.Header{}}, sendBatch(s, "{}"))
	}
	assert.Equal(t, 503, request(s, "POST", "/api/v1/runs/batch", nil).status)
	s.ClearFaults()
	assert.Equal(t, 202, sendBatch(s, "{}").status)
	assert.EqualValues(t, 6, s.Summary().Refused)
}

func TestFault_anyPathButTheStandinsOwn(t *testing.T) {
	s, _ := newTestServer(Options{})
	s.Inject(Fault{Status: 500})
	assert.Equal(t, 500, request(s, "GET", "/info", nil).status)
	assert.Equal(t, 200, request(s, "GET", "/standin/summary", nil).status)
}

func TestFault_answerIsLostAfterStoring(t *testing.T) {
	s, _ := newTestServer(Options{})
	s.Inject(Fault{AfterStore: true, Status: 502, Count: 1}, Fault{AfterStore: true, Count: 1})
	assert.Equal(t, 502, sendBatch(s, `{"post":[`+runJSON(idA, "", "")+`]}`).status)
	assert.Equal(t, 500, sendBatch(s, `{"post":[`+runJSON(idB, "", "")+`]}`).status)
	assert.Len(t, s.Runs(), 2)
	assert.Equal(t, 409, sendBatch(s, `{"post":[`+runJSON(idA, "", "")+`]}`).status)
}

func TestFault_refusedBytesAreRecordedToo(t *testing.T) {
	s, _ := newTestServer(Options{Record: true})
	s.Inject(Fault{Status: 500, Count: 1})
	sendBatch(s, `{"canary":"bird"}`)
	assert.True(t, s.Contains("bird"))
	assert.Equal(t, 500, s.Requests()[0].Status)
}

func TestFault_cutsTheConnection(t *testing.T) {
	s, _ := newTestServer(Options{})
	s.Inject(Fault{Cut: true, Count: 1})
	assert.Equal(t, 502, sendBatch(s, "{}").status, "a recorder has nothing to cut")
	s.Inject(Fault{Cut: true, Count: 1})
	server := httptest.NewServer(s)
	defer server.Close()
	_, err := http.Post(server.URL+"/runs/batch", mediaJSON, strings.NewReader("{}"))
	assert.ErrorIs(t, err, io.EOF)
}

func TestFault_delays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newTestServer(Options{})
		s.Inject(Fault{Delay: time.Minute, Count: 2})
		before := time.Now()
		assert.Equal(t, 202, sendBatch(s, "{}").status, "late, but true")
		assert.Equal(t, time.Minute, time.Since(before))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "POST", "/runs/batch", nil))
		assert.Equal(t, time.Minute+time.Second, time.Since(before), "no longer than the client waits")
		assert.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
	})
}

func TestFault_control(t *testing.T) {
	s, _ := newTestServer(Options{Control: true})
	f := func(body string, want int) {
		t.Helper()
		assert.Equal(t, want, request(s, "POST", "/standin/faults", []byte(body)).status, body)
	}
	f(`[{"path":"/runs/batch","status":503,"delay":"1ms","retry_after":"1","count":1}]`, 200)
	assert.Equal(t, 503, sendBatch(s, "{}").status)
	f(`[{"cut":true}]`, 200)
	require.Equal(t, 502, sendBatch(s, "{}").status)
	require.Equal(t, 200, request(s, "DELETE", "/standin/faults", nil).status)
	assert.Equal(t, 202, sendBatch(s, "{}").status)
	f(`{}`, 400)
	f(`[{"delay":"soon"}]`, 400)
	f(`[{"status":99}]`, 400)
	f(strings.Repeat(" ", maxFaultBody+1), 413)
}

func TestFault_listIsBounded(t *testing.T) {
	s, _ := newTestServer(Options{})
	for range maxFaults + 10 {
		s.Inject(Fault{Status: 500, Path: "/x"})
	}
	assert.Len(t, s.faults.list, maxFaults)
}
