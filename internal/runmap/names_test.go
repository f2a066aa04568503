// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// story is a trace with a step of every kind.
func story(session string) []node {
	root := map[string]any{}
	if session != "" {
		root["session.id"] = session
	}
	return []node{
		{id: 1, name: "POST /chat", attributes: root},
		{id: 2, parent: 1, name: "planner", attributes: map[string]any{"openinference.span.kind": "CHAIN"}},
		{id: 3, parent: 2, name: "chat gpt-4o", attributes: map[string]any{"gen_ai.operation.name": "chat"}},
		{id: 4, parent: 2, name: "gen", attributes: map[string]any{"gen_ai.operation.name": "generate_content"}},
		{id: 5, parent: 2, name: "execute_tool", attributes: map[string]any{
			"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "get weather",
		}},
		{id: 6, parent: 2, name: "VectorStore", attributes: map[string]any{"openinference.span.kind": "RETRIEVER"}},
		{id: 7, parent: 2, name: "CohereRerank", attributes: map[string]any{"openinference.span.kind": "RERANKER"}},
		{id: 8, parent: 2, name: "StrOutputParser", attributes: map[string]any{"langsmith.span.kind": "parser"}},
		{id: 9, parent: 2, name: "embed", attributes: map[string]any{"gen_ai.operation.name": "embeddings"}},
		{id: 10, parent: 2, name: "LLM", attributes: map[string]any{"openinference.span.kind": "LLM"}},
		{id: 11, parent: 2, name: "store", attributes: map[string]any{
			"langsmith.span.kind": "retriever", "gen_ai.operation.name": "embeddings",
		}},
	}
}

func namesOf(t *testing.T, opts runmap.Options, nodes []node) []string {
	t.Helper()
	var names []string
	for _, trace := range runmap.Map(build(t, nodes...), opts) {
		for i := range trace.Runs {
			names = append(names, trace.Runs[i].Name)
		}
	}
	return names
}

func TestMap_storyboardNames(t *testing.T) {
	opts := runmap.Options{Names: runmap.Storyboard}
	steps := []string{
		"planner", "llm.chat", "llm.generate_content", "tool.get_weather", "retriever.retrieval", "retriever.rerank",
		"parser.StrOutputParser", "llm.embeddings", "llm.chat", "retriever.retrieval",
	}
	assert.ElementsMatch(t, append([]string{"request"}, steps...), namesOf(t, opts, story("")))
	assert.ElementsMatch(t, append([]string{"chat_turn"}, steps...), namesOf(t, opts, story("s")))
}

func TestMap_renames(t *testing.T) {
	opts := runmap.Options{Names: runmap.Storyboard}
	for _, r := range [][2]string{
		{`/^(?P<method>GET|POST) /(\w+)$/`, "http ${method}"},
		{"planner", "plan"},
		{"/plan/", "never"},
		{"LL", "no part"},
		{"/StrOutputParser/", "${9}"},
		{"gen(", "unbalanced"},
	} {
		rename, err := runmap.NewRename(r[0], r[1])
		require.NoError(t, err, r)
		opts.Renames = append(opts.Renames, rename)
	}
	names := namesOf(t, opts, story(""))
	assert.Contains(t, names, "http POST", "rules come before the storyboard")
	assert.Contains(t, names, "plan")
	assert.Contains(t, names, "llm.chat")
	assert.Contains(t, names, "parser.StrOutputParser", "a rule that leaves nothing is none")
	exact, err := runmap.NewRename("chat (gpt-4o", "x ${1}")
	require.NoError(t, err)
	opts.Renames = []runmap.Rename{exact}
	assert.Contains(t, namesOf(t, opts, []node{{id: 1, name: "chat (gpt-4o"}}), "x ${1}", "taken as it is written")
}

func TestNewRename_mistakes(t *testing.T) {
	for _, r := range [][2]string{{"", "a"}, {"a", " "}, {"/(/", "a"}} {
		_, err := runmap.NewRename(r[0], r[1])
		require.Error(t, err, r)
	}
	_, err := runmap.ParseNames("nice")
	require.ErrorContains(t, err, `"nice"`)
	for s, want := range map[string]runmap.Names{"original": runmap.Original, "storyboard": runmap.Storyboard} {
		got, err := runmap.ParseNames(s)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}
