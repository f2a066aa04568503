// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/golden"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
)

// The committed page is what `make generate` writes.
func TestMapping_isCommitted(t *testing.T) {
	page := mapping()
	golden.Equal(t, filepath.Join(pdatatest.Repository(t), "docs", "mapping.md"), page)
	for _, known := range []string{"`gen_ai.input.messages`", "`llm.input_messages.N.*`", "`langsmith.metadata.*`"} {
		assert.Contains(t, string(page), known)
	}
}
