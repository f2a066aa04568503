// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
)

const metricsText = `# TYPE otelcol_processor_sampling_decisions counter
otelcol_processor_sampling_decisions{outcome="kept",processor="sampling",rule="errors",trigger="root"} 3
otelcol_processor_sampling_decisions{outcome="kept",processor="sampling",rule="errors",trigger="idle"} 1
otelcol_processor_sampling_decisions{outcome="kept",processor="sampling",rule="successes",trigger="root"} 5
otelcol_processor_sampling_decisions{outcome="dropped",processor="sampling",rule="successes",trigger="root"} 40
# TYPE otelcol_processor_sampling_traces_held gauge
otelcol_processor_sampling_traces_held{processor="sampling"} 2
`

func scraped(t *testing.T, text string) counters {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(text))
	}))
	defer srv.Close()
	c, err := scrape(context.Background(), srv.URL)
	require.NoError(t, err)
	return c
}

func TestCounters_addWhatMatches(t *testing.T) {
	c := scraped(t, metricsText)
	const decisions = "otelcol_processor_sampling_decisions"
	assert.InDelta(t, 49, c.sum(decisions), 0)
	assert.InDelta(t, 9, c.sum(decisions, "outcome", "kept"), 0)
	assert.InDelta(t, 4, c.sum(decisions, "outcome", "kept", "rule", "errors"), 0)
	assert.InDelta(t, 2, c.sum("otelcol_processor_sampling_traces_held"), 0)
	assert.Zero(t, c.sum("no_such_metric"))
	assert.Equal(t, "successes 5, errors 4", list(c.by(decisions, "rule", "outcome", "kept")))
}

func TestScrape_namesWhatItCannotRead(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("{not metrics\n"))
	}))
	defer srv.Close()
	_, err := scrape(context.Background(), srv.URL)
	require.ErrorContains(t, err, "parse the Collector's metrics")
}

func TestVerdict_failsForEachThingThatIsWrong(t *testing.T) {
	require.NoError(t, verdict{kept: 1, runs: 1}.err())
	f := func(v verdict, want string) {
		t.Helper()
		require.ErrorContains(t, v.err(), want)
		assert.Contains(t, v.String(), "FAILED")
	}
	f(verdict{}, "no trace was kept")
	f(verdict{kept: 1, absent: []string{"aa"}}, "kept traces that the stand-in does not show: aa")
	f(verdict{kept: 1, notOneRoot: []string{"bb"}}, "without exactly one root: bb")
	f(verdict{kept: 1, missingParents: 2}, "2 runs name a parent")
	f(verdict{kept: 1, lostErrors: []string{"x/y.json"}}, "x/y.json")
	leak := verdict{kept: 1, leaked: []string{"ada.lovelace@example.com"}}
	f(leak, "1 planted values are in what left")
	assert.NotContains(t, leak.String(), "ada", "what leaked is not repeated")
}

func TestVerdict_judgesTrees(t *testing.T) {
	f := func(want verdict, runs ...apiRun) {
		t.Helper()
		var v verdict
		v.judgeTree("t", runs)
		assert.Equal(t, want, v)
	}
	f(verdict{}, apiRun{ID: "1"}, apiRun{ID: "2", ParentID: "1"})
	f(verdict{notOneRoot: []string{"t"}}, apiRun{ID: "1"}, apiRun{ID: "2"})
	f(verdict{missingParents: 1}, apiRun{ID: "1"}, apiRun{ID: "2", ParentID: "3"})
	f(verdict{missingParents: 1, notOneRoot: []string{"t"}}, apiRun{ID: "2", ParentID: "3"})
}

// TestCheck_readsEveryPage plays a stand-in that gives one run a page.
func TestCheck_readsEveryPage(t *testing.T) {
	recordings, err := replay.Load("../../testdata")
	require.NoError(t, err)
	failed := recordings[0]
	for _, r := range recordings {
		if len(r.FailedTraceIDs()) > 0 {
			failed = r
		}
	}
	trace := failed.FailedTraceIDs()[0].String()
	run := func(id, parent string) string {
		return `{"id":"` + id + `","parent_run_id":"` + parent + `","extra":{"metadata":{"OTEL_TRACE_ID":"` + trace + `"}},` +
			`"inputs":{"q":"mail ada.lovelace@example.com"}}`
	}
	at := standinOf(t, map[string]string{
		"/standin/decisions": `{"decisions":[{"trace_id":"` + trace + `","kept":true},{"trace_id":"dd","kept":false}]}`,
		"/api/v1/sessions":   `[{"id":"p"}]`,
		"":                   `{"runs":[` + run("1", "") + `],"cursors":{"next":"more"}}`,
		"more":               `{"runs":[` + run("2", "1") + `],"cursors":{}}`,
	})
	v, err := check(context.Background(), at, []replay.Recording{failed})
	require.NoError(t, err)
	assert.Equal(t, 1, v.kept)
	assert.Equal(t, 2, v.runs)
	assert.Empty(t, v.absent)
	assert.Empty(t, v.notOneRoot)
	assert.Len(t, v.leaked, 1)
}

// standinOf answers paths, and run queries by their cursor.
func standinOf(t *testing.T, answers map[string]string) addresses {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		key := req.URL.Path
		if strings.HasSuffix(key, "/runs/query") {
			var query map[string]any
			assert.NoError(t, json.NewDecoder(req.Body).Decode(&query))
			key, _ = query["cursor"].(string)
		}
		_, _ = w.Write([]byte(answers[key]))
	}))
	t.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL)
	require.NoError(t, err)
	return addresses{viewerPort: u.Port()}
}

func TestAddresses_nameTheBusyPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	err = addresses{grpcPort: "0", httpPort: port, viewerPort: "0", metricsPort: "0"}.free()
	require.ErrorContains(t, err, "port "+port+" (OTLP over HTTP) is not free: set OTELCOL_LANGSMITH_PORT_HTTP")
	require.NoError(t, addresses{"0", "0", "0", "0"}.free())
}

func TestAddresses_comeFromTheVariablesOfTheConfiguration(t *testing.T) {
	t.Setenv("OTELCOL_LANGSMITH_PORT_VIEWER", "14319")
	assert.Equal(t, "http://127.0.0.1:14319", addressesFromEnv().viewer())
	assert.Equal(t, "http://127.0.0.1:4318", addressesFromEnv().otlp())
}

func TestTail_keepsTheEnd(t *testing.T) {
	var kept tail
	for range 100 {
		n, err := kept.Write([]byte(strings.Repeat("a", 1000)))
		require.NoError(t, err)
		require.Equal(t, 1000, n)
	}
	_, _ = kept.Write([]byte("the end"))
	assert.Len(t, kept.String(), keptLog)
	assert.True(t, strings.HasSuffix(kept.String(), "the end"))
}

func TestReport_showsTheCounters(t *testing.T) {
	text := report(nil, time.Second, scraped(t, metricsText), verdict{kept: 9, runs: 20}, addressesFromEnv())
	for _, want := range []string{"9 traces: successes 5, errors 4", "40 traces: successes 40", "9 of 9 kept traces readable, 20 runs"} {
		assert.Contains(t, text, want)
	}
}
