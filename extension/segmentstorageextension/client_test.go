// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package segmentstorageextension

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelcol-langsmith/otelcol-langsmith/extension/segmentstorageextension/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/settings"
)

var queue = component.MustNewIDWithName("langsmith", "eu")

func open(t *testing.T, cfg *Config) storage.Client {
	t.Helper()
	ext, err := NewFactory().Create(context.Background(), extensiontest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	c, err := ext.(storage.Extension).GetClient(context.Background(), component.KindExporter, queue, "traces")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Close(context.Background())) })
	return c
}

// crashed is what a crash at this moment would leave.
func crashed(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	require.NoError(t, os.CopyFS(to, os.DirFS(dir)))
	return to
}

func content(t *testing.T, c storage.Client) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, c.(storage.Walker).Walk(context.Background(), func(name string, value []byte) ([]*storage.Operation, error) {
		all[name] = string(value)
		return nil, nil
	}))
	return all
}

func TestClient_isAMap(t *testing.T) {
	ctx := context.Background()
	c := open(t, &Config{Directory: t.TempDir()})
	value, err := c.Get(ctx, "none")
	require.NoError(t, err)
	assert.Nil(t, value)
	require.NoError(t, c.Delete(ctx, "none"))
	require.NoError(t, c.Set(ctx, "a", []byte("1")))
	require.NoError(t, c.Set(ctx, "empty", nil))
	before, within, after := storage.GetOperation("a"), storage.GetOperation("a"), storage.GetOperation("b")
	require.NoError(t, c.Batch(ctx, before, storage.SetOperation("a", []byte("2")), within, storage.SetOperation("b", []byte("3")),
		storage.DeleteOperation("b"), after))
	assert.Equal(t, "1", string(before.Value))
	assert.Equal(t, "2", string(within.Value))
	assert.Nil(t, after.Value)
	assert.Equal(t, map[string]string{"a": "2", "empty": ""}, content(t, c))
	require.ErrorContains(t, c.Set(ctx, strings.Repeat("x", 1<<16), nil), "too long")
	require.NoError(t, c.Close(ctx))
	require.ErrorContains(t, c.Set(ctx, "a", nil), "closed")
}

// TestClient_isAMapThatSurvives compares it with a map through random batches, crashes and closes.
func TestClient_isAMapThatSurvives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		dir := t.TempDir()
		c, want := open(t, &Config{Directory: dir}), map[string]string{}
		r := rand.New(rand.NewPCG(1, 2))
		for n := range 2000 {
			ops := make([]*storage.Operation, 1+r.IntN(4))
			for i := range ops {
				name := fmt.Sprint(r.IntN(30))
				if r.IntN(3) == 0 {
					ops[i] = storage.DeleteOperation(name)
					delete(want, name)
					continue
				}
				value := strings.Repeat(fmt.Sprint(n, " "), r.IntN(2000))
				ops[i] = storage.SetOperation(name, []byte(value))
				want[name] = value
			}
			require.NoError(t, c.Batch(ctx, ops...))
			switch r.IntN(100) {
			case 0:
				synctest.Wait() // nobody tidies while it is copied
				dir = crashed(t, dir)
				c = open(t, &Config{Directory: dir})
			case 1:
				require.NoError(t, c.Close(ctx))
				c = open(t, &Config{Directory: dir})
			case 2:
				time.Sleep(tidyEvery)
			}
			if n%50 == 0 {
				require.Equal(t, want, content(t, c))
			}
		}
		require.Equal(t, want, content(t, c))
	})
}

// TestClient_aQueueTakesNoMoreDiskThanItHolds passes a gigabyte through a queue of some megabytes.
func TestClient_aQueueTakesNoMoreDiskThanItHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		dir := t.TempDir()
		c := open(t, &Config{Directory: dir})
		item := make([]byte, 1<<20)
		for n := range 500 {
			ops := []*storage.Operation{storage.SetOperation("meta", []byte(fmt.Sprint(n))), storage.SetOperation(fmt.Sprint(n), item)}
			if n >= 5 {
				ops = append(ops, storage.DeleteOperation(fmt.Sprint(n-5)))
			}
			require.NoError(t, c.Batch(ctx, ops...))
			time.Sleep(tidyEvery / 4)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*", "*.seg"))
		require.NoError(t, err)
		assert.LessOrEqual(t, len(files), 10, "of 4 MiB, and what has come in since the last look")
		assert.Len(t, content(t, c), 6)
	})
}

