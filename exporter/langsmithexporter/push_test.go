// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// settle lets everything happen that happens within d.
func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("run %d", i)
	}
	return names
}

func TestPush_delivers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		r := newRig(t, s, nil)
		require.NoError(t, r.send("shop", "a", "b"))
		settle(time.Second)
		require.Len(t, s.all(), 1)
		assert.Equal(t, []string{"a", "b"}, s.names())
		assert.Equal(t, "shop", s.all()[0].project())
		assert.Equal(t, 2, r.count("runs_sent"))
		assert.Equal(t, 1, r.count("requests", "status", "200", "exporter", "langsmith"))
		assert.Equal(t, s.all()[0].size, r.count("request_bytes"))
	})
}

func TestPush_projectsNeverShareARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		r := newRig(t, s, nil)
		require.NoError(t, r.send("one", "a", "b"))
		require.NoError(t, r.send("two", "c"))
		require.NoError(t, r.send("one", "d"))
		settle(time.Second)
		got := map[string][]string{}
		for _, p := range s.all() {
			got[p.project()] = append(got[p.project()], p.names...)
		}
		assert.Equal(t, map[string][]string{"one": {"a", "b", "d"}, "two": {"c"}}, got)
	})
}

func TestPush_aHundredRunsAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		r := newRig(t, s, nil)
		names := numbered(250)
		require.NoError(t, r.send("p", names...))
		settle(time.Second)
		for _, p := range s.all() {
			assert.LessOrEqual(t, len(p.names), 100)
		}
		assert.Equal(t, names, s.names())
	})
}

func TestPush_manySmallRunsNeedMoreRequestsThanMayFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		r := newRig(t, s, nil)
		names := numbered((maxPosts + 3) * maxBodyRuns)
		require.NoError(t, r.send("p", names...))
		settle(time.Second)
		assert.Equal(t, names, s.names())
		assert.Len(t, s.all(), maxPosts+3)
	})
}

func TestPush_bodiesStayBelowTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		r := newRig(t, s, nil)
		require.NoError(t, r.send("p", "large 1234567", "large 12345678", "large 123456", "small", "large "+strings.Repeat("x", 21), "end"))
		settle(time.Second)
		var alone int
		for _, p := range s.all() {
			if p.size > maxBodyBytes {
				alone++
				assert.Len(t, p.names, 1, "a run above the limit takes no neighbor along")
			}
		}
		assert.Equal(t, 1, alone)
		assert.Len(t, s.names(), 6)
		assert.Equal(t, 0, r.count("runs_refused"))
	})
}

func TestPush_retriesUntilItArrives(t *testing.T) {
	for _, status := range []int{0, 408, 425, 500, 502, 503, 504} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{answer: func(n int, _ post) answer {
					if n < 5 {
						return answer{status: status}
					}
					return answer{status: 200}
				}}
				r := newRig(t, s, nil)
				require.NoError(t, r.send("p", "a", "b"))
				settle(time.Minute)
				assert.Equal(t, []string{"a", "b"}, s.names())
				assert.Len(t, s.all(), 6)
				assert.Equal(t, 0, r.count("runs_refused"))
				if status == 0 {
					assert.Equal(t, 5, r.count("requests", "status", "network"))
				}
			})
		})
	}
}

func TestPush_anOutageOfHoursLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		s := &sink{answer: func(int, post) answer {
			if time.Since(begin) < 4*time.Hour {
				return answer{status: 503}
			}
			return answer{status: 200}
		}}
		r := newRig(t, s, func(c *Config) { c.RetryConfig.MaxInterval = 10 * time.Minute })
		require.NoError(t, r.send("p", "a"))
		settle(5 * time.Hour)
		assert.Equal(t, []string{"a"}, s.names())
	})
}

