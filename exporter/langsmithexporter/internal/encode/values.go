// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// maxExact is the largest integer that every JSON reader keeps, 2^53 (assumption 17): LangSmith before self-hosted 0.16 reads numbers
// as doubles.
const maxExact = 1 << 53

// requestAttrs are the parameters of a model call that LangSmith reads one by one. The others go into one JSON
// attribute.
var requestAttrs = map[string]string{
	"model":             "gen_ai.request.model",
	"temperature":       "gen_ai.request.temperature",
	"top_p":             "gen_ai.request.top_p",
	"top_k":             "gen_ai.request.top_k",
	"max_tokens":        "gen_ai.request.max_tokens",
	"frequency_penalty": "gen_ai.request.frequency_penalty",
	"presence_penalty":  "gen_ai.request.presence_penalty",
	"seed":              "gen_ai.request.seed",
}

// attrInvocation holds what requestAttrs does not: LangSmith merges the object into the invocation parameters, lists
// included.
const attrInvocation = "llm.invocation_parameters"

// writeModel writes provider, model and the parameters of the call.
func writeModel(a attrs, r *run.Run) {
	if s := r.Metadata.Text("ls_provider"); s != "" {
		a.str(attrSystem, s)
	}
	var others []byte
	for _, v := range r.Invocation {
		if name, ok := requestAttrs[v.Name]; ok && v.Type() != run.JSON && !unpriced(r, v.Name) {
			putScalar(a, "", name, v.Value)
			continue
		}
		others = appendMember(others, v)
	}
	if len(others) > 0 {
		a.json(attrInvocation, append(others, '}'))
	}
	if model := modelParameter(r); model != "" {
		a.str(requestAttrs["model"], model)
	}
}

// unpriced reports whether a parameter is the model of a run that has none in its metadata, as an agent's: of the
// attribute, LangSmith's converter would make one.
func unpriced(r *run.Run, name string) bool {
	return name == "model" && !r.Metadata.Has("ls_model_name")
}

// modelParameter is the model that the parameters of the call do not name themselves, or nothing.
func modelParameter(r *run.Run) string {
	if r.Invocation.Has("model") {
		return ""
	}
	return r.Metadata.Text("ls_model_name")
}

func writeMetadata(a attrs, metadata run.Values) {
	for _, v := range metadata {
		putScalar(a, attrMetadata, valid(v.Name), v.Value)
	}
}

// putScalar writes v so that it arrives as it is: integers that a double cannot hold, and numbers that JSON does not
// know, as text.
func putScalar(a attrs, prefix, key string, v run.Value) {
	switch {
	case v.Type() == run.Absent:
	case v.Type() == run.Bool:
		a.bool(prefix, key, v.Bool())
	case v.Type() == run.Int && isExact(v.Int()):
		a.int(prefix, key, v.Int())
	case v.Type() == run.Float && isFinite(v.Float()):
		a.double(prefix, key, v.Float())
	default:
		a.prefixed(prefix, key, v.String())
	}
}

func isExact(n int64) bool { return n <= maxExact && n >= -maxExact }

func isFinite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// appendMember adds a member to a JSON object whose closing brace is still missing.
func appendMember(object []byte, v run.Named) []byte {
	if v.Type() == run.Absent {
		return object
	}
	lead := byte(',')
	if len(object) == 0 {
		lead = '{'
	}
	object = append(appendString(append(object, lead), v.Name), ':')
	return appendValue(object, v.Value)
}

// appendValue writes v as JSON by putScalar's rules.
func appendValue(b []byte, v run.Value) []byte {
	switch {
	case v.Type() == run.JSON:
		return append(b, v.Text()...)
	case v.Type() == run.Bool:
		return strconv.AppendBool(b, v.Bool())
	case v.Type() == run.Int && isExact(v.Int()):
		return strconv.AppendInt(b, v.Int(), 10)
	case v.Type() == run.Float && isFinite(v.Float()):
		return strconv.AppendFloat(b, v.Float(), 'g', -1, 64)
	}
	return appendString(b, v.String())
}

// quoted is s as a JSON string.
func quoted(s string) []byte { return appendString(nil, s) }

// valid makes a protobuf string of s: one wrong byte would cost the whole request.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
