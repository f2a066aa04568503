// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package tree

import (
	"cmp"
	"hash/maphash"
	"math/bits"
	"slices"
)

// index finds nodes by native id and by override.
type index struct {
	spans spanTable
	runs  map[[16]byte]int // nil when no node has an override
}

// spanTable finds nodes by span id: a table of indices, one higher, in which ids that fall on the same place stand behind one
// another. A map takes several times as long to fill, and most of the time that a tree of ten thousand spans does. The seed
// keeps senders from choosing ids that fall on one place.
type spanTable struct {
	nodes []Node
	slots []int32
}

var seed = maphash.MakeSeed()

// fill makes the table empty, and large enough for nodes.
func (s *spanTable) fill(nodes []Node) {
	s.nodes = nodes
	s.slots = zeroed(s.slots, 1<<bits.Len(uint(2*len(nodes))))
}

// slot returns the place of id in the table, where 0 stands if it is not there.
func (s *spanTable) slot(id [8]byte) *int32 {
	mask := uint64(len(s.slots) - 1)
	for at := maphash.Comparable(seed, id) & mask; ; at = (at + 1) & mask {
		if n := s.slots[at]; n == 0 || s.nodes[n-1].ID == id {
			return &s.slots[at]
		}
	}
}

func (s *spanTable) get(id [8]byte) (int, bool) {
	n := *s.slot(id)
	return int(n) - 1, n != 0
}

// resolve finds the copy that stands for each id, and each node's parent.
func (t *Tree) resolve() {
	idx := &t.index
	t.indexSpans()
	for i := range t.nodes {
		t.original[i] = i
	}
	t.tellApart()
	t.indexRuns()
	for i := range t.nodes {
		t.parent[i] = -1
		if t.original[i] == i {
			t.parent[i], t.missing[i] = idx.parentOf(&t.nodes[i])
		}
	}
}

// indexSpans takes nodes in sorted order, so that of equal ones the same copy wins whatever the order of arrival. It lists
// those whose ids are not theirs alone.
func (t *Tree) indexSpans() {
	spans := &t.index.spans
	spans.fill(t.nodes)
	t.alike = t.alike[:0]
	for _, i := range t.sorted {
		n := &t.nodes[i]
		if n.ID == [8]byte{} {
			continue
		}
		slot := spans.slot(n.ID)
		o := int(*slot) - 1
		if o >= 0 {
			t.alike = append(t.alike, o, i)
		}
		if o < 0 || compareCopies(n, &t.nodes[o]) < 0 {
			*slot = int32(i) + 1
		}
	}
}

// tellApart finds out which of the nodes that share an id are copies of one span, and which of the spans is to stand under
// that id: the one that the index prefers.
func (t *Tree) tellApart() {
	t.twin = nil
	if len(t.alike) == 0 {
		return
	}
	t.twin = make([]bool, len(t.nodes))
	slices.SortFunc(t.alike, func(a, b int) int {
		return cmp.Or(compareKinds(&t.nodes[a], &t.nodes[b]), compareCopies(&t.nodes[a], &t.nodes[b]), cmp.Compare(a, b))
	})
	best := t.alike[0]
	for _, i := range t.alike {
		if compareKinds(&t.nodes[best], &t.nodes[i]) != 0 {
			best = i
		}
		t.original[i] = best
		owner, _ := t.index.spans.get(t.nodes[best].ID)
		t.twin[best] = owner != best
	}
}

// indexRuns does the same for the ids by which applications override those of spans.
func (t *Tree) indexRuns() {
	idx := &t.index
	clear(idx.runs)
	for _, i := range t.sorted {
		n := &t.nodes[i]
		if n.RunID == [16]byte{} || t.original[i] != i {
			continue
		}
		if idx.runs == nil {
			idx.runs = map[[16]byte]int{}
		}
		if _, taken := idx.runs[n.RunID]; !taken {
			idx.runs[n.RunID] = i
		}
	}
}

// parentOf returns the parent's index, or -1 and whether a parent is named but absent.
func (idx *index) parentOf(n *Node) (int, bool) {
	if n.IsRoot {
		return -1, false
	}
	if p, ok := idx.run(n.ParentRunID); ok {
		return p, false
	}
	if n.Parent == [8]byte{} {
		return -1, n.ParentRunID != [16]byte{}
	}
	if p, ok := idx.spans.get(n.Parent); ok {
		return p, false
	}
	return -1, true
}

// run finds a node by the id of its run: an override, or a span id padded with zeros on the left, which is
// LangSmith's own rule.
func (idx *index) run(id [16]byte) (int, bool) {
	if id == [16]byte{} {
		return 0, false
	}
	if i, ok := idx.runs[id]; ok {
		return i, true
	}
	if [8]byte(id[:8]) != [8]byte{} {
		return 0, false
	}
	return idx.spans.get([8]byte(id[8:]))
}

// cutCycles makes the earliest node of every cycle a root. Each node is walked over once: state tells nodes that are
// known to lead to a root from those on the walk that is under way.
func (t *Tree) cutCycles() {
	const (
		unseen = iota
		walking
		done
	)
	t.state = zeroed(t.state, len(t.nodes))
	state, path := t.state, t.path
	for _, start := range t.sorted {
		path = path[:0]
		i := start
		for i >= 0 && state[i] == unseen {
			state[i] = walking
			path = append(path, i)
			i = t.parent[i]
		}
		if i >= 0 && state[i] == walking {
			t.cutCycle(i)
		}
		for _, p := range path {
			state[p] = done
		}
	}
	t.path = path
}

// cutCycle cuts the cycle that i is on.
func (t *Tree) cutCycle(i int) {
	earliest := i
	for j := t.parent[i]; j != i; j = t.parent[j] {
		if compare(&t.nodes[j], &t.nodes[earliest]) < 0 {
			earliest = j
		}
	}
	t.parent[earliest] = -1
	t.cut[earliest] = true
}

// link lists the children of each node and the roots, both in sorted order.
func (t *Tree) link() {
	t.first = zeroed(t.first, len(t.nodes)+1)
	linked := 0
	for _, p := range t.parent {
		if p >= 0 {
			t.first[p+1]++
			linked++
		}
	}
	for i := range t.nodes {
		t.first[i+1] += t.first[i]
	}
	t.next = append(t.next[:0], t.first[:len(t.nodes)]...)
	t.children = zeroed(t.children, linked)
	t.roots = t.roots[:0]
	next := t.next
	for _, i := range t.sorted {
		switch p := t.parent[i]; {
		case p >= 0:
			t.children[next[p]] = i
			next[p]++
		case !t.Duplicate(i):
			t.roots = append(t.roots, i)
		}
	}
}

// walk lists the nodes depth first with a stack of its own.
func (t *Tree) walk() {
	t.order = slices.Grow(t.order[:0], len(t.nodes))
	stack := appendBackward(t.path[:0], t.roots)
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		t.order = append(t.order, i)
		stack = appendBackward(stack[:len(stack)-1], t.Children(i))
	}
	t.path = stack
}

func appendBackward(stack, nodes []int) []int {
	for _, node := range slices.Backward(nodes) {
		stack = append(stack, node)
	}
	return stack
}
