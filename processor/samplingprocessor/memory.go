// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"bufio"
	"io"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

const (
	// fallbackMemory is assumed where nothing tells how much memory there is (not Linux, no GOMEMLIMIT).
	fallbackMemory = 1 << 30
	// maxLimitFile bounds what is read of the kernel's files; meminfo, the longest, has about 1,500 bytes.
	maxLimitFile = 64 << 10

	// traceShare: a single trace may take no more than this part of the budget, and no more than defaultMaxTrace,
	// before it is judged as it is. LangSmith takes 25,000 runs and 20 MB a run; an agent's largest traces have some
	// tens of megabytes.
	traceShare      = 4
	defaultMaxTrace = 64 << 20

	// decidedShare of the budget remembers decided traces for the spans that come late.
	decidedShare = 16
	// minDecided is room for what is remembered of a trace that is sealed, on every shard of a tiny budget.
	minDecided = 1 << 10
	// graveShare of the budget holds dropped traces, should an error come late. It is the first to be given up.
	graveShare = 8
)

// budgetOf returns the bytes that may be held under the given memory limit.
func (m Memory) budgetOf(limit int64) int64 {
	if m.MaxBytes > 0 {
		return int64(m.MaxBytes)
	}
	return max(minBudget, limit/100*int64(m.MaxPercentage))
}

// maxTrace returns the size at which a trace is judged.
func (m Memory) maxTrace(budget int64) int64 {
	if m.MaxTraceBytes > 0 {
		return min(int64(m.MaxTraceBytes), budget)
	}
	return min(budget/traceShare, defaultMaxTrace)
}

// memoryLimit returns how much memory the process may use: GOMEMLIMIT if set, else the limit of the container, else
// all there is. Files that cannot be read tell nothing.
func memoryLimit(root string) int64 {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		return limit
	}
	total := firstNumber(root+"/proc/meminfo", "MemTotal:") * 1024
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		// version 1 writes a huge number for "no limit"
		if limit := firstNumber(root+file, ""); limit > 0 && (total == 0 || limit < total) {
			return limit
		}
	}
	if total > 0 {
		return total
	}
	return fallbackMemory
}

// firstNumber returns the number behind the first line that begins with prefix, or 0.
func firstNumber(path, prefix string) int64 {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(io.LimitReader(f, maxLimitFile))
	for lines.Scan() {
		rest, ok := strings.CutPrefix(lines.Text(), prefix)
		if !ok {
			continue
		}
		number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil || n < 0 {
			return 0
		}
		return n
	}
	return 0
}
