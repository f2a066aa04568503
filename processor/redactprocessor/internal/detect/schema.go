// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// schemaWindow is how much of an object is looked at to tell the description of a field from the field. Schemas put
// the type first.
const schemaWindow = 160

var schemaTypes = []string{"string", "object", "array", "number", "integer", "boolean", "null"}

// isSchema tells whether the object at the beginning of s describes a value, as in the JSON schema of a tool, instead
// of holding it.
func isSchema(s string) bool {
	s = s[:min(len(s), schemaWindow)]
	if strings.HasPrefix(strings.TrimLeft(s, "{ \n\r\t\\"), `"$ref`) {
		return true // it is described elsewhere
	}
	before, after, found := strings.Cut(s, `"type`)
	if !found || strings.Contains(before, `"value`) {
		return false
	}
	after = strings.TrimLeft(after, "\\\": ")
	after = strings.TrimLeft(after, "[")
	after = strings.TrimLeft(after, "\\\" ")
	for _, t := range schemaTypes {
		if strings.HasPrefix(after, t) || cutOff(after, t) {
			return true
		}
	}
	return false
}

// isObject tells whether the bracket at v may begin an object or an array of JSON, and not a literal of a program:
// {fmt.Sprintf("Bearer %s", token)}. Of such a literal the strings are judged.
func isObject(s string, v int) bool {
	i := v + 1
	for i < len(s) && (isSpace(s[i]) || s[i] == '\\' || escapedLetter(s, i)) {
		i++
	}
	if s[v] == '[' || i >= len(s) || s[i] == '}' {
		return true
	}
	if s[i] != '"' {
		return false
	}
	end := closing(s, i)
	for end < len(s) && (s[end] == '\\' || s[end] == '"' || isSpace(s[end])) {
		end++
	}
	return end >= len(s) || s[end] == ':'
}

// cutOff tells whether s begins like the word and was cut off in it, with a marker of ours behind or not.
func cutOff(s, word string) bool {
	letters := run(s, 0, aLetter)
	rest := strings.TrimPrefix(s[letters:], "\u2026")
	return letters > 0 && strings.HasPrefix(word, s[:letters]) && (rest == "" || strings.HasPrefix(rest, "[truncated:"))
}
