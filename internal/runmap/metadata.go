// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"math"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// usualMetadata is how many entries most runs have.
const usualMetadata = 16

// metadata completes what the dialects found: ids, resource, the configured rules, what the other components say, and
// the keys by which LangSmith prices and groups runs.
func (m *mapper) metadata(i int) run.Values {
	s, f := m.spans[i], &m.fields[i]
	if f.Metadata == nil {
		f.Metadata = make(run.Values, 0, usualMetadata)
	}
	f.Metadata.Set("OTEL_TRACE_ID", run.Str(s.TraceID().String()))
	f.Metadata.Set("OTEL_SPAN_ID", run.Str(s.SpanID().String()))
	addContract(f, s, m.places[i].parent.IsZero())
	m.addRules(i)
	addResource(f, s.Resource)
	addThread(f)
	addModel(f)
	if name := s.Scope.Name(); name != "" {
		f.Metadata.Add("otel.scope.name", run.Str(name))
	}
	if k := s.Kind(); k != ptrace.SpanKindUnspecified && k != ptrace.SpanKindInternal {
		f.Metadata.Add("otel.span.kind", run.Str(strings.ToLower(k.String())))
	}
	return f.Metadata
}

// contractKeys are what redact and sampling say about a span.
var contractKeys = []string{
	contract.SamplingRule, contract.SamplingTrigger, contract.SamplingProbability, contract.SamplingAdjustedCount,
	contract.SamplingComplete, contract.SamplingLate,
	contract.PrunedSpans, contract.PrunedErrorCount, contract.PrunedErrorMessage, contract.PrunedErrorSpan,
}

func addContract(f *dialect.Fields, s dialect.Span, isRoot bool) {
	for _, key := range contractKeys {
		if v, ok := s.Attributes().Get(key); ok {
			addScalar(f, key, v)
		}
	}
	f.Metadata.Remove(contract.SamplingAncestry, contract.SamplingRootSpanID)
	if v, ok := s.Resource.Get(contract.RedactPolicy); ok && isRoot {
		addScalar(f, contract.RedactPolicy, v)
	}
}

// addScalar adds an attribute that metadata can hold.
func addScalar(f *dialect.Fields, key string, v pcommon.Value) {
	f.Metadata.Add(key, scalar(v))
}

// scalar returns what metadata can hold of an attribute.
func scalar(v pcommon.Value) run.Value {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		if v.Str() != "" {
			return run.Str(strings.ToValidUTF8(v.Str(), "\ufffd"))
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

// addRules applies the configured rules. What the application itself says under a key stays.
func (m *mapper) addRules(i int) {
	if len(m.opts.Metadata) == 0 {
		return
	}
	s, root := m.spans[i], m.spans[m.roots[i]]
	sources := [...]pcommon.Map{s.Attributes(), root.Attributes(), s.Resource, root.Resource}
	for key, names := range m.opts.Metadata {
		if v, ok := firstPresent(names, sources[:]); ok {
			addScalar(&m.fields[i], key, v)
		}
	}
}

func firstPresent(names []string, sources []pcommon.Map) (pcommon.Value, bool) {
	for _, name := range names {
		for _, source := range sources {
			if v, ok := source.Get(name); ok && v.AsString() != "" {
				return v, true
			}
		}
	}
	return pcommon.Value{}, false
}

// addResource adds what tells where a run came from. Everything else about hosts and processes stays behind.
func addResource(f *dialect.Fields, resource pcommon.Map) {
	for key, v := range resource.All() {
		if isTold(key) {
			addScalar(f, key, v)
		}
	}
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

// threadKeys are the metadata keys by which LangSmith groups runs into threads.
var threadKeys = []string{"session_id", "thread_id", "conversation_id"}

// addThread names the thread and the user. A key that the application has filled itself is enough, and stays.
func addThread(f *dialect.Fields) {
	if f.User != "" {
		f.Metadata.Add("user_id", run.Str(f.User))
	}
	if f.Session == "" {
		return
	}
	for _, key := range threadKeys {
		if f.Metadata.Text(key) == f.Session {
			return
		}
	}
	f.Metadata.Add("session_id", run.Str(f.Session))
	f.Metadata.Add("thread_id", run.Str(f.Session))
}

// addModel adds the keys by which LangSmith finds a model's price and shows its parameters.
// See https://docs.langchain.com/langsmith/ls-metadata-parameters
func addModel(f *dialect.Fields) {
	if f.Kind != run.LLM && f.Kind != run.Embedding {
		return
	}
	if f.Provider != "" {
		f.Metadata.Set("ls_provider", run.Str(f.Provider))
	}
	if f.Model != "" {
		f.Metadata.Set("ls_model_name", run.Str(f.Model))
	}
	if f.Kind != run.LLM {
		return
	}
	f.Metadata.Add("ls_model_type", run.Str("chat"))
	for _, p := range [...]struct{ parameter, key string }{
		{"temperature", "ls_temperature"}, {"max_tokens", "ls_max_tokens"}, {"stop", "ls_stop"},
	} {
		v := f.Invocation.Get(p.parameter)
		if v.Type() == run.JSON {
			v = run.Str(v.Text())
		}
		f.Metadata.Add(p.key, v)
	}
}
