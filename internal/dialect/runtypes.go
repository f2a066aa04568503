// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"maps"
	"slices"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Words is what makes a run one of a type: the words that stand for it in some attributes.
type Words struct {
	Attributes []string
	Kinds      []KindWords
}

// KindWords is the words for one type.
type KindWords struct {
	Kind  run.Kind
	Words []string // in alphabetical order
}

// RunTypes tells by which words the type of a run is decided, in the order in which they are asked.
func RunTypes() []Words {
	return []Words{
		{[]string{
			"langfuse.observation.type", "openinference.span.kind", "mlflow.spanType", "genkit:metadata:subtype",
			"lmnr.span.type", "langwatch.span.type", "agentops.span.kind", "braintrust.span_attributes",
			"confident.span.type", "span.type", "entity.type",
		}, byKind(kindWords)},
		{[]string{"gen_ai.operation.name"}, byKind(operations)},
	}
}

func byKind(words map[string]run.Kind) []KindWords {
	var all []KindWords
	for _, kind := range []run.Kind{run.LLM, run.Embedding, run.Tool, run.Retriever, run.Prompt, run.Parser, run.Chain} {
		k := KindWords{Kind: kind}
		for _, word := range slices.Sorted(maps.Keys(words)) {
			if words[word] == kind {
				k.Words = append(k.Words, word)
			}
		}
		all = append(all, k)
	}
	return all
}
