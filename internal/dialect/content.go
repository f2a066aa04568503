// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// inputAt appends an attribute that holds a whole input as one object: chat messages for models, {"query":…} for
// retrievers, {"input":…} where it is no object.
func (v *view) inputAt(b []byte, s slot) []byte {
	return v.appendContent(b, v.values[s], v.rawAt(s), v.inputName())
}

// appendInput is inputAt for values that have no place of their own.
func (v *view) appendInput(b []byte, value pcommon.Value) []byte {
	return v.appendContent(b, value, v.rawOf(value), v.inputName())
}

func (v *view) inputName() string {
	if v.kind == run.Retriever {
		return "query"
	}
	return "input"
}

// outputAt appends an attribute that holds a whole output as one object: chat messages for models, documents for
// retrievers, and never the vectors of embeddings.
func (v *view) outputAt(b []byte, s slot) []byte { return v.appendWhole(b, v.values[s], v.rawAt(s)) }

// appendOutput is outputAt for values that have no place of their own.
func (v *view) appendOutput(b []byte, value pcommon.Value) []byte {
	return v.appendWhole(b, value, v.rawOf(value))
}

func (v *view) appendWhole(b []byte, value pcommon.Value, raw string) []byte {
	switch {
	case v.kind == run.Embedding && raw != "":
		if count, dimensions := countVectors(raw, 0); count > 0 {
			return appendEmbeddings(b, count, dimensions)
		}
	case v.kind == run.Tool:
		if inner := unwrapBlock(raw); len(inner) < len(raw) {
			return appendWrapped(b, inner, "output")
		}
	case v.kind == run.Retriever:
		if list := documentsIn(raw); list != "" {
			return appendDocuments(b, list)
		}
	}
	return v.appendContent(b, value, raw, "output")
}

// appendRawInput is appendInput for a value that is JSON already.
func (v *view) appendRawInput(b []byte, raw string) []byte {
	return appendWrapped(b, raw, v.inputName())
}

// appendTyped takes the wrapping off that LangWatch puts around values: {"type":"text","value":…}.
func (v *view) appendTyped(b []byte, s slot, whole func([]byte, pcommon.Value) []byte) []byte {
	raw := v.raw(s)
	inner := typedValue(raw)
	if inner == raw {
		return whole(b, v.values[s])
	}
	return whole(b, pcommon.NewValueStr(inner))
}

// typedValue returns what LangWatch has wrapped, which may be wrapped itself: an answer of LangChain in a list of one,
// a result of its tools.
func typedValue(raw string) string {
	for range maxTyped {
		kind, inner := memberText(raw, "type"), member(raw, "value")
		if inner == "" || !langWatchTypes[kind] || countMembers(raw) != len([...]string{"type", "value"}) {
			return raw
		}
		raw = inner
		if kind == "list" && length(raw) == 1 {
			for only := range elements(raw) {
				raw = only
			}
		}
	}
	return raw
}

// maxTyped is how often LangWatch wraps a value.
const maxTyped = 3

var langWatchTypes = map[string]bool{
	"text": true, "json": true, "raw": true, "list": true, "chat_messages": true, "guardrail_result": true,
	"evaluation_result": true,
}

// countMembers counts the members of an object.
func countMembers(raw string) int {
	n := 0
	for range members(raw) {
		n++
	}
	return n
}

// appendContent appends raw, or the value where that is no JSON.
func (v *view) appendContent(b []byte, value pcommon.Value, raw, name string) []byte {
	switch {
	case v.kind == run.LLM && isObject(raw):
		return appendDocument(b, raw)
	case v.kind == run.Tool:
		if raw = toolMessage(raw); raw == `"null"` {
			return b
		}
	}
	return appendNamed(b, value, raw, name)
}

// appendNamed appends raw as an object, under a name where it is none, or the value where that is no JSON.
func appendNamed(b []byte, value pcommon.Value, raw, name string) []byte {
	if raw == "" {
		b = appendName(append(b, '{'), name)
		return append(appendAny(b, value, 0), '}')
	}
	return appendWrapped(b, raw, name)
}

// toolMessage returns what the only message of a list says in a tool's name: TanStack tells arguments and results so.
func toolMessage(list string) string {
	if length(list) != 1 {
		return list
	}
	for m := range elements(list) {
		content := member(m, "content")
		if memberText(m, "role") != "tool" || !isString(content) || countMembers(m) != len([...]string{"role", "content"}) {
			break
		}
		return string(appendText(nil, unquote(content)))
	}
	return list
}

// maxVectorDepth is how deep vectors stand in the responses of providers and in documents that carry theirs.
const maxVectorDepth = 4

// countVectors looks for embeddings in raw, and says how many there are and how long each is.
func countVectors(raw string, depth int) (count, dimensions int) {
	add := func(item string) {
		n, d := countVectors(item, depth+1)
		count, dimensions = count+n, max(dimensions, d)
	}
	switch {
	case depth > maxVectorDepth:
	case isArray(raw) && isFlatVector(raw):
		return 1, length(raw)
	case isArray(raw):
		for item := range elements(raw) {
			add(item)
		}
	case isObject(raw):
		for k, item := range members(raw) {
			if k == "embedding" && isString(item) { // encoded in base64
				count++
			} else {
				add(item)
			}
		}
	}
	return count, dimensions
}