func TestPush_conflictMeansItIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: refuseIf(409, func(post) bool { return true })}
		r := newRig(t, s, nil)
		require.NoError(t, r.send("p", "a"))
		settle(time.Minute)
		assert.Len(t, s.all(), 1)
		assert.Equal(t, 1, r.count("runs_sent"))
	})
}

// A request in which some runs are repeated, as after a crash, must not cost the others, even if the server keeps none of
// them.
func TestPush_conflictOfSomeRunsCostsNoOther(t *testing.T) {
	for _, strict := range []bool{false, true} {
		server := standin.New(standin.Options{StrictConflict: strict, Record: true})
		r := newRig(t, into{server}, func(c *Config) {
			native(c)
			noQueue(c)
		})
		require.NoError(t, r.send("p", numbered(5)...))
		require.NoError(t, r.send("p", numbered(12)...))
		assert.Len(t, server.Runs(), 12, "strict: %t", strict)
		assert.Equal(t, 5+12, r.count("runs_sent"))
		assert.Equal(t, 0, r.count("runs_refused"))
		assert.Len(t, server.Requests(), 1+1+12)
	}
}

func TestPush_badRunTakesNoNeighborAlong(t *testing.T) {
	for _, status := range []int{400, 422} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bad := func(p post) bool { return slices.Contains(p.names, "run 37") || slices.Contains(p.names, "run 90") }
				s := &sink{answer: refuseIf(status, bad)}
				r := newRig(t, s, nil)
				names := numbered(100)
				require.NoError(t, r.send("p", names...))
				settle(time.Minute)
				want := slices.DeleteFunc(names, func(n string) bool { return n == "run 37" || n == "run 90" })
				assert.Equal(t, want, s.names())
				assert.Equal(t, 2, r.count("runs_refused", "reason", "rejected"))
				assert.Less(t, len(s.all()), maxPosts)
			})
		})
	}
}

func TestPush_runThatBreaksTheServerHoldsUpNoOthersForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: refuseIf(500, func(p post) bool { return slices.Contains(p.names, "run 3") })}
		r := newRig(t, s, nil)
		names := numbered(8)
		require.NoError(t, r.send("p", names...))
		settle(time.Minute)
		assert.ElementsMatch(t, slices.Delete(names, 3, 4), s.names())
		assert.Equal(t, 1, r.count("runs_refused", "reason", "server_error"))
	})
}

func TestPush_anOutageOfTheServerIsNotBlamedOnRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		s := &sink{answer: refuseIf(500, func(post) bool { return time.Since(begin) < time.Hour })}
		r := newRig(t, s, func(c *Config) { c.RetryConfig.MaxInterval = time.Minute })
		require.NoError(t, r.send("p", numbered(8)...))
		settle(2 * time.Hour)
		assert.Len(t, s.names(), 8)
		assert.Equal(t, 0, r.count("runs_refused"))
	})
}

func TestPush_boundsItsPostsAndFinishesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := func(p post) bool {
			return slices.ContainsFunc(p.names, func(n string) bool { return strings.HasSuffix(n, "7") })
		}
		s := &sink{answer: refuseIf(400, bad)}
		r := newRig(t, s, nil)
		require.NoError(t, r.send("p", numbered(100)...))
		settle(time.Minute)
		assert.Len(t, s.names(), 90)
		assert.Equal(t, 10, r.count("runs_refused", "reason", "rejected"))
	})
}

func TestPush_tooLargeIsHalvedAndLearnt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: refuseIf(413, func(p post) bool { return p.size > 3<<20 })}
		r := newRig(t, s, nil)
		require.NoError(t, r.send("p", "large 1a", "large 2b", "large 3c", "large 4d"))
		settle(time.Minute)
		assert.Equal(t, []string{"large 1a", "large 2b", "large 3c", "large 4d"}, s.names(), "each has 2 MiB")
		before := len(s.all())
		assert.Equal(t, 1+2+4, before)

		require.NoError(t, r.send("p", "large 1a", "large 2b"))
		settle(time.Minute)
		assert.Len(t, s.all(), before+2, "the limit is known now")
		assert.Equal(t, 0, r.count("runs_refused"))
	})
}

