// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// overallFloor is the share of right cells below which the mapping has broken.
const overallFloor = 99.5

// TestMap_recordedTraces holds every run against the judgement of the span that it was made of. That the runs arrive so, and
// with what log records add to them, is told by make score-mapping.
func TestMap_recordedTraces(t *testing.T) {
	var cells []pdatatest.Cell
	for _, f := range pdatatest.Fixtures(t) {
		runs := arrivedRuns(pdatatest.LoadTraces(t, f.Path))
		cells = append(cells, f.Judge(runs, pdatatest.Judging{Logs: plog.NewLogs()})...)
	}
	for field, share := range pdatatest.Tally(cells, pdatatest.ByField) {
		assert.GreaterOrEqual(t, share.Percent(), pdatatest.FieldFloor(field), field)
	}
	for dialect, share := range pdatatest.Tally(cells, pdatatest.ByDialect) {
		assert.GreaterOrEqual(t, share.Percent(), 93.0, dialect)
	}
	for what, share := range pdatatest.Tally(cells, pdatatest.InAll) {
		assert.GreaterOrEqual(t, share.Percent(), overallFloor, what)
	}
	for _, what := range pdatatest.Unexplained(cells) {
		t.Errorf("nobody has looked at this disagreement: %s", what)
	}
}

// arrivedRuns are the runs of td by the spans that they were made of.
func arrivedRuns(td ptrace.Traces) map[string]pdatatest.Arrived {
	runs := map[string]pdatatest.Arrived{}
	for _, trace := range runmap.Map(td, runmap.Options{}) {
		spans := map[run.ID]string{}
		for i := range trace.Runs {
			spans[trace.Runs[i].ID] = trace.Runs[i].Metadata.Text("OTEL_SPAN_ID")
		}
		for i := range trace.Runs {
			r := &trace.Runs[i]
			runs[spans[r.ID]] = arrived(r, spans[r.ParentID])
		}
	}
	return runs
}

func runsBySpan(td ptrace.Traces) map[string]run.Run {
	runs := map[string]run.Run{}
	for _, trace := range runmap.Map(td, runmap.Options{}) {
		for _, r := range trace.Runs {
			runs[r.Metadata.Text("OTEL_SPAN_ID")] = r
		}
	}
	return runs
}

func arrived(r *run.Run, parent string) pdatatest.Arrived {
	a := pdatatest.Arrived{
		Kind: string(r.Kind), Name: r.Name, Error: r.Error, Inputs: r.Inputs, Outputs: r.Outputs, Parent: parent,
		Threads: []string{r.Metadata.Text("session_id"), r.Metadata.Text("thread_id")}, User: r.Metadata.Text("user_id"),
	}
	if u := r.Usage; u != nil {
		a.Usage = &pdatatest.ArrivedUsage{
			Input: u.Input, Output: u.Output, CacheRead: u.CacheRead, CacheCreation: u.CacheCreation, Reasoning: u.Reasoning,
			Cost: u.TotalCost,
		}
	}
	return a
}
