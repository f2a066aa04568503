// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// mappingFloor is the share of right cells below which the mapping has broken.
const mappingFloor = 99

// straight keeps everything and sends it by one protocol.
const straight = `
receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:${env:OTELCOL_LANGSMITH_PORT_HTTP}", max_request_body_size: 67108864}}}
processors:
  sampling:
    complete: {after_root: 500ms, idle: 1s, max: 2s}
    rules: [{name: everything, keep: 100}]
    traces: all
    spans: %s
exporters:
  nop:
  langsmith:
    endpoint: ${env:LANGSMITH_ENDPOINT}
    api_key: ${env:LANGSMITH_API_KEY}
    unredacted: allow
    protocol: %s
service:
  pipelines:
    traces: {receivers: [otlp], processors: [sampling], exporters: [langsmith]}
    logs: {receivers: [otlp], processors: [sampling], exporters: [nop]}
  telemetry: {metrics: {level: none}}
`

// TestScoreMapping sends every recorded trace, and the log records that belong to it, through a real Collector, and holds
// what LangSmith shows of each span, by the stand-in's own reading of the bytes, against the judgement of the manifest.
func TestScoreMapping(t *testing.T) {
	deliveries := map[string][]pdatatest.Cell{}
	for _, protocol := range []string{"otlp", "multipart"} {
		deliveries[protocol] = deliver(t, fmt.Sprintf(straight, "all", protocol), pdatatest.Judging{})
		deliveries[protocol+", agents' part"] = deliver(t, fmt.Sprintf(straight, "agent", protocol), pdatatest.Judging{Dropped: true})
	}
	for _, key := range []struct {
		title string
		of    func(pdatatest.Cell) string
	}{
		{"field", pdatatest.ByField},
		{"dialect", pdatatest.ByDialect},
		{"what makes a run", pdatatest.InRuns},
		{"everything", pdatatest.InAll},
		{"", pdatatest.OfAgents},
	} {
		fmt.Println(pdatatest.Table(key.title, deliveries, key.of))
	}
	fmt.Println(pdatatest.Disagreements(deliveries))
	for name, cells := range deliveries {
		for field, share := range pdatatest.Tally(cells, pdatatest.ByField) {
			assert.GreaterOrEqual(t, share.Percent(), pdatatest.FieldFloor(field), "%s: %s", name, field)
		}
		for _, key := range []func(pdatatest.Cell) string{pdatatest.InRuns, pdatatest.InAll, pdatatest.OfAgents} {
			for what, share := range pdatatest.Tally(cells, key) {
				assert.GreaterOrEqual(t, share.Percent(), float64(mappingFloor), "%s: %s", name, what)
			}
		}
		for _, what := range pdatatest.Unexplained(cells) {
			t.Errorf("%s: nobody has looked at this disagreement: %s", name, what)
		}
	}
}

// delivery is a recording as it was sent, and where its spans are now.
type delivery struct {
	fixture  pdatatest.Fixture
	logs     plog.Logs
	recorded map[string]string // recorded span ids by those that were sent, in hex
	runs     map[string]pdatatest.Arrived
}

// deliver sends all recordings through a Collector and judges what arrives.
func deliver(t *testing.T, config string, how pdatatest.Judging) []pdatatest.Cell {
	t.Helper()
	var cells []pdatatest.Cell
	for _, d := range collect(t, config) {
		how.Logs = d.logs
		cells = append(cells, d.fixture.Judge(d.runs, how)...)
	}
	return cells
}

// collect sends all recordings through a Collector and returns what arrives of each.
func collect(t *testing.T, config string) []delivery {
	t.Helper()
	return collectAt(t, newLangSmith(t), config, func(replay.Recording) {})
}

// collectAt is collect with a stand-in that can be asked further, and recordings that were changed.
func collectAt(t *testing.T, l *langsmith, config string, change func(replay.Recording)) []delivery {
	t.Helper()
	c := start(t, l.env(), overlay(t, config))
	deliveries := sendFixtures(t, c, change)
	awaitQuiet(l)
	require.Zero(t, c.stop())
	bySpan, byID := map[string]standin.Run{}, map[string]standin.Run{}
	for _, r := range l.Runs() {
		bySpan[spanOf(r)], byID[r.ID] = r, r
	}
	for i := range deliveries {
		d := &deliveries[i]
		for fresh, recorded := range d.recorded {
			if r, ok := bySpan[fresh]; ok {
				d.runs[recorded] = d.arrived(r, byID)
			}
		}
	}
	return deliveries
}

