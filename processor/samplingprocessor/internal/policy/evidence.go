// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"bytes"
	"cmp"
	"slices"
	"time"
)

// Evidence is what the rules need to know of a trace. The zero value is a trace of which nothing has come.
type Evidence struct {
	Agent  bool // some span is an agent's
	Failed bool // some span failed, in whichever way

	asked         bool   // some span asks for the trace to be kept
	signs         signs  // what speaks for failures
	spans, runs   uint32 // all, and those that would be released
	matched       uint64 // bit i: matcher or condition i matched some span
	longest       time.Duration
	conversations conversations
	top           top
	releases      []releaseID
	more          *details // nil: none
}

// details is what few traces have, or few sets of rules ask for.
type details struct {
	agent    top       // the highest of the agent's spans
	calls    calls     // of models
	suspects []spanKey // requests that failed: of a provider, if they stand below a model call
	explicit explicit
}

type spanKey = [8]byte

// top is the span that stands highest, as far as spans can tell by themselves.
type top struct {
	here   bool
	orphan bool // has a parent
	entry  bool // the parent is in another process: none of its spans may ever come
	signs  signs
	start  uint64
	id     spanKey
	parent spanKey
	kind   uint64 // of an orphan: the hash of its service and its name; 0: not told
	name   string // only where a rule asks for it
}

func (t *top) compare(o *top) int {
	switch {
	case t.here != o.here:
		return trueFirst(t.here)
	case t.orphan != o.orphan:
		return trueFirst(o.orphan)
	}
	// What has no start comes last: records that belong to a trace have none.
	return cmp.Or(cmp.Compare(t.start-1, o.start-1), bytes.Compare(t.id[:], o.id[:]))
}

// rise takes the higher one of two. Copies of the same span are taken together.
func (t *top) rise(o *top) {
	switch c := o.compare(t); {
	case c < 0:
		*t = *o
	case c == 0:
		t.signs |= o.signs
	}
}

// trueFirst orders two booleans that differ, of which a is the first.
func trueFirst(a bool) int {
	if a {
		return -1
	}
	return 1
}

// Asked reports whether a span asks for the trace to be kept.
func (e *Evidence) Asked() bool { return e.asked }

// Merge adds what another part of the same trace has shown. The order of the parts plays no part.
func (e *Evidence) Merge(o *Evidence) {
	e.Agent = e.Agent || o.Agent
	e.Failed = e.Failed || o.Failed
	e.asked = e.asked || o.asked
	e.signs |= o.signs
	e.spans += o.spans
	e.runs += o.runs
	e.matched |= o.matched
	e.longest = max(e.longest, o.longest)
	for _, id := range o.conversations.all() {
		e.conversations.add(id)
	}
	e.top.rise(&o.top)
	e.releases = addReleases(e.releases, o.releases)
	if o.more != nil {
		e.details().merge(o.more)
	}
}

func (e *Evidence) details() *details {
	if e.more == nil {
		e.more = &details{}
	}
	return e.more
}

func (d *details) merge(o *details) {
	d.agent.rise(&o.agent)
	d.calls.merge(&o.calls)
	d.explicit.merge(o.explicit)
	for _, id := range o.suspects {
		d.suspect(id)
	}
}

// maxSuspects bounds what is held of requests that failed. One that stands below a model call is enough.
const maxSuspects = 32

// suspect keeps the smallest ids where there are too many, so that their order plays no part.
func (d *details) suspect(id spanKey) {
	at, found := slices.BinarySearchFunc(d.suspects, id, compareKeys)
	if found || at >= maxSuspects {
		return
	}
	d.suspects = slices.Insert(d.suspects, at, id)
	d.suspects = d.suspects[:min(len(d.suspects), maxSuspects)]
}

func compareKeys(a, b spanKey) int { return bytes.Compare(a[:], b[:]) }

func (e *Evidence) agentTop() top {
	if e.more == nil {
		return top{}
	}
	return e.more.agent
}

// usage is what all model calls used.
func (e *Evidence) usage() (tokens int64, cost float64) {
	if e.more == nil {
		return 0, 0
	}
	return e.more.calls.usage()
}
