// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package tree_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/tree"
)

// n is a node with ids of one byte.
func n(id, parent byte, start uint64) tree.Node {
	return tree.Node{ID: [8]byte{7: id}, Parent: [8]byte{7: parent}, Start: start, End: start + 1}
}

// idsOf shows indices by the last byte of their ids.
func idsOf(t tree.Tree, indices []int) []int {
	ids := []int{}
	for _, i := range indices {
		id := t.Node(i).ID
		ids = append(ids, int(id[7]))
	}
	return ids
}

func TestBuild_order(t *testing.T) {
	f := func(name string, wantOrder, wantRoots []int, nodes ...tree.Node) {
		t.Helper()
		tr := tree.Build(nodes)
		assert.Equal(t, wantOrder, idsOf(tr, tr.Order()), name)
		assert.Equal(t, wantRoots, idsOf(tr, tr.Roots()), name)
	}
	f("nothing", []int{}, []int{})
	f("children by start", []int{1, 3, 2}, []int{1}, n(2, 1, 30), n(3, 1, 20), n(1, 0, 10))
	f("and then by id", []int{1, 2, 3}, []int{1}, n(3, 1, 20), n(2, 1, 20), n(1, 0, 10))
	f("depth first", []int{1, 2, 4, 3}, []int{1}, n(1, 0, 1), n(2, 1, 2), n(3, 1, 3), n(4, 2, 9))
	f("a child may start before its parent", []int{1, 2}, []int{1}, n(2, 1, 1), n(1, 0, 5))
	f("several roots", []int{2, 3, 1}, []int{2, 1}, n(1, 0, 9), n(2, 0, 1), n(3, 2, 2))
	f("a missing parent", []int{2, 1}, []int{2, 1}, n(1, 0, 9), n(2, 8, 1))
}

func TestBuild_cycleIsCutAtEarliestSpan(t *testing.T) {
	f := func(wantOrder []int, cut byte, nodes ...tree.Node) {
		t.Helper()
		tr := tree.Build(nodes)
		assert.Equal(t, wantOrder, idsOf(tr, tr.Order()))
		for i, node := range nodes {
			assert.Equal(t, node.ID[7] == cut, tr.Cut(i), "%d", node.ID[7])
			assert.False(t, tr.Missing(i))
		}
	}
	f([]int{1}, 1, n(1, 1, 5))
	f([]int{2, 1}, 2, n(1, 2, 5), n(2, 1, 4))
	f([]int{3, 2, 1}, 3, n(1, 2, 5), n(2, 3, 5), n(3, 1, 1))
	f([]int{2, 1, 4, 3}, 2, n(1, 2, 5), n(2, 1, 4), n(3, 4, 1), n(4, 1, 9))
}

func TestBuild_duplicates(t *testing.T) {
	longer := n(2, 1, 5)
	longer.End = 90
	heavier := longer
	heavier.Weight = 3
	nodes := []tree.Node{n(1, 0, 1), n(2, 1, 5), longer, heavier, n(3, 2, 6)}
	tr := tree.Build(nodes)
	assert.Equal(t, []int{0, 3, 4}, tr.Order())
	assert.Equal(t, 3, tr.Parent(4))
	for _, i := range []int{1, 2} {
		assert.True(t, tr.Duplicate(i))
		assert.Equal(t, 3, tr.Original(i))
		assert.Equal(t, -1, tr.Parent(i))
		assert.False(t, tr.Missing(i))
		assert.False(t, tr.Twin(i))
	}
	assert.False(t, tr.Duplicate(3))
	assert.False(t, tr.Twin(3))
}

