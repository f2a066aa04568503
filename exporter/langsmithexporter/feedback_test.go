// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// judgedTraces is tracesOf with a judgement of each span.
func judgedTraces(trace byte, n int) ptrace.Traces {
	td := tracesOf("t", trace, n)
	spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	for i := range n {
		e := spans.At(i).Events().AppendEmpty()
		e.SetName("gen_ai.evaluation.result")
		e.SetTimestamp(spans.At(i).EndTimestamp())
		e.Attributes().PutStr("gen_ai.evaluation.name", fmt.Sprintf("relevance %d", i))
		e.Attributes().PutDouble("gen_ai.evaluation.score.value", 0.25)
		e.Attributes().PutStr("gen_ai.evaluation.score.label", "poor")
		e.Attributes().PutStr("gen_ai.evaluation.explanation", "misses the point")
	}
	return td
}

func forBoth(t *testing.T, f func(t *testing.T, protocol string)) {
	t.Helper()
	for _, protocol := range []string{"otlp", "multipart"} {
		t.Run(protocol, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, protocol) })
		})
	}
}

func TestFeedback_followsItsRun(t *testing.T) {
	forBoth(t, func(t *testing.T, protocol string) {
		t.Helper()
		server := standin.New(standin.Options{Now: time.Now, Record: true})
		r := newRig(t, line{server}, func(c *Config) { c.Protocol, c.WorkspaceID = protocol, "w" })
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(1, 3)))
		settle(time.Minute)

		require.Len(t, server.Runs(), 3)
		require.Len(t, server.Feedback(), 3)
		root := run.FromSpan([8]byte{1, 1}).String()
		child := run.FromSpan([8]byte{1, 1, 7: 1})
		var got map[string]any
		f := server.Feedback()[1]
		require.NoError(t, json.Unmarshal(f.Raw, &got))
		assert.NotEqual(t, run.ID{}.String(), got["id"])
		delete(got, "id")
		assert.Equal(t, map[string]any{
			"run_id": child.String(), "trace_id": root, "start_time": "2023-11-14T22:13:20.000000Z",
			"key": "relevance 1", "score": 0.25, "value": "poor", "comment": "misses the point",
			"created_at":             "2023-11-14T22:13:20.000001Z",
			"feedback_source":        map[string]any{"type": "model"},
			"extend_trace_retention": false, "_skip_trace_upgrade": true,
		}, got)
		assert.Equal(t, "w", f.Workspace)
		assert.Equal(t, 3, r.count("feedback_sent"))
		assert.Equal(t, 3, r.count("runs_sent"))
		requests := server.Requests()
		assert.Equal(t, pathOf(protocol), requests[0].Path)
		assert.Len(t, requests, 1+3)
	})
}

func TestFeedback_isSentAsWished(t *testing.T) {
	forBoth(t, func(t *testing.T, protocol string) {
		t.Helper()
		server := standin.New(standin.Options{Now: time.Now})
		r := newRig(t, line{server}, func(c *Config) { c.Protocol, c.Feedback = protocol, false })
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(1, 2)))
		settle(time.Minute)
		assert.Len(t, server.Runs(), 2)
		assert.Empty(t, server.Feedback())

		r = newRig(t, line{server}, func(c *Config) { c.Protocol, c.ExtendTraceRetention = protocol, true })
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(2, 1)))
		settle(time.Minute)
		require.Len(t, server.Feedback(), 1)
		assert.Contains(t, string(server.Feedback()[0].Raw), `"extend_trace_retention":true}`)
	})
}

// LangSmith knows a run some time after it has accepted it.
func TestFeedback_waitsForItsRunToBeKnown(t *testing.T) {
	forBoth(t, func(t *testing.T, protocol string) {
		t.Helper()
		server := standin.New(standin.Options{Now: time.Now, Record: true})
		server.Inject(standin.Fault{Path: "/feedback", Status: 404, Body: `{"detail":"Run not found"}`, Count: 7})
		r := newRig(t, line{server}, func(c *Config) { c.Protocol = protocol })
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(1, 3)))
		settle(time.Minute)
		assert.Len(t, server.Feedback(), 3)
		assert.Equal(t, 3, r.count("feedback_sent"))
		assert.Zero(t, r.count("feedback_refused"))
		assert.Equal(t, 3, r.count("runs_sent"), "no run is sent again")
		assert.Empty(t, r.host.statuses(), "it is no trouble that anybody must act on")
	})
}