func TestClient_fullTakesNothingAway(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	cfg := &Config{Directory: dir, MaxBytes: settings.ByteSize(1 << 20)}
	c := open(t, cfg)
	want := map[string]string{}
	var err error
	for n := 0; err == nil; n++ {
		name, value := fmt.Sprint(n), strings.Repeat("x", 100<<10)
		if err = c.Batch(ctx, storage.SetOperation("meta", []byte(name)), storage.SetOperation(name, []byte(value))); err == nil {
			want["meta"], want[name] = name, value
		}
	}
	require.ErrorIs(t, err, storage.ErrStorageFull)
	require.Len(t, want, 8)
	require.Equal(t, want, content(t, c))
	require.Equal(t, want, content(t, open(t, &Config{Directory: crashed(t, dir)})))
	require.NoError(t, c.Delete(ctx, "0"))
	require.NoError(t, c.Set(ctx, "meta", []byte("there is room again")))
}

func TestClient_walk(t *testing.T) {
	ctx := context.Background()
	c := open(t, &Config{Directory: t.TempDir()})
	for n := range 10 {
		require.NoError(t, c.Set(ctx, fmt.Sprint(n), []byte("x")))
	}
	walk := c.(storage.Walker).Walk
	fails := errors.New("fails")
	seen := 0
	visit := func(result error) storage.WalkFunc {
		return func(name string, _ []byte) ([]*storage.Operation, error) {
			seen++
			if seen%5 == 0 {
				return nil, result
			}
			return []*storage.Operation{storage.DeleteOperation(name)}, nil
		}
	}
	require.ErrorIs(t, walk(ctx, visit(fails)), fails)
	assert.Len(t, content(t, c), 10, "nothing is done")
	seen = 0
	require.NoError(t, walk(ctx, visit(storage.SkipAll)))
	assert.Len(t, content(t, c), 6)
	seen = 0
	require.NoError(t, walk(ctx, visit(nil)))
	assert.Len(t, content(t, c), 1)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, walk(ended, visit(nil)), context.Canceled)
}

func TestClient_componentsShareNothing(t *testing.T) {
	dir := t.TempDir()
	ext, err := NewFactory().Create(context.Background(), extensiontest.NewNopSettings(metadata.Type), &Config{Directory: dir})
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, kind := range []component.Kind{component.KindExporter, component.KindReceiver} {
		for _, id := range []string{"a", "a/b", "a/b_c", "a/B", "a/../x", "a/ü"} {
			for _, name := range []string{"", "c", "traces"} {
				var of component.ID
				require.NoError(t, of.UnmarshalText([]byte(id)))
				c, err := ext.(storage.Extension).GetClient(context.Background(), kind, of, name)
				require.NoError(t, err)
				t.Cleanup(func() { assert.NoError(t, c.Close(context.Background())) })
				assert.Empty(t, content(t, c))
				require.NoError(t, c.Set(context.Background(), "x", nil))
				seen[strings.ToLower(directoryOf(kind, of, name))] = true
			}
		}
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, len(seen))
	assert.Len(t, seen, 2*6*3)
	_, err = ext.(storage.Extension).GetClient(context.Background(), component.KindExporter, component.MustNewID("a"), "c")
	require.ErrorContains(t, err, "in use")
}

func TestClient_damageStopsNothing(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	c := open(t, &Config{Directory: dir})
	for n := range 10 {
		require.NoError(t, c.Set(ctx, fmt.Sprint(n), []byte("value "+fmt.Sprint(n))))
	}
	to := crashed(t, dir)
	files, err := filepath.Glob(filepath.Join(to, "*", "*.seg"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	data, err := os.ReadFile(files[0])
	require.NoError(t, err)
	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(files[0], data[:len(data)-3], 0o600))
	found := content(t, open(t, &Config{Directory: to}))
	assert.GreaterOrEqual(t, len(found), 8)
	want := content(t, c)
	maps.DeleteFunc(want, func(name, _ string) bool { return found[name] == "" })
	assert.Equal(t, want, found)
}

func TestConfig_ofTheDocumentation(t *testing.T) {
	all, err := confmaptest.LoadConf(filepath.Join("testdata", "config.yaml"))
	require.NoError(t, err)
	for name := range all.ToStringMap() {
		sub, err := all.Sub(name)
		require.NoError(t, err)
		cfg := createDefaultConfig().(*Config)
		require.NoError(t, sub.Unmarshal(cfg))
		require.NoError(t, cfg.Validate(), name)
		assert.Equal(t, "/var/lib/otelcol/queue", cfg.Directory)
		assert.Equal(t, name != "segment_storage", cfg.Fsync.Synced())
	}
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, confmap.NewFromStringMap(map[string]any{"directory": "/d", "compaction": true}).Unmarshal(cfg))
	require.ErrorContains(t, cfg.Validate(), "compaction")
}

func TestConfig(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	assert.ErrorContains(t, cfg.Validate(), "directory: must be set")
	cfg.Directory, cfg.MaxBytes = "/d", 1000
	assert.ErrorContains(t, cfg.Validate(), "max_bytes: must be at least 1MiB, is 1000B")
	cfg.MaxBytes = 1 << 30
	assert.NoError(t, cfg.Validate())
}
