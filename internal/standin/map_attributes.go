// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/base64"
	"encoding/json"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// attributes reads the attributes of a span as the backend does: most rules see texts only.
type attributes struct{ pcommon.Map }

// str returns a text attribute, "" when it is absent or of another type.
func (a attributes) str(key string) string {
	v, ok := a.Get(key)
	if !ok || v.Type() != pcommon.ValueTypeStr {
		return ""
	}
	return v.Str()
}

func (a attributes) has(key string) bool {
	_, ok := a.Get(key)
	return ok
}

// first returns the first text that is not empty.
func (a attributes) first(keys ...string) string {
	for _, key := range keys {
		if s := a.str(key); s != "" {
			return s
		}
	}
	return ""
}

// firstInt returns the first integer. Doubles and texts are passed over.
func (a attributes) firstInt(keys ...string) (int64, bool) {
	for _, key := range keys {
		if v, ok := a.Get(key); ok && v.Type() == pcommon.ValueTypeInt {
			return v.Int(), true
		}
	}
	return 0, false
}

// object returns the text attribute key as a JSON object, nil when it is none.
func (a attributes) object(key string) map[string]any {
	return parseObject(a.str(key))
}

func parseObject(s string) map[string]any {
	v, ok := parseJSON(s)
	if !ok {
		return nil
	}
	object, _ := v.(map[string]any)
	return object
}

// parseJSON keeps numbers as they are written.
func parseJSON(s string) (any, bool) {
	if s == "" {
		return nil, false
	}
	var v any
	d := decoder([]byte(s))
	if d.Decode(&v) != nil || d.More() {
		return nil, false
	}
	return v, true
}

// wrapped is how the backend reads an input or output: a JSON object as it is, null as nothing, and any other text, a
// JSON array too, under key.
func wrapped(s, key string) map[string]any {
	v, ok := parseJSON(s)
	if ok && v == nil {
		return nil
	}
	if object, isObject := v.(map[string]any); isObject {
		return object
	}
	return map[string]any{key: s}
}

// maxValueDepth bounds the recursion into nested values. Nobody nests so deep on purpose.
const maxValueDepth = 64

// plain is a scalar as JSON has it. Arrays and maps come out as the backend writes them: its protobuf structs.
func plain(v pcommon.Value) any {
	switch v.Type() {
	case pcommon.ValueTypeSlice, pcommon.ValueTypeMap:
		return structOf(v, maxValueDepth)
	default:
		return scalar(v)
	}
}

func scalar(v pcommon.Value) any {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return v.Str()
	case pcommon.ValueTypeBool:
		return v.Bool()
	case pcommon.ValueTypeInt:
		return json.Number(strconv.FormatInt(v.Int(), 10))
	case pcommon.ValueTypeDouble:
		return finite(v.Double())
	case pcommon.ValueTypeBytes:
		return base64.StdEncoding.EncodeToString(v.Bytes().AsRaw())
	default:
		return nil
	}
}

// structOf writes the members of an array or map as Go's encoding of the protobuf types shows them: structured
// attributes are not usable at LangSmith, and should look so here.
func structOf(v pcommon.Value, depth int) any {
	if depth == 0 {
		return nil
	}
	values := []any{}
	if v.Type() == pcommon.ValueTypeSlice {
		for _, item := range v.Slice().All() {
			values = append(values, member(item, depth-1))
		}
	} else {
		for key, item := range v.Map().All() {
			values = append(values, map[string]any{"key": key, "value": member(item, depth-1)})
		}
	}
	return map[string]any{"values": values}
}

func member(v pcommon.Value, depth int) any {
	var name string
	var value any
	switch v.Type() {
	case pcommon.ValueTypeStr:
		name, value = "StringValue", v.Str()
	case pcommon.ValueTypeBool:
		name, value = "BoolValue", v.Bool()
	case pcommon.ValueTypeInt:
		name, value = "IntValue", scalar(v)
	case pcommon.ValueTypeDouble:
		name, value = "DoubleValue", scalar(v)
	case pcommon.ValueTypeBytes:
		name, value = "BytesValue", scalar(v)
	case pcommon.ValueTypeSlice:
		name, value = "ArrayValue", structOf(v, depth)
	case pcommon.ValueTypeMap:
		name, value = "KvlistValue", structOf(v, depth)
	default:
		return map[string]any{"Value": nil}
	}
	return map[string]any{"Value": map[string]any{name: value}}
}
