// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func TestSlab_neighboursStayApart(t *testing.T) {
	slab := run.NewSlab(3)
	var scratch run.Values
	var kept []run.Values
	for i := range 200 {
		scratch = scratch[:0]
		for j := range i {
			scratch.Add(strconv.Itoa(j), run.Integer(int64(i)))
		}
		kept = append(kept, slab.Keep(scratch, i%3))
		assert.Equal(t, i+i%3, cap(kept[i]))
	}
	for i := range kept {
		kept[i].Add("more", run.Boolean(true))
	}
	for i, vs := range kept {
		assert.Len(t, vs, i+1)
		for _, v := range vs[:i] {
			assert.Equal(t, int64(i), v.Int())
		}
	}
}

func TestSlab_resetForgets(t *testing.T) {
	slab := run.NewSlab(1000)
	vs := run.Values{{Name: "a", Value: run.Integer(1)}}
	for range 3 {
		for range 5000 {
			assert.Equal(t, vs, slab.Keep(vs, 1))
		}
		slab.Reset()
	}
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		slab.Keep(vs, 1)
		slab.Reset()
	}))
}
