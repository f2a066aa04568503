// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build soak

package e2e

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// soak is merged over embed:gateway: content stays, and waits are short but longer than a restart.
const soak = `
processors:
  redact:
    content: keep
  sampling:
    complete: {after_root: 1s, idle: 5s, max: 8s}
    memory: {max_bytes: 64MiB}
    rules: [%s]
exporters:
  langsmith:
    sending_queue: {queue_size: %d}
`

// Rules of the soaks.
const (
	keepErrors     = "{name: errors, when: {error: true}, keep: 100}, {name: successes, keep: 0}"
	keepEverything = "{name: everything, keep: 100}"
)

const (
	soakBudget = 64 << 20
	// soakPercent of the budget is what the process may grow by.
	soakPercent = 115
	// soakMemoryLimit is what the Go runtime is told, as an operator would: 9/8 of the budget. The pages of the program are not in it, and
	// it overshoots by some megabytes.
	soakMemoryLimit = "72MiB"
	// soakSettle is how long the last traces may take: the sampler's longest wait, and delivery after a pause of the exporter's.
	soakSettle = 2 * time.Minute
	// maxSoakRounds bounds what a mistyped SOAK_ROUNDS costs.
	maxSoakRounds = 1000
)

// inStorage is merged over all of that: the storage extension of the queue in place of the sampler's own directory.
const inStorage = `
processors:
  sampling: {directory: "", storage: segment_storage}
`

// inMappedStorage is the same with one that maps its file.
const inMappedStorage = `
extensions:
  file_storage: {directory: "${env:OTELCOL_LANGSMITH_DATA}/storage", create_directory: true}
processors:
  sampling: {directory: "", storage: file_storage}
service:
  extensions: [health_check, segment_storage, file_storage]
`

// TestSoak_killedUnderLoad kills the Collector at random moments. What it had accepted must arrive, whole, if the rules keep it.
func TestSoak_killedUnderLoad(t *testing.T) { killedUnderLoad(t, newSoak(t, keepErrors, 1<<30)) }

// TestSoak_killedUnderLoadWithStorage does the same with what is undecided in a storage extension.
func TestSoak_killedUnderLoadWithStorage(t *testing.T) {
	t.Run("segment_storage", func(t *testing.T) { killedUnderLoad(t, newSoak(t, keepErrors, 1<<30, inStorage)) })
	t.Run("file_storage", func(t *testing.T) {
		s := newSoak(t, keepErrors, 1<<30, inMappedStorage)
		s.mapped = true
		killedUnderLoad(t, s)
	})
}

func killedUnderLoad(t *testing.T, s *soaking) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := newLoad(s.c.otlp(), 150, 1500*time.Millisecond, 4<<10)
	l.late = 0.1
	done := s.sendInBackground(ctx, l)

	s.warm()
	rounds := soakNumber(t, "SOAK_ROUNDS", 10)
	open, twice := make([]int, 0, rounds), 0
	for range rounds {
		time.Sleep(500*time.Millisecond + rand.N(3500*time.Millisecond))
		open = append(open, l.openTraces())
		assert.Positive(t, open[len(open)-1], "traces are open when it is killed")
		s.c.kill()
		if rand.IntN(3) == 0 { // a second time, while it starts and reads back
			s.c.relaunch()
			time.Sleep(rand.N(400 * time.Millisecond))
			s.c.kill()
			twice++
		}
		s.c.again()
	}
	time.Sleep(2 * time.Second)
	cancel()
	<-done
	t.Logf("%d kills, with %v traces open, and %d more during the start", rounds, open, twice)
	s.settle(t, l)
	s.verdict(t, l)
}

// TestSoak_nextComponentRefuses makes LangSmith unavailable and the exporter's queue small, so that the sampler is refused, fills up, and
// refuses. What it had accepted arrives when LangSmith is back.
func TestSoak_nextComponentRefuses(t *testing.T) {
	s := newSoak(t, keepEverything, 20<<20)
	l := newLoad(s.c.otlp(), 30, 500*time.Millisecond, 32<<10)
	l.keepsAll = true
	s.outage(t, l)
	s.verdict(t, l)
}

// TestSoak_nextComponentRefusesErrors is the same with rules that keep errors, which mostly come when a part of their trace was accepted
// long ago.
func TestSoak_nextComponentRefusesErrors(t *testing.T) {
	s := newSoak(t, keepErrors, 20<<20)
	l := newLoad(s.c.otlp(), 30, 500*time.Millisecond, 32<<10)
	s.outage(t, l)
	s.verdict(t, l)
}

// outage sends while LangSmith is there, while it is not, and while it is there again.
func (s *soaking) outage(t *testing.T, l *load) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := s.sendInBackground(ctx, l)
	s.warm()
	length := time.Duration(soakNumber(t, "SOAK_OUTAGE_SECONDS", 60)) * time.Second
	s.l.Inject(standin.Fault{Status: http.StatusServiceUnavailable})
	time.Sleep(length)
	held, refused := s.c.sum("otelcol_processor_sampling_bytes_held"), s.c.sum("otelcol_processor_sampling_refused_requests")
	s.l.ClearFaults()
	time.Sleep(3 * time.Second)
	cancel()
	<-done
	t.Logf("after %s without LangSmith the sampler holds %.1f MB and has refused %.0f requests", length, held/1e6, refused)
	s.settle(t, l)
}

