// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repair

import (
	"slices"
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// ofTrace are the attributes that say something about the whole trace. Applications put them on the span of the request
// that started an agent, which is pruned: the root that takes its place keeps them. They are what the exporter makes
// metadata of, and the names of conversations and users.
var ofTrace = func() map[string]bool {
	names := map[string]bool{}
	for _, sources := range contract.RunMetadata() {
		for _, name := range sources {
			names[name] = true
		}
	}
	for _, name := range slices.Concat(dialect.ConversationKeys(), dialect.UserKeys(), projectKeys) {
		names[name] = true
	}
	return names
}()

// projectKeys choose the LangSmith project of a trace.
var projectKeys = []string{"langsmith.trace.session_name", "ai.telemetry.metadata.ls_project_name"}

// ofTraceFamilies are prefixes under which applications write what they want to find their traces by.
var ofTraceFamilies = []string{"langsmith.metadata.", "langfuse.trace.metadata."}

// handsOn reports whether a pruned root hands on the attribute.
func (o *Options) handsOn(key string) bool {
	if ofTrace[key] {
		return true
	}
	for _, family := range ofTraceFamilies {
		if strings.HasPrefix(key, family) {
			return true
		}
	}
	return slices.ContainsFunc(o.Inherit, func(pattern string) bool { return covers(pattern, key) })
}

// covers reports whether key is the name that pattern is, or begins with what stands before the pattern's final star.
func covers(pattern, key string) bool {
	prefix, open := strings.CutSuffix(pattern, "*")
	return key == pattern || open && strings.HasPrefix(key, prefix)
}

// inherit copies what the spans that were pruned above tops, the highest that stay, say about the whole trace to the
// root. What the root says itself stays, and of several the nearest is heard.
func (w *work) inherit(tops []int) {
	to := w.spans[w.root].Attributes()
	heard := make(map[int]bool)
	for _, top := range tops {
		for i := w.tree.Parent(top); i >= 0 && !heard[i]; i = w.tree.Parent(i) {
			heard[i] = true
			for key, value := range w.spans[i].Attributes().All() {
				if !w.opts.handsOn(key) {
					continue
				}
				if _, there := to.Get(key); !there {
					value.CopyTo(to.PutEmpty(key))
				}
			}
		}
	}
}
