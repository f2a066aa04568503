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
	arrived, refused, letters int
	took                      time.Duration // until the last run was there, at the most
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
			require.NoError(t, r.ConsumeTraces(context.Background(), tracesOf("t", byte(i), perTrace)))
			settle(time.Second)
		}
		settle(time.Hour)
		server.ClearFaults()
		settle(10 * time.Minute)
		for _, req := range server.Requests() {
			if req.Status < 300 {
				out.took = max(out.took, req.At.Sub(begin))
			}
		}
		ids := map[string]bool{}
		for _, run := range server.Runs() {
			ids[run.ID] = true
		}
		out.arrived, out.refused = len(ids), r.count("runs_refused")
		out.letters = r.count("dead_letters", "outcome", "written")
		assert.Zero(t, server.Summary().OrphansWaiting, "trees are whole")
	})
	return out
}

const allRuns = 3 * perTrace

// Every status of the documentation, and what proxies add, on the first attempt and for an hour.
func TestFaults_everyStatusOnTheFirstTry(t *testing.T) {
	for _, protocol := range []string{"otlp", "multipart"} {
		for _, status := range []int{307, 400, 401, 403, 404, 405, 408, 413, 415, 422, 425, 429, 499, 500, 502, 503, 504} {
			t.Run(fmt.Sprintf("%s/%d", protocol, status), func(t *testing.T) {
				got := endure(t, protocol, standin.Fault{Path: pathOf(protocol), Status: status, Count: 1})
				assert.Equal(t, allRuns, got.arrived)
				assert.Zero(t, got.refused, "one answer alone condemns no run")
				assert.Less(t, got.took, 2*time.Minute)
			})
		}
	}
}

func TestFaults_everyStatusInMidStream(t *testing.T) {
	for _, protocol := range []string{"otlp", "multipart"} {
		for _, status := range []int{401, 408, 413, 422, 429, 500, 503} {
			t.Run(fmt.Sprintf("%s/%d", protocol, status), func(t *testing.T) {
				got := endure(t, protocol, standin.Fault{Path: pathOf(protocol), Status: status, Skip: 1, Count: 3})
				assert.Equal(t, allRuns, got.arrived)
				assert.Zero(t, got.refused)
			})
		}
	}
}

func TestFaults_everyStatusForAnHour(t *testing.T) {
	for _, protocol := range []string{"otlp", "multipart"} {
		for _, status := range []int{307, 401, 403, 404, 405, 408, 415, 425, 429, 499, 500, 502, 503, 504} {
			t.Run(fmt.Sprintf("%s/%d", protocol, status), func(t *testing.T) {
				got := endure(t, protocol, standin.Fault{Status: status})
				assert.Equal(t, allRuns, got.arrived)
				assert.Zero(t, got.refused)
			})
		}
		for _, status := range []int{400, 413, 422} {
			t.Run(fmt.Sprintf("%s/%d", protocol, status), func(t *testing.T) {
				got := endure(t, protocol, standin.Fault{Path: pathOf(protocol), Status: status})
				assert.Equal(t, allRuns, got.arrived+got.refused, "each is accounted for")
				assert.Equal(t, got.refused, got.letters, "and kept")
			})
		}
	}
}

func TestFaults_connections(t *testing.T) {
	f := func(name string, fault standin.Fault) {
		t.Helper()
		for _, protocol := range []string{"otlp", "multipart"} {
			t.Run(name+"/"+protocol, func(t *testing.T) {
				got := endure(t, protocol, fault)
				assert.Equal(t, allRuns, got.arrived)
				assert.Zero(t, got.refused)
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

// Three tenants, of which one has a bad key and one is throttled: nothing is lost, nothing goes to the wrong one, and the
// third does not notice.
func TestFaults_threeTenants(t *testing.T) {
	for _, protocol := range []string{"otlp", "multipart"} {
		t.Run(protocol, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { threeTenants(t, protocol) })
		})
	}
}

func threeTenants(t *testing.T, protocol string) {
	t.Helper()
	tenants := []string{"bad", "busy", "well"}
	servers := map[string]*standin.Server{}
	begin := time.Now()
	for _, name := range tenants {
		servers[name] = standin.New(standin.Options{Now: time.Now, Record: true, APIKeys: []string{"key-" + name}})
	}
	servers["bad"].Inject(standin.Fault{Status: http.StatusUnauthorized})
	servers["busy"].Inject(standin.Fault{Status: http.StatusTooManyRequests, RetryAfter: "600"})
	r := newRig(t, nil, func(c *Config) {
		c.Protocol, c.Unmatched = protocol, reject
		for _, name := range tenants {
			c.Routes = append(c.Routes, Route{
				Match:    map[string]any{`resource["tenant"]`: name},
				Endpoint: "https://" + name + ".invalid", APIKey: configopaque.String("key-" + name), Project: name,
			})
		}
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
	for _, name := range tenants {
		servers[name].ClearFaults()
	}
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
		assert.Equal(t, map[string]bool{"key-" + name: true}, keys)
	}
	assert.Zero(t, r.count("runs_refused"))
	assert.True(t, slices.Contains(r.host.statuses(), "StatusOK"))
}
