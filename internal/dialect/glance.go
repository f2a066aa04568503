// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Want is what a Glance is to find out. What is not wanted costs nothing.
type Want uint8

// What can be wanted, beside the signs of failure.
const (
	WantClass        Want = 1 << iota // whether the span is an agent's or infrastructure
	WantConversation                  // the conversation's id
	WantUsage                         // tokens and cost of a model call
)

// Glance is what one pass over the attributes of a span tells whoever decides about its trace: less than Read, at a
// fraction of the cost. The pass is the caller's, so that it can look for attributes of its own on the way: Begin,
// then Attribute for each, then End.
type Glance struct {
	Class        Class
	Signs        Signs
	Conversation string
	// Call says that the span is a model call which counts tokens: all tokens of it, and its cost if that was told.
	Call   bool
	Tokens int64
	Cost   float64

	span    Span
	want    Want
	claimed bool // more attributes would not change the class
	signals signals
	failure evidence
	outcome outcome
	thread  thread
}

// Begin starts a look at s and forgets the one before.
func (g *Glance) Begin(s Span, want Want) {
	g.Class, g.Signs, g.Conversation = Other, 0, ""
	g.Call, g.Tokens, g.Cost = false, 0, 0
	g.span, g.want = s, want
	if g.claimed = want&(WantClass|WantUsage) == 0; !g.claimed {
		g.signals = signals{}
	}
	g.failure, g.outcome, g.thread = evidence{}, outcome{}, thread{rank: len(conversationKeys)}
	g.failure.status = s.Status().Code() == ptrace.StatusCodeError
	g.failure.statusMessage = s.Status().Message()
}

// Attribute takes one attribute of the span.
func (g *Glance) Attribute(k string, v pcommon.Value) {
	if !g.claimed {
		g.signals.add(k, v)
		g.claimed = g.want&WantUsage == 0 && g.signals.claims()
	}
	g.failure.attribute(k, v, g.span.Scope)
	of := interests.of(k)
	if of&ofOutcome != 0 {
		g.outcome.attribute(k, v)
	}
	if of&ofConversation != 0 && g.want&WantConversation != 0 {
		g.thread.attribute(k, v)
	}
}

// End draws the conclusions.
func (g *Glance) End() {
	if g.want&WantClass != 0 {
		g.Class = g.signals.class(g.span)
	}
	if g.want&WantConversation != 0 {
		g.Conversation = g.thread.id(g.span)
	}
	if g.span.Events().Len() > 0 {
		g.failure.events(g.span.Events())
		g.outcome.events(g.span.Events())
	}
	g.Signs = g.failure.signs() | g.outcome.signs(g.span)
	if g.want&WantUsage != 0 && (g.signals.usage || g.signals.content || g.signals.model) {
		g.readUsage()
	}
}

// GlanceAt looks at all of s.
func GlanceAt(s Span, want Want) Glance {
	var g Glance
	g.Begin(s, want)
	for k, v := range s.Attributes().All() {
		g.Attribute(k, v)
	}
	g.End()
	return g
}

// readUsage counts the tokens of model calls. What other spans tell is a sum of the calls below them.
func (g *Glance) readUsage() {
	if k := g.signals.kind(g.span); k != run.LLM && k != run.Embedding {
		return
	}
	v := newView(g.span)
	defer v.release()
	if u, told := v.readUsage(); told {
		g.Call, g.Tokens, g.Cost = true, u.Total, u.TotalCost
	}
}

// claims reports whether what is known so far makes the span an agent's, whatever else it holds.
func (g *signals) claims() bool {
	return g.content || g.operation != "" || g.model || g.usage || g.messages || g.tool || g.toolName || g.documents ||
		g.openInferenceKind != "" || g.langsmithKind != "" || g.traceloopKind != ""
}

// thread finds the conversation's id as Conversation does.
type thread struct {
	rank     int
	best     string
	metadata bool // there is metadata, which may hold it too
}

func (t *thread) attribute(k string, v pcommon.Value) {
	t.metadata = t.metadata || k == "metadata"
	for _, r := range conversationsByLength[len(k)%64] {
		if conversationKeys[r] != k {
			continue
		}
		if text := identifier(v); int(r) < t.rank && !isBlank(text) {
			t.rank, t.best = int(r), text
		}
		return
	}
}

// conversationsByLength has the ranks of the attributes whose names have so many letters, modulo 64.
var conversationsByLength = func() (ranks [64][]uint8) {
	for r, k := range conversationKeys {
		ranks[len(k)%64] = append(ranks[len(k)%64], uint8(r))
	}
	return ranks
}()

func (t *thread) id(s Span) string {
	switch {
	case t.best != "":
		return t.best
	case t.metadata:
		return Conversation(s)
	case s.Resource == (pcommon.Map{}):
		return ""
	}
	if v, ok := s.Resource.Get("session.id"); ok {
		if text := scalarText(v); !isBlank(text) {
			return text
		}
	}
	return ""
}
