// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"math"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Bounds on metadata, so that a span cannot fill a run with what nobody searches for.
const (
	// maxMetadata is the number of entries of one run.
	maxMetadata = 128
	// maxMetadataText is the length of a value that an application declared to be metadata.
	maxMetadataText = 4096
	// maxPlainText is the length of an attribute that no dialect knows: longer ones are content.
	maxPlainText = 256
)

// families are the names under which users' own metadata stands.
var families = []string{
	"langsmith.metadata.", "ai.telemetry.metadata.", "ai.settings.", "traceloop.association.properties.",
	"langfuse.observation.metadata.", "langfuse.trace.metadata.", "lmnr.association.properties.metadata.",
	"mastra.metadata.", "braintrust.metadata.",
	"metadata.",
}

func isFamily(k string) bool {
	if k == "" || strings.IndexByte("ablmt", k[0]) < 0 {
		return false
	}
	for _, p := range families {
		if strings.HasPrefix(k, p) {
			return true
		}
	}
	return false
}

// meta adds metadata that is not there yet: dialects are asked in the order of trust.
func (f *Fields) meta(name string, value run.Value) {
	if len(f.Metadata) < maxMetadata {
		f.Metadata.AddNamed(&f.names, name, value)
	}
}

// metaValue adds an attribute as metadata if it is a scalar.
func (f *Fields) metaValue(name string, v pcommon.Value) {
	switch name {
	case "", "usage_metadata", "ls_invocation_params", "tags": // shown elsewhere
		return
	}
	f.meta(name, scalar(v, maxMetadataText))
}

// scalar returns a value as metadata holds it, or none: neither placeholders nor what JSON cannot express.
func scalar(v pcommon.Value, longest int) run.Value {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		if s := v.Str(); len(s) <= longest && !isBlank(s) {
			return run.Repaired(s)
		}
	case pcommon.ValueTypeBool:
		return run.Boolean(v.Bool())
	case pcommon.ValueTypeInt:
		return run.Integer(v.Int())
	case pcommon.ValueTypeDouble:
		if f := v.Double(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return run.Number(f)
		}
	}
	return run.Value{}
}

// metaFields adds the attributes of a family under what follows its prefix.
func (f *Fields) metaFields(fields []field, prefix string) {
	for _, m := range fields {
		if name, ok := strings.CutPrefix(m.name, prefix); ok && !isHTTPDump(name) {
			f.metaValue(name, m.value)
		}
	}
}

// metaObject adds the scalars of a JSON object.
func (f *Fields) metaObject(prefix, raw string) {
	for k, v := range members(raw) {
		if value := rawScalar(v); !isHTTPDump(k) {
			f.meta(prefix+k, value)
		}
	}
}

// rawScalar returns a JSON scalar as metadata holds it, or none.
func rawScalar(raw string) run.Value {
	switch {
	case raw == "" || raw == "null" || isObject(raw) || isArray(raw) || len(raw) > maxMetadataText:
		return run.Value{}
	case isString(raw):
		if s := unquote(raw); !isBlank(s) {
			return run.Str(s)
		}
		return run.Value{}
	case raw == "true", raw == "false":
		return run.Boolean(raw == "true")
	}
	return rawNumber(raw)
}

func rawNumber(raw string) run.Value {
	if n, err := strconv.ParseInt(raw, 10, 64); err == nil {
		return run.Integer(n)
	}
	if f, err := strconv.ParseFloat(raw, 64); err == nil {
		return run.Number(f)
	}
	return run.Value{}
}

// addRest keeps attributes that no dialect knows as metadata under their own names, if they are short and no content.
func (v *view) addRest(f *Fields) {
	for _, a := range v.rest {
		if isNoError(a) {
			continue
		}
		if a.value.Type() != pcommon.ValueTypeStr || !a.content && !isStructured(a.value) {
			f.meta(a.name, unquoted(scalar(a.value, maxPlainText)))
		}
	}
	if v.has(kClaudeModel) && !isClaudeCode(v.Scope) && f.Model == "" {
		f.meta("model", scalar(v.values[kClaudeModel], maxPlainText))
	}
	for _, s := range plainMetadata {
		if v.has(s.slot) && (s.slot != kResponseModel || !isNoModel(v.label(s.slot))) {
			f.meta(s.name, scalar(v.values[s.slot], maxPlainText))
		}
	}
}

// isNoError knows the errors that Micrometer has not seen, which it writes all the same.
func isNoError(a field) bool {
	return (a.name == "error" || a.name == "error.type" || a.name == "exception") && text(a.value) == noError
}

// noError is what Micrometer writes in place of an error.
const noError = "none"

// unquoted takes the quotes off that MLflow puts around every text.
func unquoted(v run.Value) run.Value {
	if s := v.Text(); len(s) > len(`""`) && s[0] == '"' && s[len(s)-1] == '"' && isJSON(s) {
		return run.Str(unquote(s))
	}
	return v
}

// plainMetadata is known attributes that are worth finding under their own names.
var plainMetadata = []struct {
	slot slot
	name string
}{
	{kOperation, "gen_ai.operation.name"},
	{kAgentName, "gen_ai.agent.name"},
	{kResponseModel, "gen_ai.response.model"},
	{attr("gen_ai.output.type"), "gen_ai.output.type"},
	{kGenAIWorkflow, "gen_ai.workflow.name"},
	{attr("openai.response.service_tier"), "service_tier"}, // a modifier of prices
	{attr("gen_ai.openai.response.service_tier"), "service_tier"},
	{attr("gen_ai.response.service_tier"), "service_tier"},
	{kMCPMethod, "mcp.method.name"},
	{kComponentName, "haystack.component.name"},
}

