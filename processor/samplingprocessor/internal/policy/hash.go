// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"crypto/sha256"
	"encoding/binary"
	"math"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
)

// What an id is the id of: a conversation named like a trace id must not share its fate.
const (
	ofConversation byte = 'c'
	ofTrace        byte = 't'
)

// randomness is the first 56 bits of SHA-256 over seed, kind and id. It depends on nothing else: every replica and
// every restart gives the same, with no shared state.
func randomness(seed string, kind byte, id []byte) uint64 {
	var space [256]byte
	buf := append(space[:0], seed...)
	buf = append(buf, 0, kind)
	buf = append(buf, id...)
	sum := sha256.Sum256(buf)
	return binary.BigEndian.Uint64(sum[:8]) >> 8
}

// byHash keeps the trace if the hash of its conversation says so, or of its trace id when it belongs to none. A trace
// that belongs to several conversations is kept when any of them is, so that each of them is whole; it then had
// several chances, and counts accordingly less.
func (p *Policy) byHash(r *rule, traceID [16]byte, e *Evidence, d *Decision) {
	n := int(e.conversations.n)
	best := randomness(p.seed, ofTrace, traceID[:])
	if n > 0 {
		best = e.conversations.highest[0]
	}
	rnd, err := sampling.UnsignedToRandomness(best)
	if err != nil || !r.threshold.ShouldSample(rnd) {
		return
	}
	d.Keep, d.Threshold = true, r.threshold
	if n > 1 {
		d.Probability = 1 - math.Pow(1-r.keep, float64(n))
		if th, err := sampling.ProbabilityToThreshold(d.Probability); err == nil {
			d.Threshold = th
		}
	}
}

// maxConversations is how many conversations of one trace are told apart. More than two are hardly ever seen (an
// agent that hands over to another), and the set has a fixed size in every open trace.
const maxConversations = 4

// conversations is the randomness of a trace's conversations, highest first. It holds the highest ones, so that the
// order in which they came plays no part.
type conversations struct {
	highest [maxConversations]uint64
	n       uint8
}

func (c *conversations) add(r uint64) {
	for i := range c.n {
		if c.highest[i] == r {
			return
		}
	}
	if c.n < maxConversations {
		c.highest[c.n] = r
		c.n++
	} else if r <= c.highest[maxConversations-1] {
		return
	} else {
		c.highest[maxConversations-1] = r
	}
	for i := c.n - 1; i > 0 && c.highest[i] > c.highest[i-1]; i-- {
		c.highest[i], c.highest[i-1] = c.highest[i-1], c.highest[i]
	}
}
