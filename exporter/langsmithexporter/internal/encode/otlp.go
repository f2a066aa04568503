// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Attributes that LangSmith's own SDKs put on the spans that they export (assumption 13).
// See https://docs.langchain.com/langsmith/trace-with-opentelemetry
const (
	attrName      = "langsmith.trace.name"
	attrKind      = "langsmith.span.kind"
	attrTags      = "langsmith.span.tags"
	attrProject   = "langsmith.trace.session_name"
	attrUsage     = "langsmith.usage_metadata"
	attrMetadata  = "langsmith.metadata."
	attrOperation = "gen_ai.operation.name"
	attrSystem    = "gen_ai.system"
	attrPrompt    = "gen_ai.prompt"
	attrAnswer    = "gen_ai.completion"
	attrMessage   = "exception.message"
	attrStack     = "exception.stacktrace"
	attrFiles     = "langsmith.attachments"
	attrExample   = "langsmith.reference_example_id"
)

const (
	scopeName    = "otelcol-langsmith"
	kindInternal = 1 // SpanKind
	codeOK       = 1 // StatusCode
	codeError    = 2
)

// maxName is how long a run's name may be. A longer one has been answered with 422 (assumption 18).
const maxName = 128

// stackMark stands between message and stack trace in a run's error: LangSmith's OTLP endpoint puts it there.
const stackMark = "\n\nStacktrace:\n"

// otlp writes a run as a TracesData message of one span. Protobuf merges repeated fields of messages that stand behind
// each other, and so a body is nothing but its chunks.
type otlp struct{}

func (otlp) Body(chunks [][]byte) (Body, error) {
	return Body{
		Path:        PathOTLP,
		ContentType: "application/x-protobuf",
		Parts:       chunks,
		Size:        sizeOf(chunks),
	}, nil
}

// Append writes TracesData{ResourceSpans{Resource, ScopeSpans{Scope, Span}}}.
func (otlp) Append(b []byte, r *run.Run, at Place) ([]byte, error) {
	if r.ID.IsZero() {
		return b, errors.New("write run as OTLP: it has no id")
	}
	w, resourceSpans := wire(b).open(fieldResourceSpans)
	w, resource := w.open(fieldResource)
	if at.Service != "" {
		w = w.str(fieldResourceAttr, "service.name", at.Service)
	}
	w, scopeSpans := w.close(resource).open(fieldScopeSpans)
	w, span := append(w, scope...).open(fieldSpan)
	return w.span(r, at).close(span).close(scopeSpans).close(resourceSpans), nil
}

// scope is the scope of every span.
var scope = func() wire {
	w, start := wire{}.open(fieldScope)
	return w.text(fieldScopeName, scopeName).close(start)
}()

func (w wire) span(r *run.Run, at Place) wire {
	name, id := runName(r), spanID(r.ID)
	w = w.bytes(fieldTraceID, at.TraceID[:]).bytes(fieldSpanID, id[:])
	if !r.ParentID.IsZero() {
		parent := spanID(r.ParentID)
		w = w.bytes(fieldParentID, parent[:])
	}
	w = w.text(fieldName, name).varint(fieldKind, kindInternal)
	w = w.time(fieldStart, r.Start).time(fieldEnd, r.End)

	w = w.str(fieldSpanAttr, attrKind, string(r.Kind))
	w = w.str(fieldSpanAttr, attrName, name)
	w = w.str(fieldSpanAttr, attrOperation, operation(r.Kind))
	if at.Project != "" {
		w = w.str(fieldSpanAttr, attrProject, at.Project)
	}
	if len(r.Tags) > 0 {
		w = w.str(fieldSpanAttr, attrTags, tags(r.Tags))
	}
	if !r.ExampleID.IsZero() {
		w = w.str(fieldSpanAttr, attrExample, r.ExampleID.String())
	}
	return w.ids(r).content(r).files(r.Attachments).model(r).metadata(r.Metadata).events(r)
}

// ids leaves the tree to the native ids where LangSmith makes the run's ids of them. Otherwise it names all of them, since
// the documentation does not say what a mixture gives (assumptions 6 and 7).
func (w wire) ids(r *run.Run) wire {
	if r.ParentID.IsZero() {
		w = w.bool("", contract.LangSmithIsRoot, true)
	}
	if native(r.ID) && native(r.ParentID) && native(r.TraceID) {
		return w
	}
	w = w.str(fieldSpanAttr, contract.LangSmithSpanID, r.ID.String())
	if !r.TraceID.IsZero() {
		w = w.str(fieldSpanAttr, contract.LangSmithTraceID, r.TraceID.String())
	}
	if !r.ParentID.IsZero() {
		w = w.str(fieldSpanAttr, contract.LangSmithParentID, r.ParentID.String())
	}
	return w
}

// native reports whether LangSmith would make id of the span id that spanID returns for it.
func native(id run.ID) bool {
	return id == run.FromSpan(spanID(id))
}

// spanID is the low half of id, which is the span id in both rules for run ids. The protocol forbids eight zeros.
func spanID(id run.ID) [8]byte {
	low := [8]byte(id[8:])
	if low == [8]byte{} {
		return [8]byte(id[:8])
	}
	return low
}

// content writes inputs and outputs (assumption 14). Usage without any output is ignored by LangSmith's converter, as
// happens where an application does not record content: then the usage itself is the output.
func (w wire) content(r *run.Run) wire {
	if len(r.Inputs) > 0 {
		w = w.json(attrPrompt, r.Inputs)
	}
	if r.Usage != nil {
		w = w.usage(r)
	}
	if len(r.Outputs) > 0 {
		w = w.json(attrAnswer, r.Outputs)
	}
	return w
}

