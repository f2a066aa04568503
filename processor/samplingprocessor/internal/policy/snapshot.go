// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// snapshotVersion changes when what is written can no longer be read by the same rules.
const snapshotVersion = 1

// maxSnapshot is larger than anything that Snapshot writes: what is larger is something else.
const maxSnapshot = 64 << 20

// snapshot is what a policy knows beyond its rules: releases, conversations that were promoted, parents that never come,
// and what was spent of budgets. It holds hashes and times, and nothing of any trace.
type snapshot struct {
	Version  int                     `json:"version"`
	Seed     uint64                  `json:"seed"` // tells hashes of other seeds apart
	Releases []releasesSnapshot      `json:"releases,omitempty"`
	Promoted map[uint64]int64        `json:"promoted,omitempty"` // until when, in seconds
	Parents  map[uint64]int32        `json:"parents,omitempty"`  // how often in a row one did not come
	Budgets  map[string]budgetRecord `json:"budgets,omitempty"`  // by rule; "" for that of all
}

type releasesSnapshot struct {
	Attributes string                   `json:"attributes"`
	Started    int64                    `json:"started"`
	Known      map[uint64]releaseRecord `json:"known"`
}

type releaseRecord struct {
	Seen  int64   `json:"seen"`
	Until int64   `json:"until,omitempty"`
	Left  float64 `json:"left,omitempty"`
}

type budgetRecord struct {
	Hour  int64   `json:"hour"`
	From  int64   `json:"from"`
	Total float64 `json:"total"`
	Spent float64 `json:"spent"`
}

// Snapshot writes down what must survive a restart: so that no release seems new, and no budget untouched, that is not.
func (p *Policy) Snapshot() []byte {
	s := snapshot{Version: snapshotVersion, Seed: p.keys[ofRelease][0], Budgets: map[string]budgetRecord{}}
	for _, r := range p.releases {
		s.Releases = append(s.Releases, r.snapshot())
	}
	s.Promoted, s.Parents = p.promoted.snapshot(), p.parents.snapshot()
	for name, b := range p.budgets() {
		s.Budgets[name] = b.snapshot()
	}
	data, err := json.Marshal(s)
	if err != nil { // numbers and texts alone
		return nil
	}
	return data
}

// Restore reads what Snapshot wrote. Call it before Start and before any decision. What does not fit the rules any more
// is left out; what cannot be read is an error, and the policy begins anew.
func (p *Policy) Restore(data []byte, now time.Time) error {
	var s snapshot
	if len(data) > maxSnapshot {
		return fmt.Errorf("restore rules: %d bytes are too many", len(data))
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return errors.New("restore rules: not a snapshot")
	}
	if s.Version != snapshotVersion {
		return fmt.Errorf("restore rules: version %d is not known", s.Version)
	}
	if s.Seed != p.keys[ofRelease][0] {
		return errors.New("restore rules: written with another hash_seed")
	}
	for _, r := range p.releases {
		r.restore(s.Releases, now)
	}
	p.promoted.restore(s.Promoted, now)
	p.parents.restore(s.Parents)
	for name, b := range p.budgets() {
		if record, ok := s.Budgets[name]; ok {
			b.restore(record, now)
		}
	}
	return nil
}

// budgets returns all budgets by the names of their rules.
func (p *Policy) budgets() map[string]*budget {
	all := map[string]*budget{}
	if p.budget != nil {
		all[""] = p.budget
	}
	for i := range p.rules {
		for _, l := range p.rules[i].limits {
			if b, ok := l.(*budget); ok {
				all[p.rules[i].name] = b
			}
		}
	}
	return all
}

// identity tells rules apart by what they take for a release. How long one is new may change.
func (r *releases) identity() string { return strings.Join(r.attributes, "\x00") }

func (r *releases) snapshot() releasesSnapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := releasesSnapshot{Attributes: r.identity(), Started: seconds(r.started), Known: map[uint64]releaseRecord{}}
	for hash, v := range r.known {
		s.Known[hash] = releaseRecord{Seen: seconds(v.seen), Until: seconds(v.until), Left: v.left}
	}
	return s
}

func (r *releases) restore(all []releasesSnapshot, now time.Time) {
	i := slices.IndexFunc(all, func(s releasesSnapshot) bool { return s.Attributes == r.identity() })
	if i < 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started = notAfter(timeOf(all[i].Started), now)
	for hash, record := range all[i].Known {
		if len(r.known) >= maxKnownReleases {
			break
		}
		v := &release{seen: notAfter(timeOf(record.Seen), now), left: min(max(record.Left, 0), r.traces)}
		if until := timeOf(record.Until); until.After(now) && r.open < maxReleaseWindows {
			v.until = notAfter(until, now.Add(r.length))
			r.open++
		}
		r.known[hash] = v
	}
}

func (p *promoted) snapshot() map[uint64]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make(map[uint64]int64, len(p.young)+len(p.old))
	for _, generation := range []map[uint64]time.Time{p.old, p.young} {
		for id, until := range generation {
			all[id] = seconds(until)
		}
	}
	return all
}

func (p *promoted) restore(all map[uint64]int64, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, until := range all {
		if t := timeOf(until); t.After(now) {
			p.putLocked(id, t)
		}
	}
}

func (b *budget) snapshot() budgetRecord {
	b.mu.Lock()
	defer b.mu.Unlock()
	return budgetRecord{Hour: seconds(b.hour), From: seconds(b.from), Total: b.total, Spent: b.spent}
}

// restore goes on with the hour that was under way. Of a later one nothing is known to be spent, so that it is whole.
func (b *budget) restore(r budgetRecord, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	hour := now.UTC().Truncate(time.Hour)
	if r.Hour == 0 || timeOf(r.Hour).After(hour) {
		return
	}
	b.hour, b.from, b.total = hour, hour, b.perHour
	if timeOf(r.Hour).Equal(hour) {
		b.from = notAfter(timeOf(r.From), now)
		b.total, b.spent = min(max(r.Total, 0), b.perHour), max(r.Spent, 0)
	}
}

// seconds writes a time; 0 is none.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func timeOf(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0)
}

func notAfter(t, latest time.Time) time.Time {
	if t.After(latest) {
		return latest
	}
	return t
}
