// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"sync"
	"time"
)

const (
	// maxKnownReleases bounds the versions that one rule remembers. Builds that put a commit or a pod into their
	// version make a new one all the time; the one that was not seen for the longest time goes.
	maxKnownReleases = 1000
	// maxReleaseWindows bounds how many releases may be kept in full at once: with more than that, "new" is the
	// normal case and would defeat the sampling.
	maxReleaseWindows = 10
)

// releases tells new releases of a service from those already known. It is shared by all shards.
type releases struct {
	length time.Duration // how long a release counts as new
	traces int           // and for how many traces
	learn  time.Duration // everything first seen so soon after the start was there before

	attributes []string

	mu      sync.Mutex
	started time.Time
	known   map[string]*release
	open    int
}

type release struct {
	seen  time.Time
	until time.Time // zero: no longer new, or never was
	left  int
}

func (r *releases) start(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started = now
}

// observe notes that keys were seen, and opens windows for the new ones.
func (r *releases) observe(keys []string, now time.Time) {
	if len(keys) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		v, ok := r.known[key]
		if !ok {
			v = r.addLocked(key, now)
		}
		v.seen = now
	}
}

func (r *releases) addLocked(key string, now time.Time) *release {
	r.closeLocked(now)
	if len(r.known) >= maxKnownReleases {
		r.forgetLocked()
	}
	v := &release{}
	r.known[key] = v
	if now.Sub(r.started) >= r.learn && r.open < maxReleaseWindows {
		v.until, v.left = now.Add(r.length), r.traces
		r.open++
	}
	return v
}

// forgetLocked drops the release that was not seen for the longest time, other than those that still count as new. It
// is only called for a new release while the table is full, so that looking at every entry is cheap enough.
func (r *releases) forgetLocked() {
	oldest := ""
	for key, v := range r.known {
		if v.until.IsZero() && (oldest == "" || v.seen.Before(r.known[oldest].seen)) {
			oldest = key
		}
	}
	delete(r.known, oldest)
}

// closeLocked ends the windows that are over.
func (r *releases) closeLocked(now time.Time) {
	if r.open == 0 {
		return
	}
	for _, v := range r.known {
		if !v.until.IsZero() && (v.left <= 0 || !now.Before(v.until)) {
			v.until = time.Time{}
			r.open--
		}
	}
}

// isNew reports whether one of keys is in its window.
func (r *releases) isNew(keys []string, now time.Time) bool {
	return r.each(keys, now, func(*release) {})
}

// count takes one trace off the windows of keys.
func (r *releases) count(keys []string, now time.Time) {
	r.each(keys, now, func(v *release) { v.left-- })
}

func (r *releases) each(keys []string, now time.Time, do func(*release)) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := false
	for _, key := range keys {
		if v, ok := r.known[key]; ok && v.left > 0 && now.Before(v.until) {
			do(v)
			found = true
		}
	}
	return found
}
