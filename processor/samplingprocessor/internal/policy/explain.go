// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// Explain says what was found on a trace that rules may ask for. It tells kinds and numbers, and nothing that stood in
// a span.
func (e *Evidence) Explain() string {
	var words []string
	add := func(is bool, format string, args ...any) {
		if is {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(!e.Agent, "no agent span")
	add(e.asked, "keep requested")
	if class := e.classOf(allSigns); class != 0 {
		words = append(words, nameOf(class, e.signs))
	}
	words = append(words, decision.Count(int(e.spans), "span"))
	add(e.longest > 0, "longest %s", e.longest.Round(1e6))
	tokens, cost := e.usage()
	add(tokens > 0, "%s", decision.Count(int(tokens), "token"))
	add(cost > 0, "cost %.4g", cost)
	add(e.conversations.n > 0, "%s", decision.Count(int(e.conversations.n), "conversation"))
	add(len(e.releases) > 0, "%s", decision.Count(len(e.releases), "release"))
	return strings.Join(words, ", ")
}

// nameOf writes a class of failure with its evidence.
func nameOf(class classes, found signs) string {
	var by []string
	for _, name := range sortedKeys(signNames) {
		if found&signNames[name] != 0 {
			by = append(by, name)
		}
	}
	if found&dialect.SignByDesign != 0 {
		by = append(by, "by_design")
	}
	for name, c := range classNames {
		if c == class {
			return name + " (" + strings.Join(by, " ") + ")"
		}
	}
	return ""
}
