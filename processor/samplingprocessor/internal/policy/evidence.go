// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// Evidence is what the rules need to know of a trace. The zero value is a trace of which nothing has come.
type Evidence struct {
	Agent  bool // some span is an agent's
	Failed bool // some span failed

	matched       uint64        // bit i: matcher i matched some span
	longest       time.Duration // of a single span: other hosts have other clocks
	conversations conversations
	top           top
	releases      [][]string // by rule with new_release: the releases that were seen
}

// top is the span that stands highest, as far as spans can tell by themselves.
type top struct {
	here   bool
	orphan bool // has a parent
	start  uint64
	id     [8]byte
	name   string
}

func (t top) compare(o top) int {
	switch {
	case t.here != o.here:
		return falseLast(t.here, o.here)
	case t.orphan != o.orphan:
		return falseLast(o.orphan, t.orphan)
	}
	return cmp.Or(cmp.Compare(t.start, o.start), bytes.Compare(t.id[:], o.id[:]))
}

// falseLast orders two different booleans, true first.
func falseLast(a, _ bool) int {
	if a {
		return -1
	}
	return 1
}

// maxReleasesOfTrace bounds the releases that are noted of one trace: every service that took part has one.
const maxReleasesOfTrace = 16

// Merge adds what another part of the same trace has shown. The order of the parts plays no part.
func (e *Evidence) Merge(o *Evidence) {
	e.Agent = e.Agent || o.Agent
	e.Failed = e.Failed || o.Failed
	e.matched |= o.matched
	e.longest = max(e.longest, o.longest)
	for i := range o.conversations.n {
		e.conversations.add(o.conversations.highest[i])
	}
	if o.top.compare(e.top) < 0 {
		e.top = o.top
	}
	for i, keys := range o.releases {
		for _, key := range keys {
			e.addRelease(i, key)
		}
	}
}

func (e *Evidence) release(i int) []string {
	if i < len(e.releases) {
		return e.releases[i]
	}
	return nil
}

// addRelease keeps the keys sorted, and the first ones where there are too many, so that their order of arrival plays
// no part.
func (e *Evidence) addRelease(i int, key string) {
	for len(e.releases) <= i {
		e.releases = append(e.releases, nil)
	}
	keys := e.releases[i]
	at, found := slices.BinarySearch(keys, key)
	if found {
		return
	}
	keys = slices.Insert(keys, at, key)
	e.releases[i] = keys[:min(len(keys), maxReleasesOfTrace)]
}

// none is a span without attributes, for asking the resource alone.
var none = ptrace.NewSpan()

// Observe reads the spans of td, which all belong to one trace.
func (p *Policy) Observe(td ptrace.Traces) Evidence {
	var e Evidence
	lastConversation := ""
	for _, rs := range td.ResourceSpans().All() {
		perSpan := p.observeReleases(&e, dialect.Span{Span: none, Resource: rs.Resource().Attributes()})
		for _, ss := range rs.ScopeSpans().All() {
			s := dialect.Span{Resource: rs.Resource().Attributes(), Scope: ss.Scope()}
			for _, span := range ss.Spans().All() {
				s.Span = span
				p.observeSpan(&e, s)
				if perSpan {
					p.observeReleases(&e, s)
				}
				if id := p.conversationOf(s); id != "" && id != lastConversation {
					e.conversations.add(randomness(p.seed, ofConversation, []byte(id)))
					lastConversation = id
				}
			}
		}
	}
	return e
}

func (p *Policy) observeSpan(e *Evidence, s dialect.Span) {
	if !e.Agent {
		e.Agent = dialect.Classify(s) == dialect.Agent
	}
	if !e.Failed {
		_, e.Failed = dialect.FailureOf(s)
	}
	start, end := s.StartTimestamp(), s.EndTimestamp()
	if start > 0 && end > start {
		e.longest = max(e.longest, time.Duration(min(uint64(end-start), maxDuration)))
	}
	t := top{here: true, orphan: !s.ParentSpanID().IsEmpty(), start: uint64(start), id: s.SpanID(), name: s.Name()}
	if t.compare(e.top) < 0 {
		e.top = t
	}
	for i, m := range p.matchers {
		if bit := uint64(1) << i; e.matched&bit == 0 && m.matches(s) {
			e.matched |= bit
		}
	}
}

// maxDuration is the longest time that a time.Duration can hold.
const maxDuration = 1<<63 - 1

func (p *Policy) conversationOf(s dialect.Span) string {
	if p.conversation == nil {
		return dialect.Conversation(s)
	}
	for _, key := range p.conversation {
		if v, ok := lookup(s, key); ok {
			if id := v.AsString(); id != "" {
				return id
			}
		}
	}
	return ""
}