func TestBuild_spansWithOneIDAreNotTakenForCopies(t *testing.T) {
	first := n(2, 1, 5)
	first.End = 90
	named, elsewhere, later := first, first, first
	named.Name, named.End = "another", 80
	elsewhere.Parent, elsewhere.End = n(0, 4, 0).Parent, 70
	later.Start, later.End = 6, 60
	below := n(3, 2, 7)
	tr := tree.Build([]tree.Node{n(1, 0, 1), later, named, named, elsewhere, first, below, n(4, 1, 2)})
	assert.Len(t, tr.Order(), 7)
	for i, twin := range []bool{false, true, true, false, true, false, false, false} {
		assert.Equal(t, twin, tr.Twin(i), i)
		assert.Equal(t, i == 3, tr.Duplicate(i), i)
	}
	assert.Equal(t, 2, tr.Original(3))
	assert.Equal(t, 7, tr.Parent(4))
	assert.Equal(t, 5, tr.Parent(6), "the one that ended last has the id")

	itself := n(2, 2, 8)
	tr = tree.Build([]tree.Node{first, itself})
	assert.True(t, tr.Twin(1))
	assert.Equal(t, 0, tr.Parent(1))
}

func TestBuild_zeroIDsAreNobodysParentAndNoDuplicates(t *testing.T) {
	tr := tree.Build([]tree.Node{n(0, 1, 2), n(0, 1, 3), n(1, 0, 1)})
	assert.Equal(t, []int{2, 0, 1}, tr.Order())
	assert.Equal(t, []int{2}, tr.Roots())
	assert.False(t, tr.Duplicate(1))
}

func TestBuild_overrides(t *testing.T) {
	uuid := [16]byte{1, 2, 3}
	root, infra := n(1, 0, 1), n(2, 1, 2)
	root.RunID = uuid
	byOverride := n(3, 2, 3)
	byOverride.ParentRunID = uuid
	byPadded := n(4, 8, 4)
	byPadded.ParentRunID = [16]byte{15: 2}
	absent := n(5, 2, 5)
	absent.ParentRunID = [16]byte{9}
	elsewhere := n(6, 0, 6)
	elsewhere.ParentRunID = [16]byte{9}
	cutOff := n(7, 2, 7)
	cutOff.IsRoot = true
	tr := tree.Build([]tree.Node{root, infra, byOverride, byPadded, absent, elsewhere, cutOff})
	assert.Equal(t, 0, tr.Parent(2), "an override wins over the native parent")
	assert.Equal(t, 1, tr.Parent(3), "a padded span id names the span")
	assert.Equal(t, 1, tr.Parent(4), "an override that leads nowhere does not")
	assert.Equal(t, -1, tr.Parent(5))
	assert.True(t, tr.Missing(5))
	assert.Equal(t, -1, tr.Parent(6))
	assert.False(t, tr.Missing(6))
}

func TestRoot_prefersTrueRoots(t *testing.T) {
	f := func(want int, nodes ...tree.Node) {
		t.Helper()
		assert.Equal(t, want, tree.Build(nodes).Root())
	}
	f(-1)
	f(1, n(1, 9, 1), n(2, 0, 5))
	f(0, n(1, 9, 1), n(2, 9, 5))
	f(1, n(1, 0, 9), n(2, 0, 5))
}

func TestNodeOf_readsOverrides(t *testing.T) {
	span := ptrace.NewSpan()
	span.SetSpanID([8]byte{1})
	span.SetParentSpanID([8]byte{2})
	span.SetStartTimestamp(3)
	span.SetEndTimestamp(4)
	a := span.Attributes()
	a.PutStr(contract.LangSmithSpanID, "018f3c9e-7d2a-7c11-8a55-0242ac120002")
	a.PutStr(contract.LangSmithParentID, "no id")
	a.PutStr(contract.LangSmithIsRoot, "true")
	got := tree.NodeOf(span)
	assert.Equal(t, byte(0x01), got.RunID[0])
	assert.Zero(t, got.ParentRunID)
	assert.False(t, got.IsRoot, "only the boolean counts, as at LangSmith")
	assert.Equal(t, 3, got.Weight)
	assert.Equal(t, [8]byte{2}, got.Parent)

	a.PutBool(contract.LangSmithIsRoot, true)
	a.PutInt(contract.LangSmithSpanID, 5)
	assert.True(t, tree.NodeOf(span).IsRoot)
	assert.Zero(t, tree.NodeOf(span).RunID)
}

