// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Verdict says what an answer means for the data that was sent.
type Verdict uint8

// The verdicts.
const (
	Accepted     Verdict = iota // it is there, now or since an earlier attempt
	Retry                       // the server or the way to it has a trouble of its own
	Throttled                   // not now: wait as long as After says
	Unauthorized                // the key is not accepted: the data is good, somebody must act
	Misdirected                 // this is not LangSmith's endpoint: the data is good, somebody must act
	TooLarge                    // less of it at once
	Rejected                    // at least one of the runs is not acceptable
)

// Error is an answer other than success. Its text holds nothing of what the server wrote.
type Error struct {
	Verdict Verdict
	Status  int           // zero when nothing came back
	Reason  string        // our own words
	After   time.Duration // how long to wait, when the server or its documentation says; else zero
}

// Error tells status and reason.
func (e *Error) Error() string {
	switch {
	case e.Status == 0:
		return "post to LangSmith: " + e.Reason
	case e.Reason == "":
		return fmt.Sprintf("post to LangSmith: status %d", e.Status)
	}
	return fmt.Sprintf("post to LangSmith: status %d: %s", e.Status, e.Reason)
}

// verdictOf sorts the statuses. A 409 says that the runs have been received before.
func verdictOf(status int) Verdict {
	switch status {
	case http.StatusConflict:
		return Accepted
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return Unauthorized
	case http.StatusRequestEntityTooLarge:
		return TooLarge
	case http.StatusTooManyRequests:
		return Throttled
	case http.StatusRequestTimeout, http.StatusTooEarly, 499: // 499: nginx's word for a client that left
		return Retry
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType:
		return Misdirected
	}
	switch {
	case status >= 200 && status < 300:
		return Accepted
	case status < 400:
		return Misdirected // a redirection
	case status < 500:
		return Rejected
	}
	return Retry
}

const (
	// defaultThrottle is the pause after a 429 that names none, as LangSmith's own clients make it.
	defaultThrottle = 10 * time.Second
	// maxThrottle bounds what a server may ask for: plans are counted by the clock hour.
	maxThrottle = time.Hour
	// quotaPause is the time between attempts when a plan is used up. It opens again at the next hour or month, or when
	// somebody raises it, and that should not go unnoticed for long.
	quotaPause = 5 * time.Minute
)

// phrases are texts of LangSmith's that tell more than the status does, and what they mean.
var phrases = []struct {
	text   string
	reason string
	after  time.Duration
}{
	{"org_scoped_key_requires_workspace", "this key belongs to an organization: set workspace_id", 0},
	{"usage limit exceeded", "the usage limit of the workspace is reached", quotaPause},
	{"exceeded usage limits", "the usage limit of the workspace is reached", quotaPause},
	{"Invalid token", "the API key is not valid", 0},
}

// reasons are our words for statuses that somebody has to act on.
var reasons = map[Verdict]string{
	Throttled:    "too many requests",
	Unauthorized: "the API key is not accepted here",
	Misdirected:  "no LangSmith ingest API at this endpoint: check endpoint and proxies",
	TooLarge:     "too large",
	Rejected:     "not acceptable",
}

func newError(resp *http.Response, verdict Verdict, body []byte, now time.Time) *Error {
	e := &Error{Verdict: verdict, Status: resp.StatusCode, Reason: reasons[verdict]}
	for _, p := range phrases {
		if bytes.Contains(body, []byte(p.text)) {
			e.Reason, e.After = p.reason, p.after
			break
		}
	}
	if verdict == Throttled || resp.StatusCode == http.StatusServiceUnavailable {
		e.After = max(e.After, retryAfter(resp.Header, now))
	}
	if verdict == Throttled && e.After == 0 {
		e.After = defaultThrottle
	}
	return e
}

// retryAfter reads both forms of RFC 9110 §10.2.3. A date is read against the server's own clock where it shows it.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds > 0) {
			return 0
		}
		return time.Duration(min(seconds, maxThrottle.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if server, err := http.ParseTime(h.Get("Date")); err == nil {
		now = server
	}
	return min(max(at.Sub(now), 0), maxThrottle)
}