// soaking is a Collector under load with somebody who watches its memory.
type soaking struct {
	c    *collector
	l    *langsmith
	rest memory // before the first span
	load memory // at most, before anything goes wrong
	// mapped tells that a storage maps its file, whose pages count as memory of the process until the kernel needs them.
	mapped bool

	mu   sync.Mutex
	peak memory
}

// memory is what a process has: all of it, and that part which is not pages of files, such as the program.
type memory struct{ resident, anonymous int64 }

func (m memory) String() string {
	return fmt.Sprintf("%.0f (%.0f) MB", mb(m.resident), mb(m.anonymous))
}

func newSoak(t *testing.T, rules string, queue int, overlays ...string) *soaking {
	t.Helper()
	l := &langsmith{Server: standin.New(standin.Options{
		Now: time.Now, APIKeys: []string{apiKey}, MaxRuns: 5_000_000, MaxBytes: 8 << 30, OrphanTTL: time.Hour,
	})}
	l.http = httptest.NewServer(l.Server)
	t.Cleanup(l.http.Close)
	env := append(l.env(), "OTELCOL_LANGSMITH_DATA="+t.TempDir(), "GOMEMLIMIT="+soakMemoryLimit)
	configs := []string{"embed:gateway", overlay(t, fmt.Sprintf(soak, rules, queue))}
	for _, o := range overlays {
		configs = append(configs, overlay(t, o))
	}
	s := &soaking{l: l, c: start(t, env, configs...)}
	s.rest = memoryOf(s.c.pid.Load())
	s.watch(t)
	return s
}

func (s *soaking) sendInBackground(ctx context.Context, l *load) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.run(ctx)
	}()
	return done
}

// warm lets the load run for a while and notes what the process takes for it.
func (s *soaking) warm() {
	time.Sleep(4 * time.Second)
	s.load = s.most()
}

// most is the most memory that was seen.
func (s *soaking) most() memory {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.peak
}

// watch notes the most memory that the process, or the one after it, has had.
func (s *soaking) watch(t *testing.T) {
	t.Helper()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			now := memoryOf(s.c.pid.Load())
			s.mu.Lock()
			s.peak.resident = max(s.peak.resident, now.resident)
			s.peak.anonymous = max(s.peak.anonymous, now.anonymous)
			s.mu.Unlock()
		}
	}()
	t.Cleanup(func() { close(stop); <-stopped })
}

// memoryOf reads what a process has, nothing when it has gone.
func memoryOf(pid int64) memory {
	text, err := os.ReadFile("/proc/" + strconv.FormatInt(pid, 10) + "/status")
	if err != nil {
		return memory{}
	}
	return memory{resident: statusLine(string(text), "VmRSS:"), anonymous: statusLine(string(text), "RssAnon:")}
}

// statusLine returns a line of /proc/<pid>/status in bytes.
func statusLine(text, name string) int64 {
	_, rest, _ := strings.Cut(text, name)
	line, _, _ := strings.Cut(rest, " kB")
	kB, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	if err != nil {
		return 0
	}
	return kB << 10
}

// ownMetrics returns what the Collector counts of our components, to find a loss by.
func (c *collector) ownMetrics() string {
	resp, err := http.Get(c.metrics())
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "otelcol_processor_sampling") || strings.HasPrefix(line, "otelcol_exporter") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// settle waits until everything that is kept has arrived, or for the time that this may take.
func (s *soaking) settle(t *testing.T, l *load) {
	t.Helper()
	began := time.Now()
	for time.Since(began) < soakSettle {
		have := s.l.byTrace()
		count := l.count(have)
		if len(l.missing(have)) == 0 && count.late == count.lateThere && s.c.sum("otelcol_processor_sampling_traces_held") == 0 {
			break
		}
		time.Sleep(500 * time.Millisecond)
	}
	t.Logf("settled after %s; waiting: %.0f traces and %.0f bytes in the sampler, %.0f bytes in the queue",
		time.Since(began).Round(time.Second/10), s.c.sum("otelcol_processor_sampling_traces_held"),
		s.c.sum("otelcol_processor_sampling_bytes_held"), s.c.sum("otelcol_exporter_queue_size"))
}

