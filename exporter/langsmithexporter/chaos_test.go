// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// cloud is one host for all tenants, who are told apart by their keys, and whose connections break.
type cloud struct {
	tenants map[string]*standin.Server // by key

	mu     sync.Mutex
	chance *rand.Rand
	broken int
	calm   bool
}

func newCloud(names ...string) *cloud {
	c := &cloud{tenants: map[string]*standin.Server{}, chance: rand.New(rand.NewPCG(1, 2))}
	for _, name := range names {
		c.tenants["key-"+name] = standin.New(standin.Options{Now: time.Now, Record: true})
	}
	return c
}

// ServeHTTP loses one answer in three, after the request has been taken or before.
func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	server, known := c.tenants[r.Header.Get("X-Api-Key")]
	if !known {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.Method == http.MethodPost {
		switch c.dice() {
		case 0:
			hangUp(w, "")
			return
		case 1:
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			server.ServeHTTP(httptest.NewRecorder(), r)
			hangUp(w, "HTTP/1.1 20")
			return
		}
	}
	server.ServeHTTP(w, r)
}

func (c *cloud) dice() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.chance.IntN(6)
	if c.calm {
		n = 6
	}
	if n < 2 {
		c.broken++
	}
	return n
}

// becalm ends the trouble, and says how much of it there was.
func (c *cloud) becalm() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calm = true
	return c.broken
}

// Three tenants of one host over real sockets that break, one with a bad key and one throttled: the third does not notice,
// nothing is lost, nothing crosses, and what comes twice has the same run id.
func TestFaults_threeTenantsOfOneHostOverSockets(t *testing.T) {
	for _, protocol := range []string{"otlp", "multipart"} {
		t.Run(protocol, func(t *testing.T) { threeOfOneHost(t, protocol) })
	}
}

func threeOfOneHost(t *testing.T, protocol string) {
	t.Helper()
	names := []string{"bad", "busy", "well"}
	host := newCloud(names...)
	web := httptest.NewServer(host)
	defer web.Close()
	host.tenants["key-busy"].Inject(standin.Fault{Status: http.StatusTooManyRequests, RetryAfter: "0.2"})
	keyFile := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(keyFile, []byte("old"), 0o600))
	r := newRig(t, nil, func(c *Config) {
		c.ClientConfig.Endpoint, c.Protocol, c.Unmatched = web.URL, protocol, reject
		for _, name := range names {
			c.Routes = append(c.Routes, Route{
				Match: map[string]any{`resource["tenant"]`: name}, APIKey: configopaque.String("key-" + name), Project: name,
			})
		}
		c.Routes[0].APIKey, c.Routes[0].APIKeyFile = "", keyFile
		c.QueueConfig.Get().Batch.Get().MinSize = 1 // several requests
	})
	const each = 20
	var producers sync.WaitGroup
	for j, name := range names {
		producers.Go(func() {
			for i := range each {
				assert.NoError(t, r.ConsumeTraces(context.Background(), tracesOf(name, byte(j*each+i), perTrace)))
			}
		})
	}
	producers.Wait()
	have := func(name string) int { return len(host.tenants["key-"+name].Runs()) }
	require.Eventually(t, func() bool { return have("well") == each*perTrace }, 20*time.Second, 5*time.Millisecond)
	assert.Zero(t, have("bad"))
	assert.Zero(t, have("busy"))

	host.tenants["key-busy"].ClearFaults()
	require.Eventually(t, func() bool { return have("busy") == each*perTrace }, 20*time.Second, 5*time.Millisecond)
	assert.NotZero(t, host.becalm())
	require.NoError(t, os.WriteFile(keyFile, []byte("key-bad"), 0o600))
	r.stop() // tries once more, with the new key
	for name, server := range host.tenants {
		for _, run := range server.Runs() {
			assert.Equal(t, name, "key-"+run.Project, "nothing goes to another tenant")
			assert.Contains(t, name, run.Name[:3], "nothing goes to another tenant")
		}
	}
	for _, name := range names {
		assert.Equal(t, each*perTrace, have(name), "%s: nothing is lost, and what comes twice has the same id", name)
	}
}
