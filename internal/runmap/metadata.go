// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"encoding/hex"
	"math"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// metadataOf completes what the dialects found: ids, resource, the configured rules, what the other components say, and
// the keys by which LangSmith prices and groups runs. It is written on into the room that the reader has left.
func (m *mapper) metadataOf(i int) run.Values {
	s, f := m.spans[i], &m.fields[i]
	m.beginMetadata(f.Metadata)
	m.set("OTEL_TRACE_ID", run.Str(m.digits.trace))
	m.set("OTEL_SPAN_ID", m.spanID(i))
	if f.Failure != nil && f.Failure.Type != "" {
		m.add("error.type", run.Repaired(f.Failure.Type))
	}
	if m.shared[i] {
		m.add(sharedMark, run.Boolean(true))
	}
	if id, came := m.cameShared(i); came {
		m.set("OTEL_SPAN_ID", scalar(id))
		m.add(sharedMark, run.Boolean(true))
	}
	if f.Marked {
		m.addMarks(i)
	}
	if p := &m.places[i]; p.parent.IsZero() {
		m.addPolicy(s.Resource)
	}
	m.addSurroundings(i)
	m.addModel(f)
	m.add("otel.span.kind", spanKind(s.Kind()))
	m.add("otel.span.links", linksOf(s.Links()))
	return m.metadata
}

// addSurroundings adds what span i shares with all that is told of on it.
func (m *mapper) addSurroundings(i int) {
	s := m.spans[i]
	around := m.facts.around(m.spans[m.roots[i]], s.Resource)
	m.addRules(i, around)
	for _, v := range around.told {
		m.add(v.Name, v.Value)
	}
	m.addThread(&m.fields[i])
	if name := s.Scope.Name(); name != "" {
		m.add("otel.scope.name", run.Str(name))
	}
	if m.opts.APM != nil {
		m.add("apm_url", run.Str(m.apmURL(i)))
	}
}

// beginMetadata begins with what has been told. What is added goes by add and set alone, which know all names.
func (m *mapper) beginMetadata(told run.Values) {
	m.metadata, m.names = told, 0
	for i := range told {
		m.names.Put(told[i].Name)
	}
}

func (m *mapper) add(name string, v run.Value) { m.metadata.AddNamed(&m.names, name, v) }

func (m *mapper) set(name string, v run.Value) { m.metadata.SetNamed(&m.names, name, v) }

// spanKind names the kinds that say something.
func spanKind(k ptrace.SpanKind) run.Value {
	switch k {
	case ptrace.SpanKindServer:
		return run.Str("server")
	case ptrace.SpanKindClient:
		return run.Str("client")
	case ptrace.SpanKindProducer:
		return run.Str("producer")
	case ptrace.SpanKindConsumer:
		return run.Str("consumer")
	}
	return run.Value{}
}

// maxLinks bounds the links that are shown: a consumer of a queue may have one for each message.
const maxLinks = 16

// linksOf names the spans of other traces that caused this one, as "<trace id>:<span id>" with commas between: LangSmith
// has no links.
func linksOf(links ptrace.SpanLinkSlice) run.Value {
	n := min(links.Len(), maxLinks)
	if n == 0 {
		return run.Value{}
	}
	b := make([]byte, 0, n*len("0123456789abcdef0123456789abcdef:0123456789abcdef,"))
	for i := range n {
		trace, span := links.At(i).TraceID(), links.At(i).SpanID()
		if i > 0 {
			b = append(b, ',')
		}
		b = append(hex.AppendEncode(b, trace[:]), ':')
		b = hex.AppendEncode(b, span[:])
	}
	return run.Str(string(b))
}

// addMarks adds what sampling says about a span.
func (m *mapper) addMarks(i int) {
	for k, v := range m.spans[i].Attributes().All() {
		if isTellingMark(k) {
			m.add(k, scalar(v))
		}
	}
	m.metadata.Remove(contract.SamplingAncestry, contract.SamplingRootSpanID)
}

// addPolicy adds what redact says about all spans of a resource.
func (m *mapper) addPolicy(resource pcommon.Map) {
	if v, ok := resource.Get(contract.RedactPolicy); ok {
		m.add(contract.RedactPolicy, scalar(v))
	}
}

func isTellingMark(key string) bool {
	switch key {
	case contract.SamplingRule, contract.SamplingTrigger, contract.SamplingProbability, contract.SamplingAdjustedCount,
		contract.SamplingComplete, contract.SamplingLate, contract.SamplingSynthetic, contract.SamplingIncomplete,
		contract.SamplingLostSpans,
		contract.PrunedSpans, contract.PrunedErrorCount, contract.PrunedErrorMessage, contract.PrunedErrorSpan:
		return true
	}
	return false
}

// scalar returns what metadata can hold of an attribute.
func scalar(v pcommon.Value) run.Value {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		if v.Str() != "" {
			return run.Repaired(v.Str())
		}
	case pcommon.ValueTypeBool:
		return run.Boolean(v.Bool())
	case pcommon.ValueTypeInt:
		return run.Integer(v.Int())
	case pcommon.ValueTypeDouble:
		if d := v.Double(); !math.IsNaN(d) && !math.IsInf(d, 0) {
			return run.Number(d)
		}
	}
	return run.Value{}
}

// isTold is the allow-list of resource attributes.
func isTold(key string) bool {
	switch key {
	case "deployment.environment", "deployment.environment.name", "k8s.namespace.name", "k8s.deployment.name",
		"k8s.statefulset.name", "k8s.daemonset.name", "k8s.cronjob.name", "k8s.job.name", "k8s.replicaset.name":
		return true
	}
	return strings.HasPrefix(key, "service.") || strings.HasPrefix(key, "telemetry.sdk.")
}

// threadKeys are the metadata keys by which LangSmith groups runs into threads (assumption 16).
var threadKeys = []string{"session_id", "thread_id", "conversation_id"}

// addThread names the thread and the user. A key that the application has filled itself is enough, and stays.
func (m *mapper) addThread(f *dialect.Fields) {
	if f.User != "" {
		m.add("user_id", run.Str(f.User))
	}
	if f.Session == "" {
		return
	}
	for _, key := range threadKeys {
		if m.metadata.Text(key) == f.Session {
			return
		}
	}
	m.add("session_id", run.Str(f.Session))
	m.add("thread_id", run.Str(f.Session))
}

// modelType tells models that complete a text from those that chat.
func modelType(f *dialect.Fields) run.Value {
	switch f.Metadata.Text("gen_ai.operation.name") {
	case "text_completion", "completion":
		return run.Str("llm")
	}
	return run.Str("chat")
}

// addModel adds the keys by which LangSmith finds a model's price and shows its parameters.
// See https://docs.langchain.com/langsmith/ls-metadata-parameters
func (m *mapper) addModel(f *dialect.Fields) {
	if f.Kind != run.LLM && f.Kind != run.Embedding {
		return
	}
	if f.Provider != "" {
		m.set("ls_provider", run.Str(f.Provider))
	}
	if f.Model != "" {
		m.set("ls_model_name", run.Str(f.Model))
	}
	if f.Kind != run.LLM {
		return
	}
	m.add("ls_model_type", modelType(f))
	for _, p := range [...]struct{ parameter, key string }{
		{"temperature", "ls_temperature"}, {"max_tokens", "ls_max_tokens"}, {"stop", "ls_stop"},
	} {
		v := f.Invocation.Get(p.parameter)
		if v.Type() == run.JSON {
			v = run.Str(v.Text())
		}
		m.add(p.key, v)
	}
}
