// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e || soak

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// sent is what a replay sent.
type sent struct {
	spans, logs  int
	agentTraces  []string // traces that hold an agent's span
	failedTraces []string // of these, those with a failure
}

func everything(replay.Recording) bool { return true }

func only(prefix string) func(replay.Recording) bool {
	return func(r replay.Recording) bool { return strings.HasPrefix(r.File, prefix) }
}

// replayTo sends the recordings that match, each once.
func replayTo(t *testing.T, c *collector, match func(replay.Recording) bool) sent {
	t.Helper()
	recordings, err := replay.Load("../testdata")
	require.NoError(t, err)
	sender := replay.Sender{Endpoint: c.otlp(), Client: http.DefaultClient, Tries: 20, Pause: 100 * time.Millisecond}
	var out sent
	salt := strconv.FormatInt(time.Now().UnixNano(), 36)
	for _, r := range recordings {
		if !match(r) {
			continue
		}
		fresh := r.Fresh(salt, time.Now())
		require.NoError(t, sender.Send(context.Background(), fresh))
		out.add(fresh)
	}
	require.NotZero(t, out.spans)
	return out
}

func (s *sent) add(r replay.Recording) {
	s.spans += r.Traces.SpanCount()
	s.logs += r.Logs.LogRecordCount()
	agents := map[string]bool{}
	for _, rs := range r.Traces.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				view := dialect.Span{Span: span, Resource: rs.Resource().Attributes(), Scope: ss.Scope()}
				if dialect.Classify(view) == dialect.Agent {
					agents[span.TraceID().String()] = true
				}
			}
		}
	}
	for _, id := range r.TraceIDs() {
		if agents[id.String()] {
			s.agentTraces = append(s.agentTraces, id.String())
		}
	}
	for _, id := range r.FailedTraceIDs() {
		if agents[id.String()] {
			s.failedTraces = append(s.failedTraces, id.String())
		}
	}
}

func sendMetrics(t *testing.T, c *collector) {
	t.Helper()
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("requests")
	m.SetEmptyGauge().DataPoints().AppendEmpty().SetIntValue(1)
	body, err := pmetricotlp.NewExportRequestFromMetrics(md).MarshalProto()
	require.NoError(t, err)
	status, _ := post(t, c.otlp()+"/v1/metrics", "application/x-protobuf", body)
	require.Equal(t, http.StatusOK, status)
}

// post sends one request and returns the status and the answer.
func post(t *testing.T, url, contentType string, body []byte) (int, string) {
	t.Helper()
	resp, err := http.Post(url, contentType, bytes.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(answer)
}

// sum adds all samples of one of the Collector's own metrics.
func (c *collector) sum(name string) float64 {
	resp, err := http.Get(c.metrics())
	if err != nil {
		return -1
	}
	defer resp.Body.Close()
	total := 0.0
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 || (!strings.HasPrefix(fields[0], name+"{") && fields[0] != name) {
			continue
		}
		value, err := strconv.ParseFloat(fields[len(fields)-1], 64)
		assert.NoError(c.t, err)
		total += value
	}
	return total
}

// page is what the viewer's API shows.
type page struct {
	traces map[string][]pageRun
	broken []string
}

type pageRun struct {
	ID       string         `json:"id"`
	ParentID string         `json:"parent_run_id"`
	Name     string         `json:"name"`
	Extra    map[string]any `json:"extra"`
}

func readPage(t *testing.T, c *collector) *page {
	t.Helper()
	p := &page{traces: map[string][]pageRun{}}
	for _, project := range projects(t, c) {
		for cursor := "start"; cursor != ""; {
			query := map[string]any{"session": []string{project}, "limit": 100}
			if cursor != "start" {
				query["cursor"] = cursor
			}
			body, err := json.Marshal(query)
			require.NoError(t, err)
			status, answer := post(t, c.viewer()+"/api/v1/runs/query", "application/json", body)
			require.Equal(t, http.StatusOK, status, answer)
			var got struct {
				Runs    []pageRun         `json:"runs"`
				Cursors map[string]string `json:"cursors"`
			}
			require.NoError(t, json.Unmarshal([]byte(answer), &got))
			for _, r := range got.Runs {
				meta, _ := r.Extra["metadata"].(map[string]any)
				id := fmt.Sprint(meta["OTEL_TRACE_ID"])
				p.traces[id] = append(p.traces[id], r)
			}
			cursor = got.Cursors["next"]
		}
	}
	p.findBroken()
	return p
}

// lacks returns those of the trace ids that the page does not show.
func (p *page) lacks(ids []string) []string {
	var lacking []string
	for _, id := range ids {
		if len(p.traces[id]) == 0 {
			lacking = append(lacking, id)
		}
	}
	return lacking
}

func (p *page) findBroken() {
	for id, runs := range p.traces {
		here, roots := map[string]bool{}, 0
		for _, r := range runs {
			here[r.ID] = true
		}
		for _, r := range runs {
			if r.ParentID == "" {
				roots++
			} else if !here[r.ParentID] {
				p.broken = append(p.broken, id+": a parent is missing")
			}
		}
		if roots != 1 {
			p.broken = append(p.broken, fmt.Sprintf("%s: %d roots", id, roots))
		}
	}
}

func projects(t *testing.T, c *collector) []string {
	t.Helper()
	resp, err := http.Get(c.viewer() + "/api/v1/sessions")
	require.NoError(t, err)
	defer resp.Body.Close()
	var list []struct {
		ID string `json:"id"`
	}
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&list))
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	return ids
}

// metadata returns the strings among a run's metadata.
func metadata(r standin.Run) map[string]string {
	var extra struct {
		Metadata map[string]any `json:"metadata"`
	}
	_ = json.Unmarshal(r.Extra, &extra) // a run without extra has none
	out := map[string]string{}
	for k, v := range extra.Metadata {
		if s, ok := v.(string); ok {
			out[k] = s
		}
	}
	return out
}

// assertNoSecretOnDisk looks for keys and planted values in every file below dir, and at the files' modes.
func assertNoSecretOnDisk(t *testing.T, dir string) {
	t.Helper()
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		info, err := d.Info()
		require.NoError(t, err)
		assert.Zero(t, info.Mode().Perm()&0o077, "%s is readable by others", path)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, secret := range append([]string{apiKey, hashKey}, planted...) {
			assert.False(t, bytes.Contains(text, []byte(secret)), "%s holds a secret", path)
		}
		return nil
	}))
	assert.NotZero(t, files, "the queue is on disk")
}
