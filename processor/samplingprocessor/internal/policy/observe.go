// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/tree"
)

// reader is what the rules want to know of spans. What no rule asks for is not read.
type reader struct {
	watched    uint64   // bit n: some attribute whose name has n letters, modulo 64, is of interest
	releases   []string // attributes that releases are told by
	matchers   []matcher
	conditions []SpanCondition // their bits come after those of the matchers
	conditionBits
	want       dialect.Want
	everyClass bool // the class of every span, and not just whether there is an agent's
	classes    bool // in which way a trace failed
	providers  bool // requests to providers that failed
	rootName   bool
}

// conditionBits is where the bits of conditions begin.
type conditionBits struct{ firstCondition int }

func (r *reader) watch(key string) { r.watched |= 1 << (len(key) % 64) }

// none is a span without attributes, for asking the resource alone.
var none = ptrace.NewSpan()

// Observer reads the spans of a request in the order in which they stand, whatever traces they belong to: Enter and
// EnterScope for what is the same for all that follow, then Read for each, and Finish for each trace. It belongs to one
// goroutine, and may be used again for the next request.
type Observer struct {
	*Policy
	e      *Evidence // of the trace to which the span belongs
	glance dialect.Glance
	span   dialect.Span

	entered  int // resources
	resource ofResource
	tenant   [16]byte             // of the resource
	rs       ptrace.ResourceSpans // for conditions
	ss       ptrace.ScopeSpans

	// Most spans of a request share a conversation.
	conversation     string
	conversationHash uint64

	state    string // most share a trace state, too
	explicit explicit

	overrides    bool // the span may have attributes that override its place
	tellsRelease bool // and some that tell its release
}

// ofResource is what a resource tells about each trace that has a span there.
type ofResource struct {
	matched  uint64 // by its attributes alone
	asked    bool   // for all its traces to be kept
	lacks    bool   // an attribute that some rule tells releases by
	releases []releaseID
	partial  []releaseID // of a span that does not have the attribute either
}

// Sight is one trace of a request as far as it is read. The zero value is a trace of which nothing is.
type Sight struct {
	Evidence Evidence

	top     dialect.Span // the span that stands highest
	entered int          // the last resource in which a span stood
}

// NewObserver returns an observer for this policy.
func (p *Policy) NewObserver() *Observer { return &Observer{Policy: p} }

// Observe reads the spans of td, which all belong to one trace.
func (p *Policy) Observe(td ptrace.Traces) Evidence {
	return p.observe(td, func(int) bool { return false })
}

// observe leaves out some of the spans, by the place in which they stand.
func (p *Policy) observe(td ptrace.Traces, without func(i int) bool) Evidence {
	o, s, n := Observer{Policy: p}, Sight{}, 0
	for _, rs := range td.ResourceSpans().All() {
		o.Enter(rs)
		for _, ss := range rs.ScopeSpans().All() {
			o.EnterScope(ss)
			for _, span := range ss.Spans().All() {
				if !without(n) {
					o.Read(&s, span)
				}
				n++
			}
		}
	}
	o.Finish(&s)
	return s.Evidence
}

// Finish tells what kind of span stands highest, if its parent is not here. Only that of the whole request is worth the
// time.
func (o *Observer) Finish(s *Sight) {
	t := &s.Evidence.top
	if o.parents.after == 0 || !t.here || !t.orphan || t.start == 0 {
		return
	}
	var space [maxReleaseKey]byte
	name := space[:0]
	if service, ok := s.top.Resource.Get("service.name"); ok {
		name = append(name, service.AsString()...)
	}
	name = append(append(name, 0), s.top.Name()...)
	t.kind = hash(o.keys[ofOrphan], name)
}

