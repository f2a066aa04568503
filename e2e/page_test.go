// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPage_showsTheTreesInABrowser loads the page in headless Chromium, as a user sees it. PAGE_SCREENSHOT names a
// file to keep.
func TestPage_showsTheTreesInABrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	require.NoError(t, err, "this test needs Chromium: apt-get install chromium")
	c := start(t, nil, "embed:local", overlay(t, quick))
	replayTo(t, c, only("vercel-ai-v6/"))
	sent := replayTo(t, c, only("vercel-ai-v7/agent_stream.json"))
	require.Eventually(t, func() bool {
		there := readPage(t, c).traces
		return c.sum("otelcol_processor_sampling_traces_held") == 0 && len(there) > 5 && len(there[sent.agentTraces[0]]) > 0
	},
		20*time.Second, 200*time.Millisecond)
	page := readPage(t, c)
	var root string
	for _, r := range page.traces[sent.agentTraces[0]] {
		if r.ParentID == "" {
			root = r.ID
		}
	}
	url := c.viewer() + "/#/trace/" + root

	shot := os.Getenv("PAGE_SCREENSHOT")
	if shot == "" {
		shot = filepath.Join(t.TempDir(), "page.png")
	}
	dom := browse(t, chromium, "--dump-dom", url)
	for _, want := range []string{"invoke_agent", "get_weather", "llm", "tool"} {
		assert.Contains(t, dom, want)
	}
	browse(t, chromium, "--screenshot="+shot, url)
	info, err := os.Stat(shot)
	require.NoError(t, err)
	assert.Greater(t, info.Size(), int64(20_000), "a page that shows something")
}

func browse(t *testing.T, chromium string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	args = append([]string{
		"--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1440,900",
		"--virtual-time-budget=8000", "--user-data-dir=" + t.TempDir(),
	}, args...)
	out, err := exec.CommandContext(ctx, chromium, args...).Output()
	require.NoError(t, err)
	return string(out)
}
