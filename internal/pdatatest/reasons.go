// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package pdatatest

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// disagreement is one that was looked at: what comes out is meant so.
type disagreement struct{ file, field, why string }

const (
	sdkKnows   = "LangSmith's own SDK says so on the span, and what it says is believed: the manifest judged by the span's name"
	ownName    = "the tool's or the function's own name says more than the span's, by which the manifest judged"
	otherWords = "the recorded program asked and answered in other words: the text is nowhere in the recording"
)

// disagreements are those with the manifest that stay, by patterns of files and by fields.
var disagreements = []disagreement{
	{"langsmith-js/*.json", "run type", sdkKnows},
	{"langsmith-js/*.json", "name", sdkKnows},
	{"llamaindex-ts-traceloop/rag.json", "name", "traceloop.entity.name is the name, without the kind that the span's name appends"},
	{
		"openinference-js/anthropic_err429.json", "error text",
		"the inner of two spans of one call has a type of error and no text; the text is on the outer",
	},
	{"openinference-js/lc_chain.json", "run type", "openinference.span.kind is PROMPT, and LangSmith has a type for that"},
	{"google-adk-ts/multiturn.json", "text of the inputs", otherWords},
	{"google-adk-ts/multiturn.json", "text of the outputs", otherWords},
	{"mastra-arize/stream.json", "text of the inputs", otherWords},
	{
		"lifted/langfuse/should_convert_OTLP_JSON_string_encoded_int*", "run type",
		"the span has no attribute that tells of a model, and a name alone is no proof",
	},
	{
		"lifted/langfuse/should_fallback_to_span_create*", "run type",
		"the outer call of the AI SDK is a chain; the calls of the model are its children",
	},
	{"lifted/langfuse/*.json", "name", ownName},
}

// reason says why what arrived is not what the manifest says, or nothing when nobody knows.
func (c Cell) reason() string {
	for _, d := range disagreements {
		if ok, err := path.Match(d.file, c.Fixture.File); err == nil && ok && d.field == c.Field {
			return d.why
		}
	}
	return ""
}

func (c Cell) where() string {
	if c.Span == nil {
		return fmt.Sprintf("%s: %s", c.Fixture.File, c.Field)
	}
	return fmt.Sprintf("%s: %s of %q (%s, %s)", c.Fixture.File, c.Field, c.Span.SpanName, c.Span.SpanID, c.Span.Role)
}

// Unexplained lists the wrong cells that have no reason.
func Unexplained(cells []Cell) []string {
	var list []string
	for _, c := range cells {
		if !c.Right && c.reason() == "" {
			list = append(list, fmt.Sprintf("%s: %.300s", c.where(), c.Got))
		}
	}
	return list
}

// Disagreements lists every wrong cell with its reason, once for all deliveries in which it is wrong.
func Disagreements(deliveries map[string][]Cell) string {
	var order []string
	in, texts := map[string][]string{}, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(deliveries)) {
		for _, c := range deliveries[name] {
			if c.Right {
				continue
			}
			at := c.where()
			if in[at] == nil {
				order = append(order, at)
				texts[at] = fmt.Sprintf("%.200s\n    %s", c.Got, c.reason())
			}
			in[at] = append(in[at], name)
		}
	}
	var b strings.Builder
	for _, at := range order {
		fmt.Fprintf(&b, "%s\n    by %s: %s\n", at, strings.Join(in[at], "; "), texts[at])
	}
	return b.String()
}
