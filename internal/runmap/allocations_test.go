// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package runmap_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// BenchmarkEach states the figures; here is what they must not fall behind: half as many again for agents, and next to
// nothing for the internals of an application. The race detector throws away what would be used again.
func TestEach_allocations(t *testing.T) {
	f := func(internals bool, most float64) {
		t.Helper()
		var all []ptrace.Traces
		spans := 0
		for _, fixture := range pdatatest.Fixtures(t) {
			if (fixture.Dialect == "codex-cli") == internals && !strings.HasPrefix(fixture.Dialect, "lifted/") {
				td := pdatatest.LoadTraces(t, fixture.Path)
				spans += td.SpanCount()
				all = append(all, td)
			}
		}
		allocations := testing.AllocsPerRun(3, func() {
			for _, td := range all {
				runmap.Each(td, runmap.Options{WithoutDottedOrder: true}, func(*runmap.Trace) {})
			}
		})
		assert.LessOrEqual(t, allocations/float64(spans), most)
	}
	f(false, 8)
	f(true, 0.5)
}
