// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "github.com/otelcol-langsmith/otelcol-langsmith/internal/run"

// traceloop is OpenLLMetry's workflow spans. Their model calls speak genAI or genAIIndexed.
// See https://github.com/traceloop/openllmetry
type traceloop struct{ silent }

var (
	kEntityName   = attr("traceloop.entity.name")
	kEntityInput  = attr("traceloop.entity.input")
	kEntityOutput = attr("traceloop.entity.output")
	kWorkflow     = attr("traceloop.workflow.name")
	_             = []slot{attr("traceloop.entity.path"), attr("traceloop.span.kind")}
)

func (traceloop) name(v *view) string { return v.text(kEntityName) }

// inputs takes the call's arguments out of {"args":[…],"kwargs":{…}}, and LangChain's inputs out of what stands
// beside them.
func (traceloop) inputs(b []byte, v *view) []byte { return v.entityInput(b, kEntityInput) }

var (
	inputsNames = []string{"inputs"}
	argsNames   = []string{"args"}
	kwargsNames = []string{"kwargs"}
)

func (v *view) entityInput(b []byte, s slot) []byte {
	if !v.has(s) {
		return b
	}
	raw := v.raw(s)
	in, positional, named := choice{names: inputsNames}, choice{names: argsNames}, choice{names: kwargsNames}
	find(raw, &in, &positional, &named)
	args, kwargs := positional.value, named.value
	switch {
	case !isArray(args) && isObject(in.value):
		return appendWrapped(b, in.value, "input")
	case !isArray(args) && !isObject(kwargs):
		return v.inputAt(b, s)
	case length(args) == 0 && isBlank(orNull(kwargs)):
		return b
	case length(args) == 0:
		return v.appendRawInput(b, kwargs)
	case length(args) == 1 && isBlank(orNull(kwargs)):
		for arg := range elements(args) {
			if inner := parse(unquote(arg)); inner != "" {
				arg = inner
			}
			return v.appendRawInput(b, arg)
		}
	}
	return append(b, raw...)
}

func orNull(raw string) string {
	if raw == "" {
		return "null"
	}
	return raw
}

func (traceloop) outputs(b []byte, v *view) []byte { return v.entityOutput(b, kEntityOutput) }

func (v *view) entityOutput(b []byte, s slot) []byte {
	if !v.has(s) {
		return b
	}
	if raw := v.raw(s); isObject(member(raw, "kwargs")) && member(raw, "outputs") != "" {
		return appendWrapped(b, member(raw, "outputs"), "output")
	}
	return v.outputAt(b, s)
}

func (traceloop) details(v *view, f *Fields) {
	if w := v.text(kWorkflow); w != "" {
		f.meta("workflow_name", run.Str(w))
	}
	f.metaFields(v.fields, "traceloop.association.properties.")
}
