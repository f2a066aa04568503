// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
)

// kind is what an id is the id of: a conversation named like a trace id must not share its fate.
type kind uint8

const (
	ofConversation kind = iota
	ofTrace
	ofRelease
	ofOrphan
	kinds
)

// hashKey is a key of SipHash.
type hashKey [2]uint64

// of is the key for a tenant, whose ids share no fate with the same ones of others. A tenant is a hash itself; the zero one
// changes nothing.
func (k hashKey) of(tenant [16]byte) hashKey {
	return hashKey{k[0] ^ binary.LittleEndian.Uint64(tenant[:8]), k[1] ^ binary.LittleEndian.Uint64(tenant[8:])}
}

// keysOf derives a key for every kind from the seed. They depend on nothing else: every replica and every restart
// hashes alike, with no shared state, and who does not know the seed cannot choose ids that are kept.
func keysOf(seed string) (keys [kinds]hashKey) {
	for k := range keys {
		sum := sha256.Sum256(append([]byte(seed), 0, byte(k)))
		keys[k] = hashKey{binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16])}
	}
	return keys
}

// hash is SipHash-2-4 (https://www.aumasson.jp/siphash/siphash.pdf) of m.
func hash[T string | []byte](key hashKey, m T) uint64 {
	v := [4]uint64{
		key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
		key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573,
	}
	i := 0
	for ; i+8 <= len(m); i += 8 {
		w := uint64(m[i]) | uint64(m[i+1])<<8 | uint64(m[i+2])<<16 | uint64(m[i+3])<<24 |
			uint64(m[i+4])<<32 | uint64(m[i+5])<<40 | uint64(m[i+6])<<48 | uint64(m[i+7])<<56
		v[3] ^= w
		sipRounds(&v, 2)
		v[0] ^= w
	}
	last := uint64(len(m)) << 56
	for j := 0; i < len(m); i, j = i+1, j+8 {
		last |= uint64(m[i]) << j
	}
	v[3] ^= last
	sipRounds(&v, 2)
	v[0] ^= last
	v[2] ^= 0xff
	sipRounds(&v, 4)
	return v[0] ^ v[1] ^ v[2] ^ v[3]
}

func sipRounds(v *[4]uint64, n int) {
	a, b, c, d := v[0], v[1], v[2], v[3]
	for range n {
		a += b
		c += d
		b = bits.RotateLeft64(b, 13) ^ a
		d = bits.RotateLeft64(d, 16) ^ c
		a = bits.RotateLeft64(a, 32)
		c += b
		a += d
		b = bits.RotateLeft64(b, 17) ^ c
		d = bits.RotateLeft64(d, 21) ^ a
		c = bits.RotateLeft64(c, 32)
	}
	v[0], v[1], v[2], v[3] = a, b, c, d
}

// randomness is the 56 bits of a hash that OpenTelemetry's sampling compares with a threshold.
func randomness(hash uint64) uint64 { return hash >> 8 }

// byHash keeps the trace if the randomness that came with it says so, else the hash of its conversation, or of its trace id
// when it belongs to none. A trace that belongs to several conversations is kept when any of them is, so that each of them is whole; it then had
// several chances, and counts accordingly less.
func (p *Policy) byHash(th sampling.Threshold, traceID [16]byte, e *Evidence, d *Decision) {
	if e.more != nil && e.more.explicit.here {
		e.more.explicit.byRandomness(th, d)
		return
	}
	n := int(e.conversations.n)
	best := e.conversations.highest[0]
	if n == 0 {
		best = hash(p.keys[ofTrace], traceID[:])
	}
	rnd, err := sampling.UnsignedToRandomness(randomness(best))
	if err != nil || !th.ShouldSample(rnd) {
		return
	}
	d.Keep, d.Threshold = true, th
	if n > 1 {
		d.Probability = 1 - math.Pow(1-d.Probability, float64(n))
		if th, err := sampling.ProbabilityToThreshold(d.Probability); err == nil {
			d.Threshold = th
		}
	}
}

// maxConversations is how many conversations of one trace are told apart. More than two are hardly ever seen (an
// agent that hands over to another), and the set has a fixed size in every open trace.
const maxConversations = 4

// conversations is the hashes of a trace's conversations, highest first. It holds the highest ones, so that the order
// in which they came plays no part.
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
	switch {
	case c.n < maxConversations:
		c.highest[c.n] = r
		c.n++
	case r <= c.highest[maxConversations-1]:
		return
	default:
		c.highest[maxConversations-1] = r
	}
	for i := c.n - 1; i > 0 && c.highest[i] > c.highest[i-1]; i-- {
		c.highest[i], c.highest[i-1] = c.highest[i-1], c.highest[i]
	}
}

// all returns the hashes.
func (c *conversations) all() []uint64 { return c.highest[:c.n] }
