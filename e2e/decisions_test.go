// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDecisions_tellWhatBecameOfATrace asks a Collector for a trace as an operator does, by the command and in headless
// Chromium. DECISIONS_SCREENSHOT names a file to keep.
func TestDecisions_tellWhatBecameOfATrace(t *testing.T) {
	c := start(t, nil, "embed:local", overlay(t, quick))
	sent := replayTo(t, c, only("vercel-ai-v7/"))
	require.NotEmpty(t, sent.failedTraces)
	whereis := filepath.Join(t.TempDir(), "whereis")
	out, err := exec.Command("go", "build", "-o", whereis, "../cmd/whereis").CombinedOutput()
	require.NoError(t, err, string(out))
	ask := func(trace string) string {
		out, err := exec.Command(whereis, "-endpoint", c.viewer(), trace).CombinedOutput()
		if err != nil {
			return ""
		}
		return string(out)
	}
	trace := sent.failedTraces[0]
	require.Eventually(t, func() bool { return ask(trace) != "" }, 20*time.Second, 200*time.Millisecond)
	assert.Contains(t, ask(trace), "trace "+trace+" was kept by sampling")
	assert.Contains(t, ask(trace), "evidence: ")
	require.Eventually(t, func() bool {
		return strings.Contains(ask(trace), "accepted by LangSmith") && !strings.Contains(ask(trace), "waiting in the queue")
	}, 20*time.Second, 200*time.Millisecond, "what the exporter has done with it")
	assert.Empty(t, ask("ffffffffffffffffffffffffffffffff"))

	chromium, err := exec.LookPath("chromium")
	require.NoError(t, err, "this test needs Chromium: apt-get install chromium")
	shot := os.Getenv("DECISIONS_SCREENSHOT")
	if shot == "" {
		shot = filepath.Join(t.TempDir(), "decisions.png")
	}
	url := c.viewer() + "/decisions.html"
	dom := browse(t, chromium, "--dump-dom", url+"#/"+trace)
	assert.Contains(t, dom, trace)
	assert.NotContains(t, dom, sent.agentTraces[len(sent.agentTraces)-1], "another one")
	browse(t, chromium, "--screenshot="+shot, url)
	info, err := os.Stat(shot)
	require.NoError(t, err)
	assert.Greater(t, info.Size(), int64(20_000), "a page that shows something")
}

// withDecisions is merged over embed:gateway, as the viewer's README says.
const withDecisions = `
extensions:
  viewer: {endpoint: "127.0.0.1:${env:OTELCOL_LANGSMITH_PORT_VIEWER:-4319}", max_bytes: 1MiB, max_request_bytes: 1MiB}
service:
  extensions: [health_check, segment_storage, viewer]
`

// TestDecisions_ofAGateway asks where the runs go to LangSmith itself, and finds a trace by the run that it shows.
func TestDecisions_ofAGateway(t *testing.T) {
	l := newLangSmith(t)
	c := start(t, append(l.env(), "OTELCOL_LANGSMITH_DATA="+t.TempDir()), "embed:gateway", overlay(t, quick), overlay(t, withDecisions))
	sent := replayTo(t, c, only("vercel-ai-v7/"))
	l.waitForTraces(t, len(sent.failedTraces), 30*time.Second)
	asked := 0
	for trace, runs := range l.byTrace() {
		for _, r := range runs {
			if r.ParentID != "" {
				continue
			}
			resp, err := http.Get(c.viewer() + "/standin/whereis/" + r.ID)
			require.NoError(t, err)
			text, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, http.StatusOK, resp.StatusCode, r.ID)
			assert.Contains(t, string(text), "trace "+trace+" was kept by sampling")
			asked++
		}
	}
	assert.Positive(t, asked)
}
