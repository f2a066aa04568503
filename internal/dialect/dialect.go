// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package dialect reads spans of every LLM tracing library into one set of fields.
//
// A dialect is the vocabulary in which a library describes a model call, a tool call or an agent: the OpenTelemetry
// GenAI conventions, OpenInference, Traceloop, the Vercel AI SDK, LangSmith's own attributes and so on. One file
// holds one dialect; precedence.go says who wins where several speak. A span is never changed and nothing of it is
// kept.
package dialect

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Span is one span with what stands around it in the message.
type Span struct {
	ptrace.Span
	Resource pcommon.Map
	Scope    pcommon.InstrumentationScope
}

// Class tells what a span is to somebody who looks at agents.
type Class uint8

// The classes of spans.
const (
	Other Class = iota // says nothing: application code, framework bookkeeping
	Agent              // an LLM call, a tool call, a retrieval, an agent's step: some dialect claims it
	Infra              // recognised infrastructure: HTTP, database, messaging, RPC
)

// Failure is what a span says about its own failure, by any of the signs that libraries use.
type Failure struct {
	Message    string // for the run's error field; may hold payload: never log it
	Type       string // error.type or exception.type, when given
	Stacktrace string
}

// Fields is what the dialects of one span tell about its run. Empty means "not told".
type Fields struct {
	Kind run.Kind
	Name string

	Inputs  []byte // one JSON object
	Outputs []byte // one JSON object

	Provider string // LangSmith's ls_provider
	Model    string // LangSmith's ls_model_name

	Usage      *run.Usage
	Invocation run.Values // request parameters under their short names: temperature, max_tokens, tools as JSON
	Metadata   run.Values // scalars
	Tags       []string
	FirstToken time.Time

	Failure *Failure // what FailureOf returns; nil on success

	Belonging
	Standing
	Beside
}

// Beside is what comes with a run and is none of its fields.
type Beside struct {
	// Feedback is what the span tells about the quality of runs, not always of its own.
	Feedback    []Feedback
	Calls       []Call
	Attachments []run.Attachment

	names run.Names // of the metadata
}

// Belonging is what a span belongs to.
type Belonging struct {
	Session string // conversation or thread
	User    string
	Project string // LangSmith project the application asked for
	Example string // of a LangSmith dataset, to which an experiment compares the run
}

// Standing is what a span is to the others of its trace.
type Standing struct {
	// RollUp says that the usage repeats what spans below already count, whether or not they are here.
	RollUp bool
	// Pending says that the span only announces its parent: it was sent when that began, lest it never ends.
	Pending bool
	// Streamed says that the span only tells what a model has streamed back to the request of a span beside it.
	Streamed bool
	// Marked says that sampling has left its marks on the span.
	Marked bool
}
