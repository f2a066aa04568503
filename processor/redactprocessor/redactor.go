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
	keys    keyMemory

	now   current
	words []replace.Word // identifiers of this call, longest first, with their tokens
	tally tally
}

// current is whose texts are being shown.
type current struct {
	rule     contentRule
	failed   map[pcommon.TraceID]bool // traces of this call with an error, where a rule asks for them
	content  string                   // what becomes of the content of this span or record
	event    string                   // name of the log record's event
	evidence evidence
}

func newRedactor(r *rules, set *detect.Set, hasher *replace.Hasher) *redactor {
	masks := make([]string, len(set.Detectors()))
	for i, d := range set.Detectors() {
		masks[i] = replace.Mask(d.ID)
	}
	return &redactor{rules: r, set: set, hasher: hasher, masks: masks, scanner: set.NewScanner(), tally: newTally()}
}

// traces redacts td in place.
func (r *redactor) traces(td ptrace.Traces) {
	r.begin()
	walk.TraceEntries(td, r.collect)
	r.sortWords()
	if r.content.wantsErrors() {
		r.now.failed = failedTraces(td)
	}
	walk.Traces(td, r)
}

// logs redacts ld in place.
func (r *redactor) logs(ld plog.Logs) {
	r.begin()
	walk.LogEntries(ld, r.collect)
	r.sortWords()
	walk.Logs(ld, r)
}

// begin forgets everything of the call before but what is known about keys.
func (r *redactor) begin() {
	r.now = current{}
	r.words = r.words[:0]
	r.tally.reset()
}

// Resource takes the policy of whoever was here before away, and finds the rule for content.
func (r *redactor) Resource(res pcommon.Resource) {
	res.Attributes().Remove(contract.RedactPolicy)
	r.now.rule = r.content.rule(res)
}

// Span decides about the content of a span.
func (r *redactor) Span(s ptrace.Span) {
	failed := s.Status().Code() == ptrace.StatusCodeError || r.now.failed[s.TraceID()]
	r.decide(s.TraceID(), failed)
}

// leastErrorSeverity is where the error range of severities begins.
const leastErrorSeverity = plog.SeverityNumberError

// Record decides about the content of a log record.
func (r *redactor) Record(lr plog.LogRecord) {
	r.decide(lr.TraceID(), lr.SeverityNumber() >= leastErrorSeverity)
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
}

// Leave notes what dropped content showed.
func (r *redactor) Leave(s ptrace.Span) {
	if r.now.evidence.toolError {
		s.Attributes().PutBool(evidenceToolError, true)
	}
	if r.now.evidence.refusal {
		s.Attributes().PutBool(evidenceRefusal, true)
	}
}

// Entry judges an attribute by its key: content by policy, identifiers by class, stack traces, and keys that announce
// a secret.
func (r *redactor) Entry(at walk.Place, key string, val pcommon.Value) walk.Verdict {
	info := r.keys.of(key, r)
	if r.now.content != contentKeep && r.isContentEntry(at, key, info) {
		return r.withoutContent(at, val)
	}
	if info.class != noClass {
		return r.identify(at, info.class, val)
	}
	if info.stack {
		return r.stack(at, val)
	}
	if val.Type() == pcommon.ValueTypeBytes && r.dropMedia {
		return r.attachment(at, val)
	}
	if detect.Kind(at.Arm) == detect.KindSecret {
		return walk.Verdict{} // whatever stands below a key for secrets is one, under a weaker key too
	}
	return walk.Verdict{Arm: uint8(info.kind)}
}

func (r *redactor) isContentEntry(at walk.Place, key string, info keyInfo) bool {
	event := at.Event
	if event == "" {
		event = r.now.event
	}
	switch at.Site {
	case walk.SpanAttribute, walk.LogAttribute, walk.EventAttribute:
		return info.content || at.Site != walk.SpanAttribute && isMessageEvent(event) && !openEventKeys[key]
	case walk.LogBody:
		return isMessageEvent(event)
	}
	return false
}

// withoutContent drops or measures a value.
func (r *redactor) withoutContent(at walk.Place, val pcommon.Value) walk.Verdict {
	text := val.AsString()
	if text == "" || isContentNote(text) {
		return walk.Verdict{Do: walk.Keep}
	}
	r.now.evidence.look(text)
	r.tally.count(groupContent, at.Site, r.now.content)
	if r.now.content == contentLength {
		return walk.Verdict{Do: walk.Set, New: contentNote(len(text))}
	}
	return walk.Verdict{Do: walk.Remove}
}

// stack shortens or drops a stack trace.
func (r *redactor) stack(at walk.Place, val pcommon.Value) walk.Verdict {
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
func (r *redactor) attachment(at walk.Place, val pcommon.Value) walk.Verdict {
	raw := val.Bytes().AsRaw()
	if len(raw) < leastAttachment || isMostlyText(raw) {
		return walk.Verdict{}
	}
	r.tally.found(detect.Media, at.Site, detect.Mask)
	return walk.Verdict{Do: walk.Set, New: replace.MediaBytes(raw, "application/octet-stream")}
}
