// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configcompression"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/api"
	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
)

func native(c *Config) { c.Protocol = "multipart" }

// info is an answer of /info.
func info(runs, bytes int, flags string) string {
	return fmt.Sprintf(`{"version":"0.16.0","batch_ingest_config":{"use_multipart_endpoint":true,"size_limit":%d,
		"size_limit_bytes":%d},"instance_flags":{%s}}`, runs, bytes, flags)
}

const bothCompressions = `"zstd_compression_enabled":true,"gzip_body_enabled":true`

func TestCompression_isWhatTheServerReads(t *testing.T) {
	all, gzipOnly, unknown := api.Info{Zstd: true, Gzip: true}, api.Info{Gzip: true}, api.DefaultInfo()
	f := func(wanted configcompression.Type, path string, known api.Info, want encode.Compression) {
		t.Helper()
		assert.Equal(t, want, compression(wanted, path, known))
	}
	f("", encode.PathOTLP, unknown, encode.Gzip)
	f("", encode.PathOTLP, all, encode.Gzip)
	f("none", encode.PathOTLP, all, encode.None)
	f("gzip", encode.PathOTLP, unknown, encode.Gzip)

	f("", encode.PathMultipart, all, encode.Zstd)
	f("", encode.PathMultipart, gzipOnly, encode.Gzip)
	f("", encode.PathMultipart, unknown, encode.None)
	f("gzip", encode.PathMultipart, all, encode.Gzip)
	f("gzip", encode.PathMultipart, unknown, encode.None)
	f("zstd", encode.PathMultipart, all, encode.Zstd)
	f("zstd", encode.PathMultipart, gzipOnly, encode.None)
	f("none", encode.PathMultipart, all, encode.None)

	f("", encode.PathBatch, all, encode.None)
}

func TestPush_compressesAsTheServerSays(t *testing.T) {
	f := func(flags, want string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := &sink{info: info(100, maxBodyBytes, flags)}
			r := newRig(t, s, native)
			require.NoError(t, r.send("p", "a", "large 1"))
			settle(time.Second)
			require.Equal(t, []string{"a", "large 1"}, s.names())
			p := s.all()[0]
			assert.Equal(t, want, p.header.Get("Content-Encoding"))
			assert.Empty(t, p.project(), "native runs name their project themselves")
			size := strconv.Itoa(p.size)
			if want == "" {
				size = ""
			}
			assert.Equal(t, size, p.header.Get("X-Pre-Compressed-Size"))
			assert.Equal(t, p.size, r.count("request_bytes"), "before compression")
		})
	}
	f(bothCompressions, "zstd")
	f(`"gzip_body_enabled":true`, "gzip")
	f(``, "")
}

func TestPush_keepsToTheLimitsOfTheServer(t *testing.T) {
	for _, protocol := range []string{"otlp", "multipart"} {
		t.Run(protocol, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const maxBytes = 5 << 20
				s := &sink{info: info(7, maxBytes, bothCompressions)}
				r := newRig(t, s, func(c *Config) { c.Protocol = protocol })
				names := numbered(20)
				require.NoError(t, r.send("p", append(names, "large xx", "large yy", "large zz")...))
				settle(time.Second)
				assert.Len(t, s.names(), 23)
				for _, p := range s.all() {
					assert.LessOrEqual(t, len(p.names), 7)
					assert.LessOrEqual(t, p.size, maxBytes)
				}
				assert.Len(t, s.all(), 4, "and bodies are as full as they may be")
			})
		})
	}
}

func TestLimits_areAskedForSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		r := newRig(t, s, nil)
		require.Empty(t, s.asked, "not before there is something to send")
		limits := func() api.Info { return r.destinations[0].server.limits(context.Background(), time.Now()) }

		for range 10 {
			assert.Equal(t, api.DefaultInfo(), limits())
			time.Sleep(infoAgain / 5)
		}
		assert.Len(t, s.asked, 2, "once a minute while there is no answer")

		s.info = info(50, 1<<20, bothCompressions)
		for range 10 {
			time.Sleep(infoFresh / 5)
			assert.Equal(t, api.Info{MaxRuns: 50, MaxBytes: 1 << 20, Zstd: true, Gzip: true}, limits())
		}
		assert.Len(t, s.asked, 4, "once an hour when there is")

		s.info = ""
		time.Sleep(infoFresh)
		assert.Equal(t, 50, limits().MaxRuns, "what was known stays")
	})
}

// slowInfo answers /info late and counts who asks.
type slowInfo struct {
	mu    sync.Mutex
	asked int
}

func (s *slowInfo) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.asked++
	s.mu.Unlock()
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestLimits_aServerThatDoesNotAnswerHoldsUpNobodyForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &slowInfo{}
		r := newRig(t, slow, nil)
		begin := time.Now()
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				assert.Equal(t, api.DefaultInfo(), r.destinations[0].server.limits(context.Background(), time.Now()))
			})
		}
		wg.Wait()
		assert.Equal(t, infoTimeout, time.Since(begin))
		assert.Equal(t, 1, slow.asked)
	})
}