// verdict compares what was accepted with what arrived.
func (s *soaking) verdict(t *testing.T, l *load) {
	t.Helper()
	have := s.l.byTrace()
	missing := l.missing(have)
	count := l.count(have)
	peak := s.most()
	limit := s.rest.resident + soakBudget*soakPercent/100
	t.Logf("%s", count)
	t.Logf("requests %d, refused %d, broken off %d, traces given up %d, longest try %s",
		l.counts.requests, l.counts.refused, l.counts.broken, l.counts.givenUp, l.lag.Round(time.Millisecond))
	t.Logf("memory (RSS, of which anonymous): %s at rest, %s under load, %s at most, limit %.0f MB",
		s.rest, s.load, peak, mb(limit))
	if len(missing) > 0 {
		t.Logf("what the Collector says:\n%s", s.c.ownMetrics())
	}
	assert.Empty(t, firstOf(missing, 10), "accepted, kept by the rules, and not there")
	assert.Empty(t, firstOf(torn(have), 10), "traces that are no tree")
	assert.Zero(t, count.unwanted, "traces that the rules drop")
	assert.Equal(t, count.late, count.lateThere, "late spans of kept traces")
	assert.Equal(t, count.lateErrors, count.broughtBack, "traces whose error came late")
	if s.mapped {
		peak.resident = peak.anonymous + s.rest.resident - s.rest.anonymous
	}
	assert.LessOrEqual(t, peak.resident, limit, "at rest + 1.15 × budget")
}

func mb(n int64) float64 { return float64(n) / 1e6 }

func firstOf(list []string, n int) []string { return list[:min(len(list), n)] }

// missing lists the accepted spans of kept traces that did not arrive, of which those that came late are counted elsewhere.
func (l *load) missing(have map[string][]standin.Run) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lacking []string
	for id, t := range l.traces {
		if !t.failed && !l.keepsAll {
			continue
		}
		arrived := spanIDs(have[id])
		for span := range t.accepted {
			if !arrived[span] && !t.late[span] {
				lacking = append(lacking, fmt.Sprintf("%s/%s of %d accepted, %d runs there, root accepted: %t", id, span,
					len(t.accepted), len(have[id]), t.root))
			}
		}
	}
	return lacking
}

func spanIDs(runs []standin.Run) map[string]bool {
	ids := map[string]bool{}
	for _, r := range runs {
		ids[metadata(r)["OTEL_SPAN_ID"]] = true
	}
	return ids
}

// torn lists traces that do not have exactly one root, or lack a parent.
func torn(have map[string][]standin.Run) []string {
	var bad []string
	for id, runs := range have {
		here, roots, orphans := map[string]bool{}, 0, 0
		for _, r := range runs {
			here[r.ID] = true
		}
		for _, r := range runs {
			switch {
			case r.ParentID == "":
				roots++
			case !here[r.ParentID]:
				orphans++
			}
		}
		if roots != 1 || orphans > 0 {
			bad = append(bad, fmt.Sprintf("%s: %d runs, %d roots, %d without their parent", id, len(runs), roots, orphans))
		}
	}
	return bad
}

// soakCount is what a soak was about.
type soakCount struct {
	traces, kept, spans, keptSpans, runs, synthetic, unwanted int
	late, lateThere, lateErrors, broughtBack                  int
}

// String is one line for the log.
func (c soakCount) String() string {
	return fmt.Sprintf("accepted %d traces with %d spans; the rules keep %d with %d spans; there are %d runs, "+
		"%d of them synthetic roots of traces whose own root was accepted; %d traces that the rules drop; of %d late spans of kept traces %d are "+
		"there, of %d traces whose error came late %d",
		c.traces, c.spans, c.kept, c.keptSpans, c.runs, c.synthetic, c.unwanted, c.late, c.lateThere, c.lateErrors, c.broughtBack)
}

func (l *load) count(have map[string][]standin.Run) soakCount {
	l.mu.Lock()
	defer l.mu.Unlock()
	var c soakCount
	for id, t := range l.traces {
		if len(t.accepted) == 0 {
			continue
		}
		c.traces++
		c.spans += len(t.accepted)
		runs := have[id]
		c.runs += len(runs)
		if !t.failed && !l.keepsAll {
			c.dropped(t, len(runs) > 0)
			continue
		}
		c.kept++
		c.keptSpans += len(t.accepted)
		c.countLate(t, spanIDs(runs))
		for _, r := range runs {
			if span := metadata(r)["OTEL_SPAN_ID"]; t.root && r.ParentID == "" && !t.accepted[span] {
				c.synthetic++
			}
		}
	}
	return c
}

func (c *soakCount) countLate(t *sentTrace, arrived map[string]bool) {
	for span := range t.late {
		if t.accepted[span] {
			c.late++
		}
		if arrived[span] {
			c.lateThere++
		}
	}
}

// dropped counts a trace that the rules do not keep, unless for an error that came late or perhaps.
func (c *soakCount) dropped(t *sentTrace, there bool) {
	switch {
	case t.lateFail:
		c.lateErrors++
		if there {
			c.broughtBack++
		}
	case there && !t.doubt:
		c.unwanted++
	}
}

// soakNumber reads a positive number from the environment.
func soakNumber(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, name)
	require.True(t, n > 0 && n <= maxSoakRounds, "%s is %d", name, n)
	return n
}
