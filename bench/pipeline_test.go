// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build bench

package bench

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

const (
	// pipelineRate is what both can keep up with, so that they do the same work: spans a second.
	pipelineRate    = 2000
	pipelineSeconds = 20
	pipelineRounds  = 3
	// pipelineDrain is longer than the five seconds for which traces wait.
	pipelineDrain = 8 * time.Second
	ticksASecond  = 100 // of /proc/<pid>/stat, on every Linux
)

// usage is what a process took for the spans that it was sent.
type usage struct {
	spans     int
	cpu       time.Duration
	atRest    int64 // memory before the first span, in bytes
	resident  int64 // the most memory
	delivered int64 // bytes of request bodies that left
}

func (u usage) perSpan() float64 { return float64(u.cpu.Microseconds()) / float64(u.spans) }

// TestPipeline_besideAStockCollector sends the same traces at the same rate in turns to both Collectors, and to one
// that throws away what it receives.
func TestPipeline_besideAStockCollector(t *testing.T) {
	machine(t)
	seconds := pipelineSeconds
	if text := os.Getenv("BENCH_SECONDS"); text != "" {
		var err error
		seconds, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	programs := []struct{ name, binary, config string }{
		{"empty", os.Getenv("STOCK"), "testdata/empty.yaml"},
		{"stock", os.Getenv("STOCK"), "testdata/stock.yaml"},
		{"ours", os.Getenv("COLLECTOR"), "testdata/ours.yaml"},
	}
	results := make([][]usage, len(programs))
	for range pipelineRounds {
		for i, p := range programs {
			require.FileExists(t, p.binary, "run it by make bench-pipeline")
			u := pipeline(t, p.binary, p.config, seconds)
			t.Logf("%-6s %6d spans  %6.1f µs/span  %6.1f MB at rest, %6.1f MB at most  %5.2f MB delivered", p.name, u.spans, u.perSpan(),
				float64(u.atRest)/1e6, float64(u.resident)/1e6, float64(u.delivered)/1e6)
			results[i] = append(results[i], u)
		}
	}
	empty, stock, ours := middleUsage(results[0]), middleUsage(results[1]), middleUsage(results[2])
	t.Logf("median: receiving alone %.1f µs/span, stock %.1f, ours %.1f: %.1fx, and %.1fx beside the receiving", empty.perSpan(),
		stock.perSpan(), ours.perSpan(), stock.perSpan()/ours.perSpan(),
		(stock.perSpan()-empty.perSpan())/(ours.perSpan()-empty.perSpan()))
	t.Logf("median of the most memory: receiving alone %.1f MB, stock %.1f MB, ours %.1f MB: %.2fx", float64(empty.resident)/1e6,
		float64(stock.resident)/1e6, float64(ours.resident)/1e6, float64(stock.resident)/float64(ours.resident))
}

// middleUsage takes each figure's own median.
func middleUsage(list []usage) usage {
	m := usage{spans: list[0].spans}
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b usage) int { return cmp.Compare(a.perSpan(), b.perSpan()) })
	m.cpu, m.spans = sorted[len(sorted)/2].cpu, sorted[len(sorted)/2].spans
	slices.SortFunc(sorted, func(a, b usage) int { return cmp.Compare(a.resident, b.resident) })
	m.resident = sorted[len(sorted)/2].resident
	return m
}

func pipeline(t *testing.T, binary, config string, seconds int) usage {
	t.Helper()
	var delivered atomic.Int64
	sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		n, _ := io.Copy(io.Discard, req.Body) // a broken connection is tried again by the sender
		delivered.Add(n)
	}))
	defer sink.Close()
	port := freePort(t)
	var log bytes.Buffer
	cmd := exec.Command(binary, "--config", config)
	cmd.Env = append(os.Environ(), "PORT="+port, "SINK="+sink.URL, "REDACT_HASH_KEY=k7Qw2ZpX9sVb4NmR6tYc1LdF8hGj3KaE")
	cmd.Stdout, cmd.Stderr = &log, &log
	require.NoError(t, cmd.Start())
	defer func() {
		if t.Failed() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			t.Log(log.String())
		}
	}()
	waitForPort(t, port)
	pid := cmd.Process.Pid
	u := usage{atRest: peakResident(t, pid)}
	before := processCPU(t, pid)
	u.spans = send(t, "http://127.0.0.1:"+port+"/v1/traces", seconds)
	time.Sleep(pipelineDrain)
	u.cpu, u.resident, u.delivered = processCPU(t, pid)-before, peakResident(t, pid), delivered.Load()
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	assert.NoError(t, cmd.Wait())
	return u
}

// send posts the recordings again and again at the rate, and returns how many spans were taken.
func send(t *testing.T, url string, seconds int) int {
	t.Helper()
	whole := recorded(t, "pipeline")
	requests := encode(t, whole)
	sent, began := 0, time.Now()
	for n := uint64(0); sent < pipelineRate*seconds; n++ {
		for i, body := range requests {
			fresh, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(decode(t, body, n))
			require.NoError(t, err)
			resp, err := http.Post(url, "application/x-protobuf", bytes.NewReader(fresh))
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, resp.StatusCode)
			_, err = io.Copy(io.Discard, resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			sent += whole[i].SpanCount()
			time.Sleep(time.Until(began.Add(time.Duration(sent) * time.Second / pipelineRate)))
		}
	}
	return sent
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func waitForPort(t *testing.T, port string) {
	t.Helper()
	require.Eventually(t, func() bool {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	}, 20*time.Second, 50*time.Millisecond)
}

// processCPU is user and system time of a process.
func processCPU(t *testing.T, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(t, err)
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:])) // what follows the name: state, parent, …
	user, err := strconv.Atoi(fields[11])
	require.NoError(t, err)
	system, err := strconv.Atoi(fields[12])
	require.NoError(t, err)
	return time.Duration(user+system) * time.Second / ticksASecond
}

func peakResident(t *testing.T, pid int) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	line, _, _ := strings.Cut(rest, "kB")
	kB, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	require.NoError(t, err)
	return kB << 10
}
