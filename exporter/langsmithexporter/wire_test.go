// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// Connections that break at every point of a request, over real sockets.
func TestFaults_connectionsOverSockets(t *testing.T) {
	t.Parallel()
	taken := func(server *standin.Server, r *http.Request, body []byte) {
		r.Body = io.NopCloser(bytes.NewReader(body))
		server.ServeHTTP(httptest.NewRecorder(), r)
	}
	breaks := map[string]func(server *standin.Server, w http.ResponseWriter, r *http.Request){
		"before the request is read": func(_ *standin.Server, w http.ResponseWriter, _ *http.Request) { hangUp(w, "") },
		"in the middle of the request": func(_ *standin.Server, w http.ResponseWriter, r *http.Request) {
			_, _ = io.CopyN(io.Discard, r.Body, 200)
			hangUp(w, "")
		},
		"when the request is taken": func(server *standin.Server, w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			taken(server, r, body)
			hangUp(w, "")
		},
		"in the head of the answer": func(server *standin.Server, w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			taken(server, r, body)
			hangUp(w, "HTTP/1.1 20")
		},
		"in the body of the answer": func(server *standin.Server, w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			taken(server, r, body)
			hangUp(w, "HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n{")
		},
		"in the body of a refusal": func(_ *standin.Server, w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			hangUp(w, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100\r\n\r\n{")
		},
		"with nonsense": func(_ *standin.Server, w http.ResponseWriter, _ *http.Request) {
			hangUp(w, "220 mail.example ESMTP\r\n")
		},
	}
	for _, protocol := range []string{"otlp", "multipart"} {
		for name, breakOff := range breaks {
			t.Run(protocol+"/"+name, func(t *testing.T) {
				t.Parallel()
				server := standin.New(standin.Options{Now: time.Now})
				var posts atomic.Int64
				web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPost && posts.Add(1) <= 3 {
						breakOff(server, w, r)
						return
					}
					server.ServeHTTP(w, r)
				}))
				defer web.Close()
				r := newRig(t, nil, func(c *Config) { c.ClientConfig.Endpoint, c.Protocol = web.URL, protocol })
				for i := range 3 {
					require.NoError(t, r.ConsumeTraces(context.Background(), tracesOf("t", byte(i), perTrace)))
				}
				require.Eventually(t, func() bool { return r.count("runs_sent") >= allRuns }, 20*time.Second, 5*time.Millisecond)
				ids := map[string]bool{}
				for _, run := range server.Runs() {
					ids[run.ID] = true
				}
				assert.Len(t, ids, allRuns)
				assert.Zero(t, r.count("runs_refused"))
			})
		}
	}
}

// hangUp writes what it is told to, and breaks the connection.
func hangUp(w http.ResponseWriter, text string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err) // HTTP/1 can be hijacked
	}
	_, _ = io.WriteString(conn, text)
	_ = conn.Close()
}
