// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// What LangSmith's own client sends passes the parser that our requests have to pass. Otherwise the parser would be
// strict about the wrong things.
func TestStandin_takesWhatTheRealClientSends(t *testing.T) {
	dir := filepath.Join("testdata", "langsmith-js")
	body, err := os.ReadFile(filepath.Join(dir, "multipart.body"))
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(dir, "multipart.json"))
	require.NoError(t, err)
	var head map[string]string
	require.NoError(t, json.Unmarshal(text, &head))

	server := standin.New(standin.Options{})
	req := httptest.NewRequest(http.MethodPost, head["path"], bytes.NewReader(body))
	req.Header.Set("Content-Type", head["content-type"])
	w := httptest.NewRecorder()
	server.ServeHTTP(w, req)
	require.Equal(t, http.StatusAccepted, w.Code, w.Body.String())

	runs := map[string]standin.Run{}
	for _, r := range server.Runs() {
		runs[r.Name] = r
	}
	require.Len(t, runs, 3)
	root, llm, tool := runs["answer question"], runs["ChatModel"], runs["lookup"]
	assert.Equal(t, "made-up", root.Project)
	assert.Equal(t, root.ID, llm.ParentID)
	assert.EqualValues(t, 12, llm.PromptTokens)
	assert.Equal(t, "Error: no such country", tool.Error)
	assert.Len(t, tool.Attachments, 1)
}

// The same parser takes every multipart body of ours, and every batch.
func TestStandin_takesAllThatWeSend(t *testing.T) {
	for _, old := range []bool{false, true} {
		server := standin.New(standin.Options{Record: true})
		if old {
			server.Inject(standin.Fault{Path: "/runs/multipart", Status: http.StatusNotFound})
		}
		r := newRig(t, into{server}, func(c *Config) {
			noQueue(c)
			c.Protocol = "multipart"
			c.RunIDs = byTraceSpan
		})
		for _, fixture := range pdatatest.Fixtures(t) {
			require.NoError(t, r.ConsumeTraces(context.Background(), pdatatest.LoadTraces(t, fixture.Path)), fixture.Path)
		}
		refused := 0
		for _, req := range server.Requests() {
			// Some recordings share ids with others: their second run is known already.
			if req.Status >= http.StatusBadRequest && req.Status != http.StatusConflict {
				refused++
				assert.Equal(t, http.StatusNotFound, req.Status)
				assert.Equal(t, "/runs/multipart", req.Path)
			}
		}
		if old {
			assert.Equal(t, 1, refused, "the server is asked once")
		} else {
			assert.Zero(t, refused)
		}
		assert.Zero(t, r.count("runs_refused"))
	}
}

// Over real connections, bodies are compressed once and arrive whole.
func TestPush_multipartOverTheNetwork(t *testing.T) {
	for flag, want := range map[bool]string{false: "zstd", true: "gzip"} {
		server := standin.New(standin.Options{Record: true, DisableZstd: flag, APIKeys: []string{"k"}})
		web := httptest.NewServer(server)
		r := newRig(t, nil, func(c *Config) {
			native(c)
			noQueue(c)
			c.ClientConfig.Endpoint, c.APIKey = web.URL+"/api/v1", "k"
		})
		require.NoError(t, r.ConsumeTraces(context.Background(), tracesOf("t", 1, perTrace)))
		assert.Len(t, server.Runs(), perTrace)
		for _, req := range server.Requests() {
			assert.Equal(t, want, req.Encoding)
			assert.Greater(t, req.Bytes, req.Wire)
		}
		r.stop()
		web.Close()
	}
}
