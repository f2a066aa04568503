// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build soak

package e2e

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// load sends agent traces as applications do: spans as they end, a few a request, the root last.
type load struct {
	endpoint string
	workers  int           // traces that are open at the same time
	open     time.Duration // about how long a trace takes
	text     int           // bytes of content of a span
	late     float64       // share of the traces of which one span comes when they are decided
	keepsAll bool          // the rules keep every trace, not only those with an error
	client   *http.Client

	mu     sync.Mutex
	traces map[string]*sentTrace
	counts struct{ requests, refused, broken, givenUp int }
	lag    time.Duration // the longest that a request was tried
}

// sentTrace is what the senders know of a trace.
type sentTrace struct {
	accepted map[string]bool // hex ids of the spans for which 200 was answered
	late     map[string]bool // of these, what came when the trace had been decided
	failed   bool            // an accepted span is an error
	doubt    bool            // an error was sent and never answered
	root     bool            // the root was accepted
	lateFail bool            // its only error was late
	open     bool            // more is to come
}

// The shape of the load, chosen so that many traces have several requests, several levels and a share of errors near one half.
const (
	mostSpans    = 14
	mostTogether = 4 // spans a request
	// patient is the share of senders that try until they are answered; the others give a trace up when a connection breaks, as an
	// application does that ends.
	patient = 0.7
	// lateAfter is longer than the sampler waits for a trace whose root has come.
	lateAfter = 3 * time.Second
	// tryAgain is short: what lies open may not run into the sampler's deadlines while its sender only waits.
	tryAgain       = 100 * time.Millisecond
	requestTimeout = 10 * time.Second
)

func newLoad(endpoint string, workers int, open time.Duration, text int) *load {
	return &load{
		endpoint: endpoint, workers: workers, open: open, text: text,
		client: &http.Client{Timeout: requestTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: workers}},
		traces: map[string]*sentTrace{},
	}
}

// run sends until ctx ends; traces that are open then are finished.
func (l *load) run(ctx context.Context) {
	var workers sync.WaitGroup
	for i := range l.workers {
		workers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), uint64(time.Now().UnixNano())))
			for ctx.Err() == nil {
				l.trace(r)
			}
		})
	}
	workers.Wait()
}

// trace sends one trace.
func (l *load) trace(r *rand.Rand) {
	spans := l.spans(r)
	id := spans[0].TraceID().String()
	t := &sentTrace{accepted: map[string]bool{}, late: map[string]bool{}, open: true}
	l.mu.Lock()
	l.traces[id] = t
	l.mu.Unlock()
	stubborn := r.Float64() < patient
	var late []ptrace.Span
	if r.Float64() < l.late {
		late, spans = spans[:1], spans[1:]
	}
	for len(spans) > 0 {
		n := min(len(spans), 1+r.IntN(mostTogether))
		if !l.deliver(t, spans[:n], stubborn) {
			break
		}
		spans = spans[n:]
		time.Sleep(time.Duration(r.Float64() * 2 * float64(l.open) / mostTogether))
	}
	if len(late) > 0 && len(spans) == 0 {
		time.Sleep(lateAfter)
		l.mu.Lock()
		t.lateFail = hasError(late)
		id := late[0].SpanID()
		t.late[hex.EncodeToString(id[:])] = true
		l.mu.Unlock()
		l.deliver(t, late, true)
	}
	l.mu.Lock()
	t.open = false
	l.mu.Unlock()
}

// deliver posts spans until they are taken, and notes that. It gives up when the sender is not stubborn and nobody answers.
func (l *load) deliver(t *sentTrace, spans []ptrace.Span, stubborn bool) bool {
	body, err := request(spans)
	if err != nil {
		panic(err) // spans that were just made can be encoded
	}
	for began := time.Now(); ; time.Sleep(tryAgain) {
		status := l.post(body)
		l.mu.Lock()
		l.counts.requests++
		l.lag = max(l.lag, time.Since(began))
		switch status {
		case http.StatusOK:
			t.note(spans)
			l.mu.Unlock()
			return true
		case 0:
			l.counts.broken++
			t.doubt = t.doubt || hasError(spans)
			if !stubborn {
				l.counts.givenUp++
				l.mu.Unlock()
				return false
			}
		default:
			l.counts.refused++
		}
		l.mu.Unlock()
	}
}

