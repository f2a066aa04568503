// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

func keepLetters(path string) func(*Config) {
	return func(c *Config) {
		c.DeadLetter = configoptional.Some(DeadLetterConfig{Path: path, MaxBytes: minDeadLetters})
	}
}

func lettersIn(t *testing.T, path string) []letter {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var letters []letter
	for line := range bytes.Lines(data) {
		var l letter
		require.NoError(t, json.Unmarshal(line, &l))
		letters = append(letters, l)
	}
	return letters
}

func TestDeadLetters_holdWhatWasRefusedAndNothingElse(t *testing.T) {
	for _, protocol := range []string{"otlp", "multipart"} {
		t.Run(protocol, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "refused.jsonl")
			synctest.Test(t, func(t *testing.T) {
				bad := func(p post) bool { return slices.Contains(p.names, "run 3") }
				s := &sink{answer: func(_ int, p post) answer {
					if bad(p) {
						return answer{status: 422, body: []byte(`{"error":"what the server says"}`)}
					}
					return answer{status: 200}
				}}
				r := newRig(t, s, func(c *Config) {
					keepLetters(path)(c)
					c.Protocol, c.APIKey = protocol, "lsv2_pt_not-to-be-found"
				})
				require.NoError(t, r.send("shop", numbered(8)...))
				settle(time.Minute)
				assert.Len(t, s.names(), 7)
				assert.Equal(t, 1, r.count("dead_letters", "outcome", "written"))
			})
			letters := lettersIn(t, path)
			require.Len(t, letters, 1)
			l := letters[0]
			assert.Equal(t, "rejected", l.Reason)
			assert.Equal(t, 422, l.Status)
			assert.Equal(t, "shop", l.Project)
			assert.Equal(t, "langsmith", l.Exporter)
			assert.Equal(t, "post to LangSmith: status 422: not acceptable", l.Error)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.NotContains(t, string(text), "not-to-be-found")
			assert.NotContains(t, string(text), "what the server says")

			// It can be sent by hand once the reason is gone.
			server := standin.New(standin.Options{})
			req := httptest.NewRequest(http.MethodPost, l.Path, bytes.NewReader(l.Body))
			req.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			server.ServeHTTP(w, req)
			assert.Less(t, w.Code, 300, w.Body.String())
			require.Len(t, server.Runs(), 1)
			assert.Equal(t, "run 3", server.Runs()[0].Name)
		})
	}
}

func TestDeadLetters_areForTheOwnerAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes there")
	}
	path := filepath.Join(t.TempDir(), "refused.jsonl")
	require.NoError(t, os.WriteFile(path, []byte("{}\n"), 0o644))
	l := newDeadLetters(&DeadLetterConfig{Path: path, MaxBytes: minDeadLetters})
	require.NoError(t, l.open())
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	assert.EqualValues(t, 3, l.file.Load().size, "what was there counts")
	require.NoError(t, l.close())
	require.NoError(t, l.close())
}

func TestDeadLetters_areBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "refused.jsonl")
	l := newDeadLetters(&DeadLetterConfig{Path: path, MaxBytes: minDeadLetters})
	g := group{protocol: encode.Multipart, project: "p"}
	chunks := chunksIn(t, encode.Multipart, "p", "small", "large 1")
	small, large := chunks[0].data, chunks[1].data
	add := func(data []byte) string { return l.add(newLetter("e", "p", "r", time.Now(), nil), g, data) }

	assert.Equal(t, letterFailed, add(small), "not open")
	require.NoError(t, l.open())
	assert.Equal(t, letterWritten, add(small))
	assert.Equal(t, letterFull, add(large))
	assert.Equal(t, letterWritten, add(small), "a smaller one finds room")
	for outcome := letterWritten; outcome == letterWritten; {
		outcome = add(small)
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(minDeadLetters))
	assert.Greater(t, info.Size(), int64(minDeadLetters)-1000)
	require.NoError(t, l.close())
	lettersIn(t, path)
	assert.Equal(t, letterFailed, add(small))
}

// The exporters of traces and of logs share one file, and so may others: each line is whole, and the size is that of all.
func TestDeadLetters_aFileHasOneOwner(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "refused.jsonl"), filepath.Join(dir, "link")
	if os.Symlink(path, link) != nil { // not everybody may, everywhere
		link = path
	}
	first := newDeadLetters(&DeadLetterConfig{Path: path, MaxBytes: minDeadLetters})
	second := newDeadLetters(&DeadLetterConfig{Path: link, MaxBytes: minDeadLetters})
	require.NoError(t, first.open())
	require.NoError(t, second.open())
	data := chunksIn(t, encode.Multipart, "p", strings.Repeat("long ", 20))[0].data
	var wg sync.WaitGroup
	var written atomic.Int64
	for i := range 8 {
		l := []*deadLetters{first, second}[i%2]
		wg.Go(func() {
			for l.add(newLetter("e", "p", "r", time.Now(), nil), group{protocol: encode.Multipart}, data) == letterWritten {
				written.Add(1)
			}
		})
	}
	wg.Wait()
	assert.Len(t, lettersIn(t, path), int(written.Load()))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(minDeadLetters))
	require.NoError(t, first.close())
	require.NoError(t, os.Truncate(path, 0))
	assert.Equal(t, letterFull, second.add(letter{}, group{protocol: encode.Multipart}, data), "still open, and still full")
	require.NoError(t, second.close())
	assert.Empty(t, letterFiles.files)
}

func TestDeadLetters_whatNobodyCanReadIsKeptAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "refused.jsonl")
	l := newDeadLetters(&DeadLetterConfig{Path: path, MaxBytes: minDeadLetters})
	require.NoError(t, l.open())
	for _, p := range []encode.Protocol{9, encode.OTLP, encode.Multipart} {
		l.add(newLetter("e", "p", "protocol", time.Now(), errors.New("why")), group{protocol: p}, []byte("\xffbytes"))
	}
	require.NoError(t, l.close())
	for _, got := range lettersIn(t, path) {
		assert.Empty(t, got.Path)
		assert.Equal(t, "\xffbytes", string(got.Raw))
		assert.Equal(t, "why", got.Error)
	}
}

func TestStart_deadLetterFileMustBeWritable(t *testing.T) {
	f := func(path, want string) {
		t.Helper()
		cfg := createDefaultConfig().(*Config)
		cfg.ClientConfig.Endpoint = "http://127.0.0.1:1"
		keepLetters(path)(cfg)
		r := &rig{t: t, telemetry: componenttest.NewTelemetry()}
		r.create(cfg)
		require.ErrorContains(t, r.Start(t.Context(), componenttest.NewNopHost()), want)
		r.stop()
	}
	f(filepath.Join(t.TempDir(), "none", "refused.jsonl"), "dead_letter::path: ")
	f(t.TempDir(), "dead_letter::path: ")
}

func TestDeadLetters_withoutASettingThereAreNone(t *testing.T) {
	l := newDeadLetters(nil)
	assert.Nil(t, l)
	require.NoError(t, l.open())
	require.NoError(t, l.close())
}

func TestConsume_callLargerThanTheQueueIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "refused.jsonl")
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, &sink{}, func(c *Config) {
			keepLetters(path)(c)
			c.DeadLetter.Get().MaxBytes = 100 << 20
			c.QueueConfig.Get().QueueSize = maxBodyBytes
		})
		require.Error(t, r.send("p", "a", "large "+strings.Repeat("x", 21)))
	})
	assert.Len(t, lettersIn(t, path), 2)
}