func TestFeedback_ofARunThatNeverComesIsGivenUp(t *testing.T) {
	forBoth(t, func(t *testing.T, protocol string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "refused.jsonl")
		server := standin.New(standin.Options{Now: time.Now, Record: true})
		server.Inject(standin.Fault{Path: "/feedback", Status: 404})
		r := newRig(t, line{server}, func(c *Config) {
			keepLetters(path)(c)
			c.Protocol = protocol
		})
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(1, 2)))
		settle(feedbackPatience + 2*feedbackFlush)
		assert.Equal(t, 2, r.count("feedback_refused", "reason", "no_run"))
		assert.Zero(t, r.count("runs_refused"))
		letters := lettersIn(t, path)
		require.Len(t, letters, 2)
		assert.Equal(t, "/feedback", letters[0].Path)
		assert.Contains(t, string(letters[0].Body), `"key":"relevance 0"`)
		assert.Less(t, len(server.Requests()), 100)
	})
}

// An endpoint where nobody is says nothing about runs.
func TestFeedback_anOutageIsNotTakenForMissingRuns(t *testing.T) {
	forBoth(t, func(t *testing.T, protocol string) {
		t.Helper()
		server := standin.New(standin.Options{Now: time.Now})
		r := newRig(t, line{server}, func(c *Config) { c.Protocol, c.RetryConfig.MaxInterval = protocol, 10*time.Second })
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(1, 2)))
		settle(time.Second)
		server.Inject(standin.Fault{Path: "/feedback", Status: 503})
		settle(time.Hour)
		server.ClearFaults()
		server.Inject(standin.Fault{Status: 404})
		settle(time.Hour)
		server.ClearFaults()
		settle(time.Minute)
		assert.Len(t, server.Feedback(), 2)
		assert.Zero(t, r.count("feedback_refused"))
	})
}

func TestFeedback_ofARefusedRunIsRefusedWithIt(t *testing.T) {
	forBoth(t, func(t *testing.T, protocol string) {
		t.Helper()
		server := standin.New(standin.Options{Now: time.Now})
		server.Inject(standin.Fault{Path: pathOf(protocol), Status: 422})
		r := newRig(t, line{server}, func(c *Config) { c.Protocol = protocol })
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(1, 2)))
		settle(time.Minute)
		assert.Equal(t, 2, r.count("runs_refused", "reason", "rejected"))
		assert.Equal(t, 2, r.count("feedback_refused", "reason", "no_run"))
	})
}

// A feedback endpoint in trouble costs neither runs nor time, and a bad judgement no other.
func TestFeedback_troubleIsItsOwn(t *testing.T) {
	for _, status := range []int{400, 401, 403, 405, 408, 409, 413, 415, 422, 425, 429, 499, 500, 502, 503, 504} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			forBoth(t, func(t *testing.T, protocol string) {
				t.Helper()
				server := standin.New(standin.Options{Now: time.Now, Record: true})
				server.Inject(standin.Fault{Path: "/feedback", Status: status})
				r := newRig(t, line{server}, func(c *Config) {
					c.Protocol, c.RetryConfig.MaxInterval = protocol, time.Minute
				})
				const traces, each = 5, 4
				for i := range traces {
					require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(byte(i), each)))
					settle(time.Second)
					assert.Len(t, server.Runs(), (i+1)*each, "runs do not wait")
				}
				settle(time.Hour)
				server.ClearFaults()
				settle(5 * time.Minute)
				known := map[string]bool{}
				for _, f := range server.Feedback() {
					assert.False(t, known[f.ID])
					known[f.ID] = true
				}
				sent, refused := r.count("feedback_sent"), r.count("feedback_refused")
				assert.Equal(t, traces*each, sent+refused)
				switch status {
				case 400, 413, 422:
					assert.Equal(t, traces*each, refused)
				case 409:
					assert.Empty(t, known, "they have been there before")
				default:
					assert.Len(t, known, traces*each)
				}
				runs := 0
				for _, req := range server.Requests() {
					if req.Path == pathOf(protocol) {
						runs++
					}
				}
				assert.Equal(t, traces, runs, "no run is sent twice")
			})
		})
	}
}

