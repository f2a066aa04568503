// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

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

// TestFixtures_contentInLogRecordsGivesTheSameRuns takes the messages from the spans of every recording that has them in the
// attributes of the conventions, and sends them as log records, in structured values.
func TestFixtures_contentInLogRecordsGivesTheSameRuns(t *testing.T) {
	moved := 0
	for _, f := range pdatatest.Fixtures(t) {
		want := runsOf(pdatatest.LoadTraces(t, f.Path))
		td, ld := pdatatest.LoadTraces(t, f.Path), plog.NewLogs()
		records := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		for _, span := range spansOfAll(td) {
			moved += moveContent(t, span, records)
		}
		if records.Len() == 0 {
			continue
		}
		s := withLogs(t, startSampler(t, func(c *Config) { c.Traces, c.Spans = everything, everything }))
		s.send(td)
		require.NoError(t, s.logs.ConsumeLogs(context.Background(), ld))
		got := map[run.ID]run.Run{}
		for _, out := range s.stop() {
			maps.Copy(got, runsOf(out))
		}
		for id, r := range want {
			assert.Equal(t, r.Kind, got[id].Kind, "%s: %s", f.File, r.Name)
			assert.Equal(t, r.Usage, got[id].Usage, "%s: %s", f.File, r.Name)
			assert.Equal(t, golden.Meaning(r.Inputs), golden.Meaning(got[id].Inputs), "%s: %s", f.File, r.Name)
			assert.Equal(t, golden.Meaning(r.Outputs), golden.Meaning(got[id].Outputs), "%s: %s", f.File, r.Name)
		}
	}
	assert.Greater(t, moved, 100)
}

func runsOf(td ptrace.Traces) map[run.ID]run.Run {
	runs := map[run.ID]run.Run{}
	for _, trace := range runmap.Map(td, runmap.Options{}) {
		for _, r := range trace.Runs {
			runs[r.ID] = r
		}
	}
	return runs
}

// moveContent makes one log record of what a span says.
func moveContent(t *testing.T, span ptrace.Span, to plog.LogRecordSlice) (moved int) {
	t.Helper()
	said := map[string]any{}
	for _, k := range []string{"gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"} {
		v, ok := span.Attributes().Get(k)
		var decoded any
		if ok && json.Unmarshal([]byte(v.AsString()), &decoded) == nil {
			said[k] = decoded
			span.Attributes().Remove(k)
		}
	}
	if len(said) == 0 {
		return 0
	}
	r := to.AppendEmpty()
	r.SetTraceID(span.TraceID())
	r.SetSpanID(span.SpanID())
	r.SetTimestamp(span.EndTimestamp())
	r.SetEventName("gen_ai.client.inference.operation.details")
	require.NoError(t, r.Attributes().FromRaw(said))
	return 1
}
