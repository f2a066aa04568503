// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replace

import (
	"fmt"
	"strings"
)

// stackLines is how many lines a summary keeps at either end of a stack trace: some languages put the cause first,
// others last.
const stackLines = 4

// Summary shortens a stack trace to its first and last lines. What is short enough, or was shortened before, stays as
// it is.
func Summary(trace string) string {
	if strings.Count(trace, "\n") < 2*stackLines+1 {
		return trace
	}
	lines := strings.Split(strings.TrimRight(trace, "\n"), "\n")
	if len(lines) <= 2*stackLines+1 {
		return trace
	}
	left := len(lines) - 2*stackLines
	head, tail := lines[:stackLines], lines[len(lines)-stackLines:]
	return strings.Join(head, "\n") + fmt.Sprintf("\n[%d more lines]\n", left) + strings.Join(tail, "\n")
}
