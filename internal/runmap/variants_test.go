// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/golden"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// variant is another way in which the same is written.
type variant struct {
	name        string
	change      func(rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, span ptrace.Span)
	renames     bool
	anyProvider bool
	cuts        bool     // content may be cut, and what stood in it may be gone
	means       []string // dialects in which nothing else says what is changed
}

var (
	// Claude Code's attributes have everyday names; a failed call of ADK has none at all; LlamaIndex's steps differ by
	// name; Logfire's templates are names; who counts caches apart is known of the AI SDK.
	byScope = []string{
		"claude-code", "google-adk-ts", "google-adk-more", "llamaindex-ts-traceloop", "lifted/logfire/openai",
		"lifted/logfire/openai_agents", "lifted/logfire/openai_agents_mcp", "lifted/langfuse",
	}
	// Counts in the documents that are cut, answers at the end of a list of everything.
	inDocuments = []string{
		"google-adk-ts", "google-adk-more", "lifted/langfuse", "lifted/logfire/openai", "lifted/logfire/openai_agents",
		"lifted/logfire/openai_agents_mcp", "genkit", "langwatch", "livekit",
	}
	byName = []string{
		"google-adk-ts", "google-adk-more", "llamaindex-ts-traceloop", "lifted/logfire/openai", "lifted/logfire/openai_agents",
		"lifted/logfire/openai_agents_mcp",
	}
)

var variants = []variant{
	{name: "no scope", change: func(_ ptrace.ResourceSpans, ss ptrace.ScopeSpans, _ ptrace.Span) {
		ss.Scope().SetName("")
		ss.Scope().SetVersion("")
	}, means: byScope},
	{name: "another scope", change: func(_ ptrace.ResourceSpans, ss ptrace.ScopeSpans, _ ptrace.Span) {
		ss.Scope().SetName("my-tracer")
	}, means: byScope},
	{name: "scope of another version", change: func(_ ptrace.ResourceSpans, ss ptrace.ScopeSpans, _ ptrace.Span) {
		ss.Scope().SetVersion("99.1.0-beta")
	}},
	{name: "no resource", change: func(rs ptrace.ResourceSpans, _ ptrace.ScopeSpans, _ ptrace.Span) {
		rs.Resource().Attributes().Clear()
	}},
	{name: "another span name", change: func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		span.SetName("step")
	}, renames: true, means: byName},
	{name: "kind unspecified", change: func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		span.SetKind(ptrace.SpanKindUnspecified)
	}},
	{name: "all numbers as texts", change: func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		eachMap(span, func(m pcommon.Map) {
			for _, v := range m.All() {
				switch v.Type() {
				case pcommon.ValueTypeInt:
					v.SetStr(strconv.FormatInt(v.Int(), 10))
				case pcommon.ValueTypeDouble:
					v.SetStr(strconv.FormatFloat(v.Double(), 'g', -1, 64))
				case pcommon.ValueTypeBool:
					v.SetStr(strconv.FormatBool(v.Bool()))
				}
			}
		})
	}},
	{name: "all ints as doubles", change: func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		eachMap(span, func(m pcommon.Map) {
			for _, v := range m.All() {
				if v.Type() == pcommon.ValueTypeInt {
					v.SetDouble(float64(v.Int()))
				}
			}
		})
	}},
	{name: "all JSON structured", change: func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		eachMap(span, func(m pcommon.Map) {
			for _, v := range m.All() {
				var raw any
				if v.Type() == pcommon.ValueTypeStr && strings.HasPrefix(v.Str(), "{") || strings.HasPrefix(v.Str(), "[") {
					if json.Unmarshal([]byte(v.Str()), &raw) == nil {
						_ = v.FromRaw(raw)
					}
				}
			}
		})
	}},
	{name: "all lists and maps as JSON", change: func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		eachMap(span, func(m pcommon.Map) {
			for _, v := range m.All() {
				if v.Type() == pcommon.ValueTypeSlice || v.Type() == pcommon.ValueTypeMap {
					v.SetStr(v.AsString())
				}
			}
		})
	}},
	{name: "all JSON cut", change: func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		eachMap(span, func(m pcommon.Map) {
			for k, v := range m.All() {
				if text := v.AsString(); v.Type() == pcommon.ValueTypeStr && len(text) > 40 && strings.ContainsAny(text[:1], "{[") &&
					!strings.Contains(k, "usage") && !strings.Contains(k, "etadata") {
					v.SetStr(text[:len(text)*3/4])
				}
			}
		})
	}, cuts: true, means: inDocuments},
	{name: "gen_ai.system for gen_ai.provider.name", change: renamed("gen_ai.provider.name", "gen_ai.system")},
	{name: "gen_ai.provider.name for gen_ai.system", change: renamed("gen_ai.system", "gen_ai.provider.name")},
	{name: "another provider", change: func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		for _, k := range []string{"gen_ai.system", "gen_ai.provider.name"} {
			if _, ok := span.Attributes().Get(k); ok {
				span.Attributes().PutStr(k, "my.gateway")
			}
		}
	}, anyProvider: true},
	{name: "session on the resource", change: func(rs ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		for _, k := range []string{"session.id"} {
			if v, ok := span.Attributes().Get(k); ok {
				v.CopyTo(rs.Resource().Attributes().PutEmpty(k))
				span.Attributes().Remove(k)
			}
		}
	}, means: []string{"openinference-js"}},
	{name: "prompt_tokens", change: renamed("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens",
		"gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")},
	{name: "input_tokens", change: renamed("gen_ai.usage.prompt_tokens", "gen_ai.usage.input_tokens",
		"gen_ai.usage.completion_tokens", "gen_ai.usage.output_tokens")},
	{name: "cache_write", change: renamed("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_write.input_tokens")},
	{name: "underscored cache", change: renamed("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens",
		"gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens")},
	{name: "session.id", change: renamed("gen_ai.conversation.id", "session.id")},
	{name: "messages in an event", change: inEvent("gen_ai.client.inference.operation.details", "gen_ai.input.messages",
		"gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.definitions")},
	{name: "messages in an event each", change: func(rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, span ptrace.Span) {
		for _, k := range []string{"gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"} {
			inEvent("gen_ai.client.inference.operation.details", k)(rs, ss, span)
		}
	}},
	{name: "no error.type", change: renamed("error.type", "")},
	{name: "no exception", change: func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		if span.Status().Code() == ptrace.StatusCodeError && span.Status().Message() != "" {
			span.Events().RemoveIf(func(e ptrace.SpanEvent) bool { return e.Name() == "exception" })
		}
	}},
	{name: "no status", change: func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		for _, e := range span.Events().All() {
			if e.Name() == "exception" {
				span.Status().SetCode(ptrace.StatusCodeUnset)
				span.Status().SetMessage("")
			}
		}
	}},
	{name: "a foreign attribute of each kind", change: func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		for k, v := range map[string]string{
			"session.id": "", "input.value": "", "gen_ai.input.messages": "[]", "thread.name": "main", "code.function": "f",
			"app.feature": "x", "http.request.method": "", "llm.model_name": "",
		} {
			if _, ok := span.Attributes().Get(k); !ok {
				span.Attributes().PutStr(k, v)
			}
		}
	}},
}