func TestFeedback_badOneCostsNoOther(t *testing.T) {
	forBoth(t, func(t *testing.T, protocol string) {
		t.Helper()
		server := standin.New(standin.Options{Now: time.Now})
		server.Inject(standin.Fault{Path: "/feedback", Status: 422, Skip: 2, Count: 1})
		r := newRig(t, line{server}, func(c *Config) { c.Protocol = protocol })
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(1, 5)))
		settle(time.Minute)
		assert.Len(t, server.Feedback(), 4)
		assert.Equal(t, 1, r.count("feedback_refused", "reason", "rejected"))
	})
}

func TestFeedback_answersThatAreLostMakeNoDuplicates(t *testing.T) {
	forBoth(t, func(t *testing.T, protocol string) {
		t.Helper()
		server := standin.New(standin.Options{Now: time.Now, Record: true})
		server.Inject(
			standin.Fault{Path: pathOf(protocol), Cut: true, AfterStore: true, Count: 1},
			standin.Fault{Path: "/feedback", Cut: true, AfterStore: true, Count: 3},
		)
		r := newRig(t, line{server}, func(c *Config) { c.Protocol = protocol })
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(1, 4)))
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(1, 4)), "as a client repeats it")
		settle(time.Minute)
		assert.Len(t, server.Feedback(), 4, "the same judgement has the same id")
		assert.Len(t, server.Runs(), 4)
	})
}

// Runs have no queue and their caller waits: for them, and for nothing else.
func TestFeedback_callerWithoutAQueueDoesNotWaitForIt(t *testing.T) {
	forBoth(t, func(t *testing.T, protocol string) {
		t.Helper()
		server := standin.New(standin.Options{Now: time.Now})
		server.Inject(standin.Fault{Path: "/feedback", Status: 503, Count: 3})
		r := newRig(t, line{server}, func(c *Config) {
			noQueue(c)
			c.Protocol, c.RetryConfig.Enabled = protocol, false
		})
		before := time.Now()
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(1, 2)))
		assert.Zero(t, time.Since(before))
		settle(time.Minute)
		assert.Len(t, server.Feedback(), 2)
	})
}

func TestFeedback_fullQueueCostsNoRun(t *testing.T) {
	forBoth(t, func(t *testing.T, protocol string) {
		t.Helper()
		server := standin.New(standin.Options{Now: time.Now})
		server.Inject(standin.Fault{Path: "/feedback", Status: 503})
		r := newRig(t, line{server}, func(c *Config) { c.Protocol = protocol })
		long := strings.Repeat("because ", 3000)
		for i := range 40 {
			td := judgedTraces(byte(i), 20)
			for _, s := range td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().All() {
				s.Events().At(0).Attributes().PutStr("gen_ai.evaluation.explanation", long)
			}
			require.NoError(t, r.ConsumeTraces(context.Background(), td))
			settle(time.Second)
		}
		settle(time.Minute)
		assert.Len(t, server.Runs(), 40*20)
		assert.Positive(t, r.count("feedback_refused", "reason", "queue_full"))
		server.ClearFaults()
		settle(time.Hour)
		assert.Equal(t, 40*20, r.count("feedback_sent")+r.count("feedback_refused"))
	})
}

