// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build soak

package e2e

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// longOutage is merged over embed:gateway: everything is kept, and the queue is as large as the outage needs.
const longOutage = `
processors:
  redact: {content: keep}
  sampling:
    complete: {after_root: 1s, idle: 5s, max: 8s}
    rules: [{name: everything, keep: 100}]
exporters:
  langsmith:
    protocol: %s
    sending_queue: {queue_size: %d, num_consumers: %d}
`

const (
	outageRate      = 500 // spans a second
	outageText      = 1 << 10
	outageConsumers = 10
	// outageQueued is what a span of that text takes in the queue, at the most.
	outageQueued = 3 << 10
	// outageBatch is how many runs of that text a consumer has in its hands: a batch of 1 MiB.
	outageBatch = 1 << 20 / outageText
	// outageMemory is what the process may have at most: what waits is on disk.
	outageMemory = 400 << 20
)

// TestSoakOutage_arrivesAfterwards sends 500 spans a second while LangSmith is away for ten minutes. All of them arrive, the oldest
// first, and none twice. SOAK_LONG_OUTAGE_SECONDS makes it shorter.
func TestSoakOutage_arrivesAfterwards(t *testing.T) {
	seconds := soakNumber(t, "SOAK_LONG_OUTAGE_SECONDS", 600)
	for _, protocol := range []string{"otlp", "multipart"} {
		t.Run(protocol, func(t *testing.T) {
			if only := os.Getenv("SOAK_PROTOCOL"); only != "" && only != protocol {
				t.Skip("SOAK_PROTOCOL is " + only)
			}
			outlive(t, protocol, time.Duration(seconds)*time.Second)
		})
	}
}

func outlive(t *testing.T, protocol string, length time.Duration) {
	t.Helper()
	server := standin.New(standin.Options{Now: time.Now, APIKeys: []string{apiKey}, MaxBytes: 64 << 20})
	tap := &tap{next: server, arrived: map[string]int{}}
	l := &langsmith{Server: server, http: httptest.NewServer(tap)}
	t.Cleanup(l.http.Close)
	size := int(length.Seconds()+60) * outageRate * outageQueued
	env := append(l.env(), "OTELCOL_LANGSMITH_DATA="+t.TempDir(), "GOMEMLIMIT=256MiB")
	s := &soaking{l: l, c: start(t, env, "embed:gateway",
		overlay(t, fmt.Sprintf(longOutage, protocol, size, outageConsumers)))}
	s.watch(t)

	ctx, cancel := context.WithCancel(context.Background())
	steady := &steadyLoad{load: newLoad(s.c.otlp(), 1, time.Second, outageText)}
	done := make(chan struct{})
	go func() { defer close(done); steady.run(ctx) }()
	time.Sleep(5 * time.Second)
	server.Inject(standin.Fault{Status: http.StatusServiceUnavailable})
	time.Sleep(length)
	waiting := s.c.sum("otelcol_exporter_queue_size")
	server.ClearFaults()
	back := time.Now()
	time.Sleep(5 * time.Second)
	cancel()
	<-done
	sent := len(steady.accepted)
	limit := time.Minute + length
	for tap.count() < sent && time.Since(back) < limit {
		time.Sleep(500 * time.Millisecond)
	}
	took := time.Since(back)
	s.mu.Lock()
	peak := s.peak
	s.mu.Unlock()
	overtaken := tap.disorder()
	t.Logf("%s: %d spans accepted in %s of which LangSmith was away for %s; %d requests refused; %.0f MB waited", protocol, sent,
		(length + 10*time.Second).Round(time.Second), length, steady.refused, waiting/1e6)
	t.Logf("all was there %s after it came back, in %d requests; at most %d younger runs came before an older one; memory (RSS, of which "+
		"anonymous) %s at most", took.Round(time.Second/10), len(tap.requests), overtaken, peak)
	assert.Zero(t, steady.refused, "the storage is large enough")
	assert.Equal(t, sent, tap.count(), "nothing is lost")
	assert.Zero(t, tap.twice(), "nothing comes twice")
	assert.LessOrEqual(t, overtaken, outageConsumers*outageBatch, "oldest first, but for what the consumers have in their hands")
	assert.LessOrEqual(t, peak.resident, int64(outageMemory))
	assert.Zero(t, s.c.sum("otelcol_exporter_langsmith_runs_refused"))
}

// steadyLoad sends whole traces at one rate.
type steadyLoad struct {
	*load
	accepted map[string]bool // ids of spans
	refused  int
}

func (l *steadyLoad) run(ctx context.Context) {
	l.accepted = map[string]bool{}
	r := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	began, sent := time.Now(), 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for due := int(time.Since(began).Seconds() * outageRate); sent < due; {
			sent += l.trace(r)
		}
	}
}

