// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package runmap makes runs of the spans of whole traces: it puts what the dialects tell about each span into the tree that the
// spans form, so that usage is counted once, a thread is known to every run, and parents stand before children.
package runmap

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// IDs says how run ids are made of span ids.
type IDs uint8

// The rules for run ids.
const (
	SpanIDs      IDs = iota // LangSmith's own rule: the span id, zero-padded
	TraceSpanIDs            // 128 bits of trace and span id
)

// Options is what the mapping depends on besides the spans. The zero value maps by LangSmith's rules and adds no metadata.
type Options struct {
	IDs IDs
	// Metadata fills run metadata from attributes: for each key, the first attribute that is present on the span, on the trace's
	// root or on the resource.
	Metadata map[string][]string
}

// Trace is one trace as runs.
type Trace struct {
	TraceID pcommon.TraceID
	Runs    []run.Run // parents before their children, siblings by start time and then span id

	Root     pcommon.Map // attributes of the root span
	Resource pcommon.Map // attributes of its resource
}

// Map returns the traces of td in order of first appearance. It does not change td, and keeps references into it only in Root
// and Resource.
func Map(td ptrace.Traces, opts Options) []Trace {
	return nil
}