func (w wire) usage(r *run.Run) wire {
	var room [maxUsage]byte
	output := append(appendUsage(append(room[:0], usageHead...), r.Usage), '}')
	w = w.json(attrUsage, output[len(usageHead):len(output)-1]).counts(r.Usage)
	if len(r.Outputs) > 0 {
		return w
	}
	return w.json(attrAnswer, output)
}

// files writes attachments as LangSmith's SDKs do, in base64 (assumption 20).
func (w wire) files(files []run.Attachment) wire {
	if len(files) == 0 {
		return w
	}
	b := []byte{'['}
	for i, f := range files {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"name":`...), f.Name)
		b = appendString(append(b, `,"mime_type":`...), f.Type)
		b = append(b, `,"content":"`...)
		b = append(base64.StdEncoding.AppendEncode(b, f.Data), `"}`...)
	}
	return w.json(attrFiles, append(b, ']'))
}

// events writes events and status (assumption 12). LangSmith reads of a failure in one way only, an exception event with
// the message before the stack trace. The status alone would show a green run.
func (w wire) events(r *run.Run) wire {
	code := uint64(codeOK)
	if r.Error != "" {
		w = w.event("exception", r.End, r.Error)
		code = codeError
	}
	if !r.FirstToken.IsZero() {
		w = w.event("new_token", r.FirstToken, "")
	}
	w, status := w.open(fieldStatus)
	return w.varint(fieldCode, code).close(status)
}

func (w wire) event(name string, at time.Time, failure string) wire {
	w, event := w.open(fieldEvent)
	w = w.time(fieldEventTime, at).text(fieldEventName, name)
	if failure != "" {
		message, stack, _ := strings.Cut(failure, stackMark)
		if message == "" {
			message = "error"
		}
		w = w.str(fieldEventAttr, attrMessage, message)
		if stack != "" {
			w = w.str(fieldEventAttr, attrStack, stack)
		}
	}
	return w.close(event)
}

// Shorten decodes chunk, since nothing but the bytes is left of a run that has been queued.
func (otlp) Shorten(chunk []byte, limit int) ([]byte, bool) {
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(chunk)
	if err != nil || td.SpanCount() != 1 {
		return nil, false
	}
	span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	change := limit - len(chunk)
	if files, ok := span.Attributes().Get(attrFiles); ok {
		change += len(files.Str())
		span.Attributes().Remove(attrFiles)
	}
	if change < 0 && !shrinkSpan(span, change) {
		shortenSpan(span)
	}
	short, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil || len(short) >= len(chunk) {
		return nil, false
	}
	return short, true
}

// jsonAttrs are the attributes that hold JSON. All others may be cut anywhere, but for usage, which is short.
var jsonAttrs = map[string]bool{attrPrompt: true, attrAnswer: true, attrInvocation: true}

// shrinkSpan makes the strings of a span smaller by -change bytes, if it can.
func shrinkSpan(span ptrace.Span, change int) bool {
	var documents []document
	var values []pcommon.Value
	size := 0
	add := func(key string, v pcommon.Value) {
		if v.Type() != pcommon.ValueTypeStr || key == attrUsage {
			return
		}
		documents = append(documents, document{text: []byte(v.Str()), plain: !jsonAttrs[key]})
		values = append(values, v)
		size += len(v.Str())
	}
	for key, v := range span.Attributes().All() {
		add(key, v)
	}
	for _, event := range span.Events().All() {
		for key, v := range event.Attributes().All() {
			add(key, v)
		}
	}
	if !shrink(documents, size+change) {
		return false
	}
	for i, d := range documents {
		values[i].SetStr(string(d.text))
	}
	return true
}

func shortenSpan(span ptrace.Span) {
	for _, key := range []string{attrPrompt, attrAnswer} {
		if v, ok := span.Attributes().Get(key); ok && len(v.Str()) > maxLeftOut {
			v.SetStr(fmt.Sprintf(`{"left_out":"%d bytes, too large for LangSmith"}`, len(v.Str())))
		}
	}
	span.Attributes().RemoveIf(tooLong)
	for _, event := range span.Events().All() {
		if v, ok := event.Attributes().Get(attrMessage); ok && len(v.Str()) > maxLeftOut {
			v.SetStr(strings.ToValidUTF8(v.Str()[:maxLeftOut], "")) // a run without a message would turn green
		}
		event.Attributes().RemoveIf(tooLong)
	}
}

func tooLong(_ string, v pcommon.Value) bool {
	return v.Type() == pcommon.ValueTypeStr && len(v.Str()) > maxLeftOut
}

// maxLeftOut is the size up to which values stay in a shortened run: ids, names and numbers of every kind fit, and even
// a thousand of them stay far below the smallest body limit in use, nginx's 1 MiB.
const maxLeftOut = 512

func operation(k run.Kind) string {
	switch k {
	case run.LLM, run.Prompt:
		return "chat"
	case run.Tool:
		return "execute_tool"
	case run.Retriever:
		return "retrieval"
	case run.Embedding:
		return "embeddings"
	}
	return string(k)
}

func runName(r *run.Run) string {
	name := valid(strings.TrimSpace(r.Name))
	if name == "" {
		return string(r.Kind)
	}
	if len(name) <= maxName {
		return name
	}
	if runes := []rune(name); len(runes) > maxName {
		return string(runes[:maxName-1]) + "…"
	}
	return name
}

// tags joins with commas, as the attribute wants; a comma inside of a tag would make two of it.
func tags(list []string) string {
	clean := make([]string, 0, len(list))
	for _, t := range list {
		if t = strings.TrimSpace(strings.ReplaceAll(t, ",", ";")); t != "" {
			clean = append(clean, valid(t))
		}
	}
	return strings.Join(clean, ", ")
}
