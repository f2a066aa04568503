// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func ExampleAppendTime() {
	fmt.Println(string(run.AppendTime(nil, time.Date(2026, 11, 3, 1, 2, 3, 456789999, time.FixedZone("east", 3600)))))
	// Output: 2026-11-03T00:02:03.456789Z
}

func TestAppendTime_isWhatTheLibraryWrites(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	check := func(at time.Time) {
		t.Helper()
		want := at.UTC().Format("2006-01-02T15:04:05.000000Z")
		assert.Equal(t, "x"+want, string(run.AppendTime([]byte("x"), at)))
	}
	check(time.Time{})
	check(time.Unix(0, -1))
	check(time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC))
	check(time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC))
	check(time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC))
	for range 10_000 {
		check(time.Unix(rng.Int64N(1<<38)-1<<37, rng.Int64N(1e9)))
	}
}

func BenchmarkAppendTime(b *testing.B) {
	at, room := time.Now(), make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		room = run.AppendTime(room[:0], at)
	}
}

func BenchmarkID_Append(b *testing.B) {
	id, room := run.ID{1, 2, 3}, make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		room = id.Append(room[:0])
	}
}
