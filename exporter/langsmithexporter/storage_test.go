// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"encoding/binary"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

var storageID = component.MustNewID("file_storage")

func newStorage(t *testing.T, dir string) extension.Extension {
	t.Helper()
	factory := filestorage.NewFactory()
	cfg := factory.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = dir
	ext, err := factory.Create(context.Background(), extensiontest.NewNopSettings(factory.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, ext.Start(context.Background(), componenttest.NewNopHost()))
	return ext
}

// life starts an exporter on dir, lets use work with it, and shuts everything down.
func life(t *testing.T, dir string, cfg *Config, use func(*rig)) {
	t.Helper()
	cfg.RetryConfig.InitialInterval = 10 * time.Millisecond
	cfg.RetryConfig.MaxInterval = 20 * time.Millisecond
	cfg.QueueConfig.Get().StorageID = &storageID
	cfg.QueueConfig.Get().Batch.Get().FlushTimeout = 5 * time.Millisecond
	require.NoError(t, cfg.Validate())
	ext := newStorage(t, dir)
	r := &rig{t: t, telemetry: componenttest.NewTelemetry()}
	r.host = &statusHost{
		Host: componenttest.NewNopHost(), extensions: map[component.ID]component.Component{storageID: ext},
	}
	r.create(cfg)
	require.NoError(t, r.Start(context.Background(), r.host))
	use(r)
	r.stop()
	require.NoError(t, ext.Shutdown(context.Background()))
}

// stored are the bytes of all files in dir, by name.
func stored(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		require.NoError(t, err)
		files[entry.Name()] = string(data)
	}
	return files
}

func TestStorage_whatIsQueuedSurvivesARestart(t *testing.T) {
	dir, s := t.TempDir(), &sink{}
	server := httptest.NewServer(s)
	defer server.Close()
	secrets := []string{"general" + "-secret-key", "route" + "-secret-key"}
	config := func() *Config {
		cfg := createDefaultConfig().(*Config)
		cfg.ClientConfig.Endpoint = server.URL
		cfg.APIKey, cfg.Unmatched, cfg.Project = configopaque.String(secrets[0]), useDefault, "p"
		cfg.Routes = []Route{{
			Match: attrs{"a": "b"}, APIKey: configopaque.String(secrets[1]), WorkspaceID: "w2", Project: "q",
		}}
		return cfg
	}
	s.answer = refuseIf(http.StatusServiceUnavailable, func(post) bool { return true })
	life(t, dir, config(), func(r *rig) {
		require.NoError(t, r.destinations[0].consume(context.Background(), chunksOf(t, "p", "a", "b")))
		require.NoError(t, r.destinations[1].consume(context.Background(), chunksOf(t, "q", "c")))
		require.Eventually(t, func() bool { return len(s.all()) >= 2 }, 10*time.Second, 5*time.Millisecond)
	})
	files := stored(t, dir)
	require.Len(t, files, 5, "a queue for each destination's runs, and for its feedback, and the list of them")
	for name, data := range files {
		for _, secret := range secrets {
			assert.NotContains(t, data+name, secret)
		}
	}

	s.mu.Lock()
	s.answer, s.posts = nil, nil
	s.mu.Unlock()
	life(t, dir, config(), func(*rig) {
		require.Eventually(t, func() bool { return len(s.names()) >= 3 }, 10*time.Second, 5*time.Millisecond)
	})
	assert.ElementsMatch(t, []string{"a", "b", "c"}, s.names())
	for _, p := range s.all() {
		if p.names[0] == "c" {
			assert.Equal(t, []string{secrets[1], "w2", "q"}, []string{
				p.header.Get("X-Api-Key"), p.header.Get("X-Tenant-Id"), p.project(),
			})
			continue
		}
		assert.Equal(t, []string{secrets[0], "", "p"}, []string{p.header.Get("X-Api-Key"), p.header.Get("X-Tenant-Id"), p.project()})
	}
	life(t, dir, config(), func(*rig) {})
	assert.Len(t, s.names(), 3, "nothing is sent twice after a clean stop")
}

