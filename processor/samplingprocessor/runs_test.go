// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/golden"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// runsWithLogs are recordings of libraries that say in log records what they do not say on spans. Their runs, with the
// records joined to them, stand in testdata/runs, as somebody has read them.
var runsWithLogs = []string{
	"claude-code/agent", "claude-code/err500", "codex-cli/agent", "openlit-js/agent", "otel-js-openai/agent",
	"otel-js-openai/image", "otel-js-openai/err500_stream",
}

func TestFixtures_withTheirLogRecordsBecomeTheseRuns(t *testing.T) {
	dir := filepath.Join(pdatatest.Repository(t), "testdata")
	for _, name := range runsWithLogs {
		t.Run(name, func(t *testing.T) {
			s := withLogs(t, startSampler(t, nil))
			s.send(pdatatest.LoadTraces(t, filepath.Join(dir, "traces", name+".json")))
			ld := pdatatest.LoadLogs(t, filepath.Join(dir, "traces", name+".logs.json"))
			require.NoError(t, s.logs.ConsumeLogs(context.Background(), ld))
			var runs []run.Run
			for _, td := range s.stop() {
				for _, trace := range runmap.Map(td, runmap.Options{}) {
					runs = append(runs, trace.Runs...)
				}
			}
			slices.SortFunc(runs, func(a, b run.Run) int {
				return cmp.Or(a.Start.Compare(b.Start), b.End.Compare(a.End), strings.Compare(a.ID.String(), b.ID.String()))
			})
			golden.Equal(t, filepath.Join(dir, "runs", name+".logs.json"), golden.Runs(t, runs))
		})
	}
}
