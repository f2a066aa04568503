// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "github.com/otelcol-langsmith/otelcol-langsmith/internal/run"

// appendTools appends the definitions of tools as OpenAI writes them, {"type":"function","function":{…}}, of whatever
// shape the library wrote: flat with parameters, inputSchema or input_schema, Gemini's functionDeclarations, or bare
// names. What is no function, like a provider's own search, stays as it is.
func appendTools(b []byte, list string) []byte {
	for item := range elements(list) {
		if isString(item) {
			if inner := parse(unquote(item)); isObject(inner) {
				item = inner
			}
		}
		if declarations := member(item, "functionDeclarations", "function_declarations"); isArray(declarations) {
			b = appendTools(b, declarations)
			continue
		}
		b = appendTool(appendComma(b), item)
	}
	return b
}

func appendTool(b []byte, item string) []byte {
	if spec := member(item, "toolSpec"); isObject(spec) { // Bedrock
		item = spec
	}
	name := member(item, "name")
	if isString(item) {
		name = item
	}
	kind := memberText(item, "type")
	if !isString(name) || member(item, "function") != "" || kind != "" && kind != "function" {
		return append(b, item...)
	}
	b = append(append(b, `{"type":"function","function":{"name":`...), name...)
	schema := member(item,
		"parameters", "inputSchema", "input_schema", "parametersJsonSchema", "parameters_json_schema")
	if inner := member(schema, "json"); isObject(inner) {
		schema = inner
	}
	for _, m := range [...]struct{ name, raw string }{
		{"description", member(item, "description")}, {"parameters", schema},
	} {
		if m.raw != "" {
			b = append(appendName(b, m.name), m.raw...)
		}
	}
	return append(b, "}}"...)
}

// setTools adds the definitions of the tools that a model was offered.
func (v *view) setTools(f *Fields, list string) {
	if !isArray(list) || f.Invocation.Has("tools") {
		return
	}
	if b := appendTools([]byte{'['}, list); len(b) > 1 {
		f.setParameter("tools", run.RawJSON(string(append(b, ']'))))
	}
}
