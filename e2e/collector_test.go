// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e || soak

package e2e

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	startLimit = 30 * time.Second
	stopLimit  = 20 * time.Second
	hashKey    = "k7Qw2ZpX9sVb4NmR6tYc1LdF8hGj3KaE" // made up, long enough
)

// collector is one running Collector with ports of its own.
type collector struct {
	t     *testing.T
	cmd   *exec.Cmd
	log   *safeBuffer
	done  chan struct{}
	ports map[string]string
	pid   atomic.Int64 // of the process that was started last
}

// binary is the Collector under test.
func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("COLLECTOR")
	if path == "" {
		path = "../bin/otelcol-langsmith"
	}
	abs, err := filepath.Abs(path)
	require.NoError(t, err)
	require.FileExists(t, abs, "build it first: make build")
	return abs
}

// start runs the Collector with the given --config arguments and environment, and waits for its OTLP receiver.
func start(t *testing.T, env []string, configs ...string) *collector {
	t.Helper()
	c := prepare(t, env, configs...)
	c.launch()
	c.waitFor(c.otlp() + "/")
	return c
}

// prepare chooses ports and the command line, without starting anything.
func prepare(t *testing.T, env []string, configs ...string) *collector {
	t.Helper()
	c := &collector{t: t, log: &safeBuffer{}, ports: freePorts(t, "GRPC", "HTTP", "VIEWER", "METRICS", "HEALTH")}
	args := make([]string, 0, 2*len(configs))
	for _, config := range configs {
		args = append(args, "--config", config)
	}
	c.cmd = exec.Command(binary(t), args...)
	c.cmd.Env = append(cleanEnv(), env...)
	for name, port := range c.ports {
		c.cmd.Env = append(c.cmd.Env, "OTELCOL_LANGSMITH_PORT_"+name+"="+port)
	}
	c.cmd.Stdout, c.cmd.Stderr = c.log, c.log
	return c
}

func (c *collector) launch() {
	c.t.Helper()
	require.NoError(c.t, c.cmd.Start())
	c.pid.Store(int64(c.cmd.Process.Pid))
	c.done = make(chan struct{})
	done := c.done
	cmd := c.cmd
	go func() {
		_ = cmd.Wait()
		close(done)
	}()
	c.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-done
		if c.t.Failed() {
			c.t.Logf("the Collector's log:\n%s", c.log)
		}
	})
}

// again starts the same command a second time, after it has ended.
func (c *collector) again() {
	c.t.Helper()
	c.relaunch()
	c.waitFor(c.otlp() + "/")
}

// relaunch is again without waiting for the receiver.
func (c *collector) relaunch() {
	c.t.Helper()
	next := exec.Command(c.cmd.Path, c.cmd.Args[1:]...)
	next.Env, next.Stdout, next.Stderr = c.cmd.Env, c.log, c.log
	c.cmd = next
	c.launch()
}

// waitFor blocks until somebody speaks HTTP at url.
func (c *collector) waitFor(url string) {
	c.t.Helper()
	deadline := time.Now().Add(startLimit)
	for {
		resp, err := http.Get(url)
		if err == nil {
			_ = resp.Body.Close()
			return
		}
		select {
		case <-c.done:
			require.FailNow(c.t, "the Collector ended", "%s", c.log)
		case <-time.After(50 * time.Millisecond):
		}
		require.True(c.t, time.Now().Before(deadline), "the Collector does not answer at %s:\n%s", url, c.log)
	}
}

// stop ends the Collector in good order and returns its exit status.
func (c *collector) stop() int {
	c.t.Helper()
	err := c.cmd.Process.Signal(syscall.SIGTERM)
	require.True(c.t, err == nil || errors.Is(err, os.ErrProcessDone), "%v", err)
	select {
	case <-c.done:
	case <-time.After(stopLimit):
		require.FailNow(c.t, "the Collector does not stop", "%s", c.log)
	}
	return c.cmd.ProcessState.ExitCode()
}

// kill ends the Collector as a crash does.
func (c *collector) kill() {
	c.t.Helper()
	require.NoError(c.t, c.cmd.Process.Kill())
	<-c.done
}

func (c *collector) otlp() string    { return "http://127.0.0.1:" + c.ports["HTTP"] }
func (c *collector) viewer() string  { return "http://127.0.0.1:" + c.ports["VIEWER"] }
func (c *collector) metrics() string { return "http://127.0.0.1:" + c.ports["METRICS"] + "/metrics" }

// run executes a subcommand of the Collector and returns its exit status and output.
func run(t *testing.T, env []string, args ...string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(t), args...)
	cmd.Env = append(cleanEnv(), env...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil {
		require.ErrorAs(t, err, &exit, "%s", out)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// cleanEnv is the environment without what would change a configuration.
func cleanEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
}

func freePorts(t *testing.T, names ...string) map[string]string {
	t.Helper()
	ports := map[string]string{}
	listeners := make([]net.Listener, len(names)) // held until all are chosen, so that they differ
	for i, name := range names {
		var err error
		listeners[i], err = net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		ports[name] = strconv.Itoa(listeners[i].Addr().(*net.TCPAddr).Port)
	}
	for _, l := range listeners {
		require.NoError(t, l.Close())
	}
	return ports
}

// overlay writes a configuration that is merged over an embedded one, and returns the argument that names it.
func overlay(t *testing.T, yaml string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "overlay.yaml")
	require.NoError(t, os.WriteFile(path, []byte(yaml), 0o600))
	return "file:" + path
}

type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