// Enter reads what is the same for all spans of a resource.
func (o *Observer) Enter(rs ptrace.ResourceSpans) {
	o.rs = rs
	o.entered++
	resource := rs.Resource().Attributes()
	o.span = dialect.Span{Span: none, Resource: resource}
	r := &o.resource
	r.releases, r.partial, r.lacks = nil, nil, false // the traces hold the lists
	if len(o.releases) > 0 {
		r.releases, r.lacks = o.readReleases(nil, true)
	}
	if r.lacks {
		r.partial, _ = o.readReleases(nil, false)
	}
	r.matched = 0
	for i := range o.reader.matchers {
		m := &o.reader.matchers[i]
		if v, ok := resource.Get(m.key); ok && m.wanted.is(v) {
			r.matched |= 1 << i
		}
	}
	r.asked = false
	for k, v := range resource.All() {
		if o.reader.watched&(1<<(len(k)%64)) != 0 && slices.Contains(o.opts.Keep, k) && isYes(v) {
			r.asked = true
		}
	}
	o.enterTenant(resource)
}

// enterTenant forgets the conversation when the tenant is another: each has its own "1".
func (o *Observer) enterTenant(resource pcommon.Map) {
	if o.opts.Tenant == nil {
		return
	}
	if t := o.opts.Tenant(resource); t != o.tenant {
		o.tenant, o.conversation = t, ""
	}
}

// EnterScope notes the scope of the spans that follow.
func (o *Observer) EnterScope(ss ptrace.ScopeSpans) {
	o.ss = ss
	o.span.Scope = ss.Scope()
}

// readReleases adds the releases that the span tells of. It reports whether it lacks an attribute that some rule wants;
// from a resource that does, nothing is noted yet.
func (o *Observer) readReleases(ids []releaseID, ofResource bool) (_ []releaseID, lacking bool) {
	for i, r := range o.releases {
		sum, complete := r.hashOf(o.keys[ofRelease], o.span)
		lacking = lacking || !complete
		if sum != 0 && (complete || !ofResource) {
			ids = addRelease(ids, releaseID{i, sum})
		}
	}
	return ids, lacking
}

// Read takes one span in, which belongs to the trace of s.
func (o *Observer) Read(s *Sight, span ptrace.Span) {
	o.e, o.span.Span = &s.Evidence, span
	if s.entered != o.entered {
		s.entered = o.entered
		o.e.releases = addReleases(o.e.releases, o.resource.releases)
		o.e.asked = o.e.asked || o.resource.asked
	}
	e, r := o.e, &o.reader
	want := r.want
	if r.everyClass || !e.Agent {
		want |= dialect.WantClass
	}
	o.readAttributes(want)
	if want&dialect.WantClass != 0 {
		e.Agent = e.Agent || o.glance.Class == dialect.Agent
	}
	o.count()
	o.readSigns()
	o.readTop(s)
	switch {
	case !o.resource.lacks:
	case o.tellsRelease:
		e.releases, _ = o.readReleases(e.releases, false)
	default:
		e.releases = addReleases(e.releases, o.resource.partial)
	}
	o.readConversation()
	o.readState()
	if o.glance.Call {
		e.details().calls.add(call{
			id: o.span.SpanID(), parent: o.span.ParentSpanID(), tokens: o.glance.Tokens, cost: o.glance.Cost,
		})
	}
	if len(r.conditions) > 0 {
		o.ask()
	}
}

// Reset forgets the spans that were read, so that their request can be freed.
func (o *Observer) Reset() { *o = Observer{Policy: o.Policy} }

// Overrides reports whether the span that was read last has attributes that may override its place in the tree.
func (o *Observer) Overrides() bool { return o.overrides }

// count leaves out what only stands for records.
func (o *Observer) count() {
	if o.span.StartTimestamp() == 0 && o.span.EndTimestamp() == 0 {
		return
	}
	o.e.spans++
	if o.opts.Unpruned || o.glance.Class != dialect.Infra {
		o.e.runs++
	}
}

// readAttributes goes once over the attributes of the span.
func (o *Observer) readAttributes(want dialect.Want) {
	own := uint64(0) // matchers whose attribute the span has itself
	o.overrides, o.tellsRelease = false, false
	o.glance.Begin(o.span, want)
	for k, v := range o.span.Attributes().All() {
		o.glance.Attribute(k, v)
		o.overrides = o.overrides || tree.Overrides(k)
		if o.reader.watched&(1<<(len(k)%64)) != 0 {
			own |= o.compare(k, v)
		}
	}
	o.glance.End()
	o.e.matched |= o.resource.matched &^ own
}

