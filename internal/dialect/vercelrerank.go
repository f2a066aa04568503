// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "slices"

var (
	kAIDocuments = attr("ai.documents")
	kAIRanking   = attr("ai.ranking")
	_            = attr("ai.ranking.type")
)

// appendUnranked appends the documents that the AI SDK was to bring in order: texts or objects.
func (v *view) appendUnranked(b []byte) []byte {
	b = append(b, `{"documents":[`...)
	for item := range elements(v.raw(kAIDocuments)) {
		b = readRanked(item).append(appendComma(b))
	}
	return append(b, "]}"...)
}

// appendRanking appends them in the order of [{"index":…,"relevanceScore":…}]. Where they are not told, their numbers
// stand for them.
func (v *view) appendRanking(b []byte) []byte {
	var documents []document
	for item := range elements(v.raw(kAIDocuments)) {
		documents = append(documents, readRanked(item))
	}
	b = append(b, `{"documents":[`...)
	for item := range elements(v.raw(kAIRanking)) {
		item = innerJSON(item)
		index := member(item, "index")
		d := document{extra: []member2{{"index", orNull(index)}}}
		if i, ok := parseCount(index); ok && i < int64(len(documents)) {
			d = documents[i]
		}
		if score := member(item, "relevanceScore", "score"); score != "" {
			d.extra = append(slices.Clip(d.extra), member2{"score", score})
		}
		b = d.append(appendComma(b))
	}
	return append(b, "]}"...)
}

// readRanked reads a document, which may be an object without anything that is called its text.
func readRanked(raw string) document {
	raw = innerJSON(raw)
	d := readDocument(raw)
	if d.content == "" {
		return document{content: quote(raw)}
	}
	return d
}
