// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

const (
	// maxKnownReleases bounds the versions that one rule remembers. Builds that put a commit or a pod into their
	// version make a new one all the time; the one that was not seen for the longest time goes.
	maxKnownReleases = 1000
	// maxReleaseWindows bounds how many releases may be kept in full at once: with more than that, "new" is the
	// normal case and would defeat the sampling.
	maxReleaseWindows = 10
	// fade is the last part of a window, in which the share that is kept falls.
	fade = 0.2
)

// releaseID is a release that a trace tells of: the hash of what names it, for the rule that asks for it. The names
// themselves would be held by every open trace.
type releaseID struct {
	rule int
	hash uint64
}

func (a releaseID) compare(b releaseID) int {
	return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.hash, b.hash))
}

// releases tells new releases of a service from those already known. It is shared by all shards.
type releases struct {
	length time.Duration // how long a release counts as new
	traces float64       // and for how many traces
	learn  time.Duration // everything first seen so soon after the start was there before

	attributes []string

	mu      sync.Mutex
	started time.Time
	known   map[uint64]*release
	open    int
}

type release struct {
	seen  time.Time
	until time.Time // zero: no longer new, or never was
	left  float64   // of the traces; an expected value, so that it does not depend on how hashes fell
}

// start begins to learn, unless what was known before has been restored.
func (r *releases) start(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started.IsZero() {
		r.started = now
	}
}

// observe notes that releases were seen, and opens windows for the new ones.
func (r *releases) observe(ids []releaseID, rule int, now time.Time) {
	if len(ids) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if id.rule != rule {
			continue
		}
		v, ok := r.known[id.hash]
		if !ok {
			v = r.addLocked(id.hash, now)
		}
		v.seen = now
	}
}

func (r *releases) addLocked(hash uint64, now time.Time) *release {
	r.closeLocked(now)
	if len(r.known) >= maxKnownReleases {
		r.forgetLocked()
	}
	v := &release{}
	r.known[hash] = v
	if now.Sub(r.started) >= r.learn && r.open < maxReleaseWindows {
		v.until, v.left = now.Add(r.length), r.traces
		r.open++
	}
	return v
}

// forgetLocked drops the release that was not seen for the longest time, other than those that still count as new. It
// is only called for a new release while the table is full, so that looking at every entry is cheap enough.
func (r *releases) forgetLocked() {
	var oldest uint64
	var seen time.Time
	for hash, v := range r.known {
		if v.until.IsZero() && (seen.IsZero() || v.seen.Before(seen)) {
			oldest, seen = hash, v.seen
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

// strength is 1 while one of the releases is new, and falls to 0 over the last part of its window.
func (r *releases) strength(ids []releaseID, rule int, now time.Time) float64 {
	if len(ids) == 0 {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	most := 0.0
	for _, id := range ids {
		if v, ok := r.known[id.hash]; ok && id.rule == rule {
			left := min(v.left/r.traces, v.until.Sub(now).Seconds()/r.length.Seconds())
			most = max(most, min(1, left/fade))
		}
	}
	return most
}

// count takes one trace, as far as it is expected to be kept, off the windows of the releases.
func (r *releases) count(ids []releaseID, rule int, probability float64, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if v, ok := r.known[id.hash]; ok && id.rule == rule && now.Before(v.until) {
			v.left = max(0, v.left-probability)
		}
	}
}

// maxReleaseKey bounds what names a release. Versions are short; what is longer is no version.
const maxReleaseKey = 256

// environments are the names under which the environment stands on a resource: staging has the releases of production
// first.
var environments = [...]string{"deployment.environment.name", "deployment.environment"}

// hashOf puts together what names a release: its service and environment, since others count their versions by
// themselves, and the attributes. It is 0 when none of the attributes is there.
func (r *releases) hashOf(key hashKey, s dialect.Span) (sum uint64, complete bool) {
	var space [maxReleaseKey]byte
	name := space[:0]
	complete = true
	found := false
	for _, attribute := range r.attributes {
		v, ok := lookup(s, attribute)
		if complete = complete && ok; ok {
			before := len(name)
			name = append(name, v.AsString()...)
			found = found || len(name) > before
		}
		name = append(name, 0)
	}
	if !found {
		return 0, complete
	}
	if service, ok := s.Resource.Get("service.name"); ok {
		name = append(name, service.AsString()...)
	}
	name = append(name, 0)
	for _, attribute := range environments {
		if v, ok := s.Resource.Get(attribute); ok {
			name = append(name, v.AsString()...)
			break
		}
	}
	if len(name) > maxReleaseKey {
		return 0, complete
	}
	return hash(key, name), complete
}

// addRelease keeps the releases sorted, and the first ones where there are too many, so that their order of arrival
// plays no part.
func addRelease(ids []releaseID, id releaseID) []releaseID {
	at, found := slices.BinarySearchFunc(ids, id, releaseID.compare)
	if found || at >= maxReleasesOfTrace {
		return ids
	}
	ids = slices.Insert(ids, at, id)
	return ids[:min(len(ids), maxReleasesOfTrace)]
}

// addReleases adds a list that is sorted, and that nobody changes.
func addReleases(ids, more []releaseID) []releaseID {
	if len(ids) == 0 {
		return slices.Clip(more) // inserting makes a copy
	}
	for _, id := range more {
		ids = addRelease(ids, id)
	}
	return ids
}

// maxReleasesOfTrace bounds the releases that are noted of one trace: every service that took part has one.
const maxReleasesOfTrace = 16
