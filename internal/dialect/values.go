// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// text returns v when it is a string, and nothing otherwise.
func text(v pcommon.Value) string {
	if v.Type() == pcommon.ValueTypeStr {
		return v.Str()
	}
	return ""
}

// scalarText writes a scalar as text: identifiers arrive as numbers too.
func scalarText(v pcommon.Value) string {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return v.Str()
	case pcommon.ValueTypeInt:
		return strconv.FormatInt(v.Int(), 10)
	case pcommon.ValueTypeBool:
		return strconv.FormatBool(v.Bool())
	case pcommon.ValueTypeDouble:
		if f := v.Double(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
	}
	return ""
}

// identifier is scalarText without the quotes that MLflow puts around every text.
func identifier(v pcommon.Value) string {
	s := scalarText(v)
	if len(s) > len(`""`) && s[0] == '"' && s[len(s)-1] == '"' && isJSON(s) {
		return unquote(s)
	}
	return s
}

// isBlank reports whether s is one of the texts that libraries write for "nothing here". Such a value must not win
// over a later, filled source.
func isBlank(s string) bool {
	switch {
	case s == "":
		return true
	case len(s) > maxBlank || !blankFirst[s[0]]:
		return false // nearly every text
	}
	switch strings.TrimSpace(s) {
	case "", "{}", "[]", "null", "None", "N/A", "undefined", `""`, "<not specified>", "<REDACTED>", "[REDACTED]", "__REDACTED__":
		return true
	}
	return false
}

// blankFirst is how placeholders begin, with or without white space before them.
var blankFirst = func() (first [256]bool) {
	for _, c := range []byte("{[nNu\"<_ \t\r\n\v\f") {
		first[c] = true
	}
	for c := utf8.RuneSelf; c < len(first); c++ { // white space beyond ASCII
		first[c] = true
	}
	return first
}()

// maxBlank is longer than every placeholder known, with some white space.
const maxBlank = 24

// isTrue accepts the bool and the texts that JavaScript and Python make of it.
func isTrue(v pcommon.Value) bool {
	switch v.Type() {
	case pcommon.ValueTypeBool:
		return v.Bool()
	case pcommon.ValueTypeStr:
		return strings.EqualFold(v.Str(), "true")
	}
	return false
}

// isFalse is not the opposite of isTrue: what says nothing is neither.
func isFalse(v pcommon.Value) bool {
	switch v.Type() {
	case pcommon.ValueTypeBool:
		return !v.Bool()
	case pcommon.ValueTypeStr:
		return strings.EqualFold(v.Str(), "false")
	}
	return false
}