// isStructured reports whether a text is a JSON object or list: no scalar, whatever its type.
func isStructured(v pcommon.Value) bool {
	s := text(v)
	i := skipSpace(s, 0)
	return i < len(s) && (s[i] == '{' || s[i] == '[')
}

// isContent reports whether an attribute's name says that it holds what somebody said, asked or keeps secret.
func isContent(name string) bool {
	start := 0
	for i := range len(name) {
		switch name[i] {
		case '.', '_', ':', '-', '/':
			if isContentWord(name[start:i]) {
				return true
			}
			start = i + 1
		}
	}
	return isContentWord(name[start:])
}

// isContentWord converts words to lower case that may be one of its own.
func isContentWord(word string) bool {
	if len(word) < len("args") || len(word) > len("authorization") || contentInitials&(1<<(word[0]&31)) == 0 {
		return false
	}
	switch strings.ToLower(word) {
	case "prompt", "prompts", "completion", "completions", "content", "contents", "message", "messages", "input",
		"inputs",
		"output", "outputs", "argument", "arguments", "args", "result", "results", "body", "headers", "header",
		"query",
		"statement", "transcript", "instructions", "text", "cookie", "authorization", "password", "secret",
		"apikey", "token":
		return true
	}
	return false
}

// contentInitials has the last five bits of the letters, of either case, with which these words begin.
const contentInitials = 1<<('p'&31) | 1<<('c'&31) | 1<<('m'&31) | 1<<('i'&31) | 1<<('o'&31) | 1<<('a'&31) |
	1<<('r'&31) | 1<<('b'&31) | 1<<('h'&31) | 1<<('q'&31) | 1<<('s'&31) | 1<<('t'&31)

// param adds an invocation parameter from an attribute.
func (v *view) param(f *Fields, name string, s slot) {
	if v.has(s) {
		f.parameter(name, v.values[s])
	}
}

func (f *Fields) parameter(name string, value pcommon.Value) {
	if isEmpty(value) || f.Invocation.Has(name) {
		return
	}
	switch value.Type() {
	case pcommon.ValueTypeMap, pcommon.ValueTypeSlice:
		f.setParameter(name, run.RawJSON(string(appendAny(nil, value, 0))))
		return
	case pcommon.ValueTypeStr:
		if raw := parse(value.Str()); isObject(raw) || isArray(raw) {
			f.setParameter(name, run.RawJSON(raw))
			return
		}
	}
	s := scalar(value, maxMetadataText)
	if name == "stream" && (isTrue(value) || isFalse(value)) { // Python's LiteLLM writes "True"
		s = run.Boolean(isTrue(value))
	}
	f.setParameter(name, s)
}

// isUnset knows the values that libraries write for parameters that were not given.
func isUnset(name string, value run.Value) bool {
	return value.Type() == run.Int && value.Int() < 0 && strings.HasPrefix(name, "max_")
}

func (f *Fields) setParameter(name string, value run.Value) {
	if len(f.Invocation) >= maxMetadata {
		return
	}
	if value.Type() == run.String && numericParameters[name] {
		value = asNumber(value)
	}
	if isUnset(name, value) {
		return
	}
	f.Invocation.Add(name, value)
}

// numericParameters are numbers, even where Micrometer, which knows no others, writes texts.
var numericParameters = map[string]bool{
	"temperature": true, "top_p": true, "top_k": true, "max_tokens": true, "frequency_penalty": true,
	"presence_penalty": true, "seed": true, "n": true, "thinking_budget_tokens": true,
}

func asNumber(v run.Value) run.Value {
	s := v.Text()
	if s == "" || !isDigit(s[len(s)-1]) || !isJSON(s) { // no NaN, no infinity
		return v
	}
	return rawNumber(s)
}

// params adds the members of a JSON object as invocation parameters.
func (v *view) params(f *Fields, raw string) {
	for k, item := range members(raw) {
		switch {
		case k == "tools":
			v.setTools(f, item)
		case isObject(item), isArray(item):
			f.setParameter(k, run.RawJSON(item))
		default:
			f.setParameter(k, rawScalar(item))
		}
	}
}

// firstOf returns the first filled of the attributes.
func (v *view) firstOf(slots ...slot) pcommon.Value {
	for _, s := range slots {
		if v.filled[s] {
			return v.values[s]
		}
	}
	return pcommon.NewValueEmpty()
}

// firstTokenAfter reads the time to the first token, given in a unit of so many nanoseconds.
func (v *view) firstTokenAfter(f *Fields, s slot, unit float64) {
	if !f.FirstToken.IsZero() || !v.filled[s] {
		return
	}
	if n, ok := floating(v.values[s]); ok {
		v.firstTokenIn(f, n*unit)
	}
}

// firstTokenIn is firstTokenAfter for a number of nanoseconds.
func (v *view) firstTokenIn(f *Fields, nanoseconds float64) {
	if f.FirstToken.IsZero() && nanoseconds >= 0 && nanoseconds <= float64(maxFirstToken) {
		f.FirstToken = v.StartTimestamp().AsTime().Add(time.Duration(nanoseconds))
	}
}

// maxFirstToken is longer than any model thinks: what is later is a number in another unit.
const maxFirstToken = 24 * time.Hour

// firstTokenAt reads the time of the event that announces the first token.
func (v *view) firstTokenAt(f *Fields) {
	if v.filled[kFirstTokenEvent] && f.FirstToken.IsZero() {
		f.FirstToken = time.Unix(0, v.values[kFirstTokenEvent].Int()).UTC()
	}
}

func floating(v pcommon.Value) (float64, bool) {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return float64(v.Int()), true
	case pcommon.ValueTypeDouble:
		return v.Double(), !math.IsNaN(v.Double())
	}
	return 0, false
}