// compare asks an attribute of the span what the rules ask of attributes of its name, and returns the bits of those
// that do.
func (o *Observer) compare(k string, v pcommon.Value) (own uint64) {
	o.tellsRelease = o.tellsRelease || slices.Contains(o.reader.releases, k)
	o.e.asked = o.e.asked || slices.Contains(o.opts.Keep, k) && isYes(v)
	for i := range o.reader.matchers {
		m := &o.reader.matchers[i]
		if m.key != k || m.resource {
			continue
		}
		own |= 1 << i
		if bit := uint64(1) << i; o.e.matched&bit == 0 && m.wanted.is(v) {
			o.e.matched |= bit
		}
	}
	return own
}

// isYes accepts what applications and baggage make of true.
func isYes(v pcommon.Value) bool {
	if v.Type() == pcommon.ValueTypeBool {
		return v.Bool()
	}
	text := strings.TrimSpace(v.AsString())
	return text == "1" || strings.EqualFold(text, "true")
}

// readSigns notes how the span failed.
func (o *Observer) readSigns() {
	g := &o.glance
	if g.Signs&ownSigns != 0 && len(o.opts.Expected) > 0 {
		if f, _ := dialect.FailureOf(o.span); isExpected(f.Type, o.opts.Expected) {
			g.Signs = dialect.SignByDesign
		}
	}
	o.e.signs |= g.Signs
	o.e.Failed = o.e.Failed || g.Signs&^dialect.SignByDesign != 0
	if o.reader.providers && o.span.Kind() == ptrace.SpanKindClient && isRefused(o.span.Attributes()) {
		o.e.details().suspect(o.span.SpanID())
	}
}

// isRefused reports whether a request was answered as providers do that are too busy or out of order.
func isRefused(attributes pcommon.Map) bool {
	v, ok := attributes.Get("http.response.status_code")
	if !ok {
		v, ok = attributes.Get("http.status_code")
	}
	if !ok {
		return false
	}
	code, ok := numberOf(v)
	return ok && (code == 408 || code == 429 || code >= 500 && code < 600)
}

// maxDuration is the longest that a span can have taken. One that took longer has broken clocks, which is no reason to keep its
// trace: a start that was never set, or an end that another host has set.
const maxDuration = 7 * 24 * time.Hour

// The bits of a span's flags that say where its parent is (https://opentelemetry.io/docs/specs/otlp/).
const isRemote = 0x300

func (o *Observer) readTop(sight *Sight) {
	s := &o.span
	start, end := s.StartTimestamp(), s.EndTimestamp()
	if start > 0 && end > start && uint64(end-start) <= uint64(maxDuration) {
		o.e.longest = max(o.e.longest, time.Duration(end-start))
	}
	t := top{here: true, orphan: !s.ParentSpanID().IsEmpty(), start: uint64(start), id: s.SpanID(), signs: o.glance.Signs}
	if t.compare(&o.e.top) <= 0 {
		t.entry = s.Flags()&isRemote == isRemote || s.Kind() == ptrace.SpanKindServer || s.Kind() == ptrace.SpanKindConsumer
		t.parent = s.ParentSpanID()
		if o.reader.rootName {
			t.name = s.Name()
		}
		sight.top = *s
		o.e.top.rise(&t)
	}
	if o.reader.classes && o.glance.Class == dialect.Agent {
		o.e.details().agent.rise(&t)
	}
}

func (o *Observer) readConversation() {
	id := o.conversationID()
	if id == "" {
		return
	}
	if id != o.conversation {
		o.conversation, o.conversationHash = id, hash(o.keys[ofConversation].of(o.tenant), id)
	}
	o.e.conversations.add(o.conversationHash)
}

func (o *Observer) conversationID() string {
	if o.opts.Conversation == nil {
		return o.glance.Conversation
	}
	for _, key := range o.opts.Conversation {
		if v, ok := lookup(o.span, key); ok {
			if id := v.AsString(); id != "" {
				return id
			}
		}
	}
	return ""
}

// ask evaluates the OTTL conditions that no span has fulfilled yet.
func (o *Observer) ask() {
	for i, holds := range o.reader.conditions {
		bit := uint64(1) << (o.reader.firstCondition + i)
		if o.e.matched&bit == 0 && holds(o.rs, o.ss, o.span.Span) {
			o.e.matched |= bit
		}
	}
}
