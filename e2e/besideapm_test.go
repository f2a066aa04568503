// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
)

const (
	rounds = 7
	// slowest is how much slower a request may be answered beside a dead LangSmith than by a Collector that has only
	// the APM. The two run on the same two cores as the sender and the sink, so that some of what is measured is the
	// machine.
	slowest = 1.5
)

// onlyAPM is what a Collector does that has never heard of us.
const onlyAPM = `
receivers:
  otlp:
    protocols:
      http: {endpoint: "127.0.0.1:${env:OTELCOL_LANGSMITH_PORT_HTTP}", max_request_body_size: 67108864}
exporters:
  otlp_http/apm:
    endpoint: ${env:OTELCOL_LANGSMITH_APM}
    compression: gzip
    retry_on_failure: {enabled: true, max_elapsed_time: 0s}
    sending_queue: {enabled: true, sizer: bytes, queue_size: 268435456}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp_http/apm]}
  telemetry:
    metrics: {level: none}
`

// full is a sampler whose budget is used up after the first few traces, and which waits for ever.
const full = `
processors:
  sampling:
    memory: {max_bytes: 1MiB, max_trace_bytes: 512KiB}
    complete: {after_root: 10m, idle: 10m, max: 10m}
`

// TestBesideAPM_neitherSlowsNorDoublesTheAPM compares, round by round, a Collector that has only the APM with ours
// whose LangSmith is dead and whose sampler is full.
func TestBesideAPM_neitherSlowsNorDoublesTheAPM(t *testing.T) {
	dead := newLangSmith(t)
	dead.http.Close()
	plainAPM, ourAPM := newSink(t), newSink(t)
	plain := start(t, []string{"OTELCOL_LANGSMITH_APM=" + plainAPM.URL}, overlay(t, onlyAPM))
	ours := start(t, append(dead.env(), "OTELCOL_LANGSMITH_APM="+ourAPM.URL), "embed:beside-apm", overlay(t, full))

	recordings, err := replay.Load("../testdata")
	require.NoError(t, err)
	var without, with []time.Duration
	spans := 0
	for round := range rounds {
		fresh := freshAll(recordings, strconv.Itoa(round))
		for _, r := range fresh {
			spans += r.Traces.SpanCount()
		}
		without = append(without, sendAll(t, plain, fresh)...)
		with = append(with, sendAll(t, ours, fresh)...)
	}
	for name, apm := range map[string]*sink{"plain": plainAPM, "ours": ourAPM} {
		require.Eventually(t, func() bool { n, _ := apm.seen(); return n == spans }, 30*time.Second, 100*time.Millisecond, name)
		_, repeated := apm.seen()
		assert.Zero(t, repeated, "%s: each span exactly once", name)
	}
	assert.Positive(t, ours.sum("otelcol_processor_sampling_shed_spans"), "the sampler was full")

	t.Logf("%d spans; a request is answered in (median, p99): without us %s, %s; with us %s, %s", spans,
		quantile(without, 0.5), quantile(without, 0.99), quantile(with, 0.5), quantile(with, 0.99))
	assert.Less(t, quantile(with, 0.5).Seconds(), slowest*quantile(without, 0.5).Seconds()+0.0005)
	assert.Less(t, total(with).Seconds(), slowest*total(without).Seconds())
}

func freshAll(recordings []replay.Recording, salt string) []replay.Recording {
	fresh := make([]replay.Recording, len(recordings))
	for i, r := range recordings {
		fresh[i] = r.Fresh(salt, time.Now())
	}
	return fresh
}

// sendAll posts the recordings one after another and returns how long each took. It never tries again: a refusal fails.
func sendAll(t *testing.T, c *collector, fresh []replay.Recording) []time.Duration {
	t.Helper()
	sender := replay.Sender{Endpoint: c.otlp(), Client: http.DefaultClient}
	took := make([]time.Duration, len(fresh))
	for i, r := range fresh {
		r.Logs.ResourceLogs().RemoveIf(func(plog.ResourceLogs) bool { return true }) // the plain Collector takes traces alone
		began := time.Now()
		require.NoError(t, sender.Send(context.Background(), r))
		took[i] = time.Since(began)
	}
	return took
}

func quantile(d []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(d))
	return sorted[int(q*float64(len(sorted)-1))]
}

func total(d []time.Duration) time.Duration {
	var sum time.Duration
	for _, one := range d {
		sum += one
	}
	return sum
}