// What waits for a route that is gone is told of at every start, and sent when the route is back.
func TestStorage_aQueueWithoutARouteIsKeptAndTold(t *testing.T) {
	f := func(empty bool) {
		t.Helper()
		dir, s := t.TempDir(), &sink{}
		server := httptest.NewServer(s)
		defer server.Close()
		config := func(routes ...string) *Config {
			cfg := createDefaultConfig().(*Config)
			cfg.ClientConfig.Endpoint, cfg.Unmatched = server.URL, useDefault
			for _, name := range routes {
				cfg.Routes = append(cfg.Routes, Route{Match: attrs{"a": name}, WorkspaceID: name, Project: name})
			}
			return cfg
		}
		told := func(r *rig) int {
			m, err := r.telemetry.GetMetric("otelcol_exporter_langsmith_queue_items_without_route")
			require.NoError(t, err)
			return int(m.Data.(metricdata.Gauge[int64]).DataPoints[0].Value)
		}
		if !empty {
			s.answer = refuseIf(http.StatusServiceUnavailable, func(post) bool { return true })
		}
		life(t, dir, config("w", "x"), func(r *rig) {
			assert.Zero(t, told(r))
			require.NoError(t, r.destinations[1].consume(context.Background(), chunksOf(t, "w", "a")))
			require.Eventually(t, func() bool { return len(s.all()) > 0 }, 10*time.Second, 5*time.Millisecond)
		})
		want := 1
		if empty {
			want = 0
		}
		for range 2 {
			life(t, dir, config("x"), func(r *rig) { assert.Equal(t, want, told(r)) })
		}
		s.mu.Lock()
		s.answer = nil
		s.mu.Unlock()
		life(t, dir, config("x", "w"), func(r *rig) {
			assert.Zero(t, told(r))
			require.Eventually(t, func() bool { return len(s.names()) == 1 }, 10*time.Second, 5*time.Millisecond)
		})
		life(t, dir, config("x"), func(r *rig) { assert.Zero(t, told(r)) })
		assert.Equal(t, []string{"a"}, s.names())
	}
	f(false)
	f(true)
}

func TestItemsOf_readsTheStateOfAQueue(t *testing.T) {
	fixed := func(field byte, n uint64) []byte { return binary.LittleEndian.AppendUint64([]byte{field<<3 | 1}, n) }
	state := slices.Concat(fixed(1, 9), fixed(3, 5), fixed(4, 8), []byte{5<<3 | 2, 16}, make([]byte, 16))
	n, err := itemsOf(state)
	require.NoError(t, err)
	assert.Equal(t, 3+2, n)
	n, err = itemsOf(nil)
	require.NoError(t, err)
	assert.Zero(t, n)
	for _, bad := range [][]byte{{0xff}, state[:5], state[:len(state)-1], fixed(3, 1), {5<<3 | 2, 0x80}} {
		_, err := itemsOf(bad)
		assert.ErrorIs(t, err, errQueueState)
	}
}

