// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/detect"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/replace"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/walk"
)

// redactor is what one call at a time works with: the rules, a scanner, and what it remembers of keys. It is the
// visitor of the walk.
type redactor struct {
	*rules
	set     *detect.Set
	hasher  *replace.Hasher
	masks   []string
	scanner *detect.Scanner
	edits   []replace.Edit
	changed []detect.Span // where replacements stand in the text at hand
	keys    keyMemory

	now     current
	people  people
	tokens  [tokenSlots]tokenSlot
	members [memberSlots]memberSlot
	tally   tally
}

// current is whose texts are being shown.
type current struct {
	rule     contentRule
	tenant   string                   // of the span or record, for tokens that mean something within one only
	resource string                   // tenant of the resource
	failed   map[pcommon.TraceID]bool // traces of this call with an error, where a rule asks for them
	content  string                   // what becomes of the content of this span or record
	event    string                   // name of the log record's event
	evidence evidence
}

func newRedactor(r *rules, set *detect.Set, hasher *replace.Hasher, masks []string) *redactor {
	made := &redactor{rules: r, set: set, hasher: hasher, masks: masks, tally: newTally()}
	made.scanner = set.NewScanner(made.identifies)
	return made
}

// masksOf are the masks of the detectors of a set.
func masksOf(set *detect.Set) []string {
	masks := make([]string, len(set.Detectors()))
	for i, d := range set.Detectors() {
		masks[i] = replace.Mask(d.ID)
	}
	return masks
}

// traces redacts td in place.
func (r *redactor) traces(td ptrace.Traces) {
	r.begin()
	walk.TraceEntries(td, r)
	if r.content.wantsErrors() {
		r.now.failed = failedTraces(td)
	}
	walk.Traces(td, r)
}

// logs redacts ld in place.
func (r *redactor) logs(ld plog.Logs) {
	r.begin()
	walk.LogEntries(ld, r)
	walk.Logs(ld, r)
}

// begin forgets everything of the call before but what is known about keys.
func (r *redactor) begin() {
	r.now = current{}
	r.people.reset()
	r.tally.reset()
}

// Resource takes the policy of whoever was here before away, and finds the rule for content.
func (r *redactor) Resource(res pcommon.Resource) {
	res.Attributes().Remove(contract.RedactPolicy)
	r.now.rule = r.content.rule(res)
	r.now.resource = r.tenantOf(res.Attributes(), pcommon.Value{}, "")
	r.now.tenant = r.now.resource
}

// Span decides about the content of a span.
func (r *redactor) Span(s ptrace.Span) {
	r.decide(s.TraceID(), r.now.failed[s.TraceID()])
	r.enterTenant(s.TraceID(), s.Attributes(), pcommon.Value{})
}

// leastErrorSeverity is where the error range of severities begins.
const leastErrorSeverity = plog.SeverityNumberError

// Record decides about the content of a log record.
func (r *redactor) Record(lr plog.LogRecord) {
	r.decide(lr.TraceID(), lr.SeverityNumber() >= leastErrorSeverity)
	r.enterTenant(lr.TraceID(), lr.Attributes(), lr.Body())
	r.now.event = lr.EventName()
	if name, ok := lr.Attributes().Get("event.name"); ok && r.now.event == "" {
		r.now.event = name.AsString()
	}
}

func (r *redactor) decide(trace pcommon.TraceID, failed bool) {
	r.now.event, r.now.evidence = "", evidence{}
	r.now.content = contentKeep
	if !r.now.rule.keeps(trace, failed) {
		r.now.content = r.now.rule.do
	}
	r.tally.beginSummary(r.summary)
}

// enterTenant finds out whose span or record this is: by itself, by its trace, by its resource.
func (r *redactor) enterTenant(trace pcommon.TraceID, m pcommon.Map, body pcommon.Value) {
	if !r.perTenant {
		return
	}
	tenant, ok := r.people.tenant[trace]
	if !ok {
		tenant = r.now.resource
	}
	r.now.tenant = r.tenantOf(m, body, tenant)
}

// Leave notes what dropped content showed, and what was found.
func (r *redactor) Leave(s ptrace.Span) { r.leave(s.Attributes()) }

// LeaveRecord is Leave for a log record.
func (r *redactor) LeaveRecord(lr plog.LogRecord) { r.leave(lr.Attributes()) }

func (r *redactor) leave(m pcommon.Map) {
	if r.now.evidence.toolError {
		m.PutBool(evidenceToolError, true)
	}
	if r.now.evidence.refusal {
		m.PutBool(evidenceRefusal, true)
	}
	if r.now.evidence.byDesign {
		m.PutBool(evidenceByDesign, true)
	}
	if r.now.evidence.cancelled {
		m.PutBool(evidenceCancelled, true)
	}
	if text := r.tally.summary(r.set); text != "" {
		m.PutStr(summaryAttribute, text)
	}
}

// Entry judges an attribute by its key, and the key itself: keys repeat, so what was found in them is remembered.
func (r *redactor) Entry(at *walk.Place, key string, val pcommon.Value) walk.Verdict {
	info := &r.keys.of(key, r).info
	verdict := r.judge(at, key, info, val)
	verdict.Named = info.clean && r.people.words.Len() == 0
	return verdict
}

// judge finds identifiers by class, content by policy, stack traces, and keys that announce a secret.
func (r *redactor) judge(at *walk.Place, key string, info *keyInfo, val pcommon.Value) walk.Verdict {
	if c := r.classAt(at, key, info); c != noClass {
		return r.identify(c, val)
	}
	if r.now.content != contentKeep {
		if verdict, done := r.contentEntry(at, key, info, val); done {
			return verdict
		}
	}
	if val.Type() == pcommon.ValueTypeSlice {
		r.arguments(at, val.Slice())
	}
	switch {
	case info.stack:
		return r.stack(at, val)
	case (info.bag || info.tool) && val.Type() == pcommon.ValueTypeStr:
		if !r.people.members && at.Above == "" {
			break // nobody was seen in it before
		}
		if text := r.bagIdentifiers(val.Str()); text != val.Str() {
			val.SetStr(text)
		}
	case r.dropMedia && val.Type() == pcommon.ValueTypeBytes:
		return r.attachment(at, val)
	}
	if detect.Kind(at.Arm) == detect.KindSecret {
		return walk.Verdict{} // whatever stands below a key for secrets is one, under a weaker key too
	}
	return walk.Verdict{Arm: uint8(info.kind)}
}

// stack shortens or drops a stack trace.
func (r *redactor) stack(at *walk.Place, val pcommon.Value) walk.Verdict {
	switch {
	case r.stacktrace == stackDrop:
		r.tally.count(groupStack, at.Site, stackDrop)
		return walk.Verdict{Do: walk.Remove}
	case r.stacktrace == stackSummary && val.Type() == pcommon.ValueTypeStr:
		if short := replace.Summary(val.Str()); short != val.Str() {
			val.SetStr(short)
			r.tally.count(groupStack, at.Site, stackSummary)
		}
	}
	return walk.Verdict{}
}

// leastAttachment is the size from which bytes that are no text are an attachment.
const leastAttachment = 1024

// attachment replaces bytes that are no text.
func (r *redactor) attachment(at *walk.Place, val pcommon.Value) walk.Verdict {
	raw := val.Bytes().AsRaw()
	if len(raw) < leastAttachment || isMostlyText(raw) {
		return walk.Verdict{}
	}
	r.tally.found(detect.Media, at.Site, detect.Mask)
	return walk.Verdict{Do: walk.Set, New: replace.MediaBytes(raw, "application/octet-stream")}
}
