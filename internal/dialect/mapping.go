// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"maps"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

//go:generate go run ../../cmd/docgen -o ../../docs/mapping.md

// Source is what one dialect reads for one part of a run.
type Source struct {
	Dialect    string
	Attributes []string // in alphabetical order; N stands for a number, * for the rest of a name
}

// Part is one part of a run and where it comes from, the first source that is filled before all others.
type Part struct {
	Name    string
	Sources []Source
}

// Mapping tells which attributes each part of a run is read from. It is found out by asking the dialects about spans of
// one attribute each, so that it says what the code does.
func Mapping() []Part {
	questions := allQuestions()
	for _, name := range probeNames() {
		for _, c := range probeContexts {
			for _, kind := range probeKinds {
				for _, value := range probeValues {
					askAll(questions, name, probeSpan(c, name, value), probeSpan(c, probeName{}, nil), kind)
				}
			}
		}
	}
	var parts []Part
	for _, q := range questions {
		parts = append(parts, Part{q.name, q.sources()})
	}
	return append(parts,
		Part{"session", []Source{{"all", ConversationKeys()}}},
		Part{"user", []Source{{"all", namesOf(userKeys...)}}},
		Part{"project", []Source{{"all", namesOf(kProject, kVercelProject)}}},
	)
}

// namesOf returns the names of attributes, in the order given.
func namesOf(slots ...slot) []string {
	var all []string
	for _, s := range slots {
		for name, of := range known {
			if of == s {
				all = append(all, name)
			}
		}
	}
	return all
}

// question is one that precedence decides about.
type question struct {
	name    string
	table   []voice
	model   *bool // whether it is about model calls; nil: about all runs
	answers func(dialect, *view) bool
	told    []map[string]bool // for each dialect of the table, what it has an answer to
}

func allQuestions() []*question {
	yes, no := true, false
	ins := func(d dialect, v *view) bool { return len(d.inputs(nil, v)) > len("{}") }
	outs := func(d dialect, v *view) bool { return len(d.outputs(nil, v)) > len("{}") }
	return []*question{
		{name: "name", table: names, answers: func(d dialect, v *view) bool { return d.name(v) != "" }},
		{name: "provider and model", table: models, answers: saysModel},
		{name: "usage", table: usages, answers: saysUsage},
		{name: "inputs of model calls", table: modelContents, model: &yes, answers: ins},
		{name: "outputs of model calls", table: modelContents, model: &yes, answers: outs},
		{name: "inputs of all other runs", table: stepContents, model: &no, answers: ins},
		{name: "outputs of all other runs", table: stepContents, model: &no, answers: outs},
		{name: "parameters, metadata, tags, first token", table: details, answers: saysDetails},
	}
}

func saysModel(d dialect, v *view) bool {
	provider, model := d.model(v)
	return model != "" || provider != "" && !isClaudeCode(v.Scope)
}

func saysUsage(d dialect, v *view) bool {
	c := noCounts
	d.usage(v, &c)
	c.exclusiveInput, c.exclusiveOutput = false, false
	return c != noCounts
}

func saysDetails(d dialect, v *view) bool {
	var f Fields
	d.details(v, &f)
	return len(f.Metadata)+len(f.Invocation)+len(f.Tags) > 0 || !f.FirstToken.IsZero()
}

// askAll asks every dialect about a span, and about the same without the attribute in question.
func askAll(questions []*question, name probeName, with, without Span, kind run.Kind) {
	v, base := newView(with), newView(without)
	defer v.release()
	defer base.release()
	v.kind, base.kind = kind, kind
	for _, q := range questions {
		if q.model != nil && *q.model != (kind == run.LLM) {
			continue
		}
		if q.told == nil {
			q.told = make([]map[string]bool, len(q.table))
		}
		for i, d := range q.table {
			if !q.told[i][name.shown] && q.answers(d.dialect, v) && !q.answers(d.dialect, base) {
				if q.told[i] == nil {
					q.told[i] = map[string]bool{}
				}
				q.told[i][name.shown] = true
			}
		}
	}
}

func (q *question) sources() []Source {
	var sources []Source
	for i, told := range q.told {
		if len(told) > 0 {
			sources = append(sources, Source{titles[q.table[i].dialect], slices.Sorted(maps.Keys(told))})
		}
	}
	return sources
}

