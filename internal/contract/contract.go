// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package contract names the attributes by which the components of this project, and any exporter behind them, speak
// to each other. They are public: documented, stable, and readable by whoever receives the spans.
package contract

// What redact says, on every resource that it has processed.
const (
	// RedactPolicy is a resource attribute: the hash of the effective redaction configuration. It is removed from
	// incoming data, and not set in a dry run.
	RedactPolicy = "redact.policy"
)

// What sampling says, on the root span of a released trace.
const (
	SamplingRule          = "sampling.rule"           // string: the rule that kept the trace
	SamplingTrigger       = "sampling.trigger"        // string: what ended the waiting
	SamplingProbability   = "sampling.probability"    // double in (0, 1]
	SamplingAdjustedCount = "sampling.adjusted_count" // double: how many traces this one stands for
	SamplingComplete      = "sampling.complete"       // bool: the root came and no parent is known to be missing
	SamplingSynthetic     = "sampling.synthetic"      // bool, true: the root was made, as the real one was pruned
	SamplingIncomplete    = "sampling.incomplete"     // bool, true: the trace was dropped, and all but the late error is gone
	SamplingLostSpans     = "sampling.lost_spans"     // int: how many spans of it are gone
)

// SamplingSharedSpanID is on a span that came with the id of another span of its trace, and was given one of its own:
// the id that both had, as 16 hex digits.
const SamplingSharedSpanID = "sampling.shared_span_id"

// What sampling says on a span that came after its trace was released.
const (
	SamplingLate       = "sampling.late"         // bool, true
	SamplingRootSpanID = "sampling.root_span_id" // string, 16 hex digits
	// SamplingAncestry is the path from the root to the parent, as "<span id hex>@<start unix nanos>" joined by commas.
	SamplingAncestry = "sampling.ancestry"
)

// What sampling says, on the nearest kept ancestor, about the spans that it pruned.
const (
	PrunedSpans        = "pruned.spans"         // int: how many spans below this one were left out
	PrunedErrorCount   = "pruned.error.count"   // int: how many of them had failed
	PrunedErrorMessage = "pruned.error.message" // string: the status message of the first of them
	PrunedErrorSpan    = "pruned.error.span"    // string: its name
)

// Attributes by which LangSmith overrides the native ids of a span. Re-parenting rewrites or drops them.
// See https://docs.langchain.com/langsmith/trace-with-opentelemetry
const (
	LangSmithTraceID     = "langsmith.trace.id"
	LangSmithSpanID      = "langsmith.span.id"
	LangSmithParentID    = "langsmith.span.parent_id"
	LangSmithDottedOrder = "langsmith.span.dotted_order"
	LangSmithIsRoot      = "langsmith.is_root"
)