// trace sends one trace until it is taken, and returns the number of its spans.
func (l *steadyLoad) trace(r *rand.Rand) int {
	spans := l.spans(r)
	body, err := request(spans)
	if err != nil {
		panic(err) // spans that were just made can be encoded
	}
	for l.post(body) != http.StatusOK {
		l.refused++
		time.Sleep(tryAgain)
	}
	for _, s := range spans {
		l.accepted[s.SpanID().String()] = true
	}
	return len(spans)
}

// tap looks at what a server accepts, run by run, and keeps none of it.
type tap struct {
	next http.Handler

	mu       sync.Mutex
	arrived  map[string]int // how often, by span id
	requests []seenRequest  // in order of arrival
}

// seenRequest is one request that was accepted.
type seenRequest struct {
	oldest int64 // the earliest start
	runs   int
}

func (p *tap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	p.next.ServeHTTP(answer, r)
	if answer.status >= 300 || r.Method != http.MethodPost {
		return
	}
	runs, err := runsIn(r, body)
	if err != nil {
		panic(err) // the stand-in has read it
	}
	p.note(runs)
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// arrivedRun is what a tap looks at.
type arrivedRun struct {
	span  string
	start int64
}

func (p *tap) note(runs []arrivedRun) {
	if len(runs) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	first := slices.MinFunc(runs, func(a, b arrivedRun) int { return cmp.Compare(a.start, b.start) })
	p.requests = append(p.requests, seenRequest{first.start, len(runs)})
	for _, r := range runs {
		p.arrived[r.span]++
	}
}

func (p *tap) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.arrived)
}

func (p *tap) twice() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, times := range p.arrived {
		n += times - 1
	}
	return n
}

// disorder tells the most runs that came in requests before an older one.
func (p *tap) disorder() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	most := 0
	for i, one := range p.requests {
		overtaken := 0
		for _, before := range p.requests[:i] {
			if before.oldest > one.oldest {
				overtaken += before.runs
			}
		}
		most = max(most, overtaken)
	}
	return most
}

func runsIn(r *http.Request, body []byte) ([]arrivedRun, error) {
	var reader io.Reader = bytes.NewReader(body)
	var err error
	switch r.Header.Get("Content-Encoding") {
	case "gzip":
		reader, err = gzip.NewReader(reader)
	case "zstd":
		reader, err = zstd.NewReader(reader, zstd.WithDecoderConcurrency(1))
	}
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(reader)
	if err != nil {
		return nil, err
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/otel/v1/traces"):
		return spansIn(plain)
	case strings.HasSuffix(r.URL.Path, "/runs/multipart"):
		return partsIn(r.Header.Get("Content-Type"), plain)
	}
	return nil, nil
}

func spansIn(plain []byte) ([]arrivedRun, error) {
	req := ptraceotlp.NewExportRequest()
	if err := req.UnmarshalProto(plain); err != nil {
		return nil, err
	}
	var runs []arrivedRun
	eachSpan(req.Traces(), func(s ptrace.Span) {
		runs = append(runs, arrivedRun{s.SpanID().String(), int64(s.StartTimestamp())})
	})
	return runs, nil
}

func eachSpan(td ptrace.Traces, visit func(ptrace.Span)) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				visit(s)
			}
		}
	}
}

// partsIn reads the runs' own parts. Their ids end with the span id.
func partsIn(contentType string, plain []byte) ([]arrivedRun, error) {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, err
	}
	var runs []arrivedRun
	reader := multipart.NewReader(bytes.NewReader(plain), params["boundary"])
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return runs, nil
		}
		if err != nil {
			return nil, err
		}
		if strings.Count(part.FormName(), ".") != 1 {
			continue
		}
		var run struct {
			ID    string    `json:"id"`
			Start time.Time `json:"start_time"`
		}
		if err := json.NewDecoder(part).Decode(&run); err != nil {
			return nil, err
		}
		digits := strings.ReplaceAll(run.ID, "-", "")
		if _, err := hex.DecodeString(digits); err != nil || len(digits) < 16 {
			return nil, errors.New("a run without an id")
		}
		runs = append(runs, arrivedRun{digits[len(digits)-16:], run.Start.UnixNano()})
	}
}

// A tap that counts wrongly would prove nothing.
func TestSoakTap_tellsDisorder(t *testing.T) {
	p := &tap{arrived: map[string]int{}}
	for i := range 40 {
		p.note([]arrivedRun{{fmt.Sprint(i), int64(100 + i)}})
	}
	require.Zero(t, p.disorder())
	p.note([]arrivedRun{{"late", 1}, {"0", 200}})
	require.Equal(t, 40, p.disorder())
	require.Equal(t, 1, p.twice())
}
