// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// vectorDB is OpenLLMetry's spans of vector databases: an event for each document that was found, and the query in an
// attribute of the database's own. Vectors stay behind.
// See https://github.com/traceloop/openllmetry
type vectorDB struct{ silent }

var vectorQueries = []slot{
	attr("db.vector.query.content"), attr("db.chroma.query.query_texts"), attr("db.marqo.search.query"),
	attr("db.weaviate.query.get"),
}

// kStatement is how OpenLIT tells what was looked for, and others what a database of tables was asked.
var kStatement = attr("db.statement")

// isVectorDB knows the databases whose searches retrieve documents, whatever they are called by.
func isVectorDB(system pcommon.Value) bool {
	switch strings.ToLower(scalarText(system)) {
	case "pinecone", "qdrant", "chroma", "chromadb", "weaviate", "milvus", "marqo", "lancedb":
		return true
	}
	return false
}

// searches reports whether a span of a vector database looks something up: "qdrant.search".
func searches(name string) bool {
	name = strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	return strings.Contains(name, "search") || strings.Contains(name, "query") || strings.Contains(name, "recommend")
}

func (vectorDB) inputs(b []byte, v *view) []byte {
	for _, s := range vectorQueries {
		if v.has(s) {
			return v.inputAt(b, s)
		}
	}
	if v.signals.vectorDB && v.kind == run.Retriever && v.has(kStatement) {
		return v.inputAt(b, kStatement)
	}
	return b
}

func (vectorDB) outputs(b []byte, v *view) []byte {
	if len(v.found) == 0 {
		if found := v.items(foundVectors); len(found) > 0 { // in JavaScript, attributes tell
			return v.appendIndexedDocuments(b, found)
		}
		return b
	}
	b = append(b, `{"documents":[`...)
	for _, e := range v.found {
		var d document
		for k, value := range e.Attributes().All() {
			switch name := k[strings.LastIndexByte(k, '.')+1:]; name {
			case "document", "entity":
				d.content = quote(scalarText(value))
			case "metadata":
				d.metadata = v.rawOf(value)
			case "vector":
			default:
				d.extra = append(d.extra, member2{name, string(appendAny(nil, value, 0))})
			}
		}
		b = d.append(appendComma(b))
	}
	return append(b, "]}"...)
}
