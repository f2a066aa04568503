// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/confmap/embedprovider"
)

// quick makes a sampler decide soon; it is merged over the shipped configurations.
const quick = `
processors:
  sampling:
    complete: {after_root: 500ms, idle: 1s, max: 2s}
`

// overlays are merged over a base; the others stand by themselves.
var overlays = map[string]string{"dev": "local", "alone": "sidecar"}

func TestValidate_everyShippedConfiguration(t *testing.T) {
	env := []string{"LANGSMITH_API_KEY=" + apiKey, "REDACT_HASH_KEY=" + hashKey, "OTELCOL_LANGSMITH_DATA=" + t.TempDir()}
	for _, name := range embedprovider.Names() {
		args := []string{"validate"}
		if base, ok := overlays[name]; ok {
			args = append(args, "--config", "embed:"+base)
		}
		status, out := run(t, env, append(args, "--config", "embed:"+name)...)
		assert.Zero(t, status, "%s: %s", name, out)
	}
}

func TestComponents_listsOurs(t *testing.T) {
	status, out := run(t, nil, "components")
	require.Zero(t, status)
	for _, want := range []string{"langsmith", "redact", "sampling", "viewer", "k8s_attributes", "span_metrics", "load_balancing", "oidc"} {
		assert.Contains(t, out, "name: "+want+"\n")
	}
	for _, scheme := range []string{"embed", "env", "file", "http", "yaml"} {
		assert.Contains(t, out, "scheme: "+scheme+"\n")
	}
}

func TestLocal_showsEveryTraceAsATree(t *testing.T) {
	c := start(t, []string{"LANGSMITH_API_KEY=" + apiKey}, "embed:local", overlay(t, quick))
	sent := replayTo(t, c, everything)
	assert.Eventually(t, func() bool { return len(readPage(t, c).lacks(sent.agentTraces)) == 0 }, 20*time.Second, 200*time.Millisecond)
	page := readPage(t, c)
	assert.Empty(t, page.lacks(sent.agentTraces), "everything is kept")
	assert.Empty(t, page.broken)
	assert.Zero(t, c.stop())
}

func TestDev_sendsToLangSmithAsWell(t *testing.T) {
	l := newLangSmith(t)
	c := start(t, l.env(), "embed:local", "embed:dev", overlay(t, quick))
	sent := replayTo(t, c, only("vercel-ai-v6/"))
	l.waitForTraces(t, len(sent.agentTraces), 20*time.Second)
	l.assertWhole(t)
	l.assertClean(t)
	assert.NotEmpty(t, readPage(t, c).traces)
}

func TestSidecar_redactsAndHandsOn(t *testing.T) {
	gateway := newSink(t)
	c := start(t, []string{"OTELCOL_LANGSMITH_GATEWAY=" + gateway.URL, "REDACT_HASH_KEY=" + hashKey}, "embed:sidecar")
	sent := replayTo(t, c, everything)
	require.Eventually(t, func() bool { n, _ := gateway.seen(); return n == sent.spans }, 20*time.Second, 100*time.Millisecond,
		"every span is handed on: nothing is sampled here")
	_, repeated := gateway.seen()
	assert.Zero(t, repeated)
	for _, value := range planted {
		assert.False(t, gateway.contains(value), "%q is in what left", value)
	}
	gateway.mu.Lock()
	defer gateway.mu.Unlock()
	for _, td := range gateway.traces {
		for _, rs := range td.ResourceSpans().All() {
			_, stamped := rs.Resource().Attributes().Get("redact.policy")
			assert.True(t, stamped)
		}
	}
	assert.Equal(t, sent.logs, gateway.logs)
}

func TestSidecarAlone_sendsWholeTraces(t *testing.T) {
	l := newLangSmith(t)
	c := start(t, l.env(), "embed:sidecar", "embed:alone", overlay(t, quick))
	sent := replayTo(t, c, only("openinference-js/"))
	l.waitForTraces(t, len(sent.agentTraces), 20*time.Second)
	l.assertWhole(t)
	l.assertClean(t)
}

