// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// line is a way to a stand-in without a network, so that time can be virtual. Unlike a recorder it can be cut.
type line struct{ http.Handler }

func (l line) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &cuttable{ResponseRecorder: httptest.NewRecorder()}
	l.ServeHTTP(w, r)
	if w.cut {
		return nil, io.ErrUnexpectedEOF
	}
	if err := r.Context().Err(); err != nil { // the client has given up meanwhile
		return nil, err
	}
	return w.Result(), nil
}

type cuttable struct {
	*httptest.ResponseRecorder
	cut bool
}

func (c *cuttable) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c.cut = true
	here, there := net.Pipe()
	_ = there.Close()
	return here, nil, nil
}

// tracesOf is one trace of n spans below a root, of a tenant.
func tracesOf(tenant string, trace byte, n int) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "svc")
	rs.Resource().Attributes().PutStr("tenant", tenant)
	ss := rs.ScopeSpans().AppendEmpty()
	for i := range n {
		s := ss.Spans().AppendEmpty()
		s.SetTraceID(pcommon.TraceID{trace, 15: 1})
		s.SetSpanID(pcommon.SpanID{trace, 1, 6: byte(i >> 8), 7: byte(i)})
		if i > 0 {
			s.SetParentSpanID(pcommon.SpanID{trace, 1})
		}
		s.SetName(fmt.Sprintf("%s %d %d", tenant, trace, i))
		s.SetStartTimestamp(pcommon.Timestamp(1_700_000_000_000_000_000 + i))
		s.SetEndTimestamp(s.StartTimestamp() + 1000)
	}
	return td
}

const perTrace = 20

// settled is what has become of everything when the server is well again.
type settled struct {
	arrived, refused, letters int           // runs, and letters of runs and judgements
	judged, judgedRefused     int           // judgements, of which there is one on each run
	took                      time.Duration // until the last was there, at the most
}

// endure sends three traces through faults, which end after an hour, and counts what has become of them.
func endure(t *testing.T, protocol string, faults ...standin.Fault) settled {
	t.Helper()
	var out settled
	path := filepath.Join(t.TempDir(), "refused.jsonl")
	synctest.Test(t, func(t *testing.T) {
		server := standin.New(standin.Options{Now: time.Now, Record: true})
		server.Inject(faults...)
		r := newRig(t, line{server}, func(c *Config) {
			keepLetters(path)(c)
			c.Protocol = protocol
			c.RetryConfig.MaxInterval = time.Minute
		})
		begin := time.Now()
		for i := range 3 {
			require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(byte(i), perTrace)))
			settle(time.Second)
		}
		settle(time.Hour)
		server.ClearFaults()
		settle(time.Hour + 10*time.Minute)
		for _, req := range server.Requests() {
			if req.Status < 300 {
				out.took = max(out.took, req.At.Sub(begin))
			}
		}
		ids := map[string]bool{}
		for _, run := range server.Runs() {
			ids[run.ID] = true
		}
		judged := map[string]bool{}
		for _, f := range server.Feedback() {
			assert.True(t, ids[f.RunID], "of a run that is there")
			judged[f.ID] = true
		}
		out.arrived, out.refused = len(ids), r.count("runs_refused")
		out.judged, out.judgedRefused = len(judged), r.count("feedback_refused")
		out.letters = r.count("dead_letters", "outcome", "written")
		assert.Len(t, server.Feedback(), len(judged), "one that comes again is the same")
		assert.Equal(t, allRuns, r.count("feedback_sent")+out.judgedRefused, "each judgement is accounted for, and once")
		assert.Zero(t, server.Summary().OrphansWaiting, "trees are whole")
	})
	return out
}

const allRuns = 3 * perTrace

// whole says that everything is there.
func (s *settled) whole(t *testing.T) {
	t.Helper()
	assert.Equal(t, allRuns, s.arrived)
	assert.Zero(t, s.refused)
	assert.Equal(t, allRuns, s.judged)
	assert.Zero(t, s.judgedRefused)
}

const usageLimit = `{"error":"Too many requests: tenant exceeded usage limits: Monthly unique traces usage limit exceeded"}`

// answers are every status of the documentation and what proxies add.
var answers = map[string]standin.Fault{
	"301": {Status: 301}, "302": {Status: 302}, "303": {Status: 303}, "307": {Status: 307}, "308": {Status: 308},
	"400": {Status: 400}, "401": {Status: 401}, "403": {Status: 403}, "404": {Status: 404}, "405": {Status: 405},
	"407": {Status: 407}, "408": {Status: 408}, "413": {Status: 413}, "415": {Status: 415}, "422": {Status: 422},
	"425": {Status: 425}, "429": {Status: 429}, "499": {Status: 499},
	"500": {Status: 500}, "502": {Status: 502}, "503": {Status: 503}, "504": {Status: 504},
	"409 after all":         {Status: 409, AfterStore: true},
	"429 with Retry-After":  {Status: 429, RetryAfter: "20"},
	"429 with a date":       {Status: 429, RetryAfter: "Sat, 01 Jan 2000 00:00:40 GMT"}, // virtual time begins with 2000
	"429 of a plan":         {Status: 429, Body: usageLimit},
	"503 with Retry-After":  {Status: 503, RetryAfter: "20"},
	"413 of a proxy":        {Status: 413, Body: "<html>Request Entity Too Large</html>"},
	"200 after an hour":     {Delay: time.Minute}, // slower than the timeout
	"nothing":               {Cut: true},
	"nothing, after all":    {Cut: true, AfterStore: true},
	"500 after it was kept": {Status: 500, AfterStore: true},
}

// condemns tells the answers by which LangSmith says that a run is bad, if it says nothing else.
func condemns(f standin.Fault) bool { return f.Status == 400 || f.Status == 413 || f.Status == 422 }

