// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func learning(t *testing.T, after int) *Policy {
	t.Helper()
	return compile(t, Options{Learn: after}, Rule{Name: "r", Keep: percent(1)})
}

func orphanOf(t *testing.T, p *Policy, service, name string) Orphan {
	t.Helper()
	td := span(map[string]any{"resource.service.name": service})
	s := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	s.SetName(name)
	s.SetStartTimestamp(1)
	s.SetParentSpanID([8]byte{7})
	e := p.Observe(td)
	o, ok := e.Orphan()
	require.True(t, ok)
	assert.EqualValues(t, 7, o.Parent[0])
	return o
}

func TestParents_areLearnedByServiceAndName(t *testing.T) {
	p := learning(t, 3)
	o := orphanOf(t, p, "shop", "answer")
	for range 3 {
		assert.False(t, p.ParentNeverComes(o))
		p.ParentMissing(o)
	}
	assert.True(t, p.ParentNeverComes(orphanOf(t, p, "shop", "answer")))
	assert.False(t, p.ParentNeverComes(orphanOf(t, p, "shop", "ask")))
	assert.False(t, p.ParentNeverComes(orphanOf(t, p, "till", "answer")))
	p.ParentCame(o)
	for range 3 + setback*3 {
		assert.False(t, p.ParentNeverComes(o), "it takes longer the second time")
		p.ParentMissing(o)
	}
	assert.True(t, p.ParentNeverComes(o))
}

func TestParents_areBoundedAndCanBeSwitchedOff(t *testing.T) {
	p := learning(t, 1)
	for n := range 3 * maxParents {
		p.ParentMissing(Orphan{Kind: uint64(n + 1)})
	}
	assert.LessOrEqual(t, len(p.parents.snapshot()), 2*maxParents)
	assert.True(t, p.ParentNeverComes(Orphan{Kind: 3 * maxParents}), "the last one")

	p = learning(t, 0)
	p.ParentMissing(Orphan{Kind: 1})
	assert.False(t, p.ParentNeverComes(Orphan{Kind: 1}))
	assert.Empty(t, p.parents.snapshot())
}

func TestParents_areRestored(t *testing.T) {
	before, after := learning(t, 2), learning(t, 2)
	for n := range 4 {
		for range n {
			before.ParentMissing(Orphan{Kind: uint64(n)})
		}
	}
	require.NoError(t, after.Restore(before.Snapshot(), now))
	for n := range 4 {
		o := Orphan{Kind: uint64(n)}
		assert.Equal(t, before.ParentNeverComes(o), after.ParentNeverComes(o), fmt.Sprint(n))
	}
}
