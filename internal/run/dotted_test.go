// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func ExampleDotted() {
	start := time.Date(2026, 11, 23, 1, 2, 3, 456789, time.UTC)
	root := run.Dotted("", start, run.ID{15: 1})
	fmt.Println(root)
	fmt.Println(run.Dotted(root, start.Add(time.Millisecond), run.ID{15: 2}))
	// Output:
	// 20261123T010203000456Z00000000-0000-0000-0000-000000000001
	// 20261123T010203000456Z00000000-0000-0000-0000-000000000001.20261123T010203001456Z00000000-0000-0000-0000-000000000002
}

func TestDotted_childIsNeverEarlierThanItsParent(t *testing.T) {
	start := time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)
	root := run.Dotted("", start, run.ID{15: 1})
	child := run.Dotted(root, start.Add(-time.Hour), run.ID{15: 2})
	assert.Equal(t, root+".20261123T010203000000Z00000000-0000-0000-0000-000000000002", child)
	grandchild := run.Dotted(child, start.Add(-time.Minute), run.ID{15: 3})
	assert.Equal(t, child+".20261123T010203000000Z00000000-0000-0000-0000-000000000003", grandchild)
}

func TestDotted_otherZonesAndFractionsAreWrittenAlike(t *testing.T) {
	zone := time.FixedZone("east", 3600)
	got := run.Dotted("", time.Date(2026, 1, 2, 3, 4, 5, 999_999_999, zone), run.ID{})
	assert.Equal(t, "20260102T020405999999Z00000000-0000-0000-0000-000000000000", got)
}

func TestDotted_foreignParentIsKeptAsItIs(t *testing.T) {
	got := run.Dotted("custom", time.Unix(0, 0), run.ID{15: 9})
	assert.Equal(t, "custom.19700101T000000000000Z00000000-0000-0000-0000-000000000009", got)
}

func TestDotted_needsMemoryOnce(t *testing.T) {
	root := run.Dotted("", time.Unix(1, 0), run.ID{15: 1})
	for _, parent := range []string{"", root, root + "." + root} {
		assert.LessOrEqual(t, testing.AllocsPerRun(10, func() { run.Dotted(parent, time.Unix(1, 0), run.ID{15: 2}) }), 1.0)
	}
}