// The matrix of faults: each answer to each kind of request, once, in mid-stream and for an hour.
func TestFaults_matrix(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"otlp", "multipart"} {
		for name, fault := range answers {
			t.Run(protocol+"/first try/"+name, func(t *testing.T) {
				t.Parallel()
				once := fault
				once.Path, once.Count = pathOf(protocol), 1
				got := endure(t, protocol, once)
				got.whole(t)
				if fault.Body != usageLimit {
					assert.Less(t, got.took, 2*time.Minute)
				}
			})
			t.Run(protocol+"/mid-stream/"+name, func(t *testing.T) {
				t.Parallel()
				some := fault
				some.Path, some.Skip, some.Count = pathOf(protocol), 1, 3
				got := endure(t, protocol, some)
				got.whole(t)
			})
			t.Run(protocol+"/for an hour/"+name, func(t *testing.T) {
				t.Parallel()
				got := endure(t, protocol, fault)
				assert.Equal(t, allRuns, got.arrived+got.refused, "each is accounted for")
				if !condemns(fault) {
					got.whole(t)
				}
				assert.Equal(t, got.refused+got.judgedRefused, got.letters, "what is given up is kept")
			})
			t.Run(protocol+"/feedback/"+name, func(t *testing.T) {
				t.Parallel()
				once := fault
				once.Path, once.Count = "/feedback", 1
				got := endure(t, protocol, once)
				assert.Equal(t, allRuns, got.arrived)
				assert.Zero(t, got.refused)
				if condemns(fault) { // it goes alone: there is nothing to find out
					assert.Equal(t, allRuns-1, got.judged)
					return
				}
				got.whole(t)
			})
		}
	}
}

func TestFaults_connections(t *testing.T) {
	t.Parallel()
	f := func(name string, fault standin.Fault) {
		t.Helper()
		for _, protocol := range []string{"otlp", "multipart"} {
			t.Run(name+"/"+protocol, func(t *testing.T) {
				t.Parallel()
				got := endure(t, protocol, fault)
				got.whole(t)
			})
		}
	}
	f("cut once", standin.Fault{Cut: true, Count: 1})
	f("cut for an hour", standin.Fault{Cut: true})
	f("cut after it was stored", standin.Fault{Cut: true, AfterStore: true, Count: 2})
	f("500 after it was stored", standin.Fault{AfterStore: true, Count: 2})
	f("slow", standin.Fault{Delay: 20 * time.Second})
	f("slower than the timeout", standin.Fault{Delay: 2 * time.Minute})
	f("a proxy's page", standin.Fault{Status: 413, Body: "<html>Request Entity Too Large</html>", Count: 1})
}

func pathOf(protocol string) string {
	if protocol == "multipart" {
		return "/runs/multipart"
	}
	return "/otel/v1/traces"
}

// Three tenants, of which one has a bad key until somebody puts a new one into its file, and one is throttled: nothing is
// lost, nothing goes to the wrong one, and the third does not notice.
func TestFaults_threeTenants(t *testing.T) { forBoth(t, threeTenants) }

func threeTenants(t *testing.T, protocol string) {
	t.Helper()
	tenants := []string{"bad", "busy", "well"}
	servers := map[string]*standin.Server{}
	begin := time.Now()
	for _, name := range tenants {
		servers[name] = standin.New(standin.Options{Now: time.Now, Record: true, APIKeys: []string{"key-" + name}})
	}
	keyFile := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(keyFile, []byte("old"), 0o600))
	servers["busy"].Inject(standin.Fault{Status: http.StatusTooManyRequests, RetryAfter: "600"})
	r := newRig(t, nil, func(c *Config) {
		c.Protocol, c.Unmatched = protocol, reject
		for _, name := range tenants {
			c.Routes = append(c.Routes, Route{
				Match:    map[string]any{`resource["tenant"]`: name},
				Endpoint: "https://" + name + ".invalid", APIKey: configopaque.String("key-" + name), Project: name,
			})
		}
		c.Routes[0].APIKey, c.Routes[0].APIKeyFile = "", keyFile
	})
	for i, d := range r.destinations {
		d.server.client.HTTP.Transport = line{servers[tenants[i]]}
	}
	const each = 10
	for i := range each {
		for j, name := range tenants {
			require.NoError(t, r.ConsumeTraces(context.Background(), tracesOf(name, byte(10*i+j), perTrace)))
		}
		settle(time.Second)
	}
	assert.Len(t, servers["well"].Runs(), each*perTrace, "undelayed")
	assert.Empty(t, servers["bad"].Runs())
	assert.Empty(t, servers["busy"].Runs())
	for _, req := range servers["well"].Requests() {
		assert.Less(t, req.At.Sub(begin), each*time.Second)
	}
	require.NoError(t, os.WriteFile(keyFile, []byte("key-bad"), 0o600))
	settle(2 * time.Minute)
	assert.Len(t, servers["bad"].Runs(), each*perTrace, "the new key is found by itself")
	servers["busy"].ClearFaults()
	settle(20 * time.Minute)
	for _, name := range tenants {
		runs := servers[name].Runs()
		assert.Len(t, runs, each*perTrace, "%s: nothing is lost, and nothing comes twice", name)
		for _, run := range runs {
			assert.Contains(t, run.Name, name, "nothing goes to another tenant")
		}
		keys := map[string]bool{}
		for _, req := range servers[name].Requests() {
			keys[req.APIKey] = true
		}
		delete(keys, "old")
		assert.Equal(t, map[string]bool{"key-" + name: true}, keys)
	}
	assert.Zero(t, r.count("runs_refused"))
	assert.True(t, slices.Contains(r.host.statuses(), "StatusOK"))
}