func eachMap(span ptrace.Span, f func(pcommon.Map)) {
	f(span.Attributes())
	for _, e := range span.Events().All() {
		if e.Name() != "exception" {
			f(e.Attributes())
		}
	}
}

// renamed changes names of attributes, pairwise; to "" takes one away.
func renamed(names ...string) func(ptrace.ResourceSpans, ptrace.ScopeSpans, ptrace.Span) {
	return func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		eachMap(span, func(m pcommon.Map) {
			for i := 0; i < len(names); i += 2 {
				if _, taken := m.Get(names[i+1]); taken {
					continue
				}
				if v, ok := m.Get(names[i]); ok {
					if names[i+1] != "" {
						was := pcommon.NewValueEmpty()
						v.CopyTo(was)
						was.CopyTo(m.PutEmpty(names[i+1]))
					}
					m.Remove(names[i])
				}
			}
		})
	}
}

// inEvent moves attributes into an event.
func inEvent(event string, names ...string) func(ptrace.ResourceSpans, ptrace.ScopeSpans, ptrace.Span) {
	return func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, span ptrace.Span) {
		to := pcommon.NewMap()
		for _, k := range names {
			if v, ok := span.Attributes().Get(k); ok {
				v.CopyTo(to.PutEmpty(k))
				span.Attributes().Remove(k)
			}
		}
		if to.Len() > 0 {
			e := span.Events().AppendEmpty()
			e.SetName(event)
			to.CopyTo(e.Attributes())
		}
	}
}

// TestMap_variantsAreTheSameRuns writes every recorded trace in other ways and wants the same runs.
func TestMap_variantsAreTheSameRuns(t *testing.T) {
	type recording struct {
		pdatatest.Fixture
		traces ptrace.Traces
		runs   map[string]run.Run
	}
	var recordings []recording
	for _, f := range pdatatest.Fixtures(t) {
		if f.Dialect != "codex-cli" { // hundreds of spans that say nothing
			td := pdatatest.LoadTraces(t, f.Path)
			recordings = append(recordings, recording{f, td, runsBySpan(td)})
		}
	}
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			compared := 0
			for _, r := range recordings {
				if slices.Contains(v.means, r.Dialect) {
					continue // what is changed is what says something
				}
				got := runsBySpan(v.of(r.traces))
				for id, want := range r.runs {
					compared++
					is := got[id]
					assert.Equal(t, v.view(&want), v.view(&is), "%s: %s", r.File, want.Name)
				}
			}
			assert.Greater(t, compared, 500)
		})
	}
}

// of returns a copy of td in other words.
func (v *variant) of(td ptrace.Traces) ptrace.Traces {
	changed := ptrace.NewTraces()
	td.CopyTo(changed)
	for _, rs := range changed.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				v.change(rs, ss, span)
			}
		}
	}
	return changed
}

// view is what shall stay of a run.
func (v *variant) view(r *run.Run) map[string]any {
	m := map[string]any{
		"kind": r.Kind, "usage": r.Usage, "failed": r.Error != "", "inputs": golden.Meaning(r.Inputs), "outputs": golden.Meaning(r.Outputs),
		"thread": r.Metadata.Text("thread_id"), "user": r.Metadata.Text("user_id"), "provider": r.Metadata.Text("ls_provider"),
		"model": r.Metadata.Text("ls_model_name"), "parent": r.ParentID,
	}
	if !v.renames {
		m["name"] = r.Name
	}
	if v.anyProvider {
		delete(m, "provider")
	}
	if v.cuts {
		m["inputs"], m["outputs"] = r.Inputs != nil, r.Outputs != nil
	}
	return m
}
