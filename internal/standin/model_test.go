// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// forest is a random set of spans: parent of n, 0 for a root, and some whose parent never comes.
func forest(rng *rand.Rand, n int) map[uint64]uint64 {
	parents := map[uint64]uint64{}
	for i := uint64(1); i <= uint64(n); i++ {
		switch rng.IntN(10) {
		case 0:
			parents[i] = 0
		case 1:
			parents[i] = 1000 + i // nobody
		default:
			parents[i] = rng.Uint64N(uint64(n)) + 1 // also itself, and loops
		}
	}
	return parents
}

// rootOf walks up by hand; 0 when the way never ends at a root.
func rootOf(parents map[uint64]uint64, n uint64) uint64 {
	for range len(parents) + 1 {
		parent, here := parents[n]
		switch {
		case !here:
			return 0
		case parent == 0:
			return n
		}
		n = parent
	}
	return 0
}

func TestStore_agreesWithWalkingUpByHand(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		parents := forest(rng, 1+rng.IntN(30))
		var order []uint64
		for n := range parents {
			order = append(order, n)
		}
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		s, _ := newTestServer(Options{})
		for len(order) > 0 {
			batch := 1 + rng.IntN(len(order))
			tr := newTrace()
			for _, n := range order[:batch] {
				tr.add(n, parents[n], nil)
			}
			order = order[batch:]
			send(t, s, tr)
		}
		want := map[string]string{}
		for n := range parents {
			if root := rootOf(parents, n); root != 0 {
				want[runID(n)] = runID(root)
			}
		}
		got := map[string]string{}
		for _, run := range s.Runs() {
			got[run.ID] = run.TraceID
		}
		require.Equal(t, want, got, "seed %d", seed)
		require.Equal(t, len(parents)-len(want), s.Summary().OrphansWaiting, "seed %d", seed)
		checkBooks(t, s)
	}
}

func TestStore_summaryAgreesWithTraces(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 2))
		s, _ := newTestServer(Options{MaxRuns: 5 + rng.IntN(40)})
		for n, parent := range forest(rng, 40) {
			id, above := nameUUID(fmt.Sprint(n)), ""
			if parent != 0 {
				above = nameUUID(fmt.Sprint(parent))
			}
			if id != above {
				sendBatch(s, `{"post":[`+runJSON(id, above, "")+`]}`)
			}
		}
		checkBooks(t, s)
		var want Summary
		for _, tr := range s.Traces() {
			want.Traces++
			want.Runs += len(tr.Runs)
			want.MissingParents += len(tr.MissingParents)
			if tr.Roots != 1 {
				want.TracesWithoutOneRoot++
			}
		}
		got := s.Summary()
		assert.Equal(t,
			[]int{want.Traces, want.Runs, want.MissingParents, want.TracesWithoutOneRoot},
			[]int{got.Traces, got.Runs, got.MissingParents, got.TracesWithoutOneRoot}, "seed %d", seed)
	}
}

func TestServer_manyAtOnce(t *testing.T) {
	s, _ := newTestServer(Options{MaxRuns: 200, Record: true, Arrived: true})
	var group sync.WaitGroup
	for worker := range uint64(8) {
		group.Go(func() {
			for n := range uint64(50) {
				tr := newTrace()
				tr.add(worker*1000+2*n+2, worker*1000+2*n+1, nil)
				tr.add(worker*1000+2*n+1, 0, nil)
				request(s, "POST", "/otel/v1/traces", proto(tr.Traces), "Content-Type", mediaProtobuf)
				request(s, "POST", "/arrived/v1/traces", proto(tr.Traces), "Content-Type", mediaProtobuf)
				id := nameUUID(fmt.Sprint(worker, n))
				sendBatch(s, `{"post":[`+runJSON(id, "", "")+`]}`)
				request(s, "POST", "/runs/query", []byte(`{"trace":"`+id+`"}`))
				request(s, "GET", "/standin/summary", nil)
				s.Contains("x")
			}
		})
	}
	group.Wait()
	checkBooks(t, s)
	sum := s.Summary()
	assert.EqualValues(t, 8*50*2, sum.Requests)
	assert.Zero(t, sum.Refused)
	assert.LessOrEqual(t, sum.Runs, 200)
	assert.EqualValues(t, 8*50*3, int64(sum.Runs)+sum.EvictedRuns)
}

func BenchmarkMultipart(b *testing.B) {
	const runs = 100
	var pieces []piece
	for n := range runs {
		id := nameUUID(fmt.Sprint(n))
		pieces = append(pieces, jsonPiece("post."+id, runJSON(id, "", "")), jsonPiece("post."+id+".inputs", `{"q":1}`))
	}
	body := formBody(pieces...)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		s := New(Options{})
		if r := request(s, "POST", "/runs/multipart", body, "Content-Type", formType); r.status != 202 {
			b.Fatal(r.body)
		}
	}
}

func BenchmarkSummary(b *testing.B) {
	s := New(Options{})
	tr := newTrace()
	for n := uint64(1); n <= 10_000; n++ {
		tr.add(n, n/16, nil)
	}
	s.postOne(proto(tr.Traces))
	b.ReportAllocs()
	for b.Loop() {
		s.Summary()
	}
}
