// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
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
