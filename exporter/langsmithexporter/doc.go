// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:generate go tool mdatagen metadata.yaml

// Package langsmithexporter delivers traces to LangSmith as runs.
//
// A call of ConsumeTraces is taken as whole traces. In the caller's goroutine they are mapped to runs, routed to a
// destination and encoded in LangSmith's own terms; what waits in the queue, in memory or on disk, is what will be
// sent. A destination is an endpoint with a key and a workspace. Each has a queue of its own, so that one which is
// throttled, refuses its key or hangs never holds up another.
//
//	ConsumeTraces → runmap.Map → route → encode → queue of the destination → push → api.Post
//
// It promises that two projects never share a request; that a run which LangSmith refuses takes no neighbor along; that
// what was accepted and is not refused by LangSmith for its content is tried until it arrives; and that nothing leaves
// which redact has not seen, unless the configuration says so.
package langsmithexporter
