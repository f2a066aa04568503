// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package langsmithexporter

// everyNth is which recordings are looked at: all of them.
const everyNth = 1
