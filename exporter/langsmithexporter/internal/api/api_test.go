// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var now = time.Date(2026, 8, 21, 10, 0, 0, 0, time.UTC)

// serve answers every request by handle.
func serve(t *testing.T, handle http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	client := server.Client()
	NoRedirects(client)
	return &Client{HTTP: client, Endpoint: server.URL, Key: StaticKey("k1"), UserAgent: "test/1"}
}

func request(parts ...string) Request {
	req := Request{Path: "/otel/v1/traces", ContentType: "application/x-protobuf", Project: "shop"}
	for _, p := range parts {
		req.Parts = append(req.Parts, []byte(p))
		req.Size += len(p)
	}
	return req
}

func TestPost_sendsEverythingOnce(t *testing.T) {
	var got *http.Request
	var body []byte
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	})
	c.Workspace = "w1"
	req := request("ab", "", "cde")
	for range 2 { // the parts must survive being read
		answer, err := c.Post(context.Background(), now, req)
		require.NoError(t, err)
		assert.Equal(t, 200, answer.Status)
		assert.Equal(t, "abcde", string(body))
		assert.EqualValues(t, 5, got.ContentLength)
	}
	assert.Equal(t, "/otel/v1/traces", got.URL.Path)
	for key, want := range map[string]string{
		"X-Api-Key": "k1", "X-Tenant-Id": "w1", "Langsmith-Project": "shop", "User-Agent": "test/1",
		"Content-Type": "application/x-protobuf",
	} {
		assert.Equal(t, want, got.Header.Get(key), key)
	}
}

func TestPost_projectThatIsNoHeaderStaysOut(t *testing.T) {
	f := func(project string, want bool) {
		t.Helper()
		var header http.Header
		c := serve(t, func(_ http.ResponseWriter, r *http.Request) { header = r.Header })
		req := request("x")
		req.Project = project
		_, err := c.Post(context.Background(), now, req)
		require.NoError(t, err)
		_, present := header["Langsmith-Project"]
		assert.Equal(t, want, present, project)
	}
	f("shop prod (eu)", true)
	f("größe", false)
	f("", false)
	f("a\nb", false)
}

func TestPost_verdicts(t *testing.T) {
	f := func(status int, want Verdict) {
		t.Helper()
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://elsewhere.invalid/")
			w.WriteHeader(status)
		})
		answer, err := c.Post(context.Background(), now, request("x"))
		assert.Equal(t, status, answer.Status)
		if want == Accepted {
			require.NoError(t, err, status)
			return
		}
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, want, e.Verdict, status)
		assert.Equal(t, status, e.Status)
	}
	for _, status := range []int{200, 202, 204, 409} {
		f(status, Accepted)
	}
	for _, status := range []int{301, 307, 308, 404, 405, 415} {
		f(status, Misdirected)
	}
	for _, status := range []int{401, 403, 407} {
		f(status, Unauthorized)
	}
	for _, status := range []int{400, 410, 422} {
		f(status, Rejected)
	}
	for _, status := range []int{408, 425, 499, 500, 502, 503, 504, 599} {
		f(status, Retry)
	}
	f(413, TooLarge)
	f(429, Throttled)
}

func TestPost_neverFollowsARedirection(t *testing.T) {
	stolen := false
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen = true }))
	defer thief.Close()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
	})
	_, err := c.Post(context.Background(), now, request("x"))
	require.ErrorContains(t, err, "status 307: no LangSmith ingest API")
	assert.False(t, stolen)
}

func TestPost_waitsAsLongAsItIsTold(t *testing.T) {
	f := func(status int, header, body string, want time.Duration) {
		t.Helper()
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", now.Add(time.Hour).Format(http.TimeFormat)) // the server's clock is an hour ahead
			if header != "" {
				w.Header().Set("Retry-After", header)
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
		_, err := c.Post(context.Background(), now, request("x"))
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, want, e.After, "%d %s %s", status, header, body)
	}
	f(429, "", "", 10*time.Second)
	f(429, "7", "", 7*time.Second)
	f(429, "0.5", "", 500*time.Millisecond)
	f(429, "-1", "", 10*time.Second)
	f(429, "NaN", "", 10*time.Second)
	f(429, "soon", "", 10*time.Second)
	f(429, "1e300", "", time.Hour)
	f(429, now.Add(time.Hour+20*time.Second).Format(http.TimeFormat), "", 20*time.Second)
	f(429, now.Add(-time.Hour).Format(http.TimeFormat), "", 10*time.Second)
	f(429, "", `{"error":"Too many requests: tenant exceeded usage limits: Monthly"}`, time.Hour)
	f(429, "60", `{"error":"Hourly Usage Limit Exceeded"}`, time.Hour)
	f(503, "3", "", 3*time.Second)
	f(503, "", "", 0)
	f(500, "3", "", 0)
}

