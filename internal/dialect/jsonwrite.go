// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/jsontext"
)

func appendString(b []byte, s string) []byte  { return jsontext.AppendString(b, s) }
func appendName(b []byte, name string) []byte { return jsontext.AppendName(b, name) }
func appendComma(b []byte) []byte             { return jsontext.AppendComma(b) }
func quote(s string) string                   { return jsontext.Quote(s) }

// appendText appends a text as the JSON that it is, or else as a string.
func appendText(b []byte, s string) []byte {
	if raw := parse(s); raw != "" {
		return append(b, raw...)
	}
	return appendString(b, s)
}

// appendValue appends an attribute's value; JSON inside of texts is spliced in at the top and left as text below.
func appendValue(b []byte, v pcommon.Value) []byte {
	if v.Type() == pcommon.ValueTypeStr {
		return appendText(b, v.Str())
	}
	return appendAny(b, v, 0)
}

// appendAny appends any value as JSON. What JSON cannot express (NaN, infinities) or is nested too deeply becomes null.
func appendAny(b []byte, v pcommon.Value, depth int) []byte {
	if depth > maxDepth {
		return append(b, "null"...)
	}
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return appendString(b, v.Str())
	case pcommon.ValueTypeBool:
		return strconv.AppendBool(b, v.Bool())
	case pcommon.ValueTypeInt:
		return strconv.AppendInt(b, v.Int(), 10)
	case pcommon.ValueTypeDouble:
		return appendFloat(b, v.Double())
	case pcommon.ValueTypeBytes:
		return appendBytes(b, v.Bytes().AsRaw())
	case pcommon.ValueTypeMap:
		b = append(b, '{')
		for k, item := range v.Map().All() {
			b = appendAny(appendName(b, k), item, depth+1)
		}
		return append(b, '}')
	case pcommon.ValueTypeSlice:
		b = append(b, '[')
		for _, item := range v.Slice().All() {
			b = appendAny(appendComma(b), item, depth+1)
		}
		return append(b, ']')
	}
	return append(b, "null"...)
}

func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}

// appendBytes shows bytes as text when they are text: Python's SDK of LangSmith writes JSON as bytes.
func appendBytes(b []byte, raw []byte) []byte {
	if utf8.Valid(raw) {
		return appendText(b, string(raw))
	}
	return appendString(b, base64.StdEncoding.EncodeToString(raw))
}

// appendWrapped appends raw, a valid JSON value, as an object: objects as they are, lists of chat messages under
// "messages", anything else under name.
func appendWrapped(b []byte, raw, name string) []byte {
	switch {
	case isObject(raw) && !isLangChain(raw):
		return append(b, raw...)
	case isMessages(raw):
		return appendMessages(b, "", raw)
	}
	return append(append(appendName(append(b, '{'), name), raw...), '}')
}

// isMessages reports whether raw is a list of objects of which the first has a role, or is a message of LangChain's.
func isMessages(raw string) bool {
	for item := range elements(raw) {
		return isObject(item) && (member(item, "role") != "" || isItem(memberText(item, "type")) && member(item, "id") != "") ||
			isLangChain(item) && strings.Contains(member(item, "id"), `"messages"`)
	}
	return false
}

// isLangChain reports whether raw is an object that LangChain has serialised: one value, and no set of inputs or outputs.
func isLangChain(raw string) bool {
	return strings.Contains(raw, `"lc"`) && member(raw, "lc") != "" && member(raw, "kwargs") != ""
}
