// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package tree arranges the spans of one trace under their parents.
//
// Build takes any input: repeated spans, different spans with one id, spans that are their own parent, longer cycles,
// zero ids, parents that are not here. What it returns depends on the spans alone and not on the order in which they arrived, and it is
// always a forest: every span stands under at most one parent, and walking up from any span ends. Nothing in here
// recurses, so that a chain of a hundred thousand spans costs memory and not stack.
//
// Where siblings or roots are listed they stand by start time and then by span id.
package tree

import (
	"bytes"
	"cmp"
	"slices"
)

// Node is what Build needs to know about a span. See NodeOf for filling it from one.
type Node struct {
	ID     [8]byte // zero: nobody can refer to this span
	Parent [8]byte // zero: a root
	Start  uint64  // Unix nanoseconds, as in the span
	End    uint64
	Name   string

	// RunID and ParentRunID are LangSmith's overrides of the native ids; zero when not given. A parent that is named by
	// ParentRunID and is here wins over Parent.
	RunID       [16]byte
	ParentRunID [16]byte
	// IsRoot cuts the span off its parent, as langsmith.is_root does at LangSmith.
	IsRoot bool

	// Weight tells copies of one span apart that end at the same time: the heavier one holds more.
	Weight int
}

// Tree is the spans of a trace by their indices in the slice given to Build. It is immutable until it is built again.
type Tree struct {
	nodes    []Node
	parent   []int  // -1 for roots and duplicates
	original []int  // index of the copy that stands in the tree; i itself unless i is a duplicate
	twin     []bool // nil where no two spans share an id
	missing  []bool
	cut      []bool

	order []int
	roots []int

	first    []int // children of i: children[first[i]:first[i+1]]
	children []int

	workings
}

// workings is what a tree needs while it is built.
type workings struct {
	index        index
	sorted, next []int
	alike        []int // nodes whose id others have too
	path         []int
	state        []uint8
}

// Build arranges nodes. The slice is kept and must not be changed afterwards. It takes O(n log n) time.
func Build(nodes []Node) Tree {
	var t Tree
	t.Rebuild(nodes)
	return t
}

// Rebuild is Build in the memory of a tree that is of no use any more: most traces are so small that getting memory for
// them would take longer than arranging them.
func (t *Tree) Rebuild(nodes []Node) {
	n := len(nodes)
	t.nodes = nodes
	t.parent, t.original = zeroed(t.parent, n), zeroed(t.original, n)
	t.missing, t.cut = zeroed(t.missing, n), zeroed(t.cut, n)
	t.sort()
	t.resolve()
	t.cutCycles()
	t.link()
	t.walk()
}

// zeroed returns n zeros, in the memory of s if there is enough of it.
func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	clear(s[:n])
	return s[:n]
}

// Len returns the number of nodes, duplicates included.
func (t Tree) Len() int { return len(t.nodes) }

// Node returns the node at index i.
func (t Tree) Node(i int) Node { return t.nodes[i] }

// Parent returns the index of the parent of i, or -1 when i is a root, when its parent is missing, or when i is a
// duplicate.
func (t Tree) Parent(i int) int { return t.parent[i] }

// Children returns the children of i, by start time and then span id. The caller must not change the slice.
func (t Tree) Children(i int) []int { return t.children[t.first[i]:t.first[i+1]] }

// Order returns every node but duplicates, depth first: parents before their children, siblings by start time and
// then span id. The caller must not change the slice.
func (t Tree) Order() []int { return t.order }

// Roots returns the nodes that stand under no other, by start time and then span id: true roots, nodes whose parent
// is missing, and the points where cycles were cut. The caller must not change the slice.
func (t Tree) Roots() []int { return t.roots }

// Root returns the node that the whole trace hangs on: the earliest root whose parent is not missing, or else the
// earliest of all roots; -1 for an empty tree.
func (t Tree) Root() int {
	for _, i := range t.roots {
		if !t.missing[i] {
			return i
		}
	}
	if len(t.roots) > 0 {
		return t.roots[0]
	}
	return -1
}

// Missing reports whether i names a parent that is not among the nodes.
func (t Tree) Missing(i int) bool { return t.missing[i] }

// Cut reports whether i closed a cycle (its parent was one of its own descendants, or itself) and became a root.
func (t Tree) Cut(i int) bool { return t.cut[i] }

// Duplicate reports whether i is a copy of another node, which stands in the tree in its place. Copies of a span have
// its id, its name, its parent and its start. A duplicate is nobody's child and in neither Order nor Roots.
func (t Tree) Duplicate(i int) bool { return t.original[i] != i }

// Original returns the node that stands in the tree for the id of i: i itself unless it is a duplicate. Of several
// copies it is the one that ended last, then the heaviest, then the earliest.
func (t Tree) Original(i int) int { return t.original[i] }

// Twin reports whether i has the id of another node of which it is no copy. Both stand in the tree; those that name the id
// as their parent stand under the other.
func (t Tree) Twin(i int) bool { return t.twin != nil && t.twin[i] }

// NearestKept returns the nearest proper ancestor of i for which keep is true, or -1. It walks up; use KeptAncestors
// to ask for many.
func (t Tree) NearestKept(i int, keep []bool) int {
	for i = t.parent[i]; i >= 0 && !keep[i]; {
		i = t.parent[i]
	}
	return i
}

// KeptAncestors returns NearestKept of every node in O(n).
func (t Tree) KeptAncestors(keep []bool) []int {
	up := make([]int, len(t.nodes))
	for i := range up {
		up[i] = -1
	}
	for _, i := range t.order {
		p := t.parent[i]
		switch {
		case p < 0:
		case keep[p]:
			up[i] = p
		default:
			up[i] = up[p]
		}
	}
	return up
}

// sort lists all nodes by start, id, and then by everything else that Build looks at.
func (t *Tree) sort() {
	t.sorted = t.sorted[:0]
	for i := range t.nodes {
		t.sorted = append(t.sorted, i)
	}
	slices.SortFunc(t.sorted, func(a, b int) int {
		return cmp.Or(compare(&t.nodes[a], &t.nodes[b]), cmp.Compare(a, b))
	})
}

func compare(a, b *Node) int {
	if c := cmp.Compare(a.Start, b.Start); c != 0 {
		return c
	}
	if c := bytes.Compare(a.ID[:], b.ID[:]); c != 0 {
		return c
	}
	return compareCopies(a, b)
}

// compareCopies orders copies of one span, the most complete first.
func compareCopies(a, b *Node) int {
	return cmp.Or(
		cmp.Compare(b.End, a.End),
		cmp.Compare(b.Weight, a.Weight),
		cmp.Compare(a.Start, b.Start),
		bytes.Compare(a.Parent[:], b.Parent[:]),
		bytes.Compare(a.RunID[:], b.RunID[:]),
		bytes.Compare(a.ParentRunID[:], b.ParentRunID[:]),
		cmp.Compare(a.Name, b.Name),
	)
}

// compareKinds orders nodes so that copies of one span stand together, and spans with one id.
func compareKinds(a, b *Node) int {
	return cmp.Or(
		bytes.Compare(a.ID[:], b.ID[:]),
		cmp.Compare(a.Start, b.Start),
		bytes.Compare(a.Parent[:], b.Parent[:]),
		cmp.Compare(a.Name, b.Name),
	)
}
