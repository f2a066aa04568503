// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build bench

package bench

import (
	"bufio"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is what this process has used of all cores. Unlike a clock on the wall it does not count what other
// programs do.
func cpuTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		panic(err)
	}
	return time.Duration(ts.Nano())
}

// cost is what a piece of work took.
type cost struct {
	cpu, wall time.Duration
	allocs    uint64
	bytes     uint64 // allocated
}

// measure runs f once after a collection, so that f does not pay for the garbage of its preparation.
func measure(f func()) cost {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpu, wall := cpuTime(), time.Now()
	f()
	c := cost{cpu: cpuTime() - cpu, wall: time.Since(wall)}
	runtime.ReadMemStats(&after)
	c.allocs, c.bytes = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
	return c
}

// medianBy returns the cost in the middle by what f says of it.
func medianBy(costs []cost, f func(cost) time.Duration) cost {
	sorted := slices.Clone(costs)
	slices.SortFunc(sorted, func(a, b cost) int { return int(f(a) - f(b)) })
	return sorted[len(sorted)/2]
}

func byCPU(c cost) time.Duration { return c.cpu }

// oneCore limits the test to one core.
func oneCore(t *testing.T) {
	t.Helper()
	before := runtime.GOMAXPROCS(1)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// perSecond is MB/s for bytes, or any other count a second.
func perSecond(n int, d time.Duration) float64 { return float64(n) / max(d.Seconds(), 1e-9) }

// machine says where the figures come from.
func machine(t *testing.T) {
	t.Helper()
	commit, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		commit = []byte("unknown")
	}
	t.Logf("%s, %d cores, %s, commit %s", cpuModel(), runtime.NumCPU(), runtime.Version(), strings.TrimSpace(string(commit)))
}

func cpuModel() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, model, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return runtime.GOARCH
}