// protocols are the ways to LangSmith, and where each posts to.
var protocols = map[string]string{"otlp": "/otel/v1/traces", "multipart": "/runs/multipart"}

// by chooses the protocol; it is merged over a shipped configuration.
func by(protocol string) string { return "exporters:\n  langsmith: {protocol: " + protocol + "}\n" }

func TestGateway_samplesAndDelivers(t *testing.T) {
	for protocol, path := range protocols {
		t.Run(protocol, func(t *testing.T) {
			l := newLangSmith(t)
			data := t.TempDir() + "/made/by/the/collector"
			c := start(t, append(l.env(), "OTELCOL_LANGSMITH_DATA="+data), "embed:gateway", overlay(t, quick+by(protocol)))
			sent := replayTo(t, c, everything)
			sendMetrics(t, c)
			l.waitForTraces(t, len(sent.failedTraces), 30*time.Second)
			for _, waiting := range []string{"otelcol_processor_sampling_traces_held", "otelcol_exporter_queue_size"} {
				require.Eventually(t, func() bool { return c.sum(waiting) == 0 }, 30*time.Second, 200*time.Millisecond, waiting)
			}
			have := l.byTrace()
			for _, id := range sent.failedTraces {
				assert.Contains(t, have, id, "a trace with an error is kept")
			}
			assert.Less(t, len(have), len(sent.agentTraces), "successes are sampled")
			l.assertWhole(t)
			l.assertClean(t)
			for _, req := range l.Requests() {
				assert.Equal(t, path, req.Path)
				assert.Less(t, req.Status, 300)
				assert.NotEmpty(t, req.Encoding, "compressed")
			}
			assert.Zero(t, l.Summary().OrphansWaiting)
			assert.DirExists(t, data+"/queue")
			assert.DirExists(t, data+"/sampling")
			assert.Zero(t, c.stop())
		})
	}
}

func TestGateway_deliversAfterACrash(t *testing.T) {
	for protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			l, down := newLangSmith(t), newLangSmith(t)
			down.http.Close()
			data := t.TempDir()
			env := []string{"LANGSMITH_API_KEY=" + apiKey, "REDACT_HASH_KEY=" + hashKey, "OTELCOL_LANGSMITH_DATA=" + data}
			keepAll := overlay(t, quick+"    rules: [{name: everything, keep: 100}]\n"+by(protocol))
			c := start(t, append(env, "LANGSMITH_ENDPOINT="+down.http.URL), "embed:gateway", keepAll)
			sent := replayTo(t, c, only("vercel-ai-v7/"))
			require.Eventually(t, func() bool {
				return c.sum("otelcol_exporter_queue_size") > 0 && c.sum("otelcol_processor_sampling_traces_held") == 0
			},
				20*time.Second, 100*time.Millisecond)
			c.kill()
			assertNoSecretOnDisk(t, data)

			c.cmd.Env = append(c.cmd.Env, "LANGSMITH_ENDPOINT="+l.http.URL) // the last one counts
			c.again()
			l.waitForTraces(t, len(sent.agentTraces), 30*time.Second)
			l.assertWhole(t)
		})
	}
}

func TestBesideAPM_handsEverythingToTheAPMOnce(t *testing.T) {
	l, apm := newLangSmith(t), newSink(t)
	c := start(t, append(l.env(), "OTELCOL_LANGSMITH_APM="+apm.URL), "embed:beside-apm", overlay(t, quick))
	sent := replayTo(t, c, everything)
	sendMetrics(t, c)
	require.Eventually(t, func() bool { n, _ := apm.seen(); return n == sent.spans }, 20*time.Second, 100*time.Millisecond)
	_, repeated := apm.seen()
	assert.Zero(t, repeated)
	assert.True(t, apm.contains(planted[0]), "the APM gets the data as it was")
	l.waitForTraces(t, len(sent.failedTraces), 30*time.Second)
	l.assertWhole(t)
	l.assertClean(t)
	require.Eventually(t, func() bool { apm.mu.Lock(); defer apm.mu.Unlock(); return apm.logs == sent.logs && apm.metrics > 0 },
		10*time.Second, 100*time.Millisecond)
}