// TestBuild_isAForestWhateverComesIn compares with slow and obvious code, on random input in random order.
func TestBuild_isAForestWhateverComesIn(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 0))
		nodes := make([]tree.Node, r.IntN(14))
		for i := range nodes {
			nodes[i] = n(byte(r.IntN(len(nodes)+1)), byte(r.IntN(len(nodes)+2)), uint64(r.IntN(4)))
			nodes[i].Weight = r.IntN(2)
			nodes[i].Name = string(rune('a' + r.IntN(2)))
		}
		tr := tree.Build(nodes)
		requireForest(t, tr)
		want := describe(tr)
		shuffled := slices.Clone(nodes)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		require.Equal(t, want, describe(tree.Build(shuffled)), "seed %d", seed)
	}
}

func requireForest(t *testing.T, tr tree.Tree) {
	t.Helper()
	seen := map[int]bool{}
	for _, i := range tr.Order() {
		require.False(t, seen[i], "twice in the order")
		if p := tr.Parent(i); p >= 0 {
			require.True(t, seen[p], "a parent stands before its children")
			require.Contains(t, tr.Children(p), i)
		} else {
			require.Contains(t, tr.Roots(), i)
		}
		seen[i] = true
	}
	owners, twins := map[[8]byte]int{}, map[[8]byte]int{}
	for i := range tr.Len() {
		require.NotEqual(t, tr.Duplicate(i), seen[i])
		switch {
		case tr.Twin(i):
			twins[tr.Node(i).ID]++
		case seen[i]:
			owners[tr.Node(i).ID]++
		}
	}
	for id := range twins {
		require.Equal(t, 1, owners[id])
	}
}

// describe writes the tree without indices.
func describe(tr tree.Tree) []string {
	var lines []string
	for _, i := range tr.Order() {
		line := fmt.Sprint(tr.Node(i), tr.Missing(i), tr.Cut(i), tr.Twin(i))
		if p := tr.Parent(i); p >= 0 {
			line += fmt.Sprint(" under ", tr.Node(p).ID)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestKeptAncestors_agreesWithNearestKept(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		nodes := make([]tree.Node, 1+r.IntN(20))
		keep := make([]bool, len(nodes))
		for i := range nodes {
			nodes[i] = n(byte(i+1), byte(r.IntN(len(nodes)+2)), uint64(r.IntN(5)))
			keep[i] = r.IntN(2) == 0
		}
		tr := tree.Build(nodes)
		for i, up := range tr.KeptAncestors(keep) {
			require.Equal(t, tr.NearestKept(i, keep), up)
		}
	}
}

// chain is a trace in which every span is the parent of the next, latest first.
func chain(length int) []tree.Node {
	nodes := make([]tree.Node, length)
	for i := range nodes {
		at := length - i
		nodes[i] = tree.Node{
			ID:     [8]byte{5: byte(at >> 16), 6: byte(at >> 8), 7: byte(at)},
			Parent: [8]byte{5: byte((at - 1) >> 16), 6: byte((at - 1) >> 8), 7: byte(at - 1)},
			Start:  uint64(at),
		}
	}
	return nodes
}

func TestBuild_chainOfAHundredThousand(t *testing.T) {
	nodes := chain(100_000)
	tr := tree.Build(nodes)
	assert.Len(t, tr.Roots(), 1)
	keep := make([]bool, len(nodes))
	keep[len(nodes)-1] = true
	assert.Equal(t, len(nodes)-1, tr.NearestKept(0, keep))
}

func BenchmarkBuild(b *testing.B) {
	for _, length := range []int{10, 1000, 10_000} {
		nodes := chain(length)
		b.Run(fmt.Sprintf("%dspans", length), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tree.Build(nodes)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(length), "ns/span")
		})
	}
}

func FuzzBuild(f *testing.F) {
	f.Add([]byte{1, 0, 1, 2, 1, 2})
	f.Add([]byte{1, 2, 0, 2, 1, 0, 2, 2, 2})
	f.Fuzz(func(t *testing.T, b []byte) {
		var nodes []tree.Node
		for ; len(b) >= 3; b = b[3:] {
			nodes = append(nodes, n(b[0], b[1], uint64(b[2])))
		}
		requireForest(t, tree.Build(nodes))
	})
}
