// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package samplingprocessor

// raced tells that the race detector watches, which takes ten times as long: tests of many traces send fewer.
const raced = false
