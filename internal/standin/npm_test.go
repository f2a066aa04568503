// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"bufio"
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What LangSmith's own client sends passes, part by part, and is stored as the program meant it.
func TestMultipart_requestsOfTheNPMClientPass(t *testing.T) {
	for _, encoding := range []string{"plain", "gzip"} {
		t.Run(encoding, func(t *testing.T) {
			s, _ := newTestServer(Options{})
			for _, event := range []string{"post", "patch"} {
				w := httptest.NewRecorder()
				s.ServeHTTP(w, recordedRequest(t, "npm-langsmith/"+encoding+"-"+event))
				require.Equal(t, http.StatusAccepted, w.Code, "%s: %s", event, w.Body)
			}
			runs := map[string]Run{}
			for _, r := range s.Runs() {
				require.Nil(t, checkPlace(r.Place), r.Name)
				assert.Equal(t, "shop-prod", r.Project, r.Name)
				runs[r.Name] = r
			}
			require.Len(t, runs, 5)
			checkNPMRuns(t, runs)
		})
	}
}

func checkNPMRuns(t *testing.T, runs map[string]Run) {
	t.Helper()
	agent, model, file := runs["agent"], runs["chat gpt-4o-mini"], runs["read file"]
	for _, name := range []string{"chat gpt-4o-mini", "get_weather", "failing"} {
		assert.Equal(t, agent.ID, runs[name].ParentID, name)
	}
	assert.Equal(t, []string{"geo", "prod"}, agent.Tags)
	assert.JSONEq(t, `{"outputs":"It is 21 degrees."}`, string(agent.Outputs))
	assert.Equal(t, "th-1", agent.Metadata()["thread_id"])

	assert.Equal(t, typeLLM, model.Type)
	assert.Equal(t, Usage{PromptTokens: 40, CompletionTokens: 12, TotalTokens: 52}, model.Usage)
	assert.Equal(t, "gpt-4o-mini", model.Metadata()["ls_model_name"])

	assert.Equal(t, statusError, runs["failing"].Status)
	assert.Contains(t, runs["failing"].Error, "order service unavailable")

	assert.Equal(t, statusSuccess, file.Status, "the patch has ended it")
	assert.JSONEq(t, `{"output":"a picture"}`, string(file.Outputs))
	assert.Equal(t, []Attachment{{Name: "picture", MIMEType: "image/png", Size: 4}}, file.Attachments)
}

func recordedRequest(t *testing.T, name string) *http.Request {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)+".http"))
	require.NoError(t, err)
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(text)))
	require.NoError(t, err)
	return r
}