func TestPush_runTooLargeByItselfIsShortened(t *testing.T) {
	for _, protocol := range []string{"otlp", "multipart"} {
		t.Run(protocol, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{answer: refuseIf(413, func(p post) bool { return p.size > 1<<20 })}
				r := newRig(t, s, func(c *Config) { c.Protocol = protocol })
				require.NoError(t, r.send("p", "a", "large 1b", "c"))
				settle(time.Minute)
				assert.ElementsMatch(t, []string{"a", "large 1b", "c"}, s.names())
				assert.Equal(t, 1, r.count("runs_shortened"))
				assert.Equal(t, 0, r.count("runs_refused"))

				s.mu.Lock()
				s.answer = refuseIf(413, func(p post) bool { return slices.Contains(p.names, "large 1b") })
				s.mu.Unlock()
				require.NoError(t, r.send("p", "a", "large 1b", "c"))
				settle(time.Minute)
				assert.Equal(t, 1, r.count("runs_refused", "reason", "too_large"))
				assert.Len(t, s.names(), 5)
			})
		})
	}
}

func TestPush_runIsShortenedNoMoreThanNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 1 << 20
		s := &sink{answer: refuseIf(413, func(p post) bool { return p.size > most })}
		r := newRig(t, s, native)
		prose := strings.Repeat("word by word ", 400_000)
		big := run.Run{ID: run.ID{1}, Name: "big", Kind: run.Chain, Start: time.Unix(1, 0), Inputs: []byte(`{"input":"` + prose + `"}`)}
		data, err := r.encoder.Append(nil, &big, encode.Place{Project: "p"})
		require.NoError(t, err)
		require.NoError(t, r.destinations[0].consume(t.Context(), []chunk{{group: group{encode.Multipart, "p"}, data: data}}))
		settle(time.Minute)
		posts := s.all()
		require.Equal(t, []string{"big"}, s.names())
		last := posts[len(posts)-1]
		assert.Greater(t, last.size, most/2)
		assert.Len(t, posts, 4, "5 MiB, 2.5, 1.2, 0.6")
	})
}

func TestPush_serverThatFailsWhileARunIsShortenedLosesNothing(t *testing.T) {
	for _, status := range []int{429, 503, 401} {
		synctest.Test(t, func(t *testing.T) {
			s := &sink{answer: func(n int, _ post) answer {
				return answer{status: []int{413, 413, status, 413, 200}[min(n, 4)]}
			}}
			r := newRig(t, s, nil)
			require.NoError(t, r.send("p", "large 123"))
			settle(5 * time.Minute)
			assert.Equal(t, []string{"large 123"}, s.names())
			assert.Equal(t, 0, r.count("runs_refused"))
		})
	}
}

func TestPush_waitsAsLongAsLangSmithSays(t *testing.T) {
	f := func(first answer, want, spread time.Duration) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := &sink{answer: func(n int, _ post) answer {
				if n == 0 {
					return first
				}
				return answer{status: 200}
			}}
			r := newRig(t, s, nil)
			require.NoError(t, r.send("p", "a"))
			settle(500 * time.Millisecond)
			require.NoError(t, r.send("p", "b"), "the queue goes on taking")
			settle(2 * time.Hour)
			posts := s.all()
			require.GreaterOrEqual(t, len(posts), 2)
			assert.ElementsMatch(t, []string{"a", "b"}, s.names())
			for _, p := range posts[1:] {
				wait := p.at.Sub(posts[0].at)
				assert.GreaterOrEqual(t, wait, want, "nobody knocks before")
				assert.Less(t, wait, want+spread+time.Second)
			}
		})
	}
	f(answer{status: 429, header: map[string]string{"Retry-After": "7"}}, 7*time.Second, time.Second)
	f(answer{status: 429}, 10*time.Second, time.Second)
	f(answer{status: 503, header: map[string]string{"Retry-After": "20"}}, 20*time.Second, 2*time.Second)
	quota := []byte(`{"error":"Monthly unique traces usage limit exceeded"}`)
	f(answer{status: 429, body: quota}, time.Hour-time.Second, quotaSpread)
}