func TestPush_oldServerGetsBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old := true
		s := &sink{
			info:   info(100, maxBodyBytes, bothCompressions),
			answer: refuseIf(404, func(p post) bool { return old && p.path == encode.PathMultipart }),
		}
		r := newRig(t, s, native)
		send := func(name string) []string {
			before := len(s.all())
			require.NoError(t, r.send("p", name))
			settle(time.Second)
			var paths []string
			for _, p := range s.all()[before:] {
				paths = append(paths, p.path)
			}
			return paths
		}
		assert.Equal(t, []string{encode.PathMultipart, encode.PathBatch}, send("a"))
		assert.Equal(t, []string{encode.PathBatch}, send("b"), "it is known now")
		assert.Empty(t, s.all()[1].header.Get("Content-Encoding"))
		old = false
		time.Sleep(batchFor)
		assert.Equal(t, []string{encode.PathMultipart}, send("c"), "it may have been upgraded")
		assert.Equal(t, []string{"a", "b", "c"}, s.names())
		assert.Empty(t, r.host.statuses())
	})
}

func TestPush_serverMaySayThatItTakesBatchesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{info: `{"batch_ingest_config":{"use_multipart_endpoint":false}}`}
		r := newRig(t, s, native)
		require.NoError(t, r.send("p", "a"))
		settle(time.Second)
		require.Len(t, s.all(), 1)
		assert.Equal(t, encode.PathBatch, s.all()[0].path)
	})
}

func TestPush_whatIsNoServerAtAllIsNotTakenForAnOldOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		s := &sink{answer: refuseIf(404, func(post) bool { return time.Since(begin) < time.Hour })}
		r := newRig(t, s, native)
		require.NoError(t, r.send("p", "a"))
		settle(10 * time.Second)
		assert.Equal(t, []string{"StatusRecoverableError"}, r.host.statuses())
		settle(time.Hour + time.Minute)
		assert.Equal(t, []string{"a"}, s.names())
		last := s.all()[len(s.all())-1]
		assert.Equal(t, encode.PathMultipart, last.path)
	})
}

func TestPush_keepsToTheRate(t *testing.T) {
	for protocol, limit := range map[string]int{"otlp": rateOthers, "multipart": rateMultipart} {
		t.Run(protocol, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{}
				r := newRig(t, s, func(c *Config) {
					c.Protocol = protocol
					c.QueueConfig.Get().NumConsumers = 100
				})
				const requests = 9000
				for i := range requests {
					require.NoError(t, r.send(strconv.Itoa(i), "a")) // a project's runs go by themselves
				}
				settle(time.Minute)
				var at []time.Time
				for _, p := range s.all() {
					at = append(at, p.at)
				}
				require.Len(t, at, requests)
				slices.SortFunc(at, time.Time.Compare)
				for i := limit; i < len(at); i++ {
					require.GreaterOrEqual(t, at[i].Sub(at[i-limit]), 10*time.Second, "request %d", i)
				}
			})
		})
	}
}

func TestPacers_areSharedByTheWorkspacesOfAKey(t *testing.T) {
	r := newRig(t, &sink{}, func(c *Config) {
		c.APIKey = "k"
		c.Unmatched = useDefault
		c.Routes = []Route{
			{Match: map[string]any{"a": "1"}, WorkspaceID: "w1"},
			{Match: map[string]any{"a": "2"}, APIKey: "other"},
		}
	})
	require.Len(t, r.destinations, 3)
	one := r.destinations[0].pacers[encode.PathOTLP]
	assert.Same(t, one, r.destinations[1].pacers[encode.PathOTLP])
	assert.NotSame(t, one, r.destinations[2].pacers[encode.PathOTLP])
}

func TestJittered_neverBeforeTheTime(t *testing.T) {
	for range 1000 {
		got := jittered(10*time.Second, false)
		assert.GreaterOrEqual(t, got, 10*time.Second)
		assert.LessOrEqual(t, got, 11*time.Second)
		got = jittered(time.Second, true)
		assert.GreaterOrEqual(t, got, time.Second)
		assert.LessOrEqual(t, got, time.Second+quotaSpread)
	}
}

func TestPush_usedUpPlanIsWaitedOutAndTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(17 * time.Minute) // virtual time begins at a full hour
		next := time.Now().Truncate(time.Hour).Add(time.Hour)
		quota := []byte(`{"error":"Too many requests: tenant exceeded usage limits: Hourly events usage limit exceeded"}`)
		s := &sink{answer: func(int, post) answer {
			if time.Now().Before(next) {
				return answer{status: 429, body: quota}
			}
			return answer{status: 200}
		}}
		r := newRig(t, s, nil)
		require.NoError(t, r.send("p", "a"))
		settle(time.Minute)
		assert.Equal(t, []string{"StatusRecoverableError"}, r.host.statuses(), "somebody may buy more")
		settle(time.Hour)
		assert.Equal(t, []string{"a"}, s.names())
		require.Len(t, s.all(), 2, "nobody knocks in vain")
		late := s.all()[1].at.Sub(next)
		assert.GreaterOrEqual(t, late, time.Duration(0))
		assert.LessOrEqual(t, late, quotaSpread)
		assert.Equal(t, []string{"StatusRecoverableError", "StatusOK"}, r.host.statuses())
	})
}
