// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRepeats(t *testing.T) {
	s := New[int](waits)
	many := func(from, n int) (p Part) {
		for i := range n {
			p.Spans = append(p.Spans, Span{ID: [8]byte{1, byte((from + i) >> 8), byte(from + i)}})
		}
		return p
	}
	records := many(0, 3)
	records.Logs = 1
	f := func(want bool, parts ...Part) {
		t.Helper()
		assert.Equal(t, want, s.Repeats(parts))
	}
	f(false)
	f(false, many(0, 2), many(2, 2))
	f(false, many(0, 3), records, records)
	f(true, many(0, 2), many(1, 2))
	f(true, many(0, 1), records, many(0, 1))
	f(false, many(0, 20), many(20, 300))
	f(true, many(0, 20), many(19, 300))
	f(true, many(0, 3000), many(2999, 3000))
	f(false, many(0, 30))
}
