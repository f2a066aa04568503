// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
)

// spans are traces of one model call each, which bears the trace's name. The resource has been redacted.
func spans(resource attrs, names ...string) ptrace.Traces {
	td := ptrace.NewTraces()
	addSpans(td, resource, names...)
	return td
}

func addSpans(td ptrace.Traces, resource attrs, names ...string) {
	rs := td.ResourceSpans().AppendEmpty()
	_ = rs.Resource().Attributes().FromRaw(resource)
	rs.Resource().Attributes().PutStr(contract.RedactPolicy, "p1")
	ss := rs.ScopeSpans().AppendEmpty()
	for _, name := range names {
		s := ss.Spans().AppendEmpty()
		s.SetName(name)
		s.SetTraceID([16]byte{1, name[0]})
		s.SetSpanID([8]byte{1, name[0]})
		s.SetStartTimestamp(1)
		s.SetEndTimestamp(2)
		s.Attributes().PutStr("gen_ai.operation.name", "chat")
		s.Attributes().PutStr("trace", name)
	}
}

func TestConsumeTraces_goesWhereTheRouteSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		r := newRig(t, s, func(c *Config) {
			c.Unmatched = useDefault
			c.Routes = []Route{
				{Match: attrs{`resource["team"]`: "search"}, Project: "search-prod", APIKey: "k2", WorkspaceID: "w2"},
				{Match: attrs{"trace": "c"}, Project: "of c"},
			}
		})
		td := spans(attrs{"team": "search"}, "a")
		addSpans(td, attrs{"service.name": "shop"}, "b", "c")
		td.MarkReadOnly()
		require.NoError(t, r.ConsumeTraces(context.Background(), td))
		settle(time.Second)
		got := map[string][]string{}
		for _, p := range s.all() {
			got[p.names[0]] = []string{p.project(), p.header.Get("X-Api-Key"), p.header.Get("X-Tenant-Id")}
			assert.Len(t, p.names, 1)
		}
		assert.Equal(t, map[string][]string{
			"a": {"search-prod", "k2", "w2"},
			"b": {"shop", "", ""},
			"c": {"of c", "", ""},
		}, got)
	})
}

func TestConsumeTraces_unmatchedIsRejectedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		r := newRig(t, s, func(c *Config) { c.Routes = []Route{{Match: attrs{"trace": "a"}}} })
		require.NoError(t, r.ConsumeTraces(context.Background(), spans(nil, "a", "b")))
		settle(time.Second)
		assert.Equal(t, []string{"a"}, s.names())
		assert.Equal(t, 1, r.count("runs_refused", "reason", "unmatched"))
	})
}

func TestConsumeTraces_unredactedIsRefusedAsAWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		r := newRig(t, s, func(c *Config) { c.Unredacted = refuse })
		td := spans(nil, "a", "b")
		addSpans(td, nil, "c")
		td.ResourceSpans().At(1).Resource().Attributes().Remove(contract.RedactPolicy)
		for range 3 {
			err := r.ConsumeTraces(context.Background(), td)
			require.ErrorContains(t, err, "data that redact has not processed is refused")
			assert.True(t, consumererror.IsPermanent(err))
		}
		settle(time.Second)
		assert.Empty(t, s.all(), "nothing of it leaves")
		assert.Equal(t, 9, r.count("unredacted_refused"))
		assert.Equal(t, []string{"StatusRecoverableError"}, r.host.statuses())

		addSpans(td, nil)
		td.ResourceSpans().RemoveIf(func(rs ptrace.ResourceSpans) bool { return rs.ScopeSpans().At(0).Spans().Len() == 1 })
		td.ResourceSpans().At(1).Resource().Attributes().Clear()
		require.NoError(t, r.ConsumeTraces(context.Background(), td), "an empty resource says nothing")
		settle(time.Second)
		assert.Len(t, s.names(), 2)
		assert.Equal(t, []string{"StatusRecoverableError", "StatusOK"}, r.host.statuses())
	})
}

func TestConsumeTraces_nothingIsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		r := newRig(t, s, func(c *Config) { c.Unredacted = refuse })
		require.NoError(t, r.ConsumeTraces(context.Background(), ptrace.NewTraces()))
		settle(time.Second)
		assert.Empty(t, s.all())
		assert.False(t, r.Capabilities().MutatesData)
	})
}

