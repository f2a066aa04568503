// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// demoLimit is what the demo may take on a small machine.
const demoLimit = time.Minute

// TestDemo_connectsToLoopbackOnly runs the demo with everything in the environment that could tempt it to upload,
// and looks at every connect that the demo and its Collector ask the kernel for.
func TestDemo_connectsToLoopbackOnly(t *testing.T) {
	strace, err := exec.LookPath("strace")
	require.NoError(t, err, "this test needs strace: apt-get install strace")
	trap, caught := newTrap(t)
	demo := filepath.Join(t.TempDir(), "demo")
	build := exec.Command("go", "build", "-o", demo, "../cmd/demo")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	trace := filepath.Join(t.TempDir(), "trace")
	ctx, cancel := context.WithTimeout(context.Background(), 2*demoLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, strace, "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", trace,
		demo, "--once", "--collector", binary(t), "--testdata", "../testdata")
	cmd.Env = append(cleanEnv(),
		"LANGSMITH_API_KEY="+apiKey, "LANGCHAIN_API_KEY="+apiKey, "LANGSMITH_TRACING=true", "LANGSMITH_PROJECT=x",
		"LANGSMITH_ENDPOINT="+trap, "LANGCHAIN_ENDPOINT="+trap, "LANGSMITH_WORKSPACE_ID=1b2c",
		"OTEL_EXPORTER_OTLP_ENDPOINT="+trap, "OTEL_TRACES_EXPORTER=otlp", "OTEL_METRICS_EXPORTER=otlp", "HTTPS_PROXY="+trap, "HTTP_PROXY="+trap)
	for name, port := range freePorts(t, "GRPC", "HTTP", "VIEWER", "METRICS") {
		cmd.Env = append(cmd.Env, "OTELCOL_LANGSMITH_PORT_"+name+"="+port)
	}
	summary, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", summary)
	t.Logf("%s", summary)

	assertLoopback(t, trace)
	assert.Empty(t, caught(), "somebody came to the address in the environment")
}

func TestDemo_endsInTimeAndShowsItsCounters(t *testing.T) {
	began := time.Now()
	cmd := exec.Command("go", "run", "../cmd/demo", "--once", "--collector", binary(t), "--testdata", "../testdata")
	cmd.Env = os.Environ()
	for name, port := range freePorts(t, "GRPC", "HTTP", "VIEWER", "METRICS") {
		cmd.Env = append(cmd.Env, "OTELCOL_LANGSMITH_PORT_"+name+"="+port)
	}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Less(t, time.Since(began), demoLimit)
	for _, want := range []string{"recordings of 48 library set-ups", "errors", "planted secrets", "successes", "re-parented", "one root"} {
		assert.Contains(t, string(out), want)
	}
}

var (
	inet  = regexp.MustCompile(`sin_addr=inet_addr\("([^"]+)"\)`)
	inet6 = regexp.MustCompile(`inet_pton\(AF_INET6, "([^"]+)"`)
)

// assertLoopback reads what strace wrote and checks every address in it.
func assertLoopback(t *testing.T, trace string) {
	t.Helper()
	f, err := os.Open(trace)
	require.NoError(t, err)
	defer f.Close()
	seen := 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		for _, m := range append(inet.FindAllStringSubmatch(lines.Text(), -1), inet6.FindAllStringSubmatch(lines.Text(), -1)...) {
			seen++
			addr, err := netip.ParseAddr(m[1])
			require.NoError(t, err, lines.Text())
			assert.True(t, addr.IsLoopback(), lines.Text())
		}
	}
	require.NoError(t, lines.Err())
	assert.NotZero(t, seen, "connections were traced")
}

// newTrap listens where nobody may come and tells who came.
func newTrap(t *testing.T) (url string, caught func() []string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	came := make(chan string, 1024)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				close(came)
				return
			}
			came <- conn.RemoteAddr().String()
			_ = conn.Close()
		}
	}()
	return "http://" + l.Addr().String(), func() []string {
		_ = l.Close()
		var all []string
		for who := range came {
			all = append(all, strings.TrimSpace(who))
		}
		return all
	}
}
