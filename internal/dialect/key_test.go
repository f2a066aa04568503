// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is remembered of a name is what it tells, however many others share its place.
func TestKeyOf_isWhatTheNameTells(t *testing.T) {
	names := slices.Sorted(maps.Keys(known))
	for i := range 4 * len(keys) {
		names = append(names, fmt.Sprintf("llm.input_messages.%d.message.content", i))
	}
	names = append(names, "", ".", "sampling.late", "pruned.spans", "user_input", "app.answer", "error.type",
		strings.Repeat("x", maxKey+1))
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for _, name := range names {
				for range 2 {
					assert.Equal(t, readKey(name), keyOf(name))
				}
			}
		})
	}
	wait.Wait()
}

func TestKeyOf_needsNoMemoryForWhatItKnows(t *testing.T) {
	name := strings.Clone("gen_ai.input.messages")
	keyOf(name)
	require.Zero(t, testing.AllocsPerRun(100, func() { keyOf(name) }))
}

func TestReadKey_marksOfSamplingAreNoted(t *testing.T) {
	for name, want := range map[string]bool{"sampling.rule": true, "pruned.error.span": true, "gen_ai.system": false} {
		assert.Equal(t, want, readKey(name).mark, name)
	}
}
