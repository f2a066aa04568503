// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:generate go tool mdatagen metadata.yaml

// Package segmentstorageextension is a storage extension of the Collector whose files are logs of segments.
//
// It is for queues, of which a record is written once, read once and deleted soon: what is stored is appended, and nothing is
// mapped into memory, so that a queue of gigabytes adds nothing to the memory of the process but some hundred bytes a
// record. It promises that a Batch is there as a whole after the process is killed, or not at all.
package segmentstorageextension
