// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// oracle is the sampler in its simplest form: it sees the whole trace at once, is in no hurry, and shares no code with
// what it checks.
type oracle struct {
	spans  map[byte]spec
	parent map[byte]byte // 0: none
	kept   map[byte]bool
}

// made is the id of a root that is made, in the oracle's answer.
const made = "made"

// ask returns the tree that must come out, or nothing when the trace is to be dropped, if errors are kept, or
// everything.
func (o *oracle) ask(specs []spec, onlyErrors bool) map[string]string {
	o.spans, o.parent, o.kept = map[byte]spec{}, map[byte]byte{}, map[byte]bool{}
	agent, failed := false, false
	for _, s := range specs {
		agent = agent || s.kind == "llm" || s.kind == "tool"
		failed = failed || s.failed
		if old, there := o.spans[s.id]; !there || better(s, old) {
			o.spans[s.id] = s
		}
	}
	if !agent || onlyErrors && !failed {
		return map[string]string{}
	}
	order := o.order()
	for _, at := range order {
		if _, here := o.spans[o.spans[at].parent]; here {
			o.parent[at] = o.spans[at].parent
		}
	}
	for _, at := range order { // the earliest of a cycle is found first
		if o.onCycle(at) {
			o.parent[at] = 0
		}
	}
	for _, at := range order {
		o.kept[at] = o.spans[at].kind != "http" || o.spans[at].failed && o.calledByAgent(at)
	}
	return o.answer(order)
}

// better chooses between copies: the one that ended last, that holds most, that began first.
func better(a, b spec) bool {
	end := func(s spec) int { return max(s.end, s.start+1) }
	holds := func(s spec) int { return len(s.attributes) + map[string]int{"llm": 2, "tool": 2, "http": 2}[s.kind] }
	return cmp.Or(cmp.Compare(end(b), end(a)), cmp.Compare(holds(b), holds(a)), cmp.Compare(a.start, b.start),
		cmp.Compare(a.parent, b.parent)) < 0
}

func (o *oracle) order() []byte {
	var ids []byte
	for at := range o.spans {
		ids = append(ids, at)
	}
	slices.SortFunc(ids, func(a, b byte) int {
		return cmp.Or(cmp.Compare(o.spans[a].start, o.spans[b].start), cmp.Compare(a, b))
	})
	return ids
}

func (o *oracle) onCycle(at byte) bool {
	up := at
	for range len(o.spans) {
		if up = o.parent[up]; up == at || up == 0 {
			return up == at
		}
	}
	return false
}

// calledByAgent tells whether only infrastructure that failed stands between a span and a tool or model call above it.
func (o *oracle) calledByAgent(at byte) bool {
	for up := o.parent[at]; up != 0; up = o.parent[up] {
		switch o.spans[up].kind {
		case "llm", "tool":
			return true
		case "app":
			return false
		}
	}
	return false
}

func (o *oracle) nearestKept(at byte) byte {
	for up := o.parent[at]; up != 0; up = o.parent[up] {
		if o.kept[up] {
			return up
		}
	}
	return 0
}

func (o *oracle) answer(order []byte) map[string]string {
	var root byte
	var tops []byte
	rooted := false
	for _, at := range order {
		isRoot := o.parent[at] == 0
		_, lost := o.spans[o.spans[at].parent]
		orphan := isRoot && o.spans[at].parent != 0 && !lost
		if isRoot && (root == 0 || !rooted && !orphan) {
			root, rooted = at, !orphan
		}
		if o.kept[at] && o.nearestKept(at) == 0 {
			tops = append(tops, at)
		}
	}
	tree := map[string]string{}
	top := made
	switch {
	case len(tops) == 0:
		return tree
	case o.kept[root]:
		top = id(root)
	case len(tops) == 1:
		top = id(tops[0])
	}
	for at, kept := range o.kept {
		if kept {
			tree[id(at)] = top
			if up := o.nearestKept(at); up != 0 {
				tree[id(at)] = id(up)
			}
		}
	}
	tree[top] = ""
	return tree
}

// nameMade gives a root that no span had the oracle's name.
func nameMade(tree map[string]string, specs []spec) map[string]string {
	known := map[string]bool{"": true}
	for _, s := range specs {
		known[id(s.id)] = true
	}
	name := func(at string) string {
		if known[at] {
			return at
		}
		return made
	}
	out := map[string]string{}
	for at, parent := range tree {
		out[name(at)] = name(parent)
	}
	return out
}

func TestOracle_agreesOnEveryTreeAndDecision(t *testing.T) {
	dropped, withMade := 0, 0
	for seed := range uint64(600) {
		specs := randomTrace(rand.New(rand.NewPCG(seed, 7)))
		errorsOnly := seed%2 == 0
		want := (&oracle{}).ask(specs, errorsOnly)
		s := startSampler(t, func(c *Config) {
			c.Spans = agentAndFailed
			if errorsOnly {
				onlyErrors(c)
			}
		})
		s.send(traces(specs...))
		require.Equal(t, want, nameMade(shape(s.stop()...), specs), "seed %d: %+v", seed, specs)
		if len(want) == 0 {
			dropped++
		}
		if _, ok := want[made]; ok {
			withMade++
		}
	}
	assert.Greater(t, dropped, 50)
	assert.Greater(t, withMade, 20)
}

// TestOracle_unionOfReleasesIsOneTree sends traces in random order and pieces, of which some come too late.
func TestOracle_unionOfReleasesIsOneTree(t *testing.T) {
	late := 0
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 11))
			specs := randomTrace(r)
			want := (&oracle{}).ask(specs, false)
			s := startSampler(t, func(c *Config) { c.Spans = agentAndFailed })
			shuffled := slices.Clone(specs)
			r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			inTime := true
			for len(shuffled) > 0 {
				n := 1 + r.IntN(len(shuffled))
				s.send(traces(shuffled[:n]...))
				if shuffled = shuffled[n:]; len(shuffled) > 0 && r.IntN(3) == 0 {
					inTime = false
					time.Sleep(11 * time.Minute)
				}
			}
			out := s.stop()
			if inTime {
				require.Equal(t, want, nameMade(shape(out...), specs), "seed %d", seed)
				return
			}
			late++
			requireUnion(t, out, specs)
		})
	}
	assert.Greater(t, late, 50)
}

// requireUnion holds what came out in several releases against what must be true of any: one tree, of nothing but what
// came and at most one root more, with every span of an agent once the trace is known to be one. Of copies that differ
// the first that was released stands.
func requireUnion(t *testing.T, out []ptrace.Traces, specs []spec) {
	t.Helper()
	if len(out) == 0 {
		return
	}
	requireTrees(t, out...)
	copies := map[string]int{}
	for _, s := range specs {
		copies[id(s.id)]++
	}
	got := shape(out...)
	strangers := 0
	for at := range got {
		if copies[at] == 0 {
			strangers++
		}
	}
	assert.LessOrEqual(t, strangers, 1)
	for _, s := range specs {
		if (s.kind == "llm" || s.kind == "tool") && copies[id(s.id)] == 1 {
			assert.Contains(t, got, id(s.id))
		}
	}
}
