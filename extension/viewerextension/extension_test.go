// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewerextension

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-langsmith/otelcol-langsmith/extension/viewerextension/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/extension/viewerextension/internal/metadatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// freeAddress finds a port that nobody has at the moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// started runs a viewer for the length of the test and returns its URL.
func started(t *testing.T, edit func(*Config)) (*viewerExtension, string) {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.Endpoint = freeAddress(t)
	if edit != nil {
		edit(cfg)
	}
	e, err := newViewer(extensiontest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		assert.NoError(t, e.Shutdown(context.Background()))
	})
	return e, "http://" + cfg.Endpoint
}

func get(t *testing.T, url string) (int, string, http.Header) {
	t.Helper()
	resp, err := http.Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b), resp.Header
}

const trace = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c",
	"spanId":"00f067aa0ba902b7","name":"root"}]}]}]}`

func post(t *testing.T, url, body string) int {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	return resp.StatusCode
}

func TestViewer_servesPageAndStandIn(t *testing.T) {
	_, url := started(t, nil)
	status, body, header := get(t, url+"/")
	assert.Equal(t, 200, status)
	assert.Contains(t, body, "<title>Traces")
	assert.Contains(t, header.Get("Content-Security-Policy"), "default-src 'self'")
	status, _, _ = get(t, url+"/app.js")
	assert.Equal(t, 200, status)

	assert.Equal(t, 200, post(t, url+"/otel/v1/traces", trace))
	assert.Equal(t, 404, post(t, url+"/arrived/v1/traces", trace), "what is not redacted is not taken unless configured")
	status, body, _ = get(t, url+"/api/v1/runs/00000000-0000-0000-00f0-67aa0ba902b7")
	assert.Equal(t, 200, status)
	assert.Contains(t, body, `"name":"root"`)
	status, body, _ = get(t, url+"/standin/summary")
	assert.Equal(t, 200, status)
	assert.Contains(t, body, `"runs":1`)
	status, _, _ = get(t, url+"/nothing/here")
	assert.Equal(t, 404, status)
	assert.Equal(t, 404, post(t, url+"/standin/faults", "[]"), "not unless configured")
}

func TestViewer_settingsReachTheStandIn(t *testing.T) {
	_, url := started(t, func(cfg *Config) {
		cfg.APIKeys = append(cfg.APIKeys, "key")
		cfg.Arrived, cfg.Faults = true, true
		cfg.MaxRequestBytes = 10
	})
	assert.Equal(t, 401, post(t, url+"/otel/v1/traces", trace))
	assert.Equal(t, 413, post(t, url+"/arrived/v1/traces", trace))
	assert.Equal(t, 200, post(t, url+"/standin/faults", `[{"status":503,"path":"/ok"}]`))
	status, _, _ := get(t, url+"/ok")
	assert.Equal(t, 503, status)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/otel/v1/traces", strings.NewReader(trace))
	require.NoError(t, err)
	req.Header.Set("x-api-key", "key")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, 413, resp.StatusCode)
}

func TestStart_busyPortNamesSettingAndAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	cfg := createDefaultConfig().(*Config)
	cfg.Endpoint = l.Addr().String()
	e, err := newViewer(extensiontest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	err = e.Start(t.Context(), componenttest.NewNopHost())
	assert.ErrorContains(t, err, "endpoint: cannot listen on "+cfg.Endpoint)
	assert.ErrorContains(t, err, "address already in use")
	assert.NoError(t, e.Shutdown(t.Context()))
}

func TestShutdown_withoutStartAndTwice(t *testing.T) {
	e, err := newViewer(extensiontest.NewNopSettings(metadata.Type), createDefaultConfig().(*Config))
	require.NoError(t, err)
	assert.NoError(t, e.Shutdown(t.Context()))
	assert.NoError(t, e.Shutdown(t.Context()))
}

func TestShutdown_doesNotWaitForEver(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.Endpoint = freeAddress(t)
	e, err := newViewer(extensiontest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	inside := make(chan struct{}, 10)
	e.server.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateActive {
			inside <- struct{}{}
		}
	}
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	e.standin.Inject(standin.Fault{Delay: time.Hour})
	done := make(chan error)
	go func() {
		resp, err := http.Get("http://" + cfg.Endpoint + "/ok")
		if err == nil {
			err = resp.Body.Close()
		}
		done <- err
	}()
	<-inside
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	assert.NoError(t, e.Shutdown(ctx))
	assert.Error(t, <-done)
}

func TestGuard_hostNames(t *testing.T) {
	_, url := started(t, func(cfg *Config) { cfg.AllowedHosts = []string{"Viewer.internal"} })
	f := func(host string, want int) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/ok", nil)
		require.NoError(t, err)
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, want, resp.StatusCode, host)
	}
	for _, host := range []string{"127.0.0.1:4319", "localhost", "LOCALHOST:1", "app.localhost", "[::1]:4319", "10.0.0.7", "viewer.internal:4319", "localhost."} {
		f(host, 200)
	}
	for _, host := range []string{"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:4319", "viewer.internal.evil"} {
		f(host, 403)
	}
}

func TestGuard_configuredHostIsServed(t *testing.T) {
	cfg := &Config{Endpoint: "collector.example:4319"}
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	f := func(host string, want int) {
		t.Helper()
		w := &statusOnly{header: http.Header{}, status: 200}
		guard(cfg, ok).ServeHTTP(w, &http.Request{Host: host, Header: http.Header{}})
		assert.Equal(t, want, w.status)
	}
	f("collector.example", 200)
	f("other.example", 403)
}

type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header         { return s.header }
func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }
func (s *statusOnly) WriteHeader(status int)      { s.status = status }

func TestGuard_otherWebPages(t *testing.T) {
	_, url := started(t, nil)
	f := func(want int, headers ...string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/otel/v1/traces", strings.NewReader(trace))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, want, resp.StatusCode, headers)
		assert.Empty(t, resp.Header.Get("Access-Control-Allow-Origin"))
		assert.Equal(t, "nosniff", resp.Header.Get("X-Content-Type-Options"))
	}
	f(200)
	f(200, "Origin", url, "Sec-Fetch-Site", "same-origin")
	f(403, "Origin", "http://evil.example")
	f(403, "Origin", "null")
	f(403, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors")
	f(200, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate")
}

func TestDecisions_newestFirstAndBounded(t *testing.T) {
	e, url := started(t, func(cfg *Config) { cfg.MaxDecisions = 3 })
	var observer decision.Observer = e
	for n := range byte(5) {
		observer.ObserveDecision(decision.Decision{TraceID: [16]byte{15: n}, Kept: n%2 == 0, Rule: "errors", Probability: 1, Spans: int(n)})
	}
	f := func(query string, want ...int) {
		t.Helper()
		_, body, _ := get(t, url+"/standin/decisions"+query)
		var v struct {
			Decisions []decisionView
			Rules     map[string]ruleTotal
		}
		require.NoError(t, json.Unmarshal([]byte(body), &v))
		got := []int{}
		for _, d := range v.Decisions {
			got = append(got, d.Spans)
		}
		assert.Equal(t, append([]int{}, want...), got)
		assert.Equal(t, map[string]ruleTotal{"errors": {Kept: 3, Dropped: 2}}, v.Rules)
	}
	f("", 4, 3, 2)
	f("?limit=1", 4)
	f("?trace_id=00000000000000000000000000000003", 3)
	f("?trace_id=00000000000000000000000000000099")
}

func TestDecisions_rulesAreBounded(t *testing.T) {
	d := newDecisions(1)
	for n := range maxRules + 10 {
		d.add(decision.Decision{Rule: strings.Repeat("r", n)})
	}
	assert.Len(t, d.totalsNow(), maxRules+1)
	assert.Equal(t, ruleTotal{Dropped: 10}, d.totalsNow()["other"])
}

func TestMetrics_countAnswersByClass(t *testing.T) {
	tel := componenttest.NewTelemetry()
	defer func() { assert.NoError(t, tel.Shutdown(context.Background())) }()
	set := metadatatest.NewSettings(tel)
	e, err := newViewer(set, createDefaultConfig().(*Config))
	require.NoError(t, err)
	handler := e.handler()
	for _, path := range []string{"/", "/app.js", "/ok", "/api/v1/sessions", "/standin/summary", "/nothing"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+path, nil)
		require.NoError(t, err)
		handler.ServeHTTP(&statusOnly{header: http.Header{}}, req)
	}
	point := func(class, status string, n int64) metricdata.DataPoint[int64] {
		return metricdata.DataPoint[int64]{Value: n, Attributes: attribute.NewSet(
			attribute.String("extension", set.ID.String()), attribute.String("class", class), attribute.String("status", status))}
	}
	metadatatest.AssertEqualExtensionViewerRequests(t, tel, []metricdata.DataPoint[int64]{
		point("page", "2xx", 2), point("read", "2xx", 2), point("own", "2xx", 1), point("read", "4xx", 1),
	}, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
	assert.NoError(t, e.Shutdown(t.Context()))
}

func TestClasses_areClosedSets(t *testing.T) {
	for path, want := range map[string]string{
		"/otel/v1/traces": "ingest", "/api/v1/runs/multipart": "ingest", "/arrived/v1/traces": "arrived",
		"/standin/x": "own", "/style.css": "page", "/runs/abc": "read",
	} {
		assert.Equal(t, want, classOf(path), path)
	}
	for status, want := range map[int]string{101: "1xx", 204: "2xx", 304: "3xx", 404: "4xx", 503: "5xx"} {
		assert.Equal(t, want, (&statusWriter{status: status}).class())
	}
}
