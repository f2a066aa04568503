// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"slices"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

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
	argsNames   = []string{"args"}
	kwargsNames = []string{"kwargs"}
)

func (v *view) entityInput(b []byte, s slot) []byte {
	if !v.has(s) {
		return b
	}
	raw := v.raw(s)
	positional, named := choice{names: argsNames}, choice{names: kwargsNames}
	find(raw, &positional, &named)
	args, kwargs := positional.value, named.value
	if !isArray(args) {
		if in, told := besideKwargs(raw, "inputs", "input_str"); told {
			return v.appendArgument(b, in)
		}
	}
	switch {
	case !isArray(args) && !isObject(kwargs):
		return v.inputAt(b, s)
	case length(args) == 0 && isBlank(orNull(kwargs)):
		return b
	case length(args) == 0:
		return v.appendRawInput(b, kwargs)
	case length(args) == 1 && isBlank(orNull(kwargs)):
		for arg := range elements(args) {
			return v.appendRawInput(b, innerJSON(arg))
		}
	}
	return append(b, raw...)
}

// besideKwargs returns what LangChain's callbacks were given, the first of the names that is not null, out of the
// object in which it stands beside their arguments. Of such an object without arguments it is an object, too.
func besideKwargs(raw string, names ...string) (value string, told bool) {
	kwargs := false
	for k, v := range members(raw) {
		kwargs = kwargs || k == "kwargs" && isObject(v)
		told = told || slices.Contains(names, k)
	}
	if value = member(raw, names...); !told || !kwargs && !isObject(value) {
		return "", false
	}
	return value, true
}

// appendArgument appends what a call was given, unless that is nothing.
func (v *view) appendArgument(b []byte, raw string) []byte {
	if raw = innerJSON(orNull(raw)); isBlank(raw) {
		return b
	}
	return v.appendRawInput(b, raw)
}

// innerJSON takes the quotes off a text that holds JSON.
func innerJSON(raw string) string {
	if inner := parse(unquote(raw)); isString(raw) && inner != "" {
		return inner
	}
	return raw
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
	raw := v.raw(s)
	if isObject(member(raw, "kwargs")) {
		if out, told := besideKwargs(raw, "outputs", "output"); told {
			if out = innerJSON(orNull(out)); isBlank(out) {
				return b
			}
			return v.appendWhole(b, v.values[s], out)
		}
	}
	return v.outputAt(b, s)
}

func (traceloop) details(v *view, f *Fields) {
	if w := v.text(kWorkflow); w != "" {
		f.meta("workflow_name", run.Str(w))
	}
	if f.Session == "" { // LangChain's metadata, where nothing else has taken it up
		f.Session = memberText(member(v.raw(kEntityInput), "metadata"), conversationNames...)
	}
	f.metaFields(v.fields, "traceloop.association.properties.")
}
