// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build race

package langsmithexporter

// everyNth thins out recordings where each is one goroutine's work: the race detector takes ten times as long and finds
// nothing there that a few of them do not show.
const everyNth = 5
