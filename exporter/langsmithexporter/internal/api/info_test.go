// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInfo_readsWhatIsThere(t *testing.T) {
	f := func(body string, want Info) {
		t.Helper()
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "/info", r.URL.Path)
			assert.Equal(t, http.MethodGet, r.Method)
			assert.Equal(t, "k1", r.Header.Get("X-Api-Key"), "some installations want it")
			_, _ = io.WriteString(w, body)
		})
		got, err := c.Info(context.Background(), now)
		require.NoError(t, err)
		assert.Equal(t, want, got, body)
	}
	usual := DefaultInfo()
	with := func(change func(*Info)) Info {
		info := DefaultInfo()
		change(&info)
		return info
	}
	f(`{"version":"0.9"}`, usual)
	f(`{"version":"0.9","batch_ingest_config":null,"instance_flags":null}`, usual)
	f(`{"instance_flags":{"zstd_compression_enabled":true}}`, with(func(i *Info) { i.Zstd = true }))
	f(`{"instance_flags":{"gzip_body_enabled":true,"zstd_compression_enabled":false}}`, with(func(i *Info) { i.Gzip = true }))
	f(`{"batch_ingest_config":{"size_limit":7,"size_limit_bytes":1000000}}`,
		with(func(i *Info) { i.MaxRuns, i.MaxBytes = 7, 1_000_000 }))
	f(`{"batch_ingest_config":{"use_multipart_endpoint":false}}`, with(func(i *Info) { i.NoMultipart = true }))
	f(`{"batch_ingest_config":{"use_multipart_endpoint":true,"size_limit":0,"size_limit_bytes":-1}}`, usual)
	f(`{"batch_ingest_config":{"size_limit":1000000,"size_limit_bytes":1}}`,
		with(func(i *Info) { i.MaxRuns, i.MaxBytes = mostRuns, leastBytes }))
}

func TestInfo_anythingElseIsAnError(t *testing.T) {
	f := func(status int, body, want string) {
		t.Helper()
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
		_, err := c.Info(context.Background(), now)
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "secret")
	}
	f(200, `<html>secret`, "read /info: not what LangSmith answers")
	f(200, `{"version":"`+strings.Repeat("x", maxInfo)+`"}`, "read /info: too long")
	f(404, `secret`, "status 404")
	f(401, `secret`, "status 401")
	f(503, ``, "status 503")
}

func TestPacer_neverMoreThanTheRate(t *testing.T) {
	for _, limit := range []int{1, 7, 2000, 6000} {
		p := NewPacer(limit)
		at := now
		var sent []time.Time
		for i := range 3*limit + 10 {
			if i%13 == 0 {
				at = at.Add(time.Duration(i%5) * time.Millisecond) // whatever else takes time
			}
			at = at.Add(p.Reserve(at))
			sent = append(sent, at)
		}
		for i := limit; i < len(sent); i++ {
			require.GreaterOrEqual(t, sent[i].Sub(sent[i-limit]), paceWindow, "%d: request %d", limit, i)
		}
		took := sent[len(sent)-1].Sub(sent[0])
		if limit >= 100 {
			assert.LessOrEqual(t, took, 40*time.Second, "%d: and not much less than the rate", limit)
		}
	}
}

func TestPacer_aPauseGivesTheBurstBack(t *testing.T) {
	p := NewPacer(100)
	for range 10 {
		assert.Zero(t, p.Reserve(now))
	}
	assert.Positive(t, p.Reserve(now))
	later := now.Add(time.Hour)
	for range 10 {
		assert.Zero(t, p.Reserve(later))
	}
	assert.Positive(t, p.Reserve(later), "but not twice")
}

func TestPost_tellsHowItIsCompressed(t *testing.T) {
	var header http.Header
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) { header = r.Header })
	req := request("x")
	req.Encoding, req.Plain = "zstd", 17
	_, err := c.Post(context.Background(), now, req)
	require.NoError(t, err)
	assert.Equal(t, "zstd", header.Get("Content-Encoding"))
	assert.Equal(t, "17", header.Get("X-Pre-Compressed-Size"))
}

func TestPost_quotaIsTold(t *testing.T) {
	f := func(status int, body string, want bool) {
		t.Helper()
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", now.Add(-20*time.Minute).Format(http.TimeFormat))
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
		_, err := c.Post(context.Background(), now, request("x"))
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, want, e.Quota)
		if want {
			assert.Equal(t, 20*time.Minute, e.After, "to the full hour of the server's clock")
		}
	}
	f(429, `{"error":"tenant exceeded usage limits: Hourly bytes ingested usage limit exceeded"}`, true)
	f(429, `{"error":"too many requests"}`, false)
	f(400, `{"error":"bad run: usage limit exceeded"}`, false)
}

func FuzzParseInfo(f *testing.F) {
	f.Add([]byte(`{"batch_ingest_config":{"size_limit":7,"size_limit_bytes":1000000}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, body []byte) {
		info, err := parseInfo(body)
		if err != nil {
			return
		}
		assert.Positive(t, info.MaxRuns)
		assert.LessOrEqual(t, info.MaxRuns, mostRuns)
		assert.GreaterOrEqual(t, info.MaxBytes, leastBytes)
		assert.LessOrEqual(t, info.MaxBytes, mostBytes)
	})
}
