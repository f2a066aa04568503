// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestForeignManifest_buildsAndRunsOurComponents builds a Collector of somebody else's, which has nothing of this
// distribution but our components, and sends it recorded traces.
func TestForeignManifest_buildsAndRunsOurComponents(t *testing.T) {
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	dir := t.TempDir()
	text, err := os.ReadFile("testdata/foreign-builder.yaml")
	require.NoError(t, err)
	manifest := filepath.Join(dir, "builder.yaml")
	require.NoError(t, os.WriteFile(manifest, []byte(strings.ReplaceAll(string(text), "THIS_REPOSITORY", root)), 0o600))
	build := exec.Command("go", "tool", "builder", "--config", manifest)
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0", "DIST_OUTPUT_PATH=")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	l := newLangSmith(t)
	t.Setenv("COLLECTOR", filepath.Join(root, "_build", "foreign", "foreign-collector"))
	c := start(t, l.env(), "file:"+filepath.Join(root, "e2e", "testdata", "foreign.yaml"))
	sent := replayTo(t, c, only("openai-agents-openinference/"))
	l.waitForTraces(t, len(sent.agentTraces), 20*time.Second)
	l.assertWhole(t)
	l.assertClean(t)
	assert.Zero(t, c.stop())
}
