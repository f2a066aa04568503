// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// sink stands where LangSmith would. It answers as it is told and remembers what it has accepted.
type sink struct {
	mu     sync.Mutex
	posts  []post
	answer func(n int, p post) answer // nil accepts everything
	info   string                     // nothing: there is no /info
	asked  []time.Time                // for /info
}

// post is a request that has been made.
type post struct {
	at      time.Time
	host    string
	path    string
	header  http.Header
	names   []string // of its runs
	size    int      // before compression
	refused bool
}

func (p post) project() string { return p.header.Get("Langsmith-Project") }

type answer struct {
	status int
	header map[string]string
	body   []byte
}

func refuseIf(status int, bad func(post) bool) func(int, post) answer {
	return func(_ int, p post) answer {
		if bad(p) {
			return answer{status: status}
		}
		return answer{status: http.StatusOK}
	}
}

// RoundTrip lets a sink stand in for the network, so that time can be virtual.
func (s *sink) RoundTrip(r *http.Request) (*http.Response, error) {
	a := s.serve(r)
	if a.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	header := http.Header{}
	for k, v := range a.header {
		header.Set(k, v)
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(bytes.NewReader(a.body))}, nil
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := s.serve(r)
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

func (s *sink) serve(r *http.Request) answer {
	if r.URL.Path == "/info" {
		return s.tellInfo()
	}
	data, err := plain(r)
	if err != nil {
		return answer{status: http.StatusBadRequest}
	}
	p := post{at: time.Now(), host: r.URL.Host, path: r.URL.Path, header: r.Header, size: len(data)}
	if p.names, err = runNames(r, data); err != nil {
		return answer{status: http.StatusTeapot}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := answer{status: http.StatusOK}
	if s.answer != nil {
		a = s.answer(len(s.posts), p)
	}
	p.refused = a.status != http.StatusConflict && (a.status < 200 || a.status >= 300)
	s.posts = append(s.posts, p)
	return a
}

func (s *sink) tellInfo() answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, time.Now())
	if s.info == "" {
		return answer{status: http.StatusNotFound}
	}
	return answer{status: http.StatusOK, body: []byte(s.info)}
}

// plain reads a body as it was before compression.
func plain(r *http.Request) ([]byte, error) {
	switch r.Header.Get("Content-Encoding") {
	case "gzip":
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(unzipped)
	case "zstd":
		unzipped, err := zstd.NewReader(r.Body, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		defer unzipped.Close()
		return io.ReadAll(unzipped)
	}
	return io.ReadAll(r.Body)
}

// runNames lists the runs of a body, whatever the protocol.
func runNames(r *http.Request, data []byte) ([]string, error) {
	switch r.URL.Path {
	case encode.PathOTLP:
		return spanNames(data)
	case encode.PathMultipart:
		return partNames(r.Header.Get("Content-Type"), data)
	case encode.PathBatch:
		var batch struct{ Post []struct{ Name string } }
		err := json.Unmarshal(data, &batch)
		var names []string
		for _, run := range batch.Post {
			names = append(names, run.Name)
		}
		return names, err
	}
	return nil, errors.New("no such path")
}

func spanNames(data []byte) ([]string, error) {
	req := ptraceotlp.NewExportRequest()
	if err := req.UnmarshalProto(data); err != nil {
		return nil, err
	}
	var names []string
	for _, rs := range req.Traces().ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				names = append(names, span.Name())
			}
		}
	}
	return names, nil
}

func partNames(contentType string, data []byte) ([]string, error) {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, err
	}
	reader := multipart.NewReader(bytes.NewReader(data), params["boundary"])
	var names []string
	for {
		p, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return nil, err
		}
		var run struct{ Name string }
		if strings.Count(p.FormName(), ".") == 1 {
			if err := json.NewDecoder(p).Decode(&run); err != nil {
				return nil, err
			}
			names = append(names, run.Name)
		}
	}
}

func (s *sink) all() []post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.posts)
}

// names are the runs that were accepted, in order of arrival.
func (s *sink) names() []string {
	var names []string
	for _, p := range s.all() {
		if !p.refused {
			names = append(names, p.names...)
		}
	}
	return names
}

// statusHost remembers what components report of themselves.
type statusHost struct {
	component.Host
	extensions map[component.ID]component.Component

	mu     sync.Mutex
	events []*componentstatus.Event
}

