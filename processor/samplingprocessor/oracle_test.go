// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
)

// oracle is the sampler in its simplest form: it sees the whole trace at once, is in no hurry, and shares no code with
// what it checks.
type oracle struct {
	spans  map[byte]spec
	parent map[byte]byte // 0: none
	kept   map[byte]bool
	twins  map[byte]spec // as they came, by an id that they are given here
}

// made is the id of a root that is made, in the oracle's answer.
const made = "made"

// ask returns the tree that must come out, as edges, or nothing when the trace is to be dropped, if errors are kept, or
// everything.
func (o *oracle) ask(specs []spec, onlyErrors bool) []string {
	o.parent, o.kept = map[byte]byte{}, map[byte]bool{}
	agent, failed := false, false
	for _, s := range specs {
		agent = agent || s.kind == "llm" || s.kind == "tool"
		failed = failed || s.failed
	}
	if !agent || onlyErrors && !failed {
		return nil
	}
	o.tellApart(specs)
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

// tellApart keeps the best of several copies, and gives spans that share no more than an id with a better one another id.
func (o *oracle) tellApart(specs []spec) {
	type kin struct {
		id, parent byte
		start      int
		name       string
	}
	o.spans, o.twins = map[byte]spec{}, map[byte]spec{}
	best := map[kin]spec{}
	for _, s := range specs {
		k := kin{s.id, s.parent, s.start, nameOf(s)}
		if old, there := best[k]; !there || better(s, old) {
			best[k] = s
		}
	}
	for _, s := range best {
		if old, there := o.spans[s.id]; !there || better(s, old) {
			o.spans[s.id] = s
		}
	}
	next := byte(math.MaxUint8)
	for k, s := range best {
		if owner := o.spans[s.id]; k != (kin{owner.id, owner.parent, owner.start, nameOf(owner)}) {
			o.twins[next], o.spans[next] = s, s
			next--
		}
	}
}

// nameOf is the name that put gives a span.
func nameOf(s spec) string { return fmt.Sprintf("%s %d", s.kind, s.id) }

// label is what a span is called in the answer. Twins of one kind are called alike: no span stands below them.
func (o *oracle) label(at byte) string {
	if s, twin := o.twins[at]; twin {
		return labelOfTwin(id(s.id), nameOf(s), plogTime(s.start))
	}
	return id(at)
}

func labelOfTwin(was, name string, start pcommon.Timestamp) string {
	return fmt.Sprint("twin of ", was, " ", name, " ", start)
}

// better chooses between copies: the one that ended last, that holds most, that began first.
func better(a, b spec) bool {
	end := func(s spec) int { return max(s.end, s.start+1) }
	holds := func(s spec) int { return len(s.attributes) + map[string]int{"llm": 2, "tool": 2, "http": 2}[s.kind] }
	return cmp.Or(cmp.Compare(end(b), end(a)), cmp.Compare(holds(b), holds(a)), cmp.Compare(a.start, b.start),
		cmp.Compare(a.parent, b.parent), cmp.Compare(nameOf(a), nameOf(b))) < 0
}

func (o *oracle) order() []byte {
	var ids []byte
	for at := range o.spans {
		ids = append(ids, at)
	}
	slices.SortFunc(ids, func(a, b byte) int {
		x, y := o.spans[a], o.spans[b]
		switch c := cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(x.id, y.id)); {
		case c != 0 || a == b:
			return c
		case better(x, y):
			return -1
		}
		return 1
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

func (o *oracle) answer(order []byte) []string {
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
	top := byte(0)
	switch {
	case len(tops) == 0:
		return nil
	case o.kept[root]:
		top = root
	case len(tops) == 1:
		top = tops[0]
	}
	name := func(at byte) string {
		if at == 0 {
			return made
		}
		return o.label(at)
	}
	edges := []string{name(top) + " below " + id(0)}
	for at, kept := range o.kept {
		if up := o.nearestKept(at); kept && at != top {
			edges = append(edges, name(at)+" below "+name(cmp.Or(up, top)))
		}
	}
	slices.Sort(edges)
	return edges
}

// edgesOf writes what came out as the oracle does.
func edgesOf(out []ptrace.Traces, specs []spec) []string {
	labels := map[string]string{id(0): id(0)}
	for _, s := range specs {
		labels[id(s.id)] = id(s.id)
	}
	for _, span := range spansOfAll(out...) {
		at := span.SpanID().String()
		if was, twin := span.Attributes().Get(contract.SamplingSharedSpanID); twin {
			labels[at] = labelOfTwin(was.Str(), span.Name(), span.StartTimestamp())
		} else if labels[at] == "" {
			labels[at] = made
		}
	}
	var edges []string
	for at, parent := range shape(out...) {
		edges = append(edges, labels[at]+" below "+labels[parent])
	}
	slices.Sort(edges)
	return edges
}

func TestOracle_agreesOnEveryTreeAndDecision(t *testing.T) {
	dropped, withMade, withTwins := 0, 0, 0
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
		require.Equal(t, want, edgesOf(s.stop(), specs), "seed %d: %+v", seed, specs)
		if len(want) == 0 {
			dropped++
		}
		if slices.Contains(want, made+" below "+id(0)) {
			withMade++
		}
		if strings.Contains(strings.Join(want, ""), "twin") {
			withTwins++
		}
	}
	assert.Greater(t, withTwins, 50)
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
				require.Equal(t, want, edgesOf(out, specs), "seed %d", seed)
				return
			}
			late++
			requireUnion(t, out, specs, len(want) > 0)
		})
	}
	assert.Greater(t, late, 50)
}

// requireUnion holds what came out in several releases against what must be true of any: one tree, of nothing but what
// came and at most one root more, with every span of an agent once the trace is known to be one; and nothing at all if it is
// none. Of copies that differ the first that was released stands.
func requireUnion(t *testing.T, out []ptrace.Traces, specs []spec, kept bool) {
	t.Helper()
	if !kept {
		require.Empty(t, out)
		return
	}
	require.Equal(t, 1, requireTrees(t, out...))
	copies := map[string]int{}
	for _, s := range specs {
		copies[id(s.id)]++
	}
	got := shape(out...)
	strangers := 0
	for _, span := range spansOfAll(out...) {
		if _, twin := span.Attributes().Get(contract.SamplingSharedSpanID); !twin && copies[span.SpanID().String()] == 0 {
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
