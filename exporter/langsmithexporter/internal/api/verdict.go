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
	Quota   bool          // a plan is used up: After reaches to where it is counted anew, and somebody may raise it
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

// verdictOf sorts the statuses (assumptions 25 and 26). A 409 says that the runs have been received before.
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
	// quotaWindow is the time after which plans are counted anew, at the full hour of UTC. A month begins with one, too.
	quotaWindow = time.Hour
)

// quotaPhrase is in all texts by which LangSmith says that a plan, or a limit that an administrator has set, is used up.
var quotaPhrase = []byte("usage limit")

// phrases are texts of LangSmith's that tell more of a refused key than the status does.
var phrases = []struct{ text, reason string }{
	{"org_scoped_key_requires_workspace", "this key belongs to an organization: set workspace_id"},
	{"Invalid token", "the API key is not valid"},
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
	switch {
	case verdict == Throttled:
		e.throttled(resp.Header, body, now)
	case verdict == Unauthorized:
		for _, p := range phrases {
			if bytes.Contains(body, []byte(p.text)) {
				e.Reason = p.reason
				break
			}
		}
	case resp.StatusCode == http.StatusServiceUnavailable:
		e.After = retryAfter(resp.Header, now)
	}
	return e
}

// throttled says how long to wait (assumptions 23 and 24). LangSmith sends no Retry-After where runs are posted, and where a proxy does, it may
// not know of quotas.
func (e *Error) throttled(h http.Header, body []byte, now time.Time) {
	e.After = retryAfter(h, now)
	if bytes.Contains(bytes.ToLower(body), quotaPhrase) {
		e.Quota, e.Reason = true, "the usage limit of the workspace is reached"
		now = serverClock(h, now)
		e.After = max(e.After, now.Truncate(quotaWindow).Add(quotaWindow).Sub(now))
		return
	}
	if e.After == 0 {
		e.After = defaultThrottle
	}
}

// serverClock is the time by the server's own clock, where it shows it.
func serverClock(h http.Header, now time.Time) time.Time {
	if server, err := http.ParseTime(h.Get("Date")); err == nil {
		return server
	}
	return now
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
	return min(max(at.Sub(serverClock(h, now)), 0), maxThrottle)
}