func (t *sentTrace) note(spans []ptrace.Span) {
	for _, s := range spans {
		id := s.SpanID()
		t.accepted[hex.EncodeToString(id[:])] = true
		t.root = t.root || s.ParentSpanID().IsEmpty()
	}
	t.failed = t.failed || hasError(spans) && !t.lateFail
}

func hasError(spans []ptrace.Span) bool {
	return slices.ContainsFunc(spans, func(s ptrace.Span) bool { return s.Status().Code() == ptrace.StatusCodeError })
}

// post returns the status, or 0 when there was no answer.
func (l *load) post(body []byte) int {
	resp, err := l.client.Post(l.endpoint+"/v1/traces", "application/x-protobuf", bytes.NewReader(body))
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil && resp.StatusCode != http.StatusOK {
		return 0
	}
	return resp.StatusCode
}

func request(spans []ptrace.Span) ([]byte, error) {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "soak")
	rs.Resource().Attributes().PutStr("service.version", "1.0.0")
	out := rs.ScopeSpans().AppendEmpty().Spans()
	for _, s := range spans {
		s.CopyTo(out.AppendEmpty())
	}
	return ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
}

// spans makes up a trace, children before parents as they end.
func (l *load) spans(r *rand.Rand) []ptrace.Span {
	n := 2 + r.IntN(mostSpans-1)
	trace := pcommon.TraceID(randomID(r, 16))
	ids := make([]pcommon.SpanID, n)
	for i := range ids {
		ids[i] = pcommon.SpanID(randomID(r, 8))
	}
	failing := -1
	if r.IntN(2) == 0 {
		failing = r.IntN(n)
	}
	now := time.Now()
	spans := make([]ptrace.Span, n)
	for i := range spans {
		s := ptrace.NewSpan()
		s.SetTraceID(trace)
		s.SetSpanID(ids[i])
		if i > 0 {
			s.SetParentSpanID(ids[r.IntN(i)])
			s.SetFlags(0x100) // the parent is a local one
		}
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(time.Duration(i) * time.Millisecond)))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(now.Add(l.open - time.Duration(i)*time.Millisecond)))
		if i == failing {
			s.Status().SetCode(ptrace.StatusCodeError)
		}
		l.content(r, s, i)
		spans[i] = s
	}
	slices.Reverse(spans)
	return spans
}

func randomID(r *rand.Rand, n int) []byte {
	id := make([]byte, n)
	for i := range id {
		id[i] = byte(r.Uint32())
	}
	return id
}

// content makes a span one of an agent, a model call or a tool.
func (l *load) content(r *rand.Rand, s ptrace.Span, i int) {
	operation := []string{"chat", "execute_tool"}[i%2]
	if i == 0 {
		operation = "invoke_agent"
	}
	s.SetName(operation + " soak")
	s.Attributes().PutStr("gen_ai.operation.name", operation)
	var text strings.Builder
	text.WriteString(`[{"role":"user","parts":[{"type":"text","content":"`)
	for text.Len() < l.text {
		text.WriteString(soakWords[r.IntN(len(soakWords))])
		text.WriteByte(' ')
	}
	text.WriteString(`"}]}]`)
	s.Attributes().PutStr("gen_ai.input.messages", text.String())
}

var soakWords = strings.Fields(`where is my order and when does the parcel arrive if it was shipped on monday with the slow carrier although
	nobody answered the question about refunds exchange policy holiday weight region delivery model context summary document`)

// openTraces is how many traces have been begun, accepted in part, and not been finished.
func (l *load) openTraces() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, t := range l.traces {
		if t.open && len(t.accepted) > 0 {
			n++
		}
	}
	return n
}