var titles = map[dialect]string{
	langsmith{}: "LangSmith", langfuse{}: "Langfuse", openInference{}: "OpenInference",
	openInferenceValue{}: "OpenInference, whole values", traceloop{}: "OpenLLMetry", vercel{}: "AI SDK",
	adk{}: "Google ADK", genkit{}: "Genkit", liveKit{}: "LiveKit", claudeCode{}: "Claude Code", mastra{}: "Mastra",
	genAI{}: "OpenTelemetry GenAI", genAIEvents{}: "OpenTelemetry GenAI 1.28 to 1.36, events",
	genAIIndexed{}: "OpenLLMetry, flattened messages", genAIText{}: "OpenTelemetry GenAI up to 1.27",
	logfire{}: "Logfire and Pydantic AI", vectorDB{}: "OpenLLMetry, vector databases", liteLLM{}: "LiteLLM",
	pipecat{}: "Pipecat", agentOps{}: "AgentOps", sentry{}: "Sentry", braintrust{}: "Braintrust",
	confident{}: "Confident AI",
	haystack{}:  "Haystack", springAI{}: "Spring AI", n8n{}: "n8n", codex{}: "Codex CLI",
	genAISystem{}: "OpenTelemetry GenAI, instructions alone", generic{}: "others", unspoken{}: "names that end in prompt, answer and the like",
	cutOff{}: "documents that were cut",
}

// probeValues are what attributes hold: for each dialect at least one that means something to it.
var probeValues = []any{
	"x", int64(7), 0.5, "2026-01-01T00:00:01Z", `["x"]`, `[{"role":"user","content":"x","type":"function","name":"f"}]`,
	`{"role":"assistant","content":{"role":"model","parts":[{"text":"x"}]},"contents":[{"role":"user","parts":[{"text":"x"}]}],` +
		`"messages":[{"role":"user","content":"x"}],"message":{"role":"assistant","content":"x"},"args":["x"],"kwargs":{},` +
		`"usageMetadata":{"promptTokenCount":7},"usage":{"inputTokens":7,"input_tokens":7},"input_tokens":7,"input":7,` +
		`"value":{"promptTokens":7},"cache_read":7,"reasoning":7,"total":0.5,"anthropic":{"usage":{"cache_read_input_tokens":7}}}`,
}

// probeKinds are the kinds of runs that dialects tell apart.
var probeKinds = []run.Kind{run.LLM, run.Chain, run.Tool, run.Retriever, run.Embedding, run.Prompt}

// context is what some dialects want to see before they say anything.
type context struct{ scope, span, attribute, value string }

var probeContexts = []context{
	{},
	{scope: "com.anthropic.claude_code.tracing"},
	{scope: "codex_exec", span: "session_task.turn"},
	{scope: "pipecat"},
	{attribute: "langsmith.traceable", value: "true"},
	{attribute: "openinference.span.kind", value: "TOOL"},
	{attribute: "ai.operationId", value: "ai.generateText"},
	{attribute: "gen_ai.operation.name", value: "invoke_agent"},
	{attribute: "output.value", value: "x"},
}

// probeName is an attribute, or an event, and how it is shown.
type probeName struct{ shown, event, attribute string }

func probeNames() []probeName {
	all := []probeName{
		{"event gen_ai.user.message", "gen_ai.user.message", "content"},
		{"event gen_ai.choice", "gen_ai.choice", "message"},
		{"event tool.output", "tool.output", "output"},
		{"event claude_code.assistant_response", "claude_code.assistant_response", "response"},
		{"event codex.user_prompt", "codex.user_prompt", "prompt"},
		{"event db.query.result", "db.query.result", "db.query.result.document"},
	}
	for name := range known {
		if !strings.HasPrefix(name, "event: ") {
			all = append(all, probeName{shown: name, attribute: name})
		}
	}
	for _, name := range families {
		all = append(all, probeName{shown: name + "*", attribute: name + "x"})
	}
	for name := range lists {
		for _, rest := range [...]string{
			"role", "message.content", "document.content", "embedding.text", "tool.json_schema", "name", "prompt.text",
			"completion.text",
		} {
			all = append(all, probeName{shown: name + ".N.*", attribute: name + ".0." + rest})
		}
	}
	return all
}

func probeSpan(c context, name probeName, value any) Span {
	span, scope := ptrace.NewSpan(), pcommon.NewInstrumentationScope()
	scope.SetName(c.scope)
	span.SetName(c.span)
	if c.attribute != "" {
		span.Attributes().PutStr(c.attribute, c.value)
	}
	to := span.Attributes()
	if name.event != "" {
		event := span.Events().AppendEmpty()
		event.SetName(name.event)
		to = event.Attributes()
	}
	switch value := value.(type) {
	case string:
		to.PutStr(name.attribute, value)
	case int64:
		to.PutInt(name.attribute, value)
	case float64:
		to.PutDouble(name.attribute, value)
	}
	return Span{Span: span, Resource: pcommon.NewMap(), Scope: scope}
}
