// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
)

const telemetrygen = "github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen@v0.161.0"

func TestClients_curlSendsOTLPJSON(t *testing.T) {
	c := start(t, nil, "embed:local", overlay(t, quick))
	out, err := exec.Command("curl", "-sS", "-f", "-X", "POST", "-H", "Content-Type: application/json",
		"--data-binary", "@../testdata/traces/vercel-ai-v7/agent_stream.json", c.otlp()+"/v1/traces").CombinedOutput()
	require.NoError(t, err, "%s", out)
	recordings, err := replay.Load("../testdata")
	require.NoError(t, err)
	var want string
	for _, r := range recordings {
		if r.File == "vercel-ai-v7/agent_stream.json" {
			id := r.TraceIDs()[0]
			want = hex.EncodeToString(id[:])
		}
	}
	require.Eventually(t, func() bool { return len(readPage(t, c).traces[want]) > 1 }, 20*time.Second, 200*time.Millisecond)
}

func TestClients_telemetrygenSendsGRPC(t *testing.T) {
	c := start(t, nil, "embed:local", overlay(t, quick))
	tool := filepath.Join(t.TempDir(), "telemetrygen")
	install := exec.Command("go", "install", telemetrygen)
	install.Env = append(os.Environ(), "GOBIN="+filepath.Dir(tool), "GOFLAGS=", "CGO_ENABLED=0")
	out, err := install.CombinedOutput()
	require.NoError(t, err, "%s", out)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err = exec.CommandContext(ctx, tool, "traces", "--otlp-insecure", "--otlp-endpoint", "127.0.0.1:"+c.ports["GRPC"],
		"--traces", "3", "--telemetry-attributes", `gen_ai.operation.name="chat"`).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Eventually(t, func() bool { return len(readPage(t, c).traces) == 3 }, 20*time.Second, 200*time.Millisecond)
	page := readPage(t, c)
	assert.Empty(t, page.broken)
	for _, runs := range page.traces {
		for _, r := range runs {
			assert.False(t, strings.HasPrefix(r.ID, "0000-"), r.Name)
		}
	}
}