func isFlatVector(raw string) bool {
	for item := range elements(raw) {
		return item[0] == '-' || isDigit(item[0])
	}
	return false
}

func appendEmbeddings(b []byte, count, dimensions int) []byte {
	b = strconv.AppendInt(append(b, `{"embeddings":`...), int64(count), 10)
	if dimensions > 0 {
		b = strconv.AppendInt(append(b, `,"dimensions":`...), int64(dimensions), 10)
	}
	return append(b, '}')
}

func length(raw string) int {
	n := 0
	for range elements(raw) {
		n++
	}
	return n
}

// documentsIn finds the list of documents in a retriever's output.
func documentsIn(raw string) string {
	if isObject(raw) {
		raw = member(raw, "documents", "outputs", "output", "results", "matches", "nodes", "sourceNodes")
	}
	for item := range elements(raw) {
		if isArray(item) { // one list for each query
			return item
		}
		return raw
	}
	return ""
}

// appendDocuments brings a list of documents of any library into the shape of LangChain's, which LangSmith renders.
func appendDocuments(b []byte, list string) []byte {
	b = append(b, `{"documents":[`...)
	for item := range elements(list) {
		d := readDocument(item)
		b = d.append(appendComma(b))
	}
	return append(b, "]}"...)
}

// document is what a retriever found. Its values are raw JSON.
type document struct {
	content, metadata string
	extra             []member2
}

type member2 struct{ name, raw string }

// contentNames are the members in which documents keep their text.
var contentNames = [...]string{"page_content", "pageContent", "content", "text", "document", "chunk"}

func readDocument(raw string) document {
	if isString(raw) {
		return document{content: raw}
	}
	if node := member(raw, "node", "document", "kwargs"); isObject(node) { // LlamaIndex, LangChain serialised
		d := readDocument(node)
		d.extra = append(d.extra, scalars(raw)...)
		return d
	}
	d := document{metadata: member(raw, "metadata", "meta")}
	content := ""
	for _, name := range contentNames {
		if d.content = member(raw, name); isString(d.content) {
			content = name
			break
		}
		d.content = ""
	}
	if d.content == "" {
		d.content = joinedTexts(member(raw, "content"))
	}
	for _, m := range scalars(raw) {
		if m.name != content && m.name != "type" {
			d.extra = append(d.extra, m)
		}
	}
	return d
}

// joinedTexts returns the texts of a list of parts as one JSON text: Genkit keeps documents so.
func joinedTexts(parts string) string {
	var texts []string
	for p := range elements(parts) {
		if t := memberText(p, "text"); t != "" {
			texts = append(texts, t)
		}
	}
	if texts == nil {
		return ""
	}
	return quote(strings.Join(texts, "\n"))
}

// scalars returns the members of an object that are neither objects nor lists.
func scalars(raw string) []member2 {
	var all []member2
	for k, v := range members(raw) {
		if !isObject(v) && !isArray(v) && v != "null" {
			all = append(all, member2{k, v})
		}
	}
	return all
}

// taken returns what tells whether a name stands in the metadata already. Many names are looked up in a set of its own,
// as reading all the metadata for each would take time by their product.
func (d document) taken() func(name string) bool {
	if len(d.extra) <= fewNames {
		return func(name string) bool { return member(d.metadata, name) != "" }
	}
	names := map[string]bool{}
	for k, v := range members(d.metadata) {
		names[k] = names[k] || v != "null"
	}
	return func(name string) bool { return names[name] }
}

// fewNames is how many members a document has beside its content and metadata as a rule.
const fewNames = 8

func (d document) append(b []byte) []byte {
	b = append(append(b, `{"page_content":`...), orEmpty(d.content)...)
	b = append(b, `,"metadata":{`...)
	taken := d.taken()
	for k, v := range members(d.metadata) {
		b = append(appendName(b, k), v...)
	}
	for _, m := range d.extra {
		if !taken(m.name) {
			b = append(appendName(b, m.name), m.raw...)
		}
	}
	return append(b, `},"type":"Document"}`...)
}

// appendTexts appends {"name":[…]} with the texts of a flattened list, or one text where there is only one.
func appendTexts(b []byte, name string, texts []string) []byte {
	if len(texts) == 0 {
		return b
	}
	b = appendName(append(b, '{'), name)
	if len(texts) == 1 {
		return append(appendString(b, texts[0]), '}')
	}
	b = append(b, '[')
	for _, t := range texts {
		b = appendString(appendComma(b), t)
	}
	return append(b, "]}"...)
}

// list returns the items of a list attribute as texts: a list, JSON in a text, or names with commas between.
func (v *view) listOf(value pcommon.Value) []string {
	var all []string
	switch {
	case value.Type() == pcommon.ValueTypeSlice:
		for _, item := range value.Slice().All() {
			all = appendFilled(all, scalarText(item))
		}
	case value.Type() != pcommon.ValueTypeStr:
	case isArray(parse(value.Str())):
		for item := range elements(parse(value.Str())) {
			all = appendFilled(all, unquote(item))
		}
	default:
		for item := range strings.SplitSeq(value.Str(), ",") {
			all = appendFilled(all, strings.TrimSpace(item))
		}
	}
	return all
}

// maxList bounds tags and the like.
const maxList = 100

func appendFilled(all []string, s string) []string {
	if isBlank(s) || len(all) >= maxList {
		return all
	}
	return append(all, s)
}
