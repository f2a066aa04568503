// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// unspoken reads attributes of vocabularies that nobody knows, where their names end in a word that can mean nothing
// but what was asked or answered: app.question, llm.completion, toolInput. It comes last, and leaves infrastructure
// alone.
type unspoken struct{ silent }

func (unspoken) inputs(b []byte, v *view) []byte {
	if value, ok := v.unspoken(ofAsking); ok {
		return v.appendInput(b, value)
	}
	return b
}

func (unspoken) outputs(b []byte, v *view) []byte {
	if value, ok := v.unspoken(ofAnswering); ok {
		return v.appendOutput(b, value)
	}
	return b
}

// askingWords are those that names of inputs end in, and what must stand before them if they could mean something
// else.
var askingWords = map[string]string{
	"prompt": "", "prompts": "", "question": "", "query": "", "input": "", "inputs": "", "args": "", "arguments": "",
	"utterance": "", "messages": "request input prompt", "text": "input prompt query", "content": "input prompt message",
	"message": "user input", "data": "input",
}

var answeringWords = map[string]string{
	"completion": "", "completions": "", "answer": "", "output": "", "outputs": "", "response": "", "reply": "",
	"result": "", "results": "", "messages": "response output", "text": "response output completion answer",
	"content": "response output completion answer", "message": "response output assistant", "data": "output",
}

// unspoken returns the first attribute of these whose value can be content.
func (v *view) unspoken(of interest) (pcommon.Value, bool) {
	if v.told&of == 0 || v.signals.infra && !v.signals.isAgent(v.Span) {
		return pcommon.Value{}, false
	}
	for _, a := range v.rest {
		if a.told&of != 0 && canBeContent(a.value) {
			return a.value, true
		}
	}
	return pcommon.Value{}, false
}

func canBeContent(v pcommon.Value) bool {
	switch v.Type() {
	case pcommon.ValueTypeStr, pcommon.ValueTypeMap, pcommon.ValueTypeSlice:
		return !isEmpty(v)
	}
	return false
}

// isPlumbing knows the conventions for everything that is no agent.
func isPlumbing(name string) bool {
	switch leadingWord(name) {
	case "db", "http", "url", "rpc", "messaging", "net", "network", "server", "client", "peer", "dns", "tls", "faas",
		"graphql", "aws", "azure", "cloud", "code", "exception", "error", "event", "thread", "process", "host", "os",
		"k8s", "container", "otel", "telemetry", "service", "browser", "user", "enduser", "device", "logfire", "sampling",
		"pruned", "redact", "express", "celery", "next", "test", "feature":
		return name != "user_input" && name != "user_message" && name != "user_prompt"
	}
	return false
}

func endsIn(name string, words map[string]string) bool {
	rest, last := cutWord(name)
	before, ok := words[last]
	if !ok || before == "" {
		return ok
	}
	_, word := cutWord(rest)
	return word != "" && strings.Contains(before, word)
}

// cutWord takes the last word off a name, in lower case: user_input, user.input and userInput end in the same.
func cutWord(name string) (rest, word string) {
	for i := len(name) - 1; i >= 0; i-- {
		switch c := name[i]; {
		case strings.IndexByte("._:-/ ", c) >= 0:
			return name[:i], strings.ToLower(name[i+1:])
		case 'A' <= c && c <= 'Z' && i > 0 && 'a' <= name[i-1] && name[i-1] <= 'z':
			return name[:i], strings.ToLower(name[i:])
		}
	}
	return "", strings.ToLower(name)
}

// plainModel is the model of a call that says no more than "model".
func (v *view) plainModel() string {
	if v.kind == run.LLM || v.kind == run.Embedding {
		return v.text(kClaudeModel)
	}
	return ""
}