func sendFixtures(t *testing.T, c *collector, change func(replay.Recording)) []delivery {
	t.Helper()
	sender := replay.Sender{Endpoint: c.otlp(), Client: http.DefaultClient, Tries: 20, Pause: 100 * time.Millisecond}
	var sent []delivery
	for _, f := range pdatatest.Fixtures(t) {
		was := replay.Recording{File: f.File, Traces: pdatatest.LoadTraces(t, f.Path), Logs: f.Logs(t)}
		is := was.Fresh("score", time.Now())
		d := delivery{fixture: f, logs: was.Logs, recorded: map[string]string{}, runs: map[string]pdatatest.Arrived{}}
		d.note(was.Traces, is.Traces)
		change(is)
		require.NoError(t, sender.Send(context.Background(), is))
		sent = append(sent, d)
	}
	return sent
}

// note remembers which span is which: a copy has its spans at the same places.
func (d *delivery) note(was, is ptrace.Traces) {
	var ids []string
	for span := range allSpans(was) {
		ids = append(ids, span.SpanID().String())
	}
	i := 0
	for span := range allSpans(is) {
		d.recorded[span.SpanID().String()] = ids[i]
		i++
	}
}

// awaitQuiet returns once nothing has arrived for longer than the Collector waits for a trace.
func awaitQuiet(l *langsmith) {
	const quiet = 4 * time.Second
	last, since := -1, time.Now()
	for time.Since(since) < quiet {
		if n := l.Summary().Runs; n != last {
			last, since = n, time.Now()
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// spanOf is the span that a run was made of, by LangSmith's own rule for ids.
func spanOf(r standin.Run) string {
	id := strings.ReplaceAll(r.ID, "-", "")
	if _, err := hex.DecodeString(id); err == nil && strings.HasPrefix(id, "0000000000000000") {
		return id[16:]
	}
	return metadata(r)["OTEL_SPAN_ID"]
}

func (d *delivery) arrived(r standin.Run, byID map[string]standin.Run) pdatatest.Arrived {
	meta := metadata(r)
	a := pdatatest.Arrived{
		Kind: r.Type, Name: r.Name, Error: r.Error, Inputs: r.Inputs, Outputs: r.Outputs, Usage: usageOf(r),
		Threads: []string{meta["session_id"], meta["thread_id"], meta["conversation_id"]}, User: meta["user_id"],
	}
	if r.ParentID != "" {
		a.Parent = pdatatest.MadeParent
		if recorded, ok := d.recorded[spanOf(byID[r.ParentID])]; ok {
			a.Parent = recorded
		}
	}
	if r.Status == "error" && a.Error == "" {
		a.Error = "failed without a text"
	}
	return a
}

// usageOf reads the counts of a run where LangSmith looks for them.
func usageOf(r standin.Run) *pdatatest.ArrivedUsage {
	var outputs struct {
		Usage *struct {
			Input         int64            `json:"input_tokens"`
			Output        int64            `json:"output_tokens"`
			Cost          float64          `json:"total_cost"`
			InputDetails  map[string]int64 `json:"input_token_details"`
			OutputDetails map[string]int64 `json:"output_token_details"`
		} `json:"usage_metadata"`
	}
	for _, place := range []json.RawMessage{r.Outputs, metadataOf(r)} {
		if json.Unmarshal(place, &outputs) == nil && outputs.Usage != nil {
			u := outputs.Usage
			return &pdatatest.ArrivedUsage{
				Input: u.Input, Output: u.Output, CacheRead: u.InputDetails["cache_read"],
				CacheCreation: u.InputDetails["cache_creation"] + u.InputDetails["ephemeral_5m_input_tokens"] +
					u.InputDetails["ephemeral_1h_input_tokens"],
				Reasoning: u.OutputDetails["reasoning"], Cost: u.Cost,
			}
		}
	}
	return nil
}

func metadataOf(r standin.Run) json.RawMessage {
	var extra struct {
		Metadata json.RawMessage `json:"metadata"`
	}
	_ = json.Unmarshal(r.Extra, &extra) // a run without extra has none
	return extra.Metadata
}
