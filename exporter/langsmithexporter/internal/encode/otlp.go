// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Attributes that LangSmith's own SDKs put on the spans that they export.
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
)

// maxName is how long a run's name may be. A longer one has been answered with 422.
const maxName = 128

// stackMark stands between message and stack trace in a run's error: LangSmith's OTLP endpoint puts it there.
const stackMark = "\n\nStacktrace:\n"

// otlp writes a run as a TracesData message of one span. Protobuf merges repeated fields of messages that stand behind
// each other, and so a body is nothing but its chunks.
type otlp struct{}

func (otlp) Body(chunks [][]byte) Body {
	return Body{
		Path:        "/otel/v1/traces",
		ContentType: "application/x-protobuf",
		Parts:       chunks,
		Size:        sizeOf(chunks),
	}
}

func (otlp) Encode(r *run.Run, at Place) ([]byte, error) {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	if at.Service != "" {
		rs.Resource().Attributes().PutStr("service.name", valid(at.Service))
	}
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("otelcol-langsmith")
	writeSpan(ss.Spans().AppendEmpty(), r, at)
	data, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		return nil, fmt.Errorf("write run as OTLP: %w", err)
	}
	return data, nil
}

func writeSpan(span ptrace.Span, r *run.Run, at Place) {
	name := runName(r)
	span.SetName(name)
	span.SetKind(ptrace.SpanKindInternal)
	span.SetTraceID(at.TraceID)
	span.SetSpanID(spanID(r.ID))
	span.SetStartTimestamp(timestamp(r.Start))
	span.SetEndTimestamp(timestamp(r.End))

	attrs := span.Attributes()
	attrs.EnsureCapacity(16 + len(r.Metadata) + len(r.Invocation)) // what follows writes about so many
	attrs.PutStr(attrKind, string(r.Kind))
	attrs.PutStr(attrName, name)
	attrs.PutStr(attrOperation, operation(r.Kind))
	if at.Project != "" {
		attrs.PutStr(attrProject, valid(at.Project))
	}
	if len(r.Tags) > 0 {
		attrs.PutStr(attrTags, tags(r.Tags))
	}
	writeIDs(span, r)
	writeContent(attrs, r)
	writeModel(attrs, r)
	writeMetadata(attrs, r.Metadata)
	writeOutcome(span, r)
	if !r.FirstToken.IsZero() {
		event := span.Events().AppendEmpty()
		event.SetName("new_token")
		event.SetTimestamp(timestamp(r.FirstToken))
	}
}

// writeIDs leaves the tree to the native ids where LangSmith makes the run's ids of them. Otherwise it names all of
// them, since the documentation does not say what a mixture gives.
func writeIDs(span ptrace.Span, r *run.Run) {
	attrs := span.Attributes()
	if r.ParentID.IsZero() {
		attrs.PutBool(contract.LangSmithIsRoot, true)
	} else {
		span.SetParentSpanID(spanID(r.ParentID))
	}
	if native(r.ID) && native(r.ParentID) && native(r.TraceID) {
		return
	}
	attrs.PutStr(contract.LangSmithSpanID, r.ID.String())
	if !r.TraceID.IsZero() {
		attrs.PutStr(contract.LangSmithTraceID, r.TraceID.String())
	}
	if !r.ParentID.IsZero() {
		attrs.PutStr(contract.LangSmithParentID, r.ParentID.String())
	}
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

// writeContent writes inputs and outputs. Usage without any output is ignored by LangSmith's converter, as happens
// where an application does not record content: then the usage itself is the output.
func writeContent(attrs pcommon.Map, r *run.Run) {
	if len(r.Inputs) > 0 {
		attrs.PutStr(attrPrompt, validBytes(r.Inputs))
	}
	usage := ""
	if r.Usage != nil {
		usage = usageJSON(r.Usage)
		attrs.PutStr(attrUsage, usage)
		writeCounts(attrs, r.Usage)
	}
	switch {
	case len(r.Outputs) > 0:
		attrs.PutStr(attrAnswer, validBytes(r.Outputs))
	case usage != "":
		attrs.PutStr(attrAnswer, `{"usage_metadata":`+usage+`}`)
	}
}

// writeOutcome tells of a failure in the one way that LangSmith reads: an exception event, the message before the stack
// trace. The status alone would show a green run.
func writeOutcome(span ptrace.Span, r *run.Run) {
	if r.Error == "" {
		span.Status().SetCode(ptrace.StatusCodeOk)
		return
	}
	span.Status().SetCode(ptrace.StatusCodeError)
	event := span.Events().AppendEmpty()
	event.SetName("exception")
	event.SetTimestamp(timestamp(r.End))
	message, stack, found := strings.Cut(r.Error, stackMark)
	if message == "" {
		message = "error"
	}
	event.Attributes().PutStr(attrMessage, valid(message))
	if found && stack != "" {
		event.Attributes().PutStr(attrStack, valid(stack))
	}
}

// Shorten decodes chunk, since nothing but the bytes is left of a run that has been queued.
func (otlp) Shorten(chunk []byte) ([]byte, bool) {
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(chunk)
	if err != nil {
		return nil, false
	}
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				shortenSpan(span)
			}
		}
	}
	short, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil || len(short) >= len(chunk) {
		return nil, false
	}
	return short, true
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

// timestamp is zero for a time that OTLP cannot express.
func timestamp(t time.Time) pcommon.Timestamp {
	nanos := t.UnixNano()
	if t.IsZero() || nanos < 0 {
		return 0
	}
	return pcommon.NewTimestampFromTime(t)
}
