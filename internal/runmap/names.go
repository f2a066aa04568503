// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Names says how runs are called.
type Names uint8

// The ways to call runs.
const (
	Original   Names = iota // as the library or the application calls them
	Storyboard              // by what they do, in the same words for every library
)

// ParseNames reads one of the ways.
func ParseNames(s string) (Names, error) {
	switch s {
	case "original":
		return Original, nil
	case "storyboard":
		return Storyboard, nil
	}
	return Original, fmt.Errorf("must be original or storyboard, is %q", s)
}

// Rename gives runs another name.
type Rename struct {
	exact   string
	pattern *regexp.Regexp // nil: exact
	name    string
}

// NewRename makes a rule for the runs that are called match, or, if that is written between slashes, whose name the
// regular expression (RE2) finds something in. The new name may then take parts of the old one: ${1}, ${name}.
func NewRename(match, name string) (Rename, error) {
	if match == "" {
		return Rename{}, errors.New("match must not be empty")
	}
	if strings.TrimSpace(name) == "" {
		return Rename{}, errors.New("name must not be empty")
	}
	if len(match) < len("/x/") || match[0] != '/' || match[len(match)-1] != '/' {
		return Rename{exact: match, name: name}, nil
	}
	e, err := regexp.Compile(match[1 : len(match)-1])
	if err != nil {
		return Rename{}, fmt.Errorf("match: %w", err)
	}
	return Rename{pattern: e, name: name}, nil
}

func (r Rename) apply(name string) (string, bool) {
	if r.pattern == nil {
		return r.name, name == r.exact
	}
	at := r.pattern.FindStringSubmatchIndex(name)
	if at == nil {
		return "", false
	}
	renamed := strings.TrimSpace(string(r.pattern.ExpandString(nil, r.name, name, at)))
	return renamed, renamed != ""
}

// MaxRenames bounds how many rules are tried for each run.
const MaxRenames = 100

// nameOf returns the name of run i. The first rule that matches the original name wins over what Names says.
func (m *mapper) nameOf(i int) string {
	f := &m.fields[i]
	if name, ok := m.renamed(f.Name); ok {
		return name
	}
	if m.opts.Names == Storyboard {
		return storyName(f, m.places[i].parent.IsZero())
	}
	return f.Name
}

// renamed returns the name that the first rule which matches gives.
func (m *mapper) renamed(original string) (string, bool) {
	for _, r := range m.opts.Renames[:min(len(m.opts.Renames), MaxRenames)] {
		if name, ok := r.apply(original); ok {
			return name, true
		}
	}
	return "", false
}

// storyName calls steps by their kind: a trace is a turn of a conversation or a request, and what is neither a step of a
// known kind nor the whole keeps its name.
func storyName(f *dialect.Fields, isRoot bool) string {
	switch f.Kind {
	case run.LLM:
		return "llm." + operationOf(f, run.LLM, "chat")
	case run.Embedding:
		return "llm." + operationOf(f, run.Embedding, "embeddings")
	case run.Retriever:
		return "retriever." + operationOf(f, run.Retriever, "retrieval")
	case run.Tool, run.Parser, run.Prompt:
		return string(f.Kind) + "." + word(f.Name)
	case run.Chain:
		if isRoot && f.Session != "" {
			return "chat_turn"
		}
		if isRoot {
			return "request"
		}
	}
	return f.Name
}

// operationOf returns the operation of the GenAI conventions if it is one of that kind: LangSmith's SDK calls a
// retriever's operation "embeddings".
func operationOf(f *dialect.Fields, kind run.Kind, usual string) string {
	operation := f.Metadata.Text("gen_ai.operation.name")
	if k, ok := dialect.KindOfOperation(operation); ok && k == kind {
		return word(operation)
	}
	if kind == run.Retriever && strings.Contains(strings.ToLower(f.Name), "rerank") {
		return "rerank"
	}
	return usual
}

// word makes one word of a name.
func word(name string) string { return strings.Join(strings.Fields(name), "_") }
