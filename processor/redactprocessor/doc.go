// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:generate go tool mdatagen metadata.yaml

// Package redactprocessor removes secrets and personal data from traces and logs before they leave the network.
//
// Every text of a message is read: walk enumerates them, detect finds what must not pass, replace makes what stands
// there instead. Identifiers become keyed hashes that still join, content is kept, measured or dropped by policy, and
// each resource is stamped with the policy that was applied. What cannot be processed is replaced, never passed on.
package redactprocessor