func TestConsumeTraces_aDestinationThatHangsHoldsUpNoOther(t *testing.T) {
	release := make(chan struct{})
	var once sync.Once
	hung := make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		once.Do(func() { close(hung) })
		<-release
	}))
	defer hangs.Close()
	s := &sink{}
	works := httptest.NewServer(s)
	defer works.Close()
	r := newRig(t, nil, func(c *Config) {
		c.ClientConfig.Endpoint, c.Unmatched = works.URL, useDefault
		c.Routes = []Route{{Match: attrs{"trace": "h"}, Endpoint: hangs.URL}}
	})
	defer close(release)
	require.NoError(t, r.ConsumeTraces(context.Background(), spans(nil, "h")))
	<-hung
	for range 20 {
		require.NoError(t, r.ConsumeTraces(context.Background(), spans(nil, "h", "w")))
	}
	require.Eventually(t, func() bool { return len(s.names()) == 20 }, 10*time.Second, 5*time.Millisecond)
	for _, p := range s.all() {
		assert.Equal(t, "gzip", p.header.Get("Content-Encoding"))
		assert.Equal(t, "application/x-protobuf", p.header.Get("Content-Type"))
	}
}

func TestConsumeTraces_whereOnlySomeHaveRoomTheErrorHoldsTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: refuseIf(503, func(p post) bool { return p.project() == "full" })}
		r := newRig(t, s, func(c *Config) {
			c.Unmatched = useDefault
			c.QueueConfig.Get().QueueSize = maxBodyBytes
			c.QueueConfig.Get().NumConsumers = 1
			c.Routes = []Route{{Match: attrs{"trace": "f"}, APIKey: "k2", Project: "full"}}
		})
		full := r.destinations[1]
		for full.consume(context.Background(), chunksOf(t, "full", "large 123")) == nil {
			continue
		}
		fill := maxBodyBytes - 4*2000 // the queue is now full but for less than a run of 3 MiB
		for step := fill / 16; step > 100; step /= 2 {
			for full.consume(context.Background(), []chunk{{group: group{1, "full"}, data: make([]byte, step)}}) == nil {
				continue
			}
		}
		err := r.ConsumeTraces(context.Background(), spans(nil, "f", "w"))
		require.Error(t, err)
		assert.False(t, consumererror.IsPermanent(err))
		var rest consumererror.Traces
		require.ErrorAs(t, err, &rest)
		require.Equal(t, 1, rest.Data().SpanCount())
		assert.Equal(t, "f", rest.Data().ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Name())
		settle(time.Second)
		assert.Contains(t, s.names(), "w")
		s.mu.Lock()
		s.answer = refuseIf(400, func(post) bool { return true })
		s.mu.Unlock()
	})
}

func TestStart_aKeyFileThatIsNotThereIsAnError(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.APIKeyFile = filepath.Join(t.TempDir(), "none")
	e, err := newTracesExporter(context.Background(), exportertest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	require.ErrorContains(t, e.Start(context.Background(), componenttest.NewNopHost()), "api_key_file: read API key:")
	require.NoError(t, e.Shutdown(context.Background()))
}

func TestStart_aDestinationThatFailsStopsTheOthers(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.APIKey, cfg.Unmatched = "k", useDefault
	cfg.Routes = []Route{{Match: attrs{"a": "b"}, APIKeyFile: filepath.Join(t.TempDir(), "none")}}
	e, err := newTracesExporter(context.Background(), exportertest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	require.ErrorIs(t, e.Start(context.Background(), componenttest.NewNopHost()), os.ErrNotExist)
}

func TestConsumeTraces_endsWithANewKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(path, []byte("old\n"), 0o600))
	s := &sink{answer: refuseIf(401, func(p post) bool { return p.header.Get("X-Api-Key") != "new" })}
	server := httptest.NewServer(s)
	defer server.Close()
	r := newRig(t, nil, func(c *Config) { c.ClientConfig.Endpoint, c.APIKeyFile = server.URL, path })
	require.NoError(t, os.WriteFile(path, []byte("new\n"), 0o600))
	require.NoError(t, r.ConsumeTraces(context.Background(), spans(nil, "a")))
	require.Eventually(t, func() bool { return len(s.names()) == 1 }, 10*time.Second, 5*time.Millisecond)
	assert.Empty(t, r.host.statuses(), "the new key was tried before anybody was told")
}
