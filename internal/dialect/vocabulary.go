// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "cmp"

// vocabularies has the words with which the names of the attributes begin that a dialect reads: only who says one of
// them is asked in it. Most spans speak one dialect or two, and asking in all of them would take longer than the
// answers do. Two words are made up: "event" for events, "" for every word that stands in no other list. A dialect
// that is missing is known by something else, and always asked.
var vocabularies = map[dialect][]string{
	langsmith{}: {"langsmith", "gen"},
	langfuse{}:  {"langfuse"},
	openInference{}: {
		"llm", "openinference", "tool", "embedding", "reranker", "retrieval", "input", "output", "metadata",
		"langfuse", "langsmith", "traceloop", "ai", "gen", "lmnr", "logfire", "",
	},
	openInferenceValue{}: {"input", "output", "tool"},
	traceloop{}:          {"traceloop"},
	vercel{}:             {"ai", "event"},
	adk{}:                {"gcp"},
	genkit{}:             {"genkit"},
	liveKit{}:            {"lk"},
	mastra{}:             {"mastra"},
	genAI{}:              {"gen", "llm", "operation", "codex", "lk", "event", "anthropic"},
	genAIEvents{}:        {"event"},
	genAIIndexed{}:       {"gen", "llm", "braintrust"},
	genAIText{}:          {"gen"},
	vectorDB{}:           {"db", "event"},
	logfire{}:            {"logfire", "gen", "tool", ""},
	liteLLM{}:            {"gen", ""},
	haystack{}:           {"haystack"},
	springAI{}:           {"spring", "db"},
	n8n{}:                {"n8n"},
	agentOps{}:           {"agentops"},
	sentry{}:             {"gen"},
	braintrust{}:         {"braintrust"},
	confident{}:          {"confident"},
	pipecat{}:            {"input", "system", "text", "transcript", "tools", "stream", "metrics"},
	genAISystem{}:        {"gen", "lk", "system"},
	generic{}: {
		"mlflow", "lmnr", "langwatch", "llm", "db", "mcp", "gen", "input", "output", "metadata",
		"",
	},
}

// words is a set of first words.
type words uint64

// anything is in every set.
const anything words = 1

var wordBits = func() map[string]words {
	bits := map[string]words{}
	for _, list := range vocabularies {
		for _, w := range list {
			if bits[w] == 0 {
				bits[w] = anything << (len(bits) + 1)
			}
		}
	}
	return bits
}()

// wordsOf returns the set of the one word that a name begins with.
func wordsOf(name string) words {
	word := cmp.Or(leadingWord(name), name)
	return cmp.Or(wordBits[word], wordBits[""])
}

// voice is a dialect as it is asked.
type voice struct {
	dialect
	words words
}

func voices(dialects ...dialect) []voice {
	var all []voice
	for _, d := range dialects {
		list, known := vocabularies[d]
		v := voice{dialect: d}
		if !known {
			v.words = anything
		}
		for _, w := range list {
			v.words |= wordBits[w]
		}
		all = append(all, v)
	}
	return all
}

// hears reports whether the span says anything that a dialect knows.
func (v *view) hears(d voice) bool { return v.words&d.words != 0 }
