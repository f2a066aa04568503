// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// maxExact is the largest integer that every JSON reader keeps, 2^53: LangSmith before self-hosted 0.16 reads numbers
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
	if s, ok := r.Metadata["ls_provider"].(string); ok && s != "" {
		a.str(attrSystem, s)
	}
	var others []byte
	for _, key := range sortedKeys(r.Invocation) {
		value := r.Invocation[key]
		if name, ok := requestAttrs[key]; ok && isScalar(value) {
			putScalar(a, "", name, value)
			continue
		}
		others = appendMember(others, key, value)
	}
	if len(others) > 0 {
		a.json(attrInvocation, append(others, '}'))
	}
	if _, told := r.Invocation["model"]; told {
		return
	}
	if s, ok := r.Metadata["ls_model_name"].(string); ok && s != "" {
		a.str(requestAttrs["model"], s)
	}
}

func writeMetadata(a attrs, metadata map[string]any) {
	for _, key := range sortedKeys(metadata) {
		putScalar(a, attrMetadata, valid(key), metadata[key])
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func isScalar(v any) bool {
	_, isJSON := v.([]byte)
	return !isJSON
}

// putScalar writes v so that it arrives as it is: integers that a double cannot hold, and numbers that JSON does not
// know, as text. A value of a type that runs do not have is left out.
func putScalar(a attrs, prefix, key string, v any) {
	switch v := v.(type) {
	case string:
		a.prefixed(prefix, key, v)
	case bool:
		a.bool(prefix, key, v)
	case int64:
		if v > maxExact || v < -maxExact {
			a.prefixed(prefix, key, strconv.FormatInt(v, 10))
			return
		}
		a.int(prefix, key, v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			a.prefixed(prefix, key, strconv.FormatFloat(v, 'g', -1, 64))
			return
		}
		a.double(prefix, key, v)
	case []byte:
		a.prefixed(prefix, key, string(v))
	}
}

// appendMember adds a member to a JSON object whose closing brace is still missing. JSON that is not valid goes as a
// string.
func appendMember(object []byte, key string, v any) []byte {
	value, ok := v.([]byte)
	if !ok || !json.Valid(value) {
		value = scalarJSON(v)
	}
	if value == nil {
		return object
	}
	lead := byte(',')
	if len(object) == 0 {
		lead = '{'
	}
	object = append(object, lead)
	object = append(object, quoted(key)...)
	object = append(object, ':')
	return append(object, value...)
}

func scalarJSON(v any) []byte {
	switch v := v.(type) {
	case string:
		return quoted(v)
	case []byte:
		return quoted(string(v))
	case bool:
		return strconv.AppendBool(nil, v)
	case int64:
		if v > maxExact || v < -maxExact {
			return quoted(strconv.FormatInt(v, 10))
		}
		return strconv.AppendInt(nil, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return quoted(strconv.FormatFloat(v, 'g', -1, 64))
		}
		return strconv.AppendFloat(nil, v, 'g', -1, 64)
	}
	return nil
}

// quoted is s as a JSON string. A string can always be written.
func quoted(s string) []byte {
	b, err := json.Marshal(valid(s))
	if err != nil {
		return []byte(`""`)
	}
	return b
}

// valid makes a protobuf string of s: one wrong byte would cost the whole request.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