func TestPost_errorsHoldNothingOfTheAnswer(t *testing.T) {
	f := func(body, want string) {
		t.Helper()
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, body)
		})
		_, err := c.Post(context.Background(), now, request("x"))
		require.EqualError(t, err, want)
	}
	f(`{"error":"the prompt was: my salary"}`, "post to LangSmith: status 403: the API key is not accepted here")
	f(`{"error":"org_scoped_key_requires_workspace"}`,
		"post to LangSmith: status 403: this key belongs to an organization: set workspace_id")
}

func TestPost_networkErrorsHoldNoAddress(t *testing.T) {
	f := func(c *Client, oneOf ...string) {
		t.Helper()
		_, err := c.Post(context.Background(), now, request("x"))
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, Retry, e.Verdict)
		assert.Zero(t, e.Status)
		assert.Contains(t, oneOf, strings.TrimPrefix(err.Error(), "post to LangSmith: "))
	}
	cut := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if assert.NoError(t, err) {
			_ = conn.Close()
		}
	})
	// Who notices first that the connection is gone, the writer or the reader, is up to the kernel.
	f(cut, "connection closed", "readfrom failed", "write failed", "read failed")
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	f(&Client{HTTP: &http.Client{}, Endpoint: gone.URL, Key: StaticKey("")}, "dial failed")

	c := serve(t, func(http.ResponseWriter, *http.Request) {})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := c.Post(ctx, now, request("x"))
	require.EqualError(t, err, "post to LangSmith: cancelled")
	c.Endpoint = "http://\x7f"
	_, err = c.Post(context.Background(), now, request("x"))
	var e *Error
	require.Error(t, err)
	assert.NotErrorAs(t, err, &e)
}

func TestNetworkReason_timeout(t *testing.T) {
	assert.Equal(t, "no answer in time", networkReason(context.DeadlineExceeded))
	assert.Equal(t, "connection failed", networkReason(errors.New("anything, with http://user:pw@proxy")))
}

func TestPost_readsOnlyTheBeginningOfAnAnswer(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("x"), 1<<20)) })
	answer, err := c.Post(context.Background(), now, request("x"))
	require.NoError(t, err)
	assert.Len(t, answer.Body, maxAnswer)
}

func writeKey(t *testing.T, path, key string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(key), 0o600))
}

func TestKeyFile_isReadAgainWhenItChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	writeKey(t, path, "\"first\"\n")
	f, err := NewKeyFile(path, now)
	require.NoError(t, err)
	assert.Equal(t, "first", f.Key(now))

	writeKey(t, path, "second-key\n")
	assert.Equal(t, "first", f.Key(now.Add(time.Second)), "not looked at yet")
	assert.Equal(t, "second-key", f.Key(now.Add(keyCheck)))

	require.NoError(t, os.Remove(path))
	assert.Equal(t, "second-key", f.Key(now.Add(2*keyCheck)), "kept while the file is being replaced")
	writeKey(t, path, "  \n")
	assert.Equal(t, "second-key", f.Key(now.Add(3*keyCheck)))
	writeKey(t, path, "third")
	f.Renew(now.Add(3 * keyCheck))
	assert.Equal(t, "third", f.Key(now.Add(3*keyCheck)))
}

func TestNewKeyFile_mistakes(t *testing.T) {
	dir := t.TempDir()
	_, err := NewKeyFile(filepath.Join(dir, "none"), now)
	require.ErrorIs(t, err, os.ErrNotExist)
	writeKey(t, filepath.Join(dir, "bad"), "se\x00cret")
	_, err = NewKeyFile(filepath.Join(dir, "bad"), now)
	require.EqualError(t, err, "read API key: the file holds no usable key")
	_, err = NewKeyFile(dir, now)
	require.Error(t, err)
}

func TestPost_takesAReplacedKeyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	writeKey(t, path, "old")
	posts := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		posts++
		body, _ := io.ReadAll(r.Body)
		assert.Equal(t, "abc", string(body))
		if r.Header.Get("X-Api-Key") != "new" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	var err error
	c.Key, err = NewKeyFile(path, now)
	require.NoError(t, err)
	_, err = c.Post(context.Background(), now, request("a", "bc"))
	require.Error(t, err)
	assert.Equal(t, 1, posts, "the file still holds the same key")

	writeKey(t, path, "new")
	_, err = c.Post(context.Background(), now, request("a", "bc"))
	require.NoError(t, err)
	assert.Equal(t, 3, posts)
}

func ExampleClient_Post() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	c := Client{HTTP: server.Client(), Endpoint: server.URL, Key: StaticKey("")}
	_, err := c.Post(context.Background(), time.Now(), Request{Path: "/otel/v1/traces"})
	var e *Error
	fmt.Println(errors.As(err, &e), e.Verdict == Throttled, e.After)
	// Output: true true 10s
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("7", "")
	f.Add(now.Format(http.TimeFormat), now.Format(http.TimeFormat))
	f.Add(strings.Repeat("9", 400), "x")
	f.Fuzz(func(t *testing.T, value, date string) {
		d := retryAfter(http.Header{"Retry-After": {value}, "Date": {date}}, now)
		if d < 0 || d > maxThrottle {
			t.Fatalf("%q gives %s", value, d)
		}
	})
}
