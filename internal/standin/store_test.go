// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkBooks counts the store anew and compares.
func checkBooks(t *testing.T, s *Server) {
	t.Helper()
	var bytes int64
	runs, perProject := 0, map[runKey]int{}
	for _, tr := range s.store.traces {
		for _, one := range tr.runs {
			bytes += one.size
			runs++
			perProject[runKey{one.run.Workspace, one.run.ProjectID}]++
		}
	}
	assert.Equal(t, bytes, s.store.bytes)
	assert.Len(t, s.store.runs, runs)
	assert.Len(t, s.store.traces, s.store.order.Len())
	require.Len(t, s.store.projects, len(perProject))
	for key, p := range s.store.projects {
		assert.Equal(t, perProject[key], p.runs)
	}
	waiting := 0
	for _, list := range s.store.orphans.byParent {
		waiting += len(list)
	}
	assert.Len(t, s.store.orphans.ids, waiting)
	assert.Equal(t, waiting, s.store.orphans.order.Len())
}

func TestStore_oldestTraceGoesFirst(t *testing.T) {
	s, _ := newTestServer(Options{MaxRuns: 4})
	for n := uint64(1); n <= 3; n++ {
		tr := newTrace()
		tr.add(10*n, 0, nil)
		tr.add(10*n+1, 10*n, nil)
		send(t, s, tr, "Langsmith-Project", fmt.Sprint(n))
		checkBooks(t, s)
	}
	traces := s.Traces()
	require.Len(t, traces, 2)
	assert.Equal(t, runID(20), traces[0].ID)
	sum := s.Summary()
	assert.EqualValues(t, 1, sum.EvictedTraces)
	assert.EqualValues(t, 2, sum.EvictedRuns)
	assert.Len(t, sum.Projects, 2, "a project goes with its last run")
}

func TestStore_bytesAreBounded(t *testing.T) {
	const limit = 100_000
	s, _ := newTestServer(Options{MaxBytes: limit})
	for n := uint64(1); n <= 50; n++ {
		tr := newTrace()
		tr.add(n, 0, m{"gen_ai.prompt": strings.Repeat("x", 5000)})
		send(t, s, tr)
		assert.LessOrEqual(t, s.Summary().StoredBytes, int64(limit))
	}
	checkBooks(t, s)
	assert.Greater(t, s.Summary().Runs, 10)
	tr := newTrace()
	tr.add(99, 0, m{"gen_ai.prompt": strings.Repeat("x", 2*limit)})
	send(t, s, tr)
	assert.Zero(t, s.Summary().Runs, "one that is too large by itself does not stay either")
	checkBooks(t, s)
}

func TestStore_patchThatGrowsARunMakesRoom(t *testing.T) {
	s, _ := newTestServer(Options{MaxBytes: 10_000})
	require.Equal(t, 202, sendBatch(s, `{"post":[`+runJSON(idA, "", "")+`]}`).status)
	require.Equal(t, 202, sendBatch(s, `{"post":[`+runJSON(idB, "", "")+`]}`).status)
	patch := `{"id":"` + idB + `","trace_id":"` + idB + `","dotted_order":"` + stamp1 + idB +
		`","outputs":{"a":"` + strings.Repeat("x", 8000) + `"}}`
	require.Equal(t, 202, sendBatch(s, `{"patch":[`+patch+`]}`).status)
	require.Len(t, s.Runs(), 1)
	assert.Equal(t, idB, s.Runs()[0].ID)
	checkBooks(t, s)
}

func TestStore_orphansKeepTheirBooks(t *testing.T) {
	s, _ := newTestServer(Options{MaxRuns: 40})
	for n := uint64(1); n <= 60; n++ {
		tr := newTrace()
		tr.add(n, n%7+100, nil)
		send(t, s, tr)
		checkBooks(t, s)
	}
	tr := newTrace()
	tr.add(103, 0, nil)
	send(t, s, tr)
	checkBooks(t, s)
}
