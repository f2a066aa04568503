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
		t := readTool(item)
		if isArray(t.declarations.value) {
			b = appendTools(b, t.declarations.value)
			continue
		}
		if isObject(t.spec.value) {
			t = readTool(t.spec.value)
		}
		b = t.append(appendComma(b))
	}
	return b
}

// tool is the definition of one.
type tool struct {
	raw string

	name, kind, function, description choice
	schema, declarations, spec        choice
}

var (
	toolNames         = []string{"name"}
	typeNames         = []string{"type"}
	functionNames     = []string{"function"}
	descriptionNames  = []string{"description"}
	specNames         = []string{"toolSpec"} // Bedrock
	declarationsNames = []string{"functionDeclarations", "function_declarations"}
	schemaNames       = []string{
		"parameters", "inputSchema", "input_schema", "parametersJsonSchema", "parameters_json_schema",
	}
)

func readTool(raw string) tool {
	t := tool{
		raw: raw, name: choice{names: toolNames}, kind: choice{names: typeNames},
		function: choice{names: functionNames}, description: choice{names: descriptionNames},
		schema: choice{names: schemaNames}, declarations: choice{names: declarationsNames},
		spec: choice{names: specNames},
	}
	find(raw, &t.name, &t.kind, &t.function, &t.description, &t.schema, &t.declarations, &t.spec)
	return t
}

func (t *tool) append(b []byte) []byte {
	name, kind := t.name.value, t.kind.value
	if isString(t.raw) {
		name = t.raw
	}
	isOther := isString(kind) && kind != `""` && unquote(kind) != "function"
	if !isString(name) || t.function.value != "" || isOther {
		return append(b, t.raw...)
	}
	b = append(append(b, `{"type":"function","function":{"name":`...), name...)
	schema := t.schema.value
	if inner := member(schema, "json"); isObject(inner) {
		schema = inner
	}
	for _, m := range [...]struct{ name, raw string }{{"description", t.description.value}, {"parameters", schema}} {
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
	v.scratch = append(appendTools(append(v.scratch[:0], '['), list), ']')
	if len(v.scratch) > len("[]") {
		f.setParameter("tools", run.RawJSON(string(v.scratch)))
	}
}