func TestStorage_anItemOfAnotherVersionIsCountedAndKept(t *testing.T) {
	dir, s := t.TempDir(), &sink{}
	letters := filepath.Join(t.TempDir(), "letters.jsonl")
	server := httptest.NewServer(s)
	defer server.Close()
	config := func() *Config {
		cfg := createDefaultConfig().(*Config)
		cfg.ClientConfig.Endpoint = server.URL
		keepLetters(letters)(cfg)
		return cfg
	}
	s.answer = refuseIf(http.StatusServiceUnavailable, func(post) bool { return true })
	life(t, dir, config(), func(r *rig) {
		require.NoError(t, r.send("p", "a"))
		require.Eventually(t, func() bool { return len(s.all()) > 0 }, 10*time.Second, 5*time.Millisecond)
	})
	for name, data := range stored(t, dir) {
		if strings.Contains(name, feedbackName) || strings.Contains(name, listName) {
			continue
		}
		changed := strings.ReplaceAll(data, itemMagic+string(rune(itemVersion)), itemMagic+string(rune(itemVersion+1)))
		require.NotEqual(t, data, changed)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(changed), 0o600))
	}
	s.mu.Lock()
	s.answer, s.posts = nil, nil
	s.mu.Unlock()

	life(t, dir, config(), func(r *rig) {
		require.NoError(t, r.send("p", "new"))
		require.Eventually(t, func() bool { return len(s.names()) == 1 }, 10*time.Second, 5*time.Millisecond)
		assert.Equal(t, 1, r.count("queue_items_refused", "reason", "version"))
	})
	assert.Equal(t, []string{"new"}, s.names(), "the others go on")
	kept := lettersIn(t, letters)
	require.Len(t, kept, 1)
	assert.Equal(t, "queue_item", kept[0].Reason)
	assert.True(t, strings.HasPrefix(string(kept[0].Raw), itemMagic), "as it was")
}

// What was queued for one protocol goes by it, whatever the configuration says now: the bytes are its own.
func TestStorage_itemsKeepTheirProtocol(t *testing.T) {
	f := func(before, after, path string) {
		t.Helper()
		dir, s := t.TempDir(), &sink{info: info(100, maxBodyBytes, bothCompressions)}
		server := httptest.NewServer(s)
		defer server.Close()
		config := func(protocol string) *Config {
			cfg := createDefaultConfig().(*Config)
			cfg.ClientConfig.Endpoint, cfg.Protocol = server.URL, protocol
			return cfg
		}
		s.answer = refuseIf(http.StatusServiceUnavailable, func(post) bool { return true })
		life(t, dir, config(before), func(r *rig) {
			require.NoError(t, r.send("p", "old"))
			require.Eventually(t, func() bool { return len(s.all()) > 0 }, 10*time.Second, 5*time.Millisecond)
		})
		s.mu.Lock()
		s.answer, s.posts = nil, nil
		s.mu.Unlock()
		life(t, dir, config(after), func(r *rig) {
			require.NoError(t, r.send("p", "new"))
			require.Eventually(t, func() bool { return len(s.names()) == 2 }, 10*time.Second, 5*time.Millisecond)
		})
		for _, p := range s.all() {
			if p.names[0] == "old" {
				assert.Equal(t, path, p.path)
			} else {
				assert.NotEqual(t, path, p.path)
			}
		}
	}
	f("otlp", "multipart", "/otel/v1/traces")
	f("multipart", "otlp", "/runs/multipart")
}

// full is a storage without any room.
type full struct{ component.Component }

var errFull = errors.New("no space left on device")

func (f full) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	return f, nil
}

func (full) Get(context.Context, string) ([]byte, error) { return nil, nil }
func (full) Set(context.Context, string, []byte) error   { return errFull }
func (full) Delete(context.Context, string) error        { return nil }
func (full) Close(context.Context) error                 { return nil }
func (full) Batch(_ context.Context, ops ...*storage.Operation) error {
	for _, op := range ops {
		if op.Type == storage.Set {
			return errFull
		}
	}
	return nil
}

func TestStorage_fullIsToldToTheCaller(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.ClientConfig.Endpoint, cfg.Unredacted = "http://127.0.0.1:1", allow
	cfg.QueueConfig.Get().StorageID = &storageID
	r := &rig{t: t, telemetry: componenttest.NewTelemetry()}
	r.host = &statusHost{
		Host: componenttest.NewNopHost(), extensions: map[component.ID]component.Component{storageID: full{}},
	}
	r.create(cfg)
	require.NoError(t, r.Start(context.Background(), r.host))
	defer r.stop()
	err := r.ConsumeTraces(context.Background(), tracesOf("t", 1, 3))
	require.ErrorIs(t, err, errFull)
	assert.False(t, consumererror.IsPermanent(err), "whoever has the data may try again")
}
