// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package samplingprocessor keeps whole traces until they are complete, decides which of them are worth keeping, and
// releases each as one well-formed tree.
//
// The way of a span: ConsumeTraces (admit.go) reads from each span what the rules need, encodes the request, cuts the
// bytes by trace (split.go), and admits the request whole or not at all against a budget of bytes. The parts go to the shard that
// owns their traces (shard.go), which has a goroutine that decides when a trace is complete (shardjudge.go), prunes and
// repairs what is kept, and hands it to the outbox (outbox.go). That delivers to the next consumer with retries, and never holds
// up a shard.
//
// The instances of one configured processor, for traces and for logs and in several pipelines, share one core
// (core.go).
package samplingprocessor

//go:generate go tool mdatagen metadata.yaml
