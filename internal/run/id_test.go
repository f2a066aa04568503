// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func ExampleFromSpan() {
	fmt.Println(run.FromSpan([8]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}))
	// Output: 00000000-0000-0000-0123-456789abcdef
}

func TestParseID(t *testing.T) {
	f := func(in string, want bool) {
		t.Helper()
		id, ok := run.ParseID(in)
		assert.Equal(t, want, ok, in)
		if ok {
			assert.Equal(t, in, id.String())
		}
	}
	f("018f3c9e-7d2a-7c11-8a55-0242ac120002", true)
	f("018f3c9e-7d2a-7c11-8a55-0242ac12000", false)
	f("018f3c9e-7d2a-7c11-8a55-0242ac12000g", false)
	f("018f3c9e07d2a07c1108a5500242ac120002", false)
	f("", false)
}

func TestFromTraceSpan_tellsTracesApart(t *testing.T) {
	span := [8]byte{1, 2, 3, 4, 5, 6, 7, 8}
	a := run.FromTraceSpan([16]byte{15: 1}, span)
	b := run.FromTraceSpan([16]byte{15: 2}, span)
	assert.NotEqual(t, a, b)
	assert.Equal(t, byte('8'), a.String()[14], "the version of a UUIDv8")
}

func FuzzParseID(f *testing.F) {
	f.Add("018f3c9e-7d2a-7c11-8a55-0242ac120002")
	f.Add("----")
	f.Fuzz(func(t *testing.T, s string) {
		if id, ok := run.ParseID(s); ok {
			again, ok := run.ParseID(id.String())
			assert.True(t, ok)
			assert.Equal(t, id, again)
		}
	})
}