func TestPush_onlyWhatWasNotAcceptedIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: func(n int, _ post) answer {
			if n == 1 {
				return answer{status: 429, header: map[string]string{"Retry-After": "1"}}
			}
			return answer{status: 200}
		}}
		r := newRig(t, s, nil)
		names := numbered(250)
		require.NoError(t, r.send("p", names...))
		settle(time.Minute)
		assert.Equal(t, names, s.names(), "each once")
		assert.Len(t, s.all(), 4)
	})
}

func TestPush_refusedKeyKeepsTheData(t *testing.T) {
	for _, status := range []int{401, 403, 404, 405, 415, 307} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				s := &sink{answer: refuseIf(status, func(post) bool { return time.Since(begin) < time.Hour })}
				r := newRig(t, s, nil)
				require.NoError(t, r.send("p", "a", "b"))
				settle(10 * time.Second)
				assert.Equal(t, []string{"StatusRecoverableError"}, r.host.statuses())
				settle(time.Hour + time.Minute)
				assert.Equal(t, []string{"a", "b"}, s.names())
				assert.Less(t, len(s.all()), 140, "not more than two attempts a minute")
				assert.Equal(t, 0, r.count("runs_refused"))
				assert.Equal(t, []string{"StatusRecoverableError", "StatusOK"}, r.host.statuses(), "told once, and that it is over")
			})
		})
	}
}

func TestPush_partialSuccessIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		resp := ptraceotlp.NewExportResponse()
		resp.PartialSuccess().SetRejectedSpans(1)
		body, err := resp.MarshalProto()
		require.NoError(t, err)
		s := &sink{answer: func(int, post) answer { return answer{status: 200, body: body} }}
		r := newRig(t, s, nil)
		require.NoError(t, r.send("p", "a", "b"))
		settle(time.Minute)
		assert.Equal(t, 1, r.count("runs_sent"))
		assert.Equal(t, 1, r.count("runs_refused", "reason", "partial_success"))
	})
}

func TestRejectedSpans_readsOnlyWhatItKnows(t *testing.T) {
	f := func(in string, want int) {
		t.Helper()
		assert.Equal(t, want, rejectedSpans([]byte(in)))
	}
	f("", 0)
	f(`{"partialSuccess":{"rejectedSpans":"1"}}`, 0)
	f("<html>", 0)
	f("\xff\xff\xff", 0)
}

func TestPush_unknownProtocolIsCountedNotGuessed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		r := newRig(t, s, nil)
		chunks := chunksOf(t, "p", "a", "b")
		chunks[0].group.protocol = 9
		require.NoError(t, r.destinations[0].consume(t.Context(), chunks))
		settle(time.Minute)
		assert.Equal(t, []string{"b"}, s.names())
		assert.Equal(t, 1, r.count("runs_refused", "reason", "protocol"))
	})
}

func TestPush_shutdownTriesOnceMoreEvenWhenPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: func(n int, _ post) answer {
			if n == 0 {
				return answer{status: 429, header: map[string]string{"Retry-After": "3600"}}
			}
			return answer{status: 200}
		}}
		r := newRig(t, s, func(c *Config) { c.QueueConfig.Get().NumConsumers = 1 })
		require.NoError(t, r.send("p", "a"))
		settle(time.Second)
		require.NoError(t, r.send("p", "b"))
		settle(time.Second)
		r.stop()
		assert.Equal(t, []string{"a", "b"}, slices.Sorted(slices.Values(s.names())), "what was being tried, and what waited")
	})
}