func (h *statusHost) GetExtensions() map[component.ID]component.Component { return h.extensions }

func (h *statusHost) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

func (h *statusHost) statuses() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var s []string
	for _, e := range h.events {
		s = append(s, e.Status().String())
	}
	return s
}

// rig is an exporter with everything around it.
type rig struct {
	*tracesExporter
	t         *testing.T
	host      *statusHost
	telemetry *componenttest.Telemetry
	stopped   bool
}

// newRig starts an exporter whose retries are quick and whose requests go to network, or over real sockets when it is nil.
// The batcher wakes at each end of its flush timeout: in hours of virtual time, a short one is most of a test's cost.
func newRig(t *testing.T, network http.RoundTripper, change func(*Config)) *rig {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.ClientConfig.Endpoint = "http://127.0.0.1:1"
	cfg.Unredacted = allow
	cfg.RetryConfig.InitialInterval = 10 * time.Millisecond
	cfg.RetryConfig.MaxInterval = 20 * time.Millisecond
	batch := cfg.QueueConfig.Get().Batch.Get()
	if batch.FlushTimeout = 900 * time.Millisecond; network == nil { // time is real
		batch.FlushTimeout = 100 * time.Millisecond
	}
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	r := &rig{t: t, host: &statusHost{Host: componenttest.NewNopHost()}, telemetry: componenttest.NewTelemetry()}
	r.create(cfg)
	require.NoError(t, r.Start(context.Background(), r.host))
	for _, d := range r.destinations {
		if network != nil {
			d.server.client.HTTP.Transport = network
		}
	}
	t.Cleanup(r.stop)
	return r
}

func (r *rig) create(cfg *Config) {
	r.t.Helper()
	set := exportertest.NewNopSettings(metadata.Type)
	set.ID = component.NewID(metadata.Type)
	set.TelemetrySettings = r.telemetry.NewTelemetrySettings()
	created, err := NewFactory().CreateTraces(context.Background(), set, cfg)
	require.NoError(r.t, err)
	r.tracesExporter = created.(*tracesExporter)
}

// stop may be called before the test ends, and again by it.
func (r *rig) stop() {
	if r.stopped {
		return
	}
	r.stopped = true
	assert.NoError(r.t, r.Shutdown(context.Background()))
	assert.NoError(r.t, r.telemetry.Shutdown(context.Background()))
}

// send queues one run of each name at the first destination.
func (r *rig) send(project string, names ...string) error {
	return r.destinations[0].consume(context.Background(), chunksIn(r.t, r.protocol, project, names...))
}

func chunksOf(t *testing.T, project string, names ...string) []chunk {
	t.Helper()
	return chunksIn(t, encode.OTLP, project, names...)
}

func chunksIn(t *testing.T, protocol encode.Protocol, project string, names ...string) []chunk {
	t.Helper()
	enc, err := encode.For(protocol)
	require.NoError(t, err)
	var chunks []chunk
	for i, name := range names {
		r := run.Run{ID: run.FromSpan([8]byte{1, 6: byte(i >> 8), 7: byte(i)}), Name: name, Kind: run.Chain, Start: time.Unix(1, 0)}
		if size, ok := strings.CutPrefix(name, "large "); ok {
			r.Inputs = []byte(`{"input":"` + strings.Repeat("x", len(size)<<20) + `"}`)
		}
		data, err := enc.Append(nil, &r, encode.Place{TraceID: [16]byte{1}, Project: project})
		require.NoError(t, err)
		chunks = append(chunks, chunk{group: group{protocol, project}, data: data})
	}
	return chunks
}

// count adds up a counter's points that carry all of attrs.
func (r *rig) count(name string, attrs ...string) int {
	r.t.Helper()
	m, err := r.telemetry.GetMetric("otelcol_exporter_langsmith_" + name)
	if err != nil {
		return 0
	}
	n := 0
	for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
		if hasAttrs(p.Attributes, attrs) {
			n += int(p.Value)
		}
	}
	return n
}

func hasAttrs(set attribute.Set, pairs []string) bool {
	for i := 0; i+1 < len(pairs); i += 2 {
		if v, ok := set.Value(attribute.Key(pairs[i])); !ok || v.AsString() != pairs[i+1] {
			return false
		}
	}
	return set.HasValue("exporter")
}