func TestFeedback_ofAnOldQueueGoesNowhereWhenSwitchedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		r := newRig(t, s, func(c *Config) { c.Feedback = false })
		chunks := append(chunksOf(t, "p", "a"), chunk{group: group{protocol: 3, project: "p"}, data: []byte(`{"key":"k"}`)})
		require.NoError(t, r.destinations[0].consume(context.Background(), chunks))
		settle(time.Minute)
		assert.Equal(t, []string{"a"}, s.names())
		assert.Equal(t, 1, r.count("feedback_refused", "reason", "feedback_off"))
	})
}

func TestFeedback_survivesARestart(t *testing.T) {
	dir := t.TempDir()
	server := standin.New(standin.Options{Record: true})
	web := httptest.NewServer(server)
	defer web.Close()
	config := func() *Config {
		cfg := createDefaultConfig().(*Config)
		cfg.ClientConfig.Endpoint, cfg.Unredacted = web.URL, allow
		return cfg
	}
	server.Inject(standin.Fault{Path: "/otel/v1/traces", Status: http.StatusServiceUnavailable})
	life(t, dir, config(), func(r *rig) {
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(1, 3)))
		require.Eventually(t, func() bool { return len(server.Requests()) > 0 }, 10*time.Second, 5*time.Millisecond)
	})
	server.ClearFaults()
	server.Inject(standin.Fault{Path: "/feedback", Status: http.StatusServiceUnavailable})
	life(t, dir, config(), func(*rig) { // ends before it is time for feedback
		require.Eventually(t, func() bool { return len(server.Runs()) == 3 }, 10*time.Second, 5*time.Millisecond)
	})
	assert.Empty(t, server.Feedback())
	server.ClearFaults()
	life(t, dir, config(), func(*rig) {})
	life(t, dir, config(), func(*rig) {
		require.Eventually(t, func() bool { return len(server.Feedback()) == 3 }, 10*time.Second, 5*time.Millisecond)
	})
	assert.Len(t, server.Runs(), 3)
}

func TestFeedback_queuesOfTwoExportersStayApart(t *testing.T) {
	r := newRig(t, &sink{}, func(c *Config) {
		c.Routes, c.Unmatched = []Route{{Match: attrs{"a": "b"}, WorkspaceID: "w2"}}, useDefault
	})
	ids := map[string]bool{}
	for _, d := range r.destinations {
		ids[d.set.ID.String()], ids[d.feedback.set.ID.String()] = true, true
	}
	assert.Len(t, ids, 4)
	assert.True(t, ids["langsmith/@feedback"])
}

func TestMaxAge_givesUpWhatIsTooOld(t *testing.T) {
	forBoth(t, func(t *testing.T, protocol string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "refused.jsonl")
		server := standin.New(standin.Options{Now: time.Now})
		server.Inject(standin.Fault{Status: 503})
		r := newRig(t, line{server}, func(c *Config) {
			keepLetters(path)(c)
			c.Protocol, c.MaxAge, c.RetryConfig.MaxInterval = protocol, 30*time.Minute, 10*time.Second
		})
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(1, 2)))
		settle(20 * time.Minute)
		require.NoError(t, r.ConsumeTraces(context.Background(), judgedTraces(2, 3)))
		settle(15 * time.Minute)
		server.ClearFaults()
		settle(time.Minute)
		assert.Len(t, server.Runs(), 3, "the younger ones arrive")
		assert.Equal(t, 2, r.count("runs_refused", "reason", "expired"))
		assert.Equal(t, 2, r.count("feedback_refused", "reason", "expired"))
		assert.Len(t, lettersIn(t, path), 4)
		assert.Len(t, server.Feedback(), 3)
	})
}

func TestMaxAge_isNoneUnlessAsked(t *testing.T) {
	assert.Zero(t, createDefaultConfig().(*Config).MaxAge)
	cfg := createDefaultConfig().(*Config)
	cfg.MaxAge = -time.Second
	cfg.APIKey = "k"
	require.ErrorContains(t, cfg.Validate(), "max_age: must not be negative")
	cfg.MaxAge = time.Second
	require.NoError(t, cfg.Validate())
}
