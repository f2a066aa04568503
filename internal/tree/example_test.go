// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package tree_test

import (
	"fmt"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/tree"
)

func Example() {
	agent, http, llm := [8]byte{1}, [8]byte{2}, [8]byte{3}
	t := tree.Build([]tree.Node{
		{ID: llm, Parent: http, Start: 30},
		{ID: http, Parent: agent, Start: 20},
		{ID: agent, Start: 10},
	})
	fmt.Println("order:", t.Order())
	fmt.Println("parent of the model call:", t.Parent(0))

	keep := []bool{true, false, true} // all but the HTTP span
	fmt.Println("without the HTTP span:", t.NearestKept(0, keep))
	// Output:
	// order: [2 1 0]
	// parent of the model call: 1
	// without the HTTP span: 2
}