// What has nowhere else to wait when the Collector ends is counted, and kept where there is a file for it.
func TestPush_whatIsLostAtShutdownIsTold(t *testing.T) {
	for _, status := range []int{401, 429, 503} {
		synctest.Test(t, func(t *testing.T) {
			s := &sink{answer: refuseIf(status, func(post) bool { return true })}
			letters := filepath.Join(t.TempDir(), "letters")
			r := newRig(t, s, func(c *Config) {
				c.QueueConfig.Get().NumConsumers = 1
				c.DeadLetter.GetOrInsertDefault().Path = letters
			})
			require.NoError(t, r.send("p", "a"))
			settle(time.Second)
			require.NoError(t, r.send("p", "b"))
			settle(time.Second)
			r.stopped = true
			require.NoError(t, r.Shutdown(context.Background()))
			assert.Equal(t, 2, r.count("runs_refused", "reason", "shutdown"), status)
			text, err := os.ReadFile(letters)
			require.NoError(t, err)
			assert.Equal(t, 2, strings.Count(string(text), `"reason":"shutdown"`), status)
			require.NoError(t, r.telemetry.Shutdown(context.Background()))
		})
	}
}

func TestConsume_withoutAQueueTheCallerHears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: refuseIf(400, func(post) bool { return true })}
		r := newRig(t, s, func(c *Config) { c.QueueConfig = configoptional.None[exporterhelper.QueueBatchConfig]() })
		require.ErrorContains(t, r.send("p", "a"), "status 400")
		s.mu.Lock()
		s.answer = nil
		s.mu.Unlock()
		require.NoError(t, r.send("p", "a"))
		assert.Equal(t, []string{"a"}, s.names())
	})
}

func TestConsume_fullQueueIsToldAndNothingIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: refuseIf(http.StatusServiceUnavailable, func(post) bool { return true })}
		r := newRig(t, s, func(c *Config) {
			c.QueueConfig.Get().QueueSize = maxBodyBytes
			c.QueueConfig.Get().NumConsumers = 1
		})
		taken := 0
		var err error
		for err == nil && taken < 100 {
			if err = r.send("p", "large 123"); err == nil {
				taken++
			}
		}
		require.ErrorIs(t, err, exporterhelper.ErrQueueIsFull)
		s.mu.Lock()
		s.answer = nil
		s.mu.Unlock()
		settle(time.Minute)
		assert.Len(t, s.names(), taken)
	})
}

func TestConsume_callLargerThanTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, &sink{}, func(c *Config) { c.QueueConfig.Get().QueueSize = maxBodyBytes })
		err := r.send("p", "large "+strings.Repeat("x", 11), "large "+strings.Repeat("x", 11))
		require.ErrorContains(t, err, "sending_queue::queue_size: is smaller than one call's runs")
		assert.Equal(t, 2, r.count("runs_refused", "reason", "queue_too_small"))
	})
}

func TestCut_neverLosesAndNeverReorders(t *testing.T) {
	f := func(sizes []int, maxBytes int, want [][]int) {
		t.Helper()
		var chunks []chunk
		for _, n := range sizes {
			chunks = append(chunks, chunk{data: make([]byte, n)})
		}
		var got [][]int
		for _, body := range cut(chunks, maxBytes, maxBodyRuns) {
			var b []int
			for _, c := range body {
				b = append(b, len(c.data))
			}
			got = append(got, b)
		}
		assert.Equal(t, want, got)
	}
	f([]int{1}, 10, [][]int{{1}})
	f([]int{4, 6, 1}, 10, [][]int{{4, 6}, {1}})
	f([]int{4, 60, 1, 2}, 10, [][]int{{4}, {60}, {1, 2}})
	f([]int{60}, 10, [][]int{{60}})
	f([]int{60, 61}, 10, [][]int{{60}, {61}})
}
