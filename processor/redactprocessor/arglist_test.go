// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A password among the words of a command is known by the option before it, in a list as in a text.
func TestText_passwordsInListsOfArguments(t *testing.T) {
	p := started(t, defaults())
	const mask = "[REDACTED:cli_password]"
	f := func(in, want []any) {
		t.Helper()
		got := redactedAttributes(t, p, map[string]any{"process.command_args": in, "args": map[string]any{"argv": in}})
		assert.Equal(t, want, got["process.command_args"])
		assert.Equal(t, map[string]any{"argv": want}, got["args"])
		assert.Equal(t, got, redactedAttributes(t, p, got))
	}
	f([]any{"curl", "-u", "bob:hV7kQ2mm", "https://x.org"}, []any{"curl", "-u", "bob:" + mask, "https://x.org"})
	f([]any{"/usr/bin/mysql", "-phV7<Q2mm"}, []any{"/usr/bin/mysql", "-p" + mask})
	f([]any{"tool", "--password", "hV7k\"Q2&mm", "--verbose"}, []any{"tool", "--password", mask, "--verbose"})
	f([]any{"tool", "a \xff", "--password", "hV7kQ2mm"}, []any{"tool", "a \xff", "--password", mask})
	for _, stays := range [][]any{
		{"curl", "-u", "bob", "https://x.org"},
		{"tool", "--password", "--verbose"},
		{"ssh", "-p", "2222", "host"},
		{"git", "commit", "-p", "fix1"},
		{"ab", "-n", int64(5)},
		{"a \xff", "-p", "b"},
	} {
		f(stays, stays)
	}
}
