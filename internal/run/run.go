// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package run holds LangSmith's run as this project models it: what a span of any dialect becomes, and what
// every encoding is written from.
//
// A Run is complete and immutable once mapped: it is posted once, with its end. Inputs and outputs are JSON text and
// not decoded values, since most instrumentations already carry JSON and both wire formats want it again.
//
// The fields follow the native ingest API of LangSmith (RunCreate of its OpenAPI document).
package run

import "time"

// Kind is LangSmith's run_type. The API knows these seven values and no others.
type Kind string

// The run types of LangSmith.
const (
	LLM       Kind = "llm"
	Chain     Kind = "chain"
	Tool      Kind = "tool"
	Retriever Kind = "retriever"
	Embedding Kind = "embedding"
	Prompt    Kind = "prompt"
	Parser    Kind = "parser"
)

// ParseKind reports whether s, already in lower case, is one of the seven run types.
func ParseKind(s string) (Kind, bool) {
	switch k := Kind(s); k {
	case LLM, Chain, Tool, Retriever, Embedding, Prompt, Parser:
		return k, true
	}
	return "", false
}

// Run is one step of a trace: a model call, a tool call, a retrieval, or a chain that groups them.
type Run struct {
	ID       ID
	TraceID  ID // the id of the root run, not the OpenTelemetry trace id
	ParentID ID // zero on the root

	Name  string
	Kind  Kind
	Start time.Time // UTC
	End   time.Time // UTC; never before Start

	Inputs  []byte // one JSON object, or nil when the span shows none
	Outputs []byte // one JSON object, or nil when the span shows none
	Error   string // empty on success

	Usage       *Usage // only on the run that did the work, never on a roll-up
	Metadata    Values // extra.metadata: scalars
	Invocation  Values // extra.invocation_params: scalars and JSON
	Tags        []string
	FirstToken  time.Time // zero when the span does not tell
	Attachments []Attachment
	Feedback    []Feedback // what is to be told after the run has arrived

	// Project is the project that the application itself asked for (langsmith.trace.session_name), or empty.
	Project string
	// ExampleID is the example of a dataset that the run answers, in an experiment; zero otherwise.
	ExampleID ID
	// DottedOrder is the application's own or the computed position in the tree; empty until a native encoding needs it.
	DottedOrder string
}

// Usage counts the tokens of a run and, where known, their price. Input counts include cached tokens and output counts
// include reasoning tokens, as LangSmith's usage_metadata does; the details are disjoint subsets.
type Usage struct {
	Input, Output, Total int64

	CacheRead, CacheCreation, InputAudio, InputImage int64
	Reasoning, OutputAudio, OutputImage              int64

	// CacheHour is what of CacheCreation lasts an hour and not five minutes, at another price.
	CacheHour int64
	// Long is what has the price of a long context, beyond 200,000 tokens.
	Long struct{ Input, CacheRead, Output int64 }

	InputCost, OutputCost, TotalCost float64 // US dollars; zero is unknown
}
