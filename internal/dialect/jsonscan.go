// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/jsontext"
)

// JSON arrives as text and leaves as text: it is checked once and then cut into pieces, which stay slices of the
// attribute. Decoding into values would lose integers beyond 2^53, the order of members and most of the speed.

// maxDepth is deeper than any message or tool schema on record. What is nested deeper is shown as text.
const maxDepth = 128

func isJSON(s string) bool { return jsontext.Valid(s, maxDepth) }

func skipSpace(s string, i int) int { return jsontext.SkipSpace(s, i) }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func valueEnd(s string, i int) int  { return jsontext.ValueEnd(s, i) }
func stringEnd(s string, i int) int { return jsontext.StringEnd(s, i) }

// elements yields the raw items of a valid JSON array; of anything else, nothing.
func elements(raw string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if raw == "" || raw[0] != '[' {
			return
		}
		for i := skipSpace(raw, 1); raw[i] != ']'; i = skipSpace(raw, i) {
			end := valueEnd(raw, i)
			if !yield(raw[i:end]) {
				return
			}
			if i = skipSpace(raw, end); raw[i] == ',' {
				i++
			}
		}
	}
}

// members yields the names and raw values of a valid JSON object; of anything else, nothing.
func members(raw string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if raw == "" || raw[0] != '{' {
			return
		}
		for i := skipSpace(raw, 1); raw[i] != '}'; i = skipSpace(raw, i) {
			end := stringEnd(raw, i)
			name := unquote(raw[i:end])
			i = skipSpace(raw, skipSpace(raw, end)+1)
			end = valueEnd(raw, i)
			if !yield(name, raw[i:end]) {
				return
			}
			if i = skipSpace(raw, end); raw[i] == ',' {
				i++
			}
		}
	}
}

// member returns the raw value of the first of the names that the object has, and is not null.
func member(raw string, names ...string) string {
	best, found := len(names), ""
	for k, v := range members(raw) {
		for i, name := range names[:best] {
			if k == name && v != "null" {
				best, found = i, v
				break
			}
		}
		if best == 0 {
			break
		}
	}
	return found
}

// choice is what member finds for some names. Several are found in one pass.
type choice struct {
	names []string
	value string
	best  int
}

func find(raw string, choices ...*choice) {
	for _, c := range choices {
		c.value, c.best = "", len(c.names)
	}
	for k, v := range members(raw) {
		if v == "null" {
			continue
		}
		for _, c := range choices {
			if i := slices.Index(c.names[:c.best], k); i >= 0 {
				c.best, c.value = i, v
			}
		}
	}
}

// memberText is member for texts: empty when the value is not a string.
func memberText(raw string, names ...string) string {
	if m := member(raw, names...); isString(m) {
		return unquote(m)
	}
	return ""
}

func isObject(raw string) bool { return raw != "" && raw[0] == '{' }
func isArray(raw string) bool  { return raw != "" && raw[0] == '[' }
func isString(raw string) bool { return raw != "" && raw[0] == '"' }

// unquote returns the text of a valid JSON string.
func unquote(raw string) string {
	if len(raw) < 2 || raw[0] != '"' {
		return raw
	}
	return jsontext.Unquote(raw)
}

// parse returns s as raw JSON when it is an object, an array or a quoted text, with up to two levels of quoting taken
// off where JSON comes out; else "". Numbers and words stay text: a user may well have typed them.
func parse(s string) string {
	raw := trimSpace(s)
	if raw == "" || raw[0] != '{' && raw[0] != '[' && raw[0] != '"' || !isJSON(raw) {
		return ""
	}
	for range maxUnwrap {
		if raw[0] != '"' {
			break
		}
		inner := trimSpace(unquote(raw))
		if inner == "" || inner[0] != '{' && inner[0] != '[' && inner[0] != '"' || !isJSON(inner) {
			break
		}
		raw = inner
	}
	return raw
}

// trimSpace is strings.TrimSpace with a short way for texts that have no space around them.
func trimSpace(s string) string {
	if s == "" || isPlain(s[0]) && isPlain(s[len(s)-1]) {
		return s
	}
	return strings.TrimSpace(s)
}

func isPlain(c byte) bool { return c > ' ' && c < utf8.RuneSelf }

// maxUnwrap is how often JSON is found quoted inside JSON in recorded traces.
const maxUnwrap = 2
